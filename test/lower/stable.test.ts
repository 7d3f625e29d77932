/** @file The loss is finite at extreme scores, in training and in evaluation. */
import { expect, it } from "vitest";
import { instantiate } from "../../src/cli/compile.js";
import { compileModel } from "../../src/compiler/compile.js";
import { checkText } from "../oracle/checked.js";

const text = `model Extreme {
  input  score: f32[3]
  target kind: class[3]
  param  scale: [] ~ ones
  output chance = softmax(score * scale)
  loss   cross_entropy(chance, kind)
  optimizer sgd(0.0)
  train { batch: 2, epochs: 1 }
}`;

it("gives the loss of scores thousands apart", async () => {
  const net = (await instantiate(compileModel(checkText(text)))).create({ seed: 1 });
  const data = { score: Float32Array.of(1000, 0, -1000, 1000, 0, -1000), kind: Int32Array.of(2, 0) };
  // -log softmax: 2000 for the last class, 0 for the first.
  expect(net.evaluate(data)["loss"]).toBeCloseTo(1000, 3);
  expect(net.trainStep(data)["loss"]).toBeCloseTo(1000, 3);
});
