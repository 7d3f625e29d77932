/** @file Which kernels of the reference network's training step take how long, against the scalar peak in the same run. */
import { elementType } from "../../src/backends/arrays.js";
import { printKernel } from "../../src/backends/typescript/print.js";
import { printMath } from "../../src/backends/typescript/math.js";
import { compileProgram } from "../../src/passes/kernels.js";
import type { Arrays } from "../passes-kernel/harness.js";
import { random } from "../passes-kernel/harness.js";
import { scalarPeak } from "../../src/cli/peak.js";
import { referenceCnn } from "./reference-cnn.js";

const batch = 32;
const compileStart = performance.now();
const { graph, program, layout, nominalFlops } = referenceCnn(batch);
const compiled = compileProgram(graph, program, { batch });
const compileTime = performance.now() - compileStart;
const next = random(1);
const memory: Arrays = {
  activations: new Float32Array(compiled.activations),
  integers: new Int32Array(compiled.integers),
};
for (const [arena, length] of layout.lengths()) {
  const type = elementType(arena);
  memory[arena] =
    type === "i32"
      ? Int32Array.from({ length }, () => Math.floor((next() + 1) * 5))
      : type === "f64"
        ? new Float64Array(length)
        : Float32Array.from({ length }, (_, k) =>
            arena === "parameters" ? next() * 0.05 : arena === "states" ? (k < length / 2 ? 0 : 1) : next(),
          );
}
const kernels = compiled.kernels.map((kernel) => {
  const { text, arrays } = printKernel(kernel, { types: false, floats: "Float32Array" });
  if (process.argv.includes(kernel.name)) console.log(text);
  const body = `"use strict";\n${printMath(text, { types: false })}\n${text}\nreturn ${kernel.name};`;
  const run = new Function(body)() as (...arguments_: unknown[]) => void;
  const inputs = arrays.map((array) => memory[array]);
  return { kernel, call: () => run(batch, ...inputs, 1), time: Infinity };
});
// Processor time, not the clock: other programs on the machine do not count.
const peak = scalarPeak();
let best = Infinity;
for (let round = 0; round < 15; round++) {
  const start = process.cpuUsage();
  for (const entry of kernels) {
    const from = process.cpuUsage();
    entry.call();
    const used = process.cpuUsage(from);
    entry.time = Math.min(entry.time, (used.user + used.system) / 1000);
  }
  const used = process.cpuUsage(start);
  best = Math.min(best, (used.user + used.system) / 1000);
}
for (const { kernel, time } of kernels) {
  const gflops = (kernel.flops * batch) / time / 1e6;
  const label = kernel.origins.map((origin) => origin.label).join(", ");
  console.log(
    `${kernel.name.padEnd(9)} ${time.toFixed(3).padStart(9)} ms ${gflops.toFixed(2).padStart(6)} GFLOP/s  ${label}`,
  );
}
const nominal = nominalFlops / best / 1e6;
console.log(
  `step ${best.toFixed(2)} ms, nominal ${nominal.toFixed(2)} GFLOP/s, peak ${peak.toFixed(2)}, fraction ${(nominal / peak).toFixed(2)}`,
);
const gradients = Array.from(memory.gradients!);
const zeros = gradients.filter((value) => value === 0).length / gradients.length;
console.log(`gradients exactly 0: ${(100 * zeros).toFixed(1)}%`);
console.log(`compile ${compileTime.toFixed(1)} ms, activations ${compiled.activations}, integers ${compiled.integers}`);
