/** @file Programs as WebAssembly, over one memory that holds all arrays. */
import type { CreateOptions } from "./api.js";
import { NetTargetError } from "./errors.js";
import { Floats } from "./floats.js";
import { allocate, type Arrays, type Memory, type MemorySizes, type WasmFunction } from "./memory.js";
import { mayShare, maySleep, startThreads } from "./threads.js";

interface WasmMemory {
  readonly buffer: ArrayBuffer;
}
/** What an engine offers. */
export interface WasmEngine {
  readonly WebAssembly: {
    readonly Memory: new (size: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (
      module: object,
      imports: object,
    ) => { readonly exports: Readonly<Record<string, WasmFunction>> };
    validate(bytes: Uint8Array): boolean;
  };
}
declare const WebAssembly: WasmEngine["WebAssembly"];
declare const atob: (base64: string) => string;

/** A binary, what its functions take, and how its memory is laid out. */
export interface WasmSpec {
  /** The module in base64. */
  readonly binary: string;
  /** The byte in it that says whether memory is shared: 1, or 3. */
  readonly sharing: number;
  /** Of each program's function, after the number of examples: the step, or the key of a draw site. */
  readonly programs: Readonly<Record<string, readonly ("step" | number)[]>>;
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
export function openWasm(spec: WasmSpec, { target, threads = 1 }: CreateOptions): Memory {
  if (target === "typescript") throw new NetTargetError("kernels", "this module was built without TypeScript kernels");
  if (typeof WebAssembly === "undefined") throw new NetTargetError("WebAssembly", "this engine has no WebAssembly");
  if (!WebAssembly.validate(bytesOfBase64(probe))) {
    throw new NetTargetError("SIMD", "this engine's WebAssembly has no 128-bit vectors");
  }
  const shared = threads > 1 && mayShare();
  const memory = allocateWasm(spec, shared);
  const module = compileWasm(spec, shared);
  const instance = (parts: number) =>
    new WebAssembly.Instance(module, { m: { memory, part: 0, parts, sleeps: Number(!shared || maySleep()) } }).exports;
  const alone = instance(1);
  return {
    ...arraysIn(memory, spec),
    wasm: shared
      ? startThreads(spec, module, memory, threads, alone, instance(threads))
      : { threads: 1, enter: (program) => alone[program]!, dispose: () => {} },
  };
}

function allocateWasm({ size }: WasmSpec, shared: boolean): WasmMemory {
  const pages = Math.ceil(size / 65536);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch {
    throw new NetTargetError("memory", `this engine gives no ${pages * 65536} bytes of memory`);
  }
}

function compileWasm({ binary, sharing }: WasmSpec, shared: boolean): object {
  const bytes = bytesOfBase64(binary);
  if (shared) bytes[sharing] = 3;
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw new NetTargetError("compilation", `this engine does not compile the net here: ${String(error)}`);
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
