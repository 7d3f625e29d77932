/** @file Random graphs on three threads: the same bits as on one. */
import { expect, it } from "vitest";
import type { ArenaName } from "../../src/ir/types.js";
import { compileProgram } from "../../src/passes/kernels.js";
import { afterGradient, runPasses } from "../../src/passes/pipeline.js";
import { instantiateWasm, startThreads, type WasmInstance } from "../backends/wasm-runner.js";
import { randomProgram } from "../ir/random-graph.js";

const first = Number(process.env["SEED"] ?? 1);
const count = Number(process.env["COUNT"] ?? 60);
/** Races show now and then. */
const repeats = 5;

it(`have the same values on several threads (${count} from seed ${first})`, async () => {
  const made = Array.from({ length: count }, (_, k) => {
    const { graph, program, batch, n, memory } = randomProgram(first + k);
    const passed = k % 2 === 0 ? program : runPasses(graph, afterGradient, program, { batch });
    return { program: compileProgram(graph, passed, { batch, target: "wasm" }), n, memory };
  });
  const lengths: Partial<Record<ArenaName, number>> = {};
  for (const { memory } of made)
    for (const [name, { length }] of Object.entries(memory()) as [ArenaName, Float64Array][])
      lengths[name] = Math.max(lengths[name] ?? 0, length);
  const programs = made.map(({ program }) => ({ name: program.name, program }));
  const alone = instantiateWasm(programs, lengths);
  const threads = await startThreads(programs, lengths, 3);
  for (const { program, n, memory } of made) {
    const start = ({ arrays }: Pick<WasmInstance, "arrays">) => {
      for (const array of Object.values(arrays)) array.fill(0);
      for (const [name, values] of Object.entries(memory())) arrays[name as ArenaName]!.set(values);
    };
    start(alone);
    // Threads are given no step and no keys.
    alone.run(program.name, n, NaN, () => 0);
    for (let repeat = 0; repeat < repeats; repeat++) {
      start(threads);
      await threads.run(program.name, n);
      for (const name of Object.keys(lengths) as ArenaName[])
        expect(threads.arrays[name], `${program.name}, ${name}`).toEqual(alone.arrays[name]);
    }
  }
  await threads.stop();
});
