/** @file All memory of a model: flat arrays, allocated once. */
import type { CreateOptions } from "./api.js";
import { NetTargetError } from "./errors.js";
import { Floats } from "./floats.js";

/** Per-example arrays hold the declared batch; `parameters` and `gradients` have the same offsets. */
export interface Arrays {
  readonly inputs: Floats;
  readonly classes: Int32Array;
  readonly parameters: Floats;
  readonly gradients: Floats;
  readonly states: Floats;
  /** 1, or 0 for a weight that was pruned. */
  readonly masks: Floats;
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
export type MemorySizes = { readonly [name in keyof Arrays]?: number };

export interface Memory extends Arrays {
  /** Programs as WebAssembly, where it runs them; undefined: they are TypeScript. */
  readonly wasm: WasmPrograms | undefined;
}
export interface WasmPrograms {
  /** How many compute together: 1 until the others have started. */
  readonly threads: number;
  /** A program's function, to be called at once with the same `n` and the program's scalars: other threads may have begun. */
  enter(program: string, n: number, step: number, seed: number): WasmFunction;
  dispose(): void;
}
export type WasmFunction = (n: number, ...scalars: number[]) => void;

/** Lays out a new net's memory. Throws NetTargetError. */
export type Open = (options: CreateOptions) => Memory;
/** The kernels of one function in order, on the first `n` examples in memory. */
export type Program = (memory: Memory, n: number, step: number, seed: number) => void;

export function allocate(sizes: MemorySizes): Memory {
  return {
    inputs: new Floats(sizes.inputs ?? 0),
    classes: new Int32Array(sizes.classes ?? 0),
    parameters: new Floats(sizes.parameters ?? 0),
    gradients: new Floats(sizes.gradients ?? 0),
    states: new Floats(sizes.states ?? 0),
    masks: new Floats(sizes.masks ?? 0),
    buffers: new Floats(sizes.buffers ?? 0),
    totals: new Float64Array(sizes.totals ?? 0),
    sums: new Float64Array(sizes.sums ?? 0),
    metrics: new Float64Array(sizes.metrics ?? 0),
    outputs: new Floats(sizes.outputs ?? 0),
    decisions: new Int32Array(sizes.decisions ?? 0),
    memories: new Floats(sizes.memories ?? 0),
    activations: new Floats(sizes.activations ?? 0),
    integers: new Int32Array(sizes.integers ?? 0),
    wasm: undefined,
  };
}

/** For modules without WebAssembly. */
export function openPlain(sizes: MemorySizes, { target }: CreateOptions): Memory {
  if (target === "wasm") throw new NetTargetError("kernels", "this module was built for TypeScript alone");
  return allocate(sizes);
}
