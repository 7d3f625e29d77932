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

/** Each value has the one before it as two or three of its parts: written out they would be 2^40 long. */
it.each([
  ["sums of products", (v: string) => `${v} + ${v} * ${v}`],
  ["choices", (v: string) => `where(${v} > 0, ${v}, ${v} * 0.5) + max(${v}, 0.1)`],
])("compiles %s of one value many times over, outside scans and in them", (_, next) => {
  const steps = Array.from({ length: 40 }, (_, k) => `let v${k + 1} = ${next(`v${k}`)}`).join("\n  ");
  project.setText(
    "shared.net",
    `layer steps(x: [...]) {
  let v0 = x
  ${steps}
  return v40
}
layer walk(x: [t, n]) {
  scan i in t with h = zeros([n]) {
    h <- steps(h + x[i])
  }
  return h
}
model Shared {
  input  x: f32[5, 4]
  target t: f32[2]
  output y = x -> dense(4) -> steps -> walk -> dense(2)
  output total = sum(x -> steps)
  loss   mean_squared_error(y, t)
  optimizer adam(1e-3)
}`,
  );
  const { models, diagnostics } = project.check("shared.net")!;
  expect(diagnostics).toEqual([]);
  const { programs } = compileModel(models[0]!, { target: "wasm", fallback: true, gradient: true });
  expect(programs.predict.kernels.length).toBeGreaterThan(0);
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
