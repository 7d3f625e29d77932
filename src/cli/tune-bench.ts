/** @file Kernels of many schedules over one memory, timed in turn where they stand in a step. */
import type { CompiledModel } from "../backends/model.js";
import type { WasmLayout } from "../backends/wasm/context.js";
import { assembleWasm, layoutMemory } from "../backends/wasm/module.js";
import type { WasmEngine, WasmMemory } from "../emit/runtime/wasm.js";
import type { OpenNet } from "../emit/runtime/internals.js";
import { drawKey } from "../emit/runtime/random.js";
import type { ArrayName, CompiledProgram } from "../ir/kernel.js";

declare const WebAssembly: WasmEngine["WebAssembly"];

/** A program, and the number of examples for which it is scheduled. */
export interface Tuned {
  readonly program: CompiledProgram;
  readonly batch: number;
}
/** Programs that are tuned, in the order in which they are timed. */
export function tunedPrograms({ programs, batch }: CompiledModel): readonly Tuned[] {
  const { train, predict, predictOne } = programs;
  return [
    ...(train ? [{ program: train, batch }] : []),
    { program: predict, batch },
    ...(predictOne ? [{ program: predictOne, batch: 1 }] : []),
  ];
}
/** The name of a kernel among all that are tuned. */
export const idOf = (kernel: string, batch: number): string => `${kernel} x ${batch}`;

/** Kernels by id, ready to run. */
export type Kernels = ReadonlyMap<string, () => void>;
/** The least milliseconds of each kernel that was timed. */
export type Times = Map<string, number>;

/** Where nets have it: before all arrays. */
const { barrier } = layoutMemory({});
const page = 65536;
/** A kernel's results may differ from those of another schedule by so much of the largest. */
const rounding = 1e-4;
const restartEvery = 10;

/** Memory as a net had it after a step, and what runs in it. */
export class TuneBench {
  readonly #memory: WasmMemory;
  readonly #layout: WasmLayout;
  readonly #start: Uint8Array;
  readonly #floats: readonly Float32Array[];
  readonly #step: number;
  readonly #seed: number;
  #rounds = 0;

  constructor({ memory, step, seed }: OpenNet) {
    const { wasm: _, ...arrays } = memory;
    const { buffer } = memory.parameters;
    const pages = buffer.byteLength / page;
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: false });
    this.#start = new Uint8Array(buffer.slice(0));
    const bases = Object.entries(arrays).map(([name, { byteOffset }]) => [name as ArrayName, byteOffset]);
    this.#layout = { bases: Object.fromEntries(bases), barrier, bytes: buffer.byteLength };
    this.#floats = Object.values(arrays).flatMap((array) =>
      array instanceof Float32Array ? new Float32Array(this.#memory.buffer, array.byteOffset, array.length) : [],
    );
    this.#step = step;
    this.#seed = seed;
    this.restart();
  }

  restart(): void {
    this.#put(this.#start);
  }
  #put(bytes: Uint8Array): void {
    new Uint8Array(this.#memory.buffer).set(bytes);
  }
  #copy(): Uint8Array {
    return new Uint8Array(this.#memory.buffer.slice(0));
  }

  /** Those of the model's kernels that are wanted. */
  kernels(model: CompiledModel, isWanted: (kernel: string) => boolean): Kernels {
    const programs = tunedPrograms(model).flatMap(({ program, batch }) =>
      program.kernels
        .map((kernel) => ({ name: idOf(kernel.name, batch), batch, program: { ...program, kernels: [kernel] } }))
        .filter(({ name }) => isWanted(name)),
    );
    const { bytes, scalars } = assembleWasm(programs, this.#layout);
    const imports = { memory: this.#memory, part: 0, parts: 1, sleeps: 1 };
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: imports });
    return new Map(
      programs.map(({ name, batch }) => {
        const run = exports[name]!;
        const numbers = (scalars.get(name) ?? []).map((scalar) =>
          scalar.name === "step" ? this.#step : drawKey(this.#seed, scalar.site, this.#step),
        );
        return [name, () => run(batch, ...numbers)];
      }),
    );
  }

  /** All kernels of `base` in their order, with those of `variant` in their places; times those of the variant. */
  round(base: Kernels, variant: Kernels, times: Times): void {
    if (this.#rounds++ % restartEvery === 0) this.restart();
    for (const [name, run] of base) {
      const other = variant.get(name);
      if (!other) {
        run();
        continue;
      }
      const start = performance.now();
      other();
      const milliseconds = performance.now() - start;
      if (milliseconds < (times.get(name) ?? Infinity)) times.set(name, milliseconds);
    }
  }

  /** Kernels of the variant whose results differ from those of `base` by more than rounding explains. */
  disagreeing(base: Kernels, variant: Kernels): readonly string[] {
    this.restart();
    const found: string[] = [];
    for (const [name, run] of base) {
      const other = variant.get(name);
      if (!other) {
        run();
        continue;
      }
      const before = this.#copy();
      run();
      const expected = this.#copy();
      this.#put(before);
      other();
      if (!this.#agrees(before, expected)) found.push(name);
      this.#put(expected);
    }
    return found;
  }
  #agrees(before: Uint8Array, expected: Uint8Array): boolean {
    return this.#floats.every((found) => {
      const was = new Float32Array(before.buffer, found.byteOffset, found.length);
      const want = new Float32Array(expected.buffer, found.byteOffset, found.length);
      let largest = 0;
      let apart = 0;
      for (let k = 0; k < found.length; k++) {
        if (want[k] === was[k] && found[k] === was[k]) continue;
        largest = Math.max(largest, Math.abs(want[k]!));
        if (!Object.is(found[k], want[k])) apart = Math.max(apart, Math.abs(found[k]! - want[k]!));
      }
      return apart <= rounding * largest;
    });
  }
}
