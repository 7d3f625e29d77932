/** @file Optimizers in 32 bits, and what an optimizer with types for what it is given keeps and writes. */
import { describe, expect, test } from "vitest";
import { instantiate } from "../../src/cli/compile.js";
import { compileModel } from "../../src/compiler/compile.js";
import { modelOf } from "../check/support.js";
import { comparePrograms } from "../backends/programs.js";

const regression = (optimizer: string, words = "") => `${words}
model Regression {
  input  x: f32[3]
  target t: f32[2]
  param  w: [3, 2] ~ ones
  param  b: [2] ~ zeros
  param  s: [] ~ zeros
  output y = x @ w + b + s
  loss   mean_squared_error(y, t)
  optimizer ${optimizer}
  train  { batch: 2 }
}`;

describe.each(["typescript", "wasm"] as const)("%s", (target) => {
  test("adafactor: rows and columns whose gradients are 0 stay where they are, the rest learns", async () => {
    const net = (await instantiate(compileModel(modelOf(regression("adafactor(0.1)")), { target }))).create();
    // Only the second input is ever used, only the second target is off.
    const data = { x: Float32Array.of(0, 1, 0, 0, -1, 0), t: Float32Array.of(1, 3, -1, -3) };
    const { loss: before } = net.trainStep(data);
    for (let k = 0; k < 200; k++) net.trainStep(data);
    const { loss: after } = net.trainStep(data);
    expect(after).toBeLessThan(0.01 * (before as number));
    const w = net.parameters["w"] as unknown as Float32Array;
    expect([w[0], w[1], w[4], w[5]]).toEqual([1, 1, 1, 1]);
    expect(w[3]).toBeCloseTo(3, 1);
  });
});

/** A matrix view of each parameter, with states of every kind and what is served. */
const viewed = `optimizer viewed(learning_rate: schedule = 0.1)(param: [..., n, m], grad: [..., n, m]) {
  state whole = param
  state rows: [..., n, 1] = 0
  whole <- 0.5 * whole + 0.5 * param
  rows <- rows + mean(grad, over: m, keep: true)
  param <- param - learning_rate * (grad + rows)
  serve 0.5 * param + 0.5 * whole
}`;

test("views in a chain, with states and averages: as interpreted", async () => {
  for (const chain of ["viewed()", "global_clip_norm(1.0) -> viewed()", "clip_value(0.5) -> viewed() -> ema(0.5)"])
    expect(await comparePrograms(modelOf(regression(chain, viewed), { batch: 3 }), 3, 1e-9)).toEqual([]);
});

test("states have the shapes that are written, or the parameter's", () => {
  const [phase] = modelOf(regression("viewed()", viewed)).phases;
  const states = new Map(phase!.states.map(({ path, shape }) => [path, shape]));
  expect(states.get("w/whole")).toEqual([3, 2]);
  expect(states.get("w/rows")).toEqual([3, 1]);
  expect(states.get("b/whole")).toEqual([2]);
  expect(states.get("b/rows")).toEqual([1, 1]);
  expect(states.get("s/rows")).toEqual([1, 1]);
});
