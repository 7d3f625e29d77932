/** @file All memory of a model: flat arrays, allocated once. */
import { Floats } from "./floats.js";

/** Per-example arrays hold the declared batch; `parameters` and `gradients` have the same offsets. */
export interface Memory {
  readonly inputs: Floats;
  readonly classes: Int32Array;
  readonly parameters: Floats;
  readonly gradients: Floats;
  readonly states: Floats;
  readonly buffers: Floats;
  /** Sums over the examples of one call. */
  readonly totals: Float64Array;
  /** Sums over several calls, from which `metrics` are made. */
  readonly sums: Float64Array;
  readonly metrics: Float64Array;
  readonly outputs: Floats;
  readonly decisions: Int32Array;
  /** What predictions keep for the next, row by row. */
  readonly memories: Floats;
  readonly activations: Floats;
  readonly integers: Int32Array;
}
/** In elements; what is not listed is empty. */
export type MemorySizes = { readonly [name in keyof Memory]?: number };

/** The kernels of one function in order, on the first `n` examples in memory. */
export type Program = (memory: Memory, n: number, step: number, seed: number) => void;

export function allocate(sizes: MemorySizes): Memory {
  return {
    inputs: new Floats(sizes.inputs ?? 0),
    classes: new Int32Array(sizes.classes ?? 0),
    parameters: new Floats(sizes.parameters ?? 0),
    gradients: new Floats(sizes.gradients ?? 0),
    states: new Floats(sizes.states ?? 0),
    buffers: new Floats(sizes.buffers ?? 0),
    totals: new Float64Array(sizes.totals ?? 0),
    sums: new Float64Array(sizes.sums ?? 0),
    metrics: new Float64Array(sizes.metrics ?? 0),
    outputs: new Floats(sizes.outputs ?? 0),
    decisions: new Int32Array(sizes.decisions ?? 0),
    memories: new Floats(sizes.memories ?? 0),
    activations: new Floats(sizes.activations ?? 0),
    integers: new Int32Array(sizes.integers ?? 0),
  };
}
