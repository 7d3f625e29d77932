/** @file A parameter that is used twice gets the sum of both gradients. */
import { expect, test } from "vitest";
import { checkText } from "../oracle/checked.js";
import { fixtures } from "../oracle/fixture.js";
import { dataFor } from "./data.js";
import { expectTrueGradients } from "./differences.js";
import { Interpreted } from "./interpreted.js";

const tied = fixtures().flatMap(({ cases }) => cases.filter(({ name }) => name.startsWith("tied ")));

test("tied models are among those that PyTorch confirms", () => expect(tied.length).toBe(2));
test.each(tied)("$name: finite differences", ({ source }) => {
  expectTrueGradients(checkText(source));
});

test("the sum of the gradients that two parameters of the same values get", () => {
  const model = (first: string, second: string, declared: string) =>
    checkText(`model Sum {
  input  x: f32[3]
  target t: f32[3]
  ${declared}
  output y = tanh(x @ ${first}) @ transpose(${second})
  loss   mean_squared_error(y, t)
  optimizer sgd(0.1)
  train  { batch: 4 }
}`);
  const gradientsOf = (checked: ReturnType<typeof checkText>) => {
    const net = new Interpreted(checked);
    net.step = 1;
    for (const { path } of checked.parameters) net.weights(path).set([0.3, -0.2, 0.5, 0.7, -0.4, 0.1]);
    net.load(dataFor(checked, net.batch, 5));
    return net.gradients().map((gradient) => [...gradient]);
  };
  const [once] = gradientsOf(model("w", "w", "param w: [3, 2] ~ zeros"));
  const [a, b] = gradientsOf(model("a", "b", "param a: [3, 2] ~ zeros\n  param b: [3, 2] ~ zeros"));
  expect(b!.some((element) => Math.abs(element) > 0.01)).toBe(true);
  once!.forEach((element, k) => expect(element).toBeCloseTo(a![k]! + b![k]!, 12));
});
