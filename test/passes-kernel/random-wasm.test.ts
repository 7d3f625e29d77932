/** @file Random graphs as WebAssembly: kernels in lanes, of the graph as it is and after all passes, give the interpreter's answer. */
import { describe, it } from "vitest";
import type { ArenaName } from "../../src/ir/types.js";
import { afterGradient, runPasses } from "../../src/passes/pipeline.js";
import { randomProgram } from "../ir/random-graph.js";
import { check } from "./harness.js";

const first = Number(process.env["SEED"] ?? 1);
const count = Number(process.env["COUNT"] ?? 60);

describe("random graphs", () => {
  it(`have the same values in lanes (${count} from seed ${first})`, () => {
    for (let seed = first; seed < first + count; seed++) {
      const { graph, program: random, batch, n, memory } = randomProgram(seed);
      const program = { ...random, name: "test" };
      const lengths = new Map(Object.entries(memory()).map(([name, values]) => [name as ArenaName, values.length]));
      for (const current of [program, runPasses(graph, afterGradient, program)])
        try {
          check(graph, current, { batch, lengths: () => lengths }, { n, seed, classes: 3 });
        } catch (error) {
          throw new Error(`seed ${seed}`, { cause: error });
        }
    }
  });
});
