/** @file The number type of parameters and activations: 32-bit floats. `floats64.ts` takes its place for gradient checks. */
export type Floats = Float32Array;
export const Floats = Float32Array;
/** The name of the type in safetensors files. */
export const floatType = "F32";
