/** @file Random graphs: kernels, of the graph as it is and after all passes, give the interpreter's answer. */
import { describe, expect, it } from "vitest";
import { drawKey } from "../../src/ir/draws.js";
import type { Graph } from "../../src/ir/graph.js";
import { sizeOf } from "../../src/ir/graph.js";
import { interpret } from "../../src/ir/interpret.js";
import { printProgram as printGraph } from "../../src/ir/print.js";
import type { ArenaName, Program } from "../../src/ir/types.js";
import { compileProgram } from "../../src/passes/kernels.js";
import { afterGradient, runPasses } from "../../src/passes/pipeline.js";
import { verifyProgram } from "../../src/passes/verify-kernel.js";
import { randomProgram } from "../ir/random-graph.js";
import type { Arrays } from "./harness.js";
import { load, printProgram } from "./harness.js";

const first = Number(process.env["SEED"] ?? 1);
const count = Number(process.env["COUNT"] ?? 100);
type Arenas = Partial<Record<ArenaName, Float64Array>>;
/** What a call with n examples stored. */
const outputs = (program: Program, arenas: Arenas | Arrays, n: number): readonly number[] =>
  program.stages
    .flat()
    .flatMap(({ target: { arena, offset, shape } }) => [
      ...(arenas[arena] ?? new Float64Array()).subarray(offset, offset + sizeOf(shape, n)),
    ]);

function runKernels(
  graph: Graph,
  program: Program,
  arenas: Arenas,
  { batch, n }: { readonly batch: number; readonly n: number },
): readonly number[] {
  const compiled = compileProgram(graph, program, { batch });
  const lengths = Object.fromEntries(Object.entries(arenas).map(([name, values]) => [name, values.length]));
  expect(verifyProgram(compiled, batch, lengths)).toEqual([]);
  const memory: Arrays = {
    ...arenas,
    activations: new Float64Array(compiled.activations).fill(NaN),
    integers: new Int32Array(compiled.integers).fill(1 << 20),
  };
  for (const name of ["classes", "decisions"] as const) {
    const values = arenas[name];
    if (values) memory[name] = Int32Array.from(values);
  }
  load(printProgram(compiled, "Float64Array"))(n, memory, 2, (site) => drawKey(1, site, 2));
  return outputs(program, memory, n);
}

describe("random graphs", () => {
  it(`have the same values as kernels (${count} from seed ${first})`, () => {
    for (let seed = first; seed < first + count; seed++) {
      const { graph, program: random, batch, n, memory } = randomProgram(seed);
      const program = { ...random, name: "random" };
      const want = memory();
      interpret(program, { memory: want, batch: n, step: 2, seed: 1 });
      const expected = outputs(program, want, n);
      for (const current of [program, runPasses(graph, afterGradient, program)]) {
        const found = runKernels(graph, current, memory(), { batch, n });
        const wrong = expected.findIndex((x, k) => {
          const y = found[k]!;
          return !(Math.abs(x - y) <= 1e-8 * Math.max(1, Math.abs(x)) || Object.is(x, y) || x === y);
        });
        if (wrong < 0) continue;
        const text = printProgram(compileProgram(graph, current, { batch }), "Float64Array");
        expect.fail(
          `seed ${seed}: element ${wrong} is ${found[wrong]}, want ${expected[wrong]}\n${printGraph(current)}\n${text}`,
        );
      }
    }
  });
});
