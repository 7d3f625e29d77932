/** @file Runs compiled programs as WebAssembly, on one thread or several. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
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

function assemble(
  programs: readonly NamedProgram[],
  arenas: Readonly<Partial<Record<ArrayName, number>>>,
  shared: boolean,
) {
  const lengths = {
    ...arenas,
    activations: Math.max(0, ...programs.map(({ program }) => program.activations)),
    integers: Math.max(0, ...programs.map(({ program }) => program.integers)),
  };
  const layout = layoutMemory(lengths);
  const { bytes, scalars, memoryFlags } = assembleWasm(programs, layout);
  expect(bytes[memoryFlags]).toBe(1);
  if (shared) bytes[memoryFlags] = 3;
  // Compiling says what is wrong with it.
  const module = new WebAssembly.Module(bytes);
  expect(WebAssembly.validate(bytes)).toBe(true);
  const pages = Math.ceil(layout.bytes / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  const arrays = Object.fromEntries(
    (Object.keys(lengths) as ArrayName[]).map((name) => [
      name,
      new views[elementType(name)](memory.buffer, layout.bases[name], lengths[name]),
    ]),
  );
  return { bytes, scalars, module, memory, arrays, layout };
}

export function instantiateWasm(
  programs: readonly NamedProgram[],
  arenas: Readonly<Partial<Record<ArrayName, number>>>,
): WasmInstance {
  const { bytes, scalars, module, memory, arrays } = assemble(programs, arenas, false);
  const instance = new WebAssembly.Instance(module, { m: { memory, part: 0, parts: 1, sleeps: 1 } });
  return {
    arrays,
    bytes,
    run(program, n, step, key) {
      const values = scalars.get(program)!.map(({ name, site }) => (name === "step" ? step : key(site)));
      (instance.exports[program] as (...values: number[]) => void)(n, ...values);
    },
  };
}

/** What one of several threads does of a program's only kernel; the others have arrived at the barrier behind it. */
export function runPart(
  programs: readonly NamedProgram[],
  arenas: Readonly<Partial<Record<ArrayName, number>>>,
  part: number,
  parts: number,
): WasmInstance["arrays"] {
  const { module, memory, arrays, layout } = assemble(programs, arenas, true);
  new Int32Array(memory.buffer)[layout.barrier / 4] = parts - 1;
  const { exports } = new WebAssembly.Instance(module, { m: { memory, part, parts, sleeps: 1 } });
  (exports[programs[0]!.name] as (n: number) => void)(1);
  return arrays;
}

/** The first thread is this one. */
export async function startThreads(
  programs: readonly NamedProgram[],
  arenas: Readonly<Partial<Record<ArrayName, number>>>,
  parts: number,
) {
  const { module, memory, arrays } = assemble(programs, arenas, true);
  const text = `
    const { parentPort, workerData: { module, memory, part, parts } } = require("node:worker_threads");
    const { exports } = new WebAssembly.Instance(module, { m: { memory, part, parts, sleeps: 1 } });
    parentPort.on("message", ({ program, n }) => { exports[program](n); parentPort.postMessage("done"); });
    parentPort.postMessage("ready");`;
  const workers = Array.from(
    { length: parts - 1 },
    (_, k) => new Worker(text, { eval: true, workerData: { module, memory, part: k + 1, parts } }),
  );
  await Promise.all(workers.map((worker) => once(worker, "message")));
  const { exports } = new WebAssembly.Instance(module, { m: { memory, part: 0, parts, sleeps: 1 } });
  return {
    arrays,
    async run(program: string, n: number): Promise<void> {
      const done = workers.map((worker) => once(worker, "message"));
      for (const worker of workers) worker.postMessage({ program, n }, []);
      (exports[program] as (n: number) => void)(n);
      await Promise.all(done);
    },
    stop: () => Promise.all(workers.map((worker) => worker.terminate())),
  };
}
