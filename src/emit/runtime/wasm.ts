/** @file Programs as WebAssembly, over one memory that holds all arrays. */
import type { PredictorOptions } from "./api.js";
import { NetTargetError } from "./errors.js";
import {
  allocate,
  type Arrays,
  demandMemory,
  makeArrays,
  type Memory,
  type MemorySizes,
  type Open,
  type WasmFunction,
} from "./memory.js";

export type WasmFunctions = Readonly<Record<string, WasmFunction>>;
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}
/** The number of the thread, from 0, of how many, and whether it may sleep while it waits for others. */
export interface WasmImports {
  readonly memory: WasmMemory;
  readonly part: number;
  readonly parts: number;
  readonly sleeps: number;
}
/** What an engine offers. */
export interface WasmEngine {
  readonly WebAssembly: {
    readonly Memory: new (size: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (
      module: object,
      imports: { readonly m: WasmImports },
    ) => { readonly exports: WasmFunctions };
    validate(bytes: Uint8Array): boolean;
  };
}
declare const WebAssembly: WasmEngine["WebAssembly"];

/** A binary, what its functions take, and how its memory is laid out. */
export interface WasmSpec {
  /** The module, two hexadecimal digits a byte. */
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

function bytesOfHexadecimal(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, k) => parseInt(text.slice(2 * k, 2 * k + 2), 16));
}

/** Whether the engine has all that a module in hexadecimal digits wants. */
export function accepts(module: string): boolean {
  return typeof WebAssembly !== "undefined" && WebAssembly.validate(bytesOfHexadecimal(module));
}

/** The smallest module with a vector in it. */
const probe = "0061736d010000000105016000017b030201000a0a0108004100fd0ffd620b";

/** Throws NetTargetError where WebAssembly with vectors cannot be had, or is not wanted. */
export function demandWasm({ target }: PredictorOptions): void {
  if (target === "typescript") throw new NetTargetError("kernels", "this module was built without TypeScript kernels");
  if (typeof WebAssembly === "undefined") throw new NetTargetError("WebAssembly", "this engine has no WebAssembly");
  if (!accepts(probe)) {
    throw new NetTargetError("SIMD", "this engine's WebAssembly has no SIMD");
  }
}

/** On one thread. Throws NetTargetError. */
export function openWasm(spec: WasmSpec, options: PredictorOptions): Memory {
  demandWasm(options);
  const memory = allocateWasm(spec, false);
  const module = compileWasm(spec, false);
  return withPrograms(spec, memory, bindWasm([module], { memory, part: 0, parts: 1, sleeps: 1 }));
}

export function withPrograms(spec: WasmSpec, memory: WasmMemory, functions: WasmFunctions): Memory {
  return {
    ...arraysIn(memory, spec),
    wasm: { threads: 1, enter: (program) => functions[program]!, finite: functions["finite"]!, dispose: () => {} },
  };
}

export function allocateWasm({ size }: WasmSpec, shared: boolean): WasmMemory {
  const pages = Math.ceil(size / 65536);
  return demandMemory(() => new WebAssembly.Memory({ initial: pages, maximum: pages, shared }), pages * 65536);
}

export function compileWasm({ binary, sharing }: WasmSpec, shared: boolean): object {
  const bytes = bytesOfHexadecimal(binary);
  if (shared) bytes[sharing] = 3;
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw new NetTargetError("compilation", `this engine does not compile it: ${String(error)}`);
  }
}

export function bindWasm(modules: readonly object[], imports: WasmImports): WasmFunctions {
  return Object.assign({}, ...modules.map((module) => new WebAssembly.Instance(module, { m: imports }).exports));
}

export function arraysIn({ buffer }: WasmMemory, { arrays }: WasmSpec): Arrays {
  return makeArrays((type, name) => new type(buffer, ...(arrays[name] ?? nowhere)));
}

/** The TypeScript kernels where `open` cannot have WebAssembly. */
export function openEither(open: Open, sizes: MemorySizes, options: PredictorOptions): Memory {
  if (options.target === "typescript") return allocate(sizes);
  try {
    return open(options);
  } catch (error) {
    if (options.target === "wasm" || !(error instanceof NetTargetError)) throw error;
    return allocate(sizes);
  }
}
