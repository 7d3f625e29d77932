/** @file The number type of parameters and activations: 64-bit floats, for gradient checks. */
export type Floats = Float64Array;
export const Floats = Float64Array;
/** The name of the type in safetensors files. */
export const floatType = "F64";
