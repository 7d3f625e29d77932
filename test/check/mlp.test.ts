/** @file The multi-layer perceptron, end to end: names, shapes, places in memory, the first loss. */
import { expect, test } from "vitest";
import { evaluate } from "../../src/ir/interpret.js";
import { verifyTensors } from "../../src/ir/verify.js";
import { modelOf } from "./support.js";

const text = `
model Digits {
  input image: f32[6]
  target label: class[10]
  let logits = image -> dense(8) -> relu -> dense(10) as head
  output digit = softmax(logits)
  loss cross_entropy(digit, label)
  metric accuracy(digit, label)
  optimizer adam(1e-3)
  train { batch: 4, epochs: 5 }
}`;

test("parameters, states and steps have their paths and places", () => {
  const model = modelOf(text);
  expect(model.parameters.map((p) => [p.path, p.shape, p.source.offset])).toEqual([
    ["dense.kernel", [6, 8], 0],
    ["dense.bias", [8], 48],
    ["head.kernel", [8, 10], 56],
    ["head.bias", [10], 136],
  ]);
  expect(model.states.map((s) => s.path)).toContain("head.kernel/m");
  expect(model.steps.map((s) => [s.name, s.word, s.output])).toEqual([
    ["dense", "dense", [8]],
    ["relu", "relu", [8]],
    ["head", "dense", [10]],
    ["softmax", "softmax", [10]],
  ]);
  expect(model.metrics.map((m) => m.name)).toEqual(["loss", "accuracy"]);
  expect(model.training).toMatchObject({ batch: 4, epochs: 5 });
});

test("the update is one loop over all parameters", () => {
  const { update } = modelOf(text);
  expect(update.map((stage) => stage.map((s) => [s.target.arena, s.target.shape]))).toEqual([
    [
      ["parameters", [146]],
      ["states", [146]],
      ["states", [146]],
    ],
  ]);
});

test("uniform probabilities from zero weights give log 10", () => {
  const { forward } = modelOf(text);
  expect(verifyTensors([forward.train.loss!])).toEqual([]);
  const memory = {
    inputs: new Float64Array(24).map((_, k) => Math.sin(k)),
    classes: new Float64Array([3, 1, 4, 1]),
    parameters: new Float64Array(146),
  };
  const [loss] = evaluate([forward.train.loss!], { memory, batch: 4, step: 1, seed: 0 });
  for (const value of loss!) expect(value).toBeCloseTo(Math.log(10), 12);
});
