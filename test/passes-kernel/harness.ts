/** @file Runs a program through kernels and through the interpreter, from the same memory, and compares what they stored. */
import { expect } from "vitest";
import { elementType } from "../../src/backends/arrays.js";
import { printKernel } from "../../src/backends/typescript/print.js";
import { printMath } from "../../src/backends/typescript/math.js";
import { drawKey } from "../../src/ir/draws.js";
import type { Graph } from "../../src/ir/graph.js";
import { interpret } from "../../src/ir/interpret.js";
import type { ArrayName, CompiledProgram } from "../../src/ir/kernel.js";
import type { ArenaName, Extent, Program, ScalarType, Source, Tensor } from "../../src/ir/types.js";
import { compileProgram } from "../../src/passes/kernels.js";
import type { Schedules } from "../../src/passes/schedules.js";
import { verifyProgram } from "../../src/passes/verify-kernel.js";
import { instantiateWasm, type WasmInstance } from "../backends/wasm-runner.js";

export type Arrays = Partial<Record<ArrayName, Float32Array | Float64Array | Int32Array>>;

/** One JavaScript text: helpers, kernels and `run(n, arrays, step, key)`. */
export function printProgram(program: CompiledProgram, floats: "Float32Array" | "Float64Array"): string {
  const printed = program.kernels.map((kernel) => printKernel(kernel, { types: false, floats }));
  const kernels = printed.map(({ text }) => text).join("\n");
  const calls = printed.map(({ arrays, scalars }, k) => {
    const given = [
      "n",
      ...arrays.map((array) => `memory.${array}`),
      ...scalars.map(({ name, site }) => (name === "step" ? "step" : `key(${site})`)),
    ];
    return `  ${program.kernels[k]!.name}(${given.join(", ")});`;
  });
  return `${printMath(kernels, { types: false })}\n${kernels}\nfunction run(n, memory, step, key) {\n${calls.join("\n")}\n}\n`;
}

export type Runner = (n: number, memory: Arrays, step: number, key: (site: number) => number) => void;
export function load(text: string): Runner {
  return new Function(`"use strict";\n${text}\nreturn run;`)() as Runner;
}

/** How many elements each arena has. */
export interface Memory {
  readonly batch: number;
  readonly lengths: () => ReadonlyMap<ArenaName, number>;
}

/** Hands out regions of arenas. */
export class Layout implements Memory {
  readonly #ends = new Map<ArenaName, number>();
  constructor(readonly batch: number) {}
  source(arena: ArenaName, shape: readonly Extent[], type: ScalarType = typeOf(arena)): Source {
    const offset = this.#ends.get(arena) ?? 0;
    const length = shape.reduce<number>((size, extent) => size * (extent === "batch" ? this.batch : extent), 1);
    this.#ends.set(arena, offset + length);
    return { name: `${arena}${offset}`, arena, type, offset, shape };
  }
  lengths(): ReadonlyMap<ArenaName, number> {
    return this.#ends;
  }
}
function typeOf(arena: ArenaName): ScalarType {
  return elementType(arena);
}

/** Deterministic numbers in -1 .. 1. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
}

export interface CheckOptions {
  readonly n?: number;
  readonly tolerance?: number;
  /** Whole numbers in arenas of classes are in 0 .. classes - 1. */
  readonly classes?: number;
  readonly seed?: number;
  /** Fraction of inputs that are exactly 0. */
  readonly zeros?: number;
  /** Of the WebAssembly kernels, which then run alone. */
  readonly schedules?: Schedules;
}

/**
 * Compiles for both targets, runs the kernels in f64, in f32 and as WebAssembly, and the interpreter in f64; every arena must
 * agree. Returns the program compiled for TypeScript.
 */
export function check(graph: Graph, program: Program, layout: Memory, options: CheckOptions = {}): CompiledProgram {
  const { n = layout.batch, tolerance = 1e-9, classes = 2, seed = 1, zeros = 0, schedules } = options;
  const { batch } = layout;
  const compiled = compileProgram(graph, program, { batch });
  const compiledForWasm = compileProgram(graph, program, { batch, target: "wasm", schedules });
  for (const made of [compiled, compiledForWasm])
    expect(verifyProgram(made, batch, Object.fromEntries(layout.lengths()))).toEqual([]);
  const key = (site: number) => drawKey(7, site, 3);
  const runs = ["WebAssembly", "Float32Array", "Float64Array"] as const;
  for (const run of schedules ? runs.slice(0, 1) : runs) {
    const next = random(seed);
    const memory: Partial<Record<ArenaName, Float64Array>> = {};
    const wasm = run === "WebAssembly" ? startWasm(compiledForWasm, layout) : undefined;
    const floats = run === "Float64Array" ? run : "Float32Array";
    const arrays: Arrays = wasm?.arrays ?? {
      activations: new (floats === "Float32Array" ? Float32Array : Float64Array)(compiled.activations),
      integers: new Int32Array(compiled.integers),
    };
    arrays.activations!.fill(NaN);
    arrays.integers!.fill(1 << 20);
    for (const [arena, length] of layout.lengths()) {
      const type = elementType(arena);
      const values = Float64Array.from({ length }, () =>
        type === "i32" ? Math.floor(((next() + 1) / 2) * classes) : next() < zeros * 2 - 1 ? 0 : Math.fround(next()),
      );
      memory[arena] = values;
      if (wasm) arrays[arena]!.set(values);
      else
        arrays[arena] =
          type === "i32"
            ? Int32Array.from(values)
            : type === "f64" || floats === "Float64Array"
              ? values.slice()
              : Float32Array.from(values);
    }
    let text = "";
    if (wasm) wasm.run("test", n, 3, key);
    else {
      text = printProgram(compiled, floats);
      load(text)(n, arrays, 3, key);
    }
    // The interpreter writes whole batches: a short one is compared up to n.
    interpret(program, { memory, batch: n, step: 3, seed: 7 });
    const allowed = run === "Float64Array" ? tolerance : Math.max(tolerance, run === "WebAssembly" ? 1e-4 : 2e-5);
    for (const { target } of program.stages.flat()) {
      const per = target.shape.slice(1).reduce<number>((size, extent) => size * (extent as number), 1);
      const length =
        target.shape[0] === "batch" ? n * per : target.shape.reduce<number>((s, e) => s * (e as number), 1);
      const want = memory[target.arena]!;
      const got = arrays[target.arena]!;
      for (let k = target.offset; k < target.offset + length; k++) {
        const difference = Math.abs(got[k]! - want[k]!);
        if (
          !(difference <= allowed * Math.max(1, Math.abs(want[k]!))) &&
          !Object.is(got[k], want[k]) &&
          got[k] !== want[k]
        )
          expect.fail(`${target.name}[${k - target.offset}] is ${got[k]}, want ${want[k]} (${run})\n${text}`);
      }
    }
  }
  return compiled;
}
function startWasm(program: CompiledProgram, layout: Memory): WasmInstance {
  return instantiateWasm([{ name: "test", program }], Object.fromEntries(layout.lengths()));
}
export const program = (...stages: readonly (readonly { target: Source; value: Tensor }[])[]): Program => ({
  name: "test",
  stages,
});
