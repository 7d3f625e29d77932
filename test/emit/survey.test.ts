/** @file Statistics of the training set: `over: data` is taken once before the first step, and kept with the weights. */
import { describe, expect, test } from "vitest";
import { instantiate, instantiateOpen } from "../../src/cli/compile.js";
import { compileModel } from "../../src/compiler/compile.js";
import { comparePrograms } from "../backends/programs.js";
import { modelOf } from "../check/support.js";

/** Two columns on very different scales; the metric is taken over what training sees. */
const source = `
model Scales {
  input  x: f32[2]
  target t: f32
  output y = x -> normalization -> dense(1) -> reshape([])
  loss   mean_squared_error(y, t)
  metric total(t) / total(1)
  optimizer adam(0.05)
  train  { batch: 8, epochs: 2, seed: 3 }
}`;
const model = modelOf(source);
const module = await instantiate(compileModel(model));

const rows = 45;
const x = Float32Array.from({ length: 2 * rows }, (_, k) =>
  k % 2 === 0 ? 1e5 + 300 * Math.sin(k) : 1e-3 * Math.cos(k),
);
const data = { x, t: Float32Array.from({ length: rows }, (_, row) => Math.sin(2 * row) + Math.cos(2 * row + 1)) };

/** Mean and biased standard deviation of a column over some rows, in f64, around the mean. */
function moments(column: number, among: readonly number[]) {
  const values = among.map((row) => x[2 * row + column]!);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, std: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length) };
}
const all = Array.from({ length: rows }, (_, row) => row);

/** Buffers as they lie in the saved file. */
async function opened() {
  const { module: open, internals } = await instantiateOpen(compileModel(model));
  const net = open.create();
  return { net, buffers: internals.open(net).memory.buffers };
}
function expectMoments(buffers: ArrayLike<number>, among: readonly number[]) {
  for (const column of [0, 1]) {
    const { mean, std } = moments(column, among);
    expect(Math.abs(buffers[column]! - mean)).toBeLessThan(1e-6 * Math.max(std, Math.abs(mean)));
    expect(buffers[2 + column]! / std).toBeCloseTo(1, 5);
  }
}

describe("over: data", () => {
  test("mean 0 and deviation 1 before the training set was seen", async () => {
    const { buffers } = await opened();
    expect([...buffers]).toEqual([0, 0, 1, 1]);
  });
  test("fit takes mean and deviation of all rows, short last batch included, once", async () => {
    const { net, buffers } = await opened();
    const { epochs } = await net.fit(data, { validation: 0 });
    expectMoments(buffers, all);
    expect(epochs[1]!.metrics["loss"] as number).toBeLessThan(epochs[0]!.metrics["loss"] as number);
    const kept = [...buffers];
    await net.fit({ x: x.slice(0, 20), t: data.t.slice(0, 10) });
    net.trainStep({ x: x.slice(0, 8), t: data.t.slice(0, 4) });
    expect([...buffers]).toEqual(kept);
    net.initialize();
    expect([...buffers]).toEqual([0, 0, 1, 1]);
  });
  test("held-out rows are not looked at", async () => {
    const { net, buffers } = await opened();
    const inside = all.slice(0, 36);
    const outside = { x: x.slice(72).map((value) => value * 1e4), t: data.t.slice(36) };
    await net.fit({ x: x.slice(0, 72), t: data.t.slice(0, 36) }, { validation: outside });
    expectMoments(buffers, inside);
    const other = await opened();
    await other.net.fit(data, { validation: 0.5 });
    expect(Math.abs(other.buffers[0]! - moments(0, all).mean)).toBeGreaterThan(1e-3);
  });
  test("a step before any fit takes them from its batch", async () => {
    const { net, buffers } = await opened();
    net.trainStep({ x: x.slice(0, 16), t: data.t.slice(0, 8) });
    expectMoments(buffers, all.slice(0, 8));
  });
  test("totals of metrics are not disturbed", async () => {
    const { epochs } = await module.create().fit(data, { epochs: 1, validation: 0 });
    const mean = data.t.reduce((a, b) => a + b, 0) / rows;
    expect(epochs[0]!.metrics["metric"]).toBeCloseTo(mean, 6);
  });
  test("a loaded net predicts the same, keeps its statistics, and resumes bit for bit", async () => {
    const net = module.create();
    await net.fit(data, { epochs: 4, validation: 0 });
    const whole = net.save();

    const first = module.create();
    let steps = 0;
    const signal = { aborted: false };
    await first.fit(data, { epochs: 4, validation: 0, signal, onBatch: () => void (signal.aborted = ++steps === 9) });
    const second = module.create({ weights: first.save() });
    expect(second.predict({ x })).toEqual(first.predict({ x }));
    await second.fit(data, { epochs: 4, validation: 0, resume: true });
    expect(second.save()).toEqual(whole);
    expect(second.predict({ x })).toEqual(net.predict({ x }));
  });
  test("aborted on the way, nothing has happened", async () => {
    const net = module.create();
    const before = net.save();
    const history = await net.fit(data, { signal: { aborted: true } });
    expect(history.stopped).toBe("aborted");
    expect(net.save()).toEqual(before);
    await net.fit(data, { epochs: 1, validation: 0 });
    const other = module.create();
    await other.fit(data, { epochs: 1, validation: 0 });
    expect(net.save()).toEqual(other.save());
  });
  test("weights of another net bring their statistics", async () => {
    const net = module.create();
    await net.fit(data, { epochs: 1 });
    const copy = await opened();
    copy.net.load(net.save());
    const kept = [...copy.buffers];
    await copy.net.fit({ x: x.slice(0, 20), t: data.t.slice(0, 10) });
    expect([...copy.buffers]).toEqual(kept);
  });
  test("sequences are normalised over their positions; sums, targets, expressions", async () => {
    const other = modelOf(`
model Sequences {
  input  x: f32[3, 2]
  target t: f32
  buffer level: [] = 2 * mean(t, over: data) + 1
  buffer whole: [2] = sum(x, over: [data, 0])
  buffer one: [] = max(std(x, over: [data, ...]), 0.5)
  output y = (x -> normalization -> flatten -> dense(1) -> reshape([])) + level + sum(whole) + one
  loss   mean_squared_error(y, t)
  optimizer sgd(0.01)
  train  { batch: 4 }
}`);
    const { module: open, internals } = await instantiateOpen(compileModel(other));
    const net = open.create();
    const { buffers } = internals.open(net).memory;
    const values = Float32Array.from({ length: 36 }, (_, k) => 0.1 * Math.sin(3 * k) + (k % 2));
    const t = Float32Array.from([1, 2, 3, 4, 5, 9]);
    expect([...buffers].slice(0, 4)).toEqual([1, 0, 0, 1]);
    await net.fit({ x: values, t }, { epochs: 1, validation: 0 });
    const of = (column: number) => [...values].filter((_, k) => k % 2 === column);
    const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
    const std = (list: readonly number[]) =>
      Math.sqrt(sum(list.map((v) => (v - sum(list) / list.length) ** 2)) / list.length);
    const expected = [9, sum(of(0)), sum(of(1)), Math.max(0.5, std([...values]))];
    expected.push(sum(of(0)) / 18, sum(of(1)) / 18, std(of(0)), std(of(1)));
    expected.forEach((value, k) => expect(buffers[k]!, `buffer ${k}`).toBeCloseTo(value, 5));
  });
  test("smallest and largest values, of several batches, negative ones and padding not counted", async () => {
    const other = modelOf(`
model Ranges {
  input  x: f32[t <= 3, 2]
  target t: f32
  buffer most: [] = max(t, over: data)
  buffer level: [] = mean(t, over: data)
  buffer least: [] = min(t, over: data)
  output y = (x -> min_max_scaling(1) -> fill(0) -> flatten -> dense(1) -> reshape([])) + most + level + least
  loss   mean_squared_error(y, t)
  optimizer sgd(0.01)
  train  { batch: 4, seed: 2 }
}`);
    expect(await comparePrograms(other, 4, 1e-9)).toEqual([]);
    const { module: open, internals } = await instantiateOpen(compileModel(other));
    const net = open.create();
    const { buffers } = internals.open(net).memory;
    expect([...buffers]).toEqual([1, 0, 0, 0, 0, 1, 1]);
    const t = Float32Array.from([-7, -2, -3, -4, -5, -1e10, -8, -6, -3]);
    const sequences = [...t].map((_, row) =>
      Array.from({ length: 1 + (row % 3) }, (_, k) => [Math.sin(3 * row + k) + 2, -2 - Math.cos(row + k)]).flat(),
    );
    await net.fit({ x: sequences, t }, { epochs: 1, validation: 0 });
    const columns = [0, 1].map((k) => sequences.flat().flatMap((item, n) => (n % 2 === k ? Math.fround(item) : [])));
    const mean = [...t].reduce((a, b) => a + b, 0) / t.length;
    const expected = [-2, mean, Math.fround(-1e10)];
    expected.push(...columns.map((list) => Math.min(...list)), ...columns.map((list) => Math.max(...list)));
    expect([...buffers]).toEqual(expected.map(Math.fround));
    const kept = net.save();
    const again = open.create({ weights: kept });
    await again.fit({ x: sequences.slice(0, 4), t: t.slice(0, 4) }, { epochs: 1, validation: 0 });
    expect([...internals.open(again).memory.buffers]).toEqual([...buffers]);
  });
  test("interpreter and generated code agree on every program", async () => {
    expect(await comparePrograms(modelOf(source, { batch: 5 }), 5, 1e-9)).toEqual([]);
  });
});
