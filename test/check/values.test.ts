/** @file Library words against their definitions written as loops, through the interpreter. */
import { expect, test } from "vitest";
import { evaluate, type Memory } from "../../src/ir/interpret.js";
import type { Tensor } from "../../src/ir/types.js";
import type { CheckedModel } from "../../src/check/model.js";
import { modelOf } from "./support.js";

/** Numbers without pattern, the same every run. */
const numbers = (count: number, seed = 1): Float64Array =>
  new Float64Array(count).map((_, k) => Math.sin(12.9898 * (k + 1) * seed) * Math.cos(78.233 * (k + seed)));

/** Memory of a model for a batch, filled with numbers; classes with `classes`. */
function memoryOf(model: CheckedModel, batch: number, classes: readonly number[] = []): Memory {
  const size = (arena: string): number =>
    [...model.inputs, ...model.targets]
      .filter(({ source }) => source.arena === arena)
      .reduce((n, { shape }) => n + batch * shape.reduce((a, b) => a * b, 1), 0);
  const count = (list: readonly { readonly shape: readonly number[] }[]): number =>
    list.reduce((n, { shape }) => n + shape.reduce((a, b) => a * b, 1), 0);
  return {
    inputs: numbers(size("inputs")),
    classes: new Float64Array(size("classes")).map((_, k) => classes[k] ?? 0),
    parameters: numbers(count(model.parameters), 2),
    gradients: numbers(count(model.parameters), 3),
    states: new Float64Array(count(model.states)),
    buffers: new Float64Array(count(model.buffers)),
  };
}
function run(tensor: Tensor | undefined, memory: Memory, batch: number, step = 1): Float64Array {
  return evaluate([tensor!], { memory, batch, step, seed: 5 })[0]!;
}
function close(actual: Float64Array, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, k) => expect(actual[k], `element ${k}`).toBeCloseTo(value, 9));
}

for (const [stride, dilation, padding, groups] of [
  [1, 1, "valid", 1],
  [2, 1, "same", 1],
  [1, 2, "same", 2],
  [3, 1, "valid", 2],
] as const)
  test(`conv2d stride ${stride} dilation ${dilation} ${padding} groups ${groups}`, () => {
    const [h, w, c, f, k] = [7, 6, 4, 6, 3];
    const model = modelOf(`model M {
  input x: f32[${h}, ${w}, ${c}]
  output y = x -> conv2d(${f}, ${k}, stride: ${stride}, dilation: ${dilation}, padding: ${padding}, groups: ${groups})
}`);
    const memory = memoryOf(model, 2);
    const [kernel, bias] = [memory.parameters!, memory.parameters!.subarray(k * k * (c / groups) * f)];
    const before = (n: number): number => {
      const total = Math.max((Math.ceil(n / stride) - 1) * stride + (k - 1) * dilation + 1 - n, 0);
      return padding === "same" ? Math.floor(total / 2) : 0;
    };
    const length = (n: number): number =>
      padding === "same" ? Math.ceil(n / stride) : Math.floor((n - dilation * (k - 1) - 1) / stride) + 1;
    const expected: number[] = [];
    for (let b = 0; b < 2; b++)
      for (let i = 0; i < length(h); i++)
        for (let j = 0; j < length(w); j++)
          for (let o = 0; o < f; o++) {
            let sum = bias[o]!;
            const group = Math.floor(o / (f / groups));
            for (let p = 0; p < k; p++)
              for (let q = 0; q < k; q++)
                for (let m = 0; m < c / groups; m++) {
                  const y = i * stride + p * dilation - before(h);
                  const z = j * stride + q * dilation - before(w);
                  if (y < 0 || y >= h || z < 0 || z >= w) continue;
                  const input = memory.inputs![((b * h + y) * w + z) * c + group * (c / groups) + m]!;
                  sum += input * kernel[((p * k + q) * (c / groups) + m) * f + o]!;
                }
            expected.push(sum);
          }
    expect(model.outputs[0]!.shape).toEqual([length(h), length(w), f]);
    close(run(model.forward.predict.outputs[0], memory, 2), expected);
  });

test("max_pool2d takes the largest of each window", () => {
  const model = modelOf("model M {\n  input x: f32[5, 4, 2]\n  output y = x -> max_pool2d(2)\n}");
  const memory = memoryOf(model, 1);
  const expected: number[] = [];
  for (let i = 0; i < 2; i++)
    for (let j = 0; j < 2; j++)
      for (let c = 0; c < 2; c++) {
        const at = (y: number, x: number): number => memory.inputs![((2 * i + y) * 4 + 2 * j + x) * 2 + c]!;
        expected.push(Math.max(at(0, 0), at(0, 1), at(1, 0), at(1, 1)));
      }
  close(run(model.forward.predict.outputs[0], memory, 1), expected);
});

test("an lstm over embedded classes", () => {
  const [t, v, n, u] = [4, 5, 3, 2];
  const model = modelOf(`model M {
  input words: class[${v}][${t}]
  output y = words -> embedding(${n}) -> lstm(${u}, return_sequences: true, go_backwards: true)
}`);
  const words = [3, 1, 4, 1];
  const memory = memoryOf(model, 1, words);
  const parameter = (path: string): Float64Array => {
    const found = model.parameters.find((p) => p.path === path)!;
    return memory.parameters!.subarray(found.source.offset);
  };
  const [table, kernel, recurrent, bias] = ["embedding.table", "lstm.kernel", "lstm.recurrent_kernel", "lstm.bias"].map(
    parameter,
  );
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  let h = Array.from({ length: u }, () => 0);
  let c = Array.from({ length: u }, () => 0);
  const rows: number[][] = [];
  for (let s = t - 1; s >= 0; s--) {
    const z = Array.from({ length: 4 * u }, (_, j) => {
      let sum = bias![j]!;
      for (let i = 0; i < n; i++) sum += table![words[s]! * n + i]! * kernel![i * 4 * u + j]!;
      for (let i = 0; i < u; i++) sum += h[i]! * recurrent![i * 4 * u + j]!;
      return sum;
    });
    c = c.map((old, j) => sigmoid(z[u + j]!) * old + sigmoid(z[j]!) * Math.tanh(z[2 * u + j]!));
    h = c.map((now, j) => sigmoid(z[3 * u + j]!) * Math.tanh(now));
    rows[s] = h;
  }
  close(run(model.forward.predict.outputs[0], memory, 1), rows.flat());
});

test("batch_norm: the batch's statistics in training, the moving ones afterwards", () => {
  const model = modelOf("model M {\n  input x: f32[3]\n  output y = x -> batch_norm(momentum: 0.9)\n}");
  expect(model.buffers.map((b) => b.path)).toEqual(["batch_norm.moving_mean", "batch_norm.moving_variance"]);
  const memory = { ...memoryOf(model, 4), buffers: new Float64Array([1, 2, 3, 4, 5, 6]) };
  const [gamma, beta] = [memory.parameters!, memory.parameters!.subarray(3)];
  const x = (b: number, j: number): number => memory.inputs![b * 3 + j]!;
  const mean = [0, 1, 2].map((j) => (x(0, j) + x(1, j) + x(2, j) + x(3, j)) / 4);
  const variance = mean.map((m, j) => [0, 1, 2, 3].reduce((sum, b) => sum + (x(b, j) - m) ** 2, 0) / 4);
  const normal = (m: readonly number[], v: readonly number[]): number[] =>
    [0, 1, 2, 3].flatMap((b) => m.map((_, j) => (gamma[j]! * (x(b, j) - m[j]!)) / Math.sqrt(v[j]! + 1e-3) + beta[j]!));
  close(run(model.forward.train.outputs[0], memory, 4), normal(mean, variance));
  close(run(model.forward.predict.outputs[0], memory, 4), normal([1, 2, 3], [4, 5, 6]));
  const [first, second] = model.forward.train.buffers;
  close(
    run(first!.value, memory, 4),
    mean.map((m, j) => 0.9 * (j + 1) + 0.1 * m),
  );
  close(
    run(second!.value, memory, 4),
    variance.map((v, j) => 0.9 * (j + 4) + 0.1 * v),
  );
});

test("dropout draws per example and step, and keeps the mean", () => {
  const model = modelOf("model M {\n  input x: f32[500]\n  output y = x -> dropout(0.25)\n}");
  const memory = { inputs: new Float64Array(2000).fill(1) };
  const drawn = run(model.forward.train.outputs[0], memory, 4);
  expect(new Set(drawn)).toEqual(new Set([0, 1 / 0.75]));
  expect(drawn.reduce((a, b) => a + b, 0) / 2000).toBeGreaterThan(0.95);
  expect(drawn.subarray(0, 500)).not.toEqual(drawn.subarray(500, 1000));
  expect(run(model.forward.train.outputs[0], memory, 4, 2)).not.toEqual(drawn);
  expect(run(model.forward.evaluate.outputs[0], memory, 4)).toEqual(memory.inputs);
});

test("a regularizer counts once, also in the reported loss; the chain clips, decays, then steps", () => {
  const model = modelOf(`model M {
  input x: f32[2]
  target t: f32[2]
  use f = dense(2, use_bias: false, kernel_regularizer: l2(0.5))
  output y = x -> f -> f
  loss mean_squared_error(y, t)
  optimizer global_clip_norm(1.0) -> weight_decay(0.1) -> sgd(exponential_decay(0.5, 10, 0.25))
  train { batch: 2 }
}`);
  const memory = memoryOf(model, 2);
  const w = [...memory.parameters!];
  const g = [...memory.gradients!];
  close(run(model.forward.train.regularization, memory, 2), [0.5 * w.reduce((sum, x) => sum + x * x, 0)]);
  const scale = Math.min(1, 1 / Math.sqrt(g.reduce((sum, x) => sum + x * x, 0)));
  // The 11th update is step 10 of the schedule.
  const rate = 0.5 * 0.25;
  const expected = w.map((x, k) => x - rate * 0.1 * x - rate * scale * g[k]!);
  close(run(model.update[0]![0]!.value, memory, 2, 11), expected);
  const loss = run(model.forward.train.loss, memory, 2);
  const sums = new Float64Array([2, run(model.forward.train.totals[1]!.value, memory, 2)[0]!]);
  const total = evaluate([model.metrics[0]!.result], {
    memory: { ...memory, sums },
    batch: 2,
    step: 1,
    seed: 0,
  })[0]![0]!;
  expect(total).toBeCloseTo((loss[0]! + loss[1]!) / 2 + 0.5 * w.reduce((sum, x) => sum + x * x, 0), 9);
});

test("groups of parameters lie side by side, frozen ones last", () => {
  const model = modelOf(
    `model M {
  input x: f32[2]
  target t: f32[2]
  param shift: [2] ~ ones, frozen
  let a = x + shift -> dense(3) as first -> dense(4) as second -> dense(2) as third
  output y = a
  loss mean_squared_error(y, t)
  optimizer sgd(0.1) for first, third
  optimizer adam()
}`.replace("x + shift ->", "(x + shift) ->"),
  );
  expect(model.parameters.map((p) => p.path)).toEqual([
    "first.kernel",
    "first.bias",
    "third.kernel",
    "third.bias",
    "second.kernel",
    "second.bias",
    "shift",
  ]);
  let offset = 0;
  for (const { source, shape } of model.parameters) {
    expect(source.offset).toBe(offset);
    offset += shape.reduce((a, b) => a * b, 1);
  }
  expect(model.parameters.at(-1)!.trainable).toBe(false);
});

test("an initializer is chosen by a constant, as any word is", () => {
  const model = modelOf(`layer scaled(first: bool)(x: [n]) -> [n] {
  param gain: [n] ~ if first then constant(3) else 1 / n
  return gain * x
}
model M {
  input x: f32[4]
  output y = x -> scaled(true) -> scaled(false)
}`);
  const initial = model.parameters.map((parameter) => [...run(parameter.initial, memoryOf(model, 1), 1)]);
  expect(initial).toEqual([
    [3, 3, 3, 3],
    [0.25, 0.25, 0.25, 0.25],
  ]);
});
