/** @file Random graphs: each pass, verified, leaves the interpreter's answer. */
import { describe, expect, it } from "vitest";
import { interpret } from "../../src/ir/interpret.js";
import { printProgram } from "../../src/ir/print.js";
import type { Program } from "../../src/ir/types.js";
import { assertProgram } from "../../src/ir/verify.js";
import { afterGradient, beforeGradient, runPasses } from "../../src/passes/pipeline.js";
import { randomProgram } from "../ir/random-graph.js";

const first = Number(process.env["SEED"] ?? 1);
const count = Number(process.env["COUNT"] ?? 250);

describe("random graphs", () => {
  it(`keep their answers (${count} from seed ${first})`, () => {
    for (let seed = first; seed < first + count; seed++) {
      const { graph, program, batch, memory } = randomProgram(seed);
      assertProgram(program, "construction");
      const run = (p: Program) => {
        const arenas = memory();
        interpret(p, { memory: arenas, batch, step: 2, seed: 1 });
        return [arenas.outputs, arenas.totals, arenas.parameters].flatMap((values) => [...(values ?? [])]);
      };
      const want = run(program);
      let current = program;
      for (const pass of [...beforeGradient, ...afterGradient]) {
        const before = current;
        current = runPasses(graph, [pass], current, { verify: true });
        const found = run(current);
        const wrong = want.findIndex(
          (x, k) => !(Math.abs(x - found[k]!) <= 1e-9 * Math.max(1, Math.abs(x)) || Object.is(x, found[k])),
        );
        if (wrong >= 0)
          expect.fail(
            `seed ${seed}: ${pass.name} changes element ${wrong} from ${want[wrong]} to ${found[wrong]}\n${printProgram(before)}\n${printProgram(current)}`,
          );
      }
    }
  });
});
