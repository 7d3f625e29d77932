/** @file What follows the metrics of epochs: the learning rate on a plateau, the direction of early stopping, losses that are no numbers. */
import { describe, expect, test } from "vitest";
import { instantiate } from "../../src/cli/compile.js";
import type { Data } from "../../src/cli/module.js";
import { compileModel } from "../../src/compiler/compile.js";
import { emitModule } from "../../src/emit/emit.js";
import { comparePrograms } from "../backends/programs.js";
import { modelOf } from "../check/support.js";
import { stateOf } from "./data.js";
import { typeErrors } from "./module.js";

/** The gradient of the loss is 1 wherever w is: each step moves w down by the learning rate. The metric is the target's mean. */
const text = (train: string, optimizer = "sgd(0.5)") => `
model Slope {
  input  x: f32
  target t: f32
  param  w: [] ~ zeros
  output y = w + 0 * x
  loss   y
  metric level = t
  optimizer ${optimizer}
  train  { batch: 2, epochs: 12, ${train} }
}`;
const flat: Data = { x: new Float32Array(2), t: new Float32Array(2) };

describe.each(["typescript", "wasm"] as const)("plateau, %s", (target) => {
  const create = async (source: string) => (await instantiate(compileModel(modelOf(source), { target }))).create();
  /** The step of each epoch. */
  async function rates(train: string, optimizer?: string): Promise<number[]> {
    const net = await create(text(train, optimizer));
    const w = () => (net.parameters["w"] as Float32Array)[0]!;
    const steps: number[] = [];
    let before = 0;
    const onEpoch = () => {
      steps.push(before - w());
      before = w();
    };
    await net.fit(flat, { onEpoch });
    return steps;
  }

  test("is reduced after patience epochs without improvement, again and again", async () => {
    const found = await rates("learning_rate: reduce_on_plateau(monitor: level, factor: 0.5, patience: 3)");
    // The first epoch is the best; 2, 3, 4 do not improve.
    expect(found.map((rate) => Math.round(rate * 1e4) / 1e4)).toEqual([
      0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125, 0.0625, 0.0625,
    ]);
  });
  test("waits for the cooldown, and does not go below the least", async () => {
    const found = await rates(
      "learning_rate: reduce_on_plateau(monitor: level, factor: 0.1, patience: 1, cooldown: 2, min_learning_rate: 0.01)",
    );
    // As Keras: after a reduction `cooldown` epochs are left out, of which the last already counts again.
    expect(found.map((rate) => Math.round(rate * 1e4) / 1e4)).toEqual([
      0.5, 0.5, 0.05, 0.05, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01,
    ]);
  });
  test("leaves it alone while the metric improves; schedules go on", async () => {
    const halving = "sgd(exponential_decay(0.5, 1, 0.5))";
    const found = await rates("learning_rate: reduce_on_plateau(patience: 1, min_delta: 0)", halving);
    found.forEach((rate, k) => expect(rate).toBeCloseTo(0.5 ** (k + 1), 5));
  });
  test("is resumed where it was", async () => {
    const train = "learning_rate: reduce_on_plateau(monitor: level, factor: 0.5, patience: 2)";
    const whole = await create(text(train, "adam(0.1)"));
    await whole.fit(flat);
    const net = await create(text(train, "adam(0.1)"));
    const signal = { aborted: false };
    await net.fit(flat, { signal, onEpoch: ({ epoch }) => void (signal.aborted = epoch === 5) });
    const other = await create(text(train, "adam(0.1)"));
    other.load(net.save());
    await other.fit(flat, { resume: true });
    expect(stateOf(other)).toBe(stateOf(whole));
  });
  test("early stopping goes the way the model says", async () => {
    const falling = "stop: early_stop(monitor: loss, patience: 2)";
    expect((await (await create(text(falling))).fit(flat)).stopped).toBe("epochs");
    const wrong = "stop: early_stop(monitor: loss, direction: max, patience: 2)";
    const { stopped, epochs } = await (await create(text(wrong))).fit(flat);
    expect([stopped, epochs.length]).toEqual(["early", 3]);
  });
  test("a loss that is no number ends training, if the model says so", async () => {
    const burst = (train: string) => text(`seed: 1 ${train}`).replace("loss   y", "loss   log(1.2 + y)");
    expect((await (await create(burst(""))).fit(flat)).stopped).toBe("epochs");
    const net = await create(burst(", terminate_on_nan: true"));
    const { stopped, epochs } = await net.fit(flat);
    expect(stopped).toBe("nan");
    expect(epochs.length).toBeLessThan(12);
    expect(net.step).toBe(epochs.length + 1);
  });
});

test("interpreter and generated code agree on every program", async () => {
  const train = "learning_rate: reduce_on_plateau(min_learning_rate: 0.01)";
  for (const optimizer of ["adam(cosine_decay(0.1, 100))", "global_clip_norm(1.0) -> weight_decay(0.1) -> sgd(0.5)"])
    expect(await comparePrograms(modelOf(text(train, optimizer)), 2, 1e-9)).toEqual([]);
});
test("the module passes the strictest checks", () => {
  const train =
    "terminate_on_nan: true, checkpoint: best, learning_rate: reduce_on_plateau(), stop: early_stop(patience: 3)";
  const { text: module } = emitModule(compileModel(modelOf(text(train))), { language: "ts" });
  expect(typeErrors({ "slope.ts": module })).toEqual([]);
});
