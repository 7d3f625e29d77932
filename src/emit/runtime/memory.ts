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
  /** 1 if the 32-bit floats from byte `from` up to byte `to` are finite, and so are those up to three beyond that fill a vector. */
  readonly finite: (from: number, to: number) => unknown;
  dispose(): void;
}
export type WasmFunction = (n: number, ...scalars: number[]) => void;

/** Lays out a new net's memory. Throws NetTargetError. */
export type Open = (options: CreateOptions) => Memory;
/** The kernels of one function in order, on the first `n` examples in memory. */
export type Program = (memory: Memory, n: number, step: number, seed: number) => void;

const arrayTypes: Readonly<Record<keyof Arrays, ArrayType>> = {
  inputs: Floats,
  classes: Int32Array,
  parameters: Floats,
  gradients: Floats,
  states: Floats,
  masks: Floats,
  buffers: Floats,
  totals: Float64Array,
  sums: Float64Array,
  metrics: Float64Array,
  outputs: Floats,
  decisions: Int32Array,
  memories: Floats,
  activations: Floats,
  integers: Int32Array,
};
export type ArrayType = typeof Floats | Float64ArrayConstructor | Int32ArrayConstructor;

/** Each array as `make` gives it. */
export function makeArrays(make: (type: ArrayType, name: keyof Arrays) => unknown): Arrays {
  const entries = Object.entries(arrayTypes) as [keyof Arrays, ArrayType][];
  return Object.fromEntries(entries.map(([name, type]) => [name, make(type, name)])) as unknown as Arrays;
}

/** What `make` gives. Throws NetTargetError where there is no memory for it. */
export function demandMemory<Made>(make: () => Made, bytes: number): Made {
  try {
    return make();
  } catch {
    throw new NetTargetError("memory", `this engine gives no ${bytes} bytes of memory`);
  }
}

/** Throws NetTargetError. */
export function allocate(sizes: MemorySizes): Memory {
  const bytes = Object.values(sizes).reduce((sum, size) => sum + size * Floats.BYTES_PER_ELEMENT, 0);
  return demandMemory(() => ({ ...makeArrays((type, name) => new type(sizes[name] ?? 0)), wasm: undefined }), bytes);
}

/** For modules without WebAssembly. */
export function openPlain(sizes: MemorySizes, { target }: CreateOptions): Memory {
  if (target === "wasm") throw new NetTargetError("kernels", "this module was built for TypeScript alone");
  return allocate(sizes);
}
