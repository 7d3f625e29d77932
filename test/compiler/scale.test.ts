/** @file Compile time grows with the length of a model, not faster; an edit is checked again at once. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { compileModel } from "../../src/compiler/compile.js";
import { createProject } from "../../src/compiler/project.js";
import { cpu } from "../cpu.js";

const project = createProject({ readText: () => undefined, resolve: (specifier) => specifier });

function compileLayers(count: number): void {
  const layers = "-> dense(8) -> relu\n    ".repeat(count);
  project.setText(
    "layers.net",
    `model Layers {
  input  x: f32[8]
  target kind: class[4]
  output chance = x ${layers}-> dense(4) -> softmax
  loss   cross_entropy(chance, kind)
  optimizer adam(1e-3)
  train  { batch: 8, epochs: 1 }
}`,
  );
  const checked = project.check("layers.net")!;
  expect(checked.diagnostics).toEqual([]);
  compileModel(checked.models[0]!);
}

it("compiles 1,000 layers in time linear in their number", () => {
  compileLayers(50);
  const some = cpu(() => compileLayers(250));
  const many = cpu(() => compileLayers(1000));
  // Four times the layers; the collector's share grows with the heap. Quadratic time would be 16 times.
  expect(many / some).toBeLessThan(8);
});

it("checks an edited model again in a few milliseconds", () => {
  const text = readFileSync("examples/mnist.net", "utf8");
  const times = Array.from({ length: 30 }, (_, k) => {
    project.setText("edited.net", text.replace("conv2d(32, 3)", `conv2d(${32 + k}, 3)`));
    return cpu(() => expect(project.check("edited.net")!.diagnostics).toEqual([]));
  });
  // 10 ms is the aim on an idle machine, printed by `test/bench/check.ts`; a test must also pass on a busy one.
  expect(Math.min(...times)).toBeLessThan(40);
});
