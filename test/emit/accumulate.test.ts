/** @file Gradients added up over several batches, or an epoch, before an update. */
import { describe, expect, test } from "vitest";
import { instantiate } from "../../src/cli/compile.js";
import type { Data, Net } from "../../src/cli/module.js";
import { compileModel } from "../../src/compiler/compile.js";
import { emitModule } from "../../src/emit/emit.js";
import { comparePrograms } from "../backends/programs.js";
import { modelOf } from "../check/support.js";
import { stateOf } from "./data.js";
import { typeErrors } from "./module.js";

const text = (batch: number, accumulate: string, layers = "dense(4) -> tanh") => `
model Sums {
  input  x: f32[3]
  target t: f32
  output y = x -> ${layers} -> dense(1, kernel_regularizer: l2(0.1)) -> reshape([])
  loss   mean_squared_error(y, t)
  optimizer global_clip_norm(0.5) -> adam(0.05)
  train  { batch: ${batch}, ${accumulate} epochs: 4, seed: 3 }
}`;
const rows = 22;
const data: Data = {
  x: Float32Array.from({ length: 3 * rows }, (_, k) => Math.sin(k * k)),
  t: Float32Array.from({ length: rows }, (_, k) => Math.cos(k)),
};
const numbersOf = (net: Net): number[] =>
  Object.values(net.parameters).flatMap((layer) =>
    Object.values(layer).flatMap((values) => [...(values as Float32Array)]),
  );

describe.each(["typescript", "wasm"] as const)("accumulate, %s", (target) => {
  const create = async (source: string) => (await instantiate(compileModel(modelOf(source), { target }))).create();

  test("an epoch of batches is one update as from the whole set", async () => {
    const parts = await create(text(4, "accumulate: epoch,"));
    const whole = await create(text(rows, ""));
    const a = await parts.fit(data, { shuffle: false });
    const b = await whole.fit(data, { shuffle: false });
    expect(parts.step).toBe(4);
    numbersOf(parts).forEach((value, k) => expect(value).toBeCloseTo(numbersOf(whole)[k]!, 5));
    a.epochs.forEach(({ metrics }, k) =>
      expect(metrics["loss"]).toBeCloseTo(b.epochs[k]!.metrics["loss"] as number, 5),
    );
  });
  test("k batches are one update as from a batch k times as large, the last ones of an epoch too", async () => {
    const parts = await create(text(4, "accumulate: 2,"));
    const whole = await create(text(8, ""));
    await parts.fit(data);
    await whole.fit(data);
    expect(parts.step).toBe(4 * 3);
    expect(whole.step).toBe(4 * 3);
    numbersOf(parts).forEach((value, k) => expect(value).toBeCloseTo(numbersOf(whole)[k]!, 5));
  });
  test("sequences of unequal length in unequal batches: examples weigh alike, as from the whole set", async () => {
    const source = (batch: number, accumulate: string) => `
model Items {
  input  x: f32[t <= 6]
  target y: f32[t <= 6]
  output z = x -> line
  loss   mean_squared_error(z, y)
  loss   0.1 * abs(mean(z) - 1)
  optimizer sgd(0.5)
  train  { batch: ${batch}, ${accumulate} epochs: 3, seed: 3 }
}
layer line(x: [t]) -> [t] {
  param slope: [] ~ ones
  param offset: [] ~ zeros
  return slope * x + offset
}`;
    const items = (of: (k: number) => number) =>
      Array.from({ length: 7 }, (_, row) => Array.from({ length: 1 + ((row * 5) % 6) }, (_, k) => of(7 * row + k)));
    const given: Data = { x: items((k) => Math.sin(k * k)), y: items(Math.cos) };
    const parts = await create(source(3, "accumulate: epoch,"));
    const whole = await create(source(7, ""));
    const a = await parts.fit(given, { shuffle: false });
    const b = await whole.fit(given, { shuffle: false });
    numbersOf(parts).forEach((value, k) => expect(value).toBeCloseTo(numbersOf(whole)[k]!, 6));
    a.epochs.forEach(({ metrics }, k) =>
      expect(metrics["loss"]).toBeCloseTo(b.epochs[k]!.metrics["loss"] as number, 6),
    );
  });
  test("a step by hand is an update", async () => {
    const [parts, plain] = [await create(text(4, "accumulate: 2,")), await create(text(4, ""))];
    const some = { x: (data["x"] as Float32Array).slice(0, 12), t: (data["t"] as Float32Array).slice(0, 4) };
    for (let k = 0; k < 3; k++) {
      parts.trainStep(some);
      plain.trainStep(some);
    }
    expect(parts.step).toBe(3);
    numbersOf(parts).forEach((value, k) => expect(value).toBeCloseTo(numbersOf(plain)[k]!, 6));
  });
  test.each([1, 2, 3, 6, 7, 9])("resumes after %d batches as if never aborted", async (batches) => {
    const source = text(4, "accumulate: 4,", "dense(4) -> dropout(0.5)");
    const whole = await create(source);
    await whole.fit(data);
    const net = await create(source);
    const signal = { aborted: false };
    let left = batches;
    await net.fit(data, { signal, onBatch: () => void (signal.aborted = --left <= 0) });
    const other = await create(source);
    other.load(net.save());
    expect(stateOf(other)).toBe(stateOf(net));
    await other.fit(data, { resume: true });
    expect(stateOf(other)).toBe(stateOf(whole));
    // What was not used is not left over.
    await net.fit(data);
    other.initialize();
    await other.fit(data);
    expect(stateOf(other)).toBe(stateOf(whole));
  });
});

test("interpreter and generated code agree on every program", async () => {
  expect(await comparePrograms(modelOf(text(4, "accumulate: 2,")), 3, 1e-9)).toEqual([]);
});
test("the module passes the strictest checks", () => {
  const { text: module } = emitModule(compileModel(modelOf(text(4, "accumulate: epoch,"))), { language: "ts" });
  expect(typeErrors({ "sums.ts": module })).toEqual([]);
});
