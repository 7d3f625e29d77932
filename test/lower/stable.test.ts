/** @file What training meets at extreme values is finite: losses of far scores, gradients of branches not taken. */
import { expect, it } from "vitest";
import { instantiate } from "../../src/cli/compile.js";
import { compileModel } from "../../src/compiler/compile.js";
import { modelOf } from "../check/support.js";
import { Interpreted } from "../library/interpreted.js";
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

it("takes nothing from a branch that is not taken, though a factor in it is infinite", () => {
  const net = new Interpreted(
    modelOf(`model Untaken {
  input  x: f32[3]
  param  w: [3] ~ ones
  param  v: [] ~ ones
  let    y[k] = where(x[k] > 0, w[k] * log(x[k]) + v, w[k] * 2)
  output z = sum(y)
  loss   z
  optimizer sgd(0.1)
  train  { batch: 1 }
}`),
  );
  net.load({ x: [0, 1, Math.E] });
  const [ofW, ofV] = net.gradients();
  expect([...ofW!]).toEqual([2, 0, expect.closeTo(1, 12)]);
  expect([...ofV!]).toEqual([2]);
});
