/** @file Runs a model's programs on the interpreter, before and after the graph passes, and as generated code in 64 bits. */
import { compileModel } from "../../src/compiler/compile.js";
import type { CheckedModel } from "../../src/check/model.js";
import { instantiateOpen } from "../../src/cli/compile.js";
import type { InternalKernel } from "../../src/cli/module.js";
import { noise } from "../../src/cli/noise.js";
import { interpret } from "../../src/ir/interpret.js";
import type { ArenaName, Program } from "../../src/ir/types.js";
import { lower } from "../../src/lower/programs.js";
import { afterGradient, beforeGradient, runPasses, runPassesOn } from "../../src/passes/pipeline.js";

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
 * graph on the interpreter, and the generated code in f64, must agree within `tolerance`, relative to max(1, |value|).
 */
export async function comparePrograms(
  checked: CheckedModel,
  rows: number,
  tolerance: number,
): Promise<readonly Difference[]> {
  const { graph } = checked;
  const lowered = lower(checked, { prepare: (g, tensors) => runPassesOn(g, beforeGradient, tensors) });
  const { module, internals } = await instantiateOpen(compileModel(checked, { gradient: true }), "f64");
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
  const differences: Difference[] = [];
  const compare = (program: string, expected: Snapshot, found: Readonly<Record<string, ArrayLike<number>>>) => {
    for (const arena of compared) {
      const wanted = expected[arena];
      if (!wanted) continue;
      for (let index = 0; index < wanted.length; index++) {
        const a = wanted[index]!;
        const b = found[arena]?.[index] ?? NaN;
        if (Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a)) || Object.is(a, b)) continue;
        differences.push({ program, arena, index, expected: a, found: b });
        break;
      }
    }
  };
  for (const name of programNames) {
    const program: Program | undefined = lowered.programs[name];
    const kernels = internals[name] as readonly InternalKernel[] | undefined;
    if (!program) continue;
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
  }
  return differences;
}
