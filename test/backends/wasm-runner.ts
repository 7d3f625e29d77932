/** @file Runs compiled programs as WebAssembly on one thread. */
import { expect } from "vitest";
import { elementType } from "../../src/backends/arrays.js";
import { assembleWasm, layoutMemory, type NamedProgram } from "../../src/backends/wasm/module.js";
import type { ArrayName } from "../../src/ir/kernel.js";

export type WasmArray = Float32Array | Float64Array | Int32Array;
export interface WasmInstance {
  readonly arrays: Readonly<Partial<Record<ArrayName, WasmArray>>>;
  readonly bytes: Uint8Array;
  /** `key` gives the value of a draw site's key. */
  run(program: string, n: number, step: number, key: (site: number) => number): void;
}

/** Of WebAssembly's interface, which Node's types lack, as much as is used. */
interface Engine {
  readonly validate: (bytes: Uint8Array) => boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (limits: { initial: number; maximum: number; shared?: boolean }) => {
    readonly buffer: ArrayBuffer;
  };
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
}
const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: Engine };

const views = { f32: Float32Array, f64: Float64Array, i32: Int32Array } as const;

export function instantiateWasm(
  programs: readonly NamedProgram[],
  arenas: Readonly<Partial<Record<ArrayName, number>>>,
): WasmInstance {
  const lengths = {
    ...arenas,
    activations: Math.max(0, ...programs.map(({ program }) => program.activations)),
    integers: Math.max(0, ...programs.map(({ program }) => program.integers)),
  };
  const layout = layoutMemory(lengths);
  const { bytes, scalars } = assembleWasm(programs, layout);
  // Compiling says what is wrong with it.
  const module = new WebAssembly.Module(bytes);
  expect(WebAssembly.validate(bytes)).toBe(true);
  const pages = Math.ceil(layout.bytes / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const instance = new WebAssembly.Instance(module, {
    m: { memory, part: 0, parts: 1, sleeps: 1 },
  });
  const arrays = Object.fromEntries(
    (Object.keys(lengths) as ArrayName[]).map((name) => [
      name,
      new views[elementType(name)](memory.buffer, layout.bases[name], lengths[name]),
    ]),
  );
  return {
    arrays,
    bytes,
    run(program, n, step, key) {
      const values = scalars.get(program)!.map(({ name, site }) => (name === "step" ? step : key(site)));
      (instance.exports[program] as (...values: number[]) => void)(n, ...values);
    },
  };
}
