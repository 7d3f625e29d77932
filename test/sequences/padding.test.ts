/** @file Padding cannot be observed: whatever is in it, and however much of it there is, nothing changes. */
import { describe, expect, test } from "vitest";
import { modelOf } from "../check/support.js";
import { batchOf, rowOf, seen } from "./support.js";

const longest = 6;
const lengths = [4, 6, 2];
const withOne = [4, 6, 1];
/** A model over x [t, 3] whose body gives `y`; `t` is the largest length. */
const over =
  (body: string, target: string, loss: string, more = "") =>
  (t: number) => `
${more}
model M {
  input  x: f32[t <= ${t}, 3]
  target goal: ${target.replace("T", String(t))}
  ${body}
  output result = y
  ${loss}
  optimizer sgd(0.1)
  train { batch: 3 }
}`;
const toNumber = (body: string, more = "") =>
  over(`${body}\n  let y = h -> dense(1) -> reshape([])`, "f32", "loss mean_squared_error(y, goal)", more);
const perStep = (body: string, more = "") =>
  over(
    `${body}\n  let y = h -> dense(2) -> softmax`,
    "class[2][t <= T]",
    "loss cross_entropy(y, goal)\n  metric accuracy(y, goal)\n  metric perplexity(y, goal)",
    more,
  );
const words = (body: string) => (t: number) => `
model M {
  input  w: class[7][t <= ${t}]
  target goal: f32
  let    x = w -> embedding(3)
  ${body}
  let    y = h -> dense(1) -> reshape([])
  output result = y
  loss   mean_squared_error(y, goal)
  optimizer sgd(0.1)
  train { batch: 3 }
}`;
/** Values that are infinite or no numbers where x is 0: reading padding as 0 would show, too. */
const poles = `layer poles(x: [t, n]) -> [t, n] = log(x^2) + 1 / (1 + x) - sqrt(x^2)`;

const models: Readonly<Record<string, (t: number) => string>> = {
  "sum over the sequence": toNumber("let h = sum(x, over: 0)"),
  "sum over everything": over("param w: [3] ~ ones\n let y = sum(x * w)", "f32", "loss mean_squared_error(y, goal)"),
  mean: toNumber("let h = mean(x, over: 0)"),
  "mean of everything": over(
    "param w: [3] ~ ones\n let y = mean(exp(x * w))",
    "f32",
    "loss mean_squared_error(y, goal)",
  ),
  max: toNumber("let h = max(x, over: 0)"),
  min: toNumber("let h = min(x, over: 0)"),
  product: toNumber("let h = product(x, over: 0)"),
  std: toNumber("let h = std(x + 1, over: 0)"),
  norm: toNumber("let h = norm(x, over: 0)"),
  "logarithms of what is 0 in padding": toNumber("let h = sum(x -> poles, over: 0)", poles),
  "a matrix after poles": toNumber("let h = sum((x -> poles) -> dense(2), over: 0)", poles),
  argmax: over(
    "param w: [3] ~ ones\n let best = argmax(x @ w)\n let y = sum(x[best] * w)",
    "f32",
    "loss mean_squared_error(y, goal)",
  ),
  "any and all": over(
    "param w: [] ~ ones\n let y = w * (where(any(x > 0.5), 1, 2) + where(all(x < 0.5, over: 0), 1, 3) -> sum)",
    "f32",
    "loss mean_squared_error(y, goal)",
  ),
  "softmax over the sequence": toNumber(
    "let a = softmax(x -> dense(1) -> sum(over: -1))\n let h[k] = sum[i](a[i] * x[i, k])",
  ),
  logsumexp: toNumber("let h[k] = logsumexp[i](2 * x[i, k])"),
  "index notation with poles": toNumber("param v: [3] ~ ones\n let h[k] = sum[i](x[i, k] * log((v[k] * x[i, k])^2))"),
  "a product with a pole": toNumber("param v: [3] ~ ones\n let h[k] = sum[i](v[k] * log(x[i, k]^2))"),
  "a scalar of a step with a pole": toNumber(
    "param v: [] ~ ones\n let s[i] = v * log(x[i, 0]^2)\n let h[k] = sum[i](s[i] * x[i, k])",
  ),
  "an outer product": toNumber("let s[i, j] = sum[k](x[i, k] * x[j, k])\n let h[k] = sum[i, j](s[i, j] * x[j, k])"),
  "length and size": over(
    "param w: [] ~ ones\n let y = w * (length(x) + size(x) + sum(x) / length(x))",
    "f32",
    "loss mean_squared_error(y, goal)",
  ),
  "fill and a window": toNumber(
    "let p = fill(x, 0)\n let d[i in 5, k] = p[i + 1, k] - p[i, k]\n let h = x[0] + (sum(d, over: 0) -> dense(3))",
  ),
  "the last item by its number": toNumber("let h = x[length(x) - 1] -> dense(2)"),
  "a mask": toNumber("let h = mean(mask(x, x[:, 0] > 0 or x[:, 1] > 0), over: 0)"),
  masking: toNumber("let h = x -> masking -> lstm(2)"),
  "a scan": toNumber("scan i in t with h = zeros([3]) {\n h <- 0.5 * h + x[i]\n }"),
  "a scan backwards": toNumber("scan i in reverse(t) with h = zeros([3]) {\n h <- 0.5 * h + x[i]\n }"),
  "a scan from the second": toNumber("scan i in 1..t with h = x[0] {\n h <- 0.5 * h + x[i]\n }"),
  "rows of a scan": perStep("scan i in t with s = zeros([3]) {\n s <- 0.5 * s + x[i]\n let h[i] = 2 * s + 1\n }"),
  "a scan with poles": toNumber("scan i in t with h = zeros([2]) {\n h <- 0.5 * h + (log(x[i]^2) -> dense(2))\n }"),
  simple_rnn: toNumber("let h = x -> simple_rnn(3)"),
  lstm: toNumber("let h = x -> lstm(3)"),
  "lstm, all states": perStep("let h = x -> lstm(3, return_sequences: true)"),
  gru: toNumber("let h = x -> gru(3)"),
  "gru, reset before": perStep("let h = x -> gru(2, reset_after: false, return_sequences: true, go_backwards: true)"),
  bidirectional: toNumber("let h = x -> bidirectional(lstm(2))"),
  "bidirectional, all states": perStep("let h = x -> bidirectional(gru(2, return_sequences: true), merge: sum)"),
  time_distributed: perStep("let h = x -> time_distributed(dense(4, activation: tanh))"),
  residual: perStep("let h = x -> residual(dense(3, activation: relu))"),
  attention: perStep("let h = x -> attention(use_scale: true)"),
  "attention with causal mask": perStep("let h = x -> attention(score: concat, causal: true)"),
  multi_head_attention: perStep("let h = x -> multi_head_attention(2, key_dim: 2)"),
  "layer_norm and rms_norm": perStep("let h = x -> layer_norm -> rms_norm"),
  batch_norm: perStep("let h = x -> batch_norm"),
  "conv1d, causal": toNumber(
    "let h = sum(x -> conv1d(2, 2, padding: causal), over: 0) + (sum(x, over: 0) -> dense(2))",
  ),
  embedding: words("let h = mean(x, over: 0)"),
  "embedding and lstm": words("let h = x -> lstm(2)"),
  global_average_pool1d: toNumber("let h = x -> global_average_pool1d"),
  global_max_pool1d: toNumber("let h = x -> global_max_pool1d"),
  concatenate: perStep("let h = [x, x * 2] -> concatenate"),
  "a loss per step": over(
    "let y = x -> dense(1)",
    "f32[t <= T, 1]",
    "loss mean_squared_error(y, goal)\n metric root_mean_squared_error(y, goal)\n metric mean_absolute_error(y, goal)",
  ),
  "several losses": over(
    "let y = x -> dense(2) -> softmax",
    "class[2][t <= T]",
    "loss first = cross_entropy(y, goal)\n loss second = 0.5 * mean(x -> dense(1))^2\n metric f1(y[:, 1], goal)",
  ),
};
/** Where zeros of windows at the end are seen, the declared size is, too. */
const seesDeclaredSize = new Set(["conv1d, causal"]);

const close = (a: readonly number[], b: readonly number[]) => {
  expect(a.length).toBe(b.length);
  a.forEach((x, k) => expect(x).toBeCloseTo(b[k]!, 10));
};

describe("what is in the padding", () => {
  test.each(Object.entries(models))("%s", (_name, text) => {
    const model = modelOf(text(longest));
    const plain = seen(text(longest), batchOf(model, withOne, 0), 3);
    expect(Number.isFinite(plain.loss)).toBe(true);
    for (const gradient of plain.gradients) for (const element of gradient) expect(Number.isFinite(element)).toBe(true);
    expect(seen(text(longest), batchOf(model, withOne, Number.NaN), 3)).toEqual(plain);
  });
});

describe("each row of a batch is as it is alone, at its own length", () => {
  const cases = Object.entries(models).filter(
    ([name]) => !seesDeclaredSize.has(name) && name !== "batch_norm" && name !== "fill and a window",
  );
  test.each(cases)("%s", (_name, text) => {
    const model = modelOf(text(longest));
    const data = batchOf(model, lengths, Number.NaN);
    const batch = seen(text(longest), data, 3);
    const alone = lengths.map((length, row) => seen(text(length), rowOf(model, data, row, length), 1));
    const { sequence } = model.outputs[0]!;
    const outputs = batch.outputs["result"]!;
    const size = outputs.length / 3;
    alone.forEach(({ outputs: own }, row) => {
      const items = sequence ? (size / longest) * lengths[row]! : size;
      close(outputs.slice(row * size, row * size + items), own["result"]!);
      for (const filler of outputs.slice(row * size + items, (row + 1) * size)) expect(filler).toBe(0);
    });
    // Every item counts the same or, where the loss is one number per example, every example.
    const joint = sequence && text(longest).includes("cross_entropy");
    if (model.metrics.length === 1 || sequence) {
      const weights = lengths.map((length) => (joint ? length / lengths.reduce((a, b) => a + b) : 1 / 3));
      const mean = (of: (one: (typeof alone)[number]) => number) =>
        alone.reduce((sum, one, row) => sum + weights[row]! * of(one), 0);
      if (!model.metrics.some(({ name }) => name === "second")) {
        expect(batch.loss).toBeCloseTo(
          mean(({ loss }) => loss),
          10,
        );
        expect(batch.metrics["loss"]![0]!).toBeCloseTo(batch.loss, 10);
        batch.gradients.forEach((gradient, p) =>
          close(
            gradient,
            gradient.map((_, k) => mean(({ gradients }) => gradients[p]![k]!)),
          ),
        );
      }
      if (batch.metrics["accuracy"])
        expect(batch.metrics["accuracy"][0]!).toBeCloseTo(
          mean(({ metrics }) => metrics["accuracy"]![0]!),
          10,
        );
    }
  });
});
