/** @file Programs as WebAssembly, over one memory that holds all arrays. */
import type { CreateOptions } from "./api.js";
import { NetTargetError } from "./errors.js";
import { Floats } from "./floats.js";
import { allocate, type Arrays, type Memory, type MemorySizes, type WasmFunction } from "./memory.js";

interface WasmMemory {
  readonly buffer: ArrayBuffer;
}
interface WasmInstance {
  readonly exports: Readonly<Record<string, WasmFunction>>;
}
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => WasmInstance;
  validate(bytes: Uint8Array): boolean;
};
declare const atob: (base64: string) => string;

/** A binary, and how its memory is laid out. */
export interface WasmSpec {
  /** The module in base64. */
  readonly binary: string;
  /** Of memory, in bytes. */
  readonly size: number;
  /** Where each array starts, in bytes, and its length in elements. */
  readonly arrays: { readonly [name in keyof Arrays]?: Place };
}
type Place = readonly [start: number, length: number];
const nowhere: Place = [0, 0];

function bytesOfBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** The smallest module with a vector in it. */
const probe = "AGFzbQEAAAABBQFgAAF7AwIBAAoKAQgAQQD9D/1iCw==";

/** Throws NetTargetError. */
export function openWasm(spec: WasmSpec, { target }: CreateOptions): Memory {
  if (target === "typescript") throw new NetTargetError("kernels", "this module was built without TypeScript kernels");
  if (typeof WebAssembly === "undefined") throw new NetTargetError("WebAssembly", "this engine has no WebAssembly");
  if (!WebAssembly.validate(bytesOfBase64(probe))) {
    throw new NetTargetError("SIMD", "this engine's WebAssembly has no 128-bit vectors");
  }
  const memory = allocateWasm(spec);
  const { exports } = instantiate(spec, memory);
  return {
    ...arraysIn(memory, spec),
    wasm: { threads: 1, enter: (program) => exports[program]!, dispose: () => {} },
  };
}

function allocateWasm({ size }: WasmSpec): WasmMemory {
  const pages = Math.ceil(size / 65536);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: false });
  } catch {
    throw new NetTargetError("memory", `this engine gives no ${pages * 65536} bytes of memory`);
  }
}

function instantiate({ binary }: WasmSpec, memory: WasmMemory): WasmInstance {
  try {
    const module = new WebAssembly.Module(bytesOfBase64(binary));
    return new WebAssembly.Instance(module, { m: { memory, part: 0, parts: 1 } });
  } catch (error) {
    throw new NetTargetError("compilation", `this engine does not compile the net: ${String(error)}`);
  }
}

function arraysIn({ buffer }: WasmMemory, { arrays }: WasmSpec): Arrays {
  const floats = ([start, length]: Place = nowhere) => new Floats(buffer, start, length);
  const doubles = ([start, length]: Place = nowhere) => new Float64Array(buffer, start, length);
  const integers = ([start, length]: Place = nowhere) => new Int32Array(buffer, start, length);
  return {
    inputs: floats(arrays.inputs),
    classes: integers(arrays.classes),
    parameters: floats(arrays.parameters),
    gradients: floats(arrays.gradients),
    states: floats(arrays.states),
    buffers: floats(arrays.buffers),
    totals: doubles(arrays.totals),
    sums: doubles(arrays.sums),
    metrics: doubles(arrays.metrics),
    outputs: floats(arrays.outputs),
    decisions: integers(arrays.decisions),
    memories: floats(arrays.memories),
    activations: floats(arrays.activations),
    integers: integers(arrays.integers),
  };
}

/** The TypeScript kernels where WebAssembly cannot run. */
export function openEither(spec: WasmSpec, sizes: MemorySizes, options: CreateOptions): Memory {
  if (options.target === "typescript") return allocate(sizes);
  try {
    return openWasm(spec, options);
  } catch (error) {
    if (options.target === "wasm" || !(error instanceof NetTargetError)) throw error;
    return allocate(sizes);
  }
}
