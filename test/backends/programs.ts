/** @file Runs a model's programs on the interpreter, before and after the graph passes, as generated code in 64 bits, and as WebAssembly. */
import { compileModel } from "../../src/compiler/compile.js";
import type { CheckedModel } from "../../src/check/model.js";
import { instantiateOpen } from "../../src/cli/compile.js";
import { drawKey } from "../../src/ir/draws.js";
import type { CompiledProgram } from "../../src/ir/kernel.js";
import type { InternalKernel } from "../../src/cli/module.js";
import { noise } from "../../src/cli/noise.js";
import { interpret } from "../../src/ir/interpret.js";
import type { ArenaName, Program } from "../../src/ir/types.js";
import { lower, type LowerOptions } from "../../src/lower/programs.js";
import { afterGradient, beforeGradient, runPasses, runPassesOn } from "../../src/passes/pipeline.js";
import { instantiateWasm } from "./wasm-runner.js";

export type Snapshot = Partial<Record<ArenaName, Float64Array>>;
export interface Difference {
  readonly program: string;
  readonly arena: string;
  readonly index: number;
  readonly expected: number;
  readonly found: number;
}

const programNames = ["predict", "evaluate", "gradient", "train", "finish", "reset", "survey", "settle"] as const;
const compared = [
  "parameters",
  "gradients",
  "states",
  "buffers",
  "totals",
  "outputs",
  "decisions",
  "memories",
  "metrics",
] as const;

/**
 * Every program of a model on `rows` made-up examples: the lowered graph on the interpreter is right by definition; the optimised
 * graph on the interpreter, and the generated code in f64, must agree within `tolerance`, relative to max(1, |value|);
 * WebAssembly, which computes in f32, within `single`.
 */
export async function comparePrograms(
  checked: CheckedModel,
  rows: number,
  tolerance: number,
  single = 1e-4,
): Promise<readonly Difference[]> {
  const { graph } = checked;
  const prepare: LowerOptions["prepare"] = (g, tensors) => runPassesOn(g, beforeGradient, tensors);
  const lowered = lower(checked, { prepare, copies: true });
  const compiled = compileModel(checked, { gradient: true });
  const { module, internals } = await instantiateOpen(compiled, "f64");
  const seed = 1;
  const { memory, load } = internals.open(module.create({ seed }));
  load(noise(checked, rows, seed));
  const generated = memory as unknown as Record<string, Float64Array>;
  const start = (): Snapshot =>
    Object.fromEntries(
      lowered.arenas.map(({ name, length }) => [
        name,
        Float64Array.from({ length }, (_, k) => generated[name]![k] ?? 0),
      ]),
    );
  const initial = start();
  const { parameters, gradients } = initial;
  // What `stop_gradient` stops reads copies of the parameters, behind the gradients.
  const copies = gradients?.subarray(parameters!.length);
  copies?.set(parameters!.subarray(0, copies.length));
  const compiledForWasm = compileModel(checked, { gradient: true, target: "wasm" });
  const { programs } = compiledForWasm;
  const forWasm = [...programNames.map((name) => programs[name]), ...programs.later].flatMap(
    (program: CompiledProgram | undefined) => (program ? [{ name: program.name, program }] : []),
  );
  const wasmNames = new Set(forWasm.map(({ name }) => name));
  const wasm = instantiateWasm(forWasm, Object.fromEntries(lowered.arenas.map(({ name, length }) => [name, length])));
  const differences: Difference[] = [];
  const compare = (
    program: string,
    expected: Snapshot,
    found: Readonly<Record<string, ArrayLike<number>>>,
    allowed = tolerance,
  ) => {
    for (const arena of compared) {
      const wanted = expected[arena];
      if (!wanted) continue;
      for (let index = 0; index < wanted.length; index++) {
        const a = wanted[index]!;
        const b = found[arena]?.[index] ?? NaN;
        if (Math.abs(a - b) <= allowed * Math.max(1, Math.abs(a)) || Object.is(a, b)) continue;
        differences.push({ program, arena, index, expected: a, found: b });
        break;
      }
    }
  };
  const { later, phases } = lowered.programs;
  const all = [
    ...programNames.map((name) => lowered.programs[name]),
    ...later,
    ...phases.flatMap(({ begin, update, serve }) => [phases.length > 1 || serve ? begin : undefined, update, serve]),
  ];
  for (const program of all.flatMap((one: Program | undefined) => one ?? [])) {
    const { name } = program;
    const kernels = (internals as unknown as Record<string, readonly InternalKernel[] | undefined>)[name];
    const run = (target: Program): Snapshot => {
      const arenas = Object.fromEntries(Object.entries(initial).map(([key, array]) => [key, array.slice()]));
      // Metrics need totals that are not all zero.
      arenas["sums"]?.fill(3);
      interpret(target, { memory: arenas, batch: rows, step: 1, seed });
      return arenas;
    };
    const expected = run(program);
    compare(
      `${name}, optimised`,
      expected,
      run(runPasses(graph, afterGradient, program)) as Record<string, Float64Array>,
    );
    for (const [key, array] of Object.entries(initial)) generated[key]?.set(array.subarray(0, generated[key].length));
    generated["sums"]?.fill(3);
    for (const kernel of kernels ?? []) kernel.run(memory, rows, 1, seed);
    compare(`${name}, generated`, expected, generated);
    for (const [key, array] of Object.entries(initial)) wasm.arrays[key as ArenaName]?.set(array);
    wasm.arrays.activations?.fill(NaN);
    wasm.arrays.sums?.fill(3);
    if (!wasmNames.has(name)) continue;
    wasm.run(name, rows, 1, (site) => drawKey(seed, site, 1));
    // Rows beyond the examples of this call may hold anything.
    for (const { target } of program.stages.flat()) {
      if (target.shape[0] !== "batch") continue;
      const size = target.shape.slice(1).reduce<number>((product, extent) => product * (extent as number), 1);
      const [from, to] = [target.offset + rows * size, target.offset + compiled.batch * size];
      wasm.arrays[target.arena]!.set(expected[target.arena]!.subarray(from, to), from);
    }
    compare(`${name}, wasm`, expected, wasm.arrays as Record<string, ArrayLike<number>>, single);
  }
  return differences;
}
