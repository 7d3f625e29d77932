/** @file `serve`: evaluation, prediction and files have the averages, training goes on with the parameters themselves. */
import { describe, expect, test } from "vitest";
import { instantiate } from "../../src/cli/compile.js";
import type { Data, Net } from "../../src/cli/module.js";
import { compileModel } from "../../src/compiler/compile.js";
import { emitModule } from "../../src/emit/emit.js";
import { comparePrograms } from "../backends/programs.js";
import { codesOf, modelOf } from "../check/support.js";
import { stateOf } from "./data.js";
import { importText, typeErrors } from "./module.js";

const text = (chain: string, train = "batch: 4, epochs: 3, seed: 3") => `
optimizer corrected(momentum = 0.8)(param, step) {
  state mean = 0
  mean <- momentum * mean + (1 - momentum) * param
  serve mean / (1 - momentum ^ step)
}
model Served {
  input  x: f32[3]
  target t: f32
  output y = x -> dense(4) as a -> tanh -> dense(1) as b -> reshape([])
  loss   mean_squared_error(y, t)
  optimizer ${chain}
  train  { ${train} }
}`;
const rows = 20;
const data: Data = {
  x: Float32Array.from({ length: 3 * rows }, (_, k) => Math.sin(k * k)),
  t: Float32Array.from({ length: rows }, (_, k) => Math.cos(k)),
};
const part = (k: number): Data => ({
  x: (data["x"] as Float32Array).slice(12 * k, 12 * k + 12),
  t: (data["t"] as Float32Array).slice(4 * k, 4 * k + 4),
});
const numbersOf = (net: Net): number[] =>
  Object.values(net.parameters).flatMap((layer) =>
    Object.values(layer).flatMap((values) => [...(values as Float32Array)]),
  );

function setNumbers(net: Net, values: readonly number[]): void {
  let from = 0;
  for (const layer of Object.values(net.parameters))
    for (const array of Object.values(layer) as Float32Array[]) array.set(values.slice(from, (from += array.length)));
}

describe.each(["typescript", "wasm"] as const)("serve, %s", (target) => {
  const module = (source: string) => instantiate(compileModel(modelOf(source), { target }));
  const create = async (chain: string, train?: string) => (await module(text(chain, train))).create();

  test.each([
    ["ema(0.8)", false],
    ["corrected(0.8)", true],
  ])("%s serves the average of the parameters that training moves", async (stage, isCorrected) => {
    const plain = await create("adam(0.05)");
    const served = await create(`adam(0.05) -> ${stage}`);
    const mean = numbersOf(plain).map((value) => (isCorrected ? 0 : value));
    expect(numbersOf(served)).toEqual(numbersOf(plain));
    for (let step = 1; step <= 6; step++) {
      const loss = plain.trainStep(part(step % 5));
      expect(served.trainStep(part(step % 5))["loss"]).toBe(loss["loss"]);
      numbersOf(plain).forEach((value, k) => (mean[k] = 0.8 * mean[k]! + 0.2 * value));
      const expected = mean.map((value) => (isCorrected ? value / (1 - 0.8 ** step) : value));
      // Looking between the steps changes nothing.
      if (step % 2 === 0) numbersOf(served).forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 5));
    }
  });

  test("prediction, evaluation and files have the averages; load goes on from both", async () => {
    const net = await create("adam(0.05) -> ema(0.8)");
    const whole = await create("adam(0.05) -> ema(0.8)");
    for (let k = 0; k < 5; k++) {
      net.trainStep(part(k));
      whole.trainStep(part(k));
    }
    const averages = numbersOf(net);
    const plain = await create("sgd(0)");
    setNumbers(plain, averages);
    expect(plain.evaluate(data)).toEqual(net.evaluate(data));
    expect(plain.predict(data)).toEqual(net.predict(data));
    const { text: js } = emitModule(compileModel(modelOf(text("adam(0.05) -> ema(0.8)")), { target }), {
      language: "js",
    });
    const { ServedPredictor } = await importText<{ ServedPredictor: { create(o: object): Net } }>(js);
    expect(ServedPredictor.create({ weights: net.save() }).predict(data)).toEqual(net.predict(data));
    const other = await create("adam(0.05) -> ema(0.8)");
    other.load(net.save());
    expect(stateOf(other)).toBe(stateOf(net));
    for (const one of [other, whole, net]) for (let k = 0; k < 3; k++) one.trainStep(part(k));
    expect(stateOf(other)).toBe(stateOf(whole));
    expect(stateOf(net)).toBe(stateOf(whole));
  });

  test("copied weights are where averages begin", async () => {
    const Served = await module(text("sgd(0.1) -> ema(0.5)"));
    const [net, other] = [Served.create(), Served.create()];
    net.trainStep(part(0));
    other.trainStep(part(1));
    other.copyFrom(net);
    const before = numbersOf(net);
    expect(numbersOf(other)).toEqual(before);
    const plain = await create("sgd(0.1)");
    setNumbers(plain, before);
    other.trainStep(part(2));
    plain.trainStep(part(2));
    numbersOf(plain).forEach((value, k) => expect(numbersOf(other)[k]).toBeCloseTo((before[k]! + value) / 2, 6));
  });

  test.each([2, 5, 7, 11])("resumes after %d batches as if never aborted, validation between", async (batches) => {
    const train = "batch: 4, epochs: 3, validation: 20%, stop: early_stop(patience: 9, restore_best: true)";
    const chain = "adam(0.05) -> ema(0.8)";
    const whole = await create(chain, train);
    await whole.fit(data);
    const net = await create(chain, train);
    const signal = { aborted: false };
    let left = batches;
    await net.fit(data, { signal, onBatch: () => void (signal.aborted = --left <= 0) });
    const other = await create(chain, train);
    other.load(net.save());
    await other.fit(data, { resume: true });
    expect(stateOf(other)).toBe(stateOf(whole));
  });
});

test("interpreter and generated code agree on every program", async () => {
  expect(await comparePrograms(modelOf(text("adam(0.05) -> ema()")), 3, 1e-9)).toEqual([]);
  expect(await comparePrograms(modelOf(text("global_clip_norm(1.0) -> sgd(0.1) -> corrected")), 3, 1e-9)).toEqual([]);
});
test("the module passes the strictest checks", () => {
  const { text: module } = emitModule(compileModel(modelOf(text("adam(0.05) -> ema()"))), { language: "ts" });
  expect(typeErrors({ "served.ts": module })).toEqual([]);
});
test("only optimizers serve", () => {
  expect(
    codesOf("layer l(x: [n]) -> [n] {\n  serve x\n  return x\n}\nmodel M {\n  input x: f32[3]\n  output y = x -> l\n}"),
  ).toEqual(["NET4014"]);
});
