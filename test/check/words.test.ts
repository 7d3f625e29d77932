/** @file Library words and whole systems expand without a message, into graphs that verify. */
import { expect, test } from "vitest";
import { checkText } from "./support.js";
import { render } from "../../src/diagnostics/render.js";
import { verifyTensors } from "../../src/ir/verify.js";

const models: Record<string, string> = {
  cnn: `
  input image: f32[28, 28, 1]
  target label: class[10]
  let logits = image -> rescaling(1 / 255) -> conv2d(32, 3) -> relu -> max_pool2d(2) -> conv2d(64, 3) -> relu -> max_pool2d(2)
    -> flatten -> dropout(0.5) -> dense(128) -> relu -> dense(10) as head
  output digit = softmax(logits)
  loss cross_entropy(digit, label)
  metric accuracy(digit, label)
  optimizer global_clip_norm(1.0) -> adam(exponential_decay(1e-3, 1000, 0.9))`,
  norm: `
  input x: f32[8]
  target y: f32
  output p = x -> dense(4) -> batch_norm -> layer_norm -> group_norm(2) -> spatial_dropout(0.2) -> dense(1) -> reshape([])
  loss mean_squared_error(p, y)
  optimizer clip_norm(1.0) -> sgd(0.1)`,
  lstm: `
  input words: class[50][12]
  target y: class[5]
  output p = words -> embedding(8) -> lstm(6, dropout: 0.1, recurrent_dropout: 0.1) -> dense(5) -> softmax
  loss cross_entropy(p, y)
  optimizer momentum(0.1)`,
  bi: `
  input words: class[50][12]
  target y: class[50][12]
  output p = words -> embedding(8) -> bidirectional(lstm(6, return_sequences: true)) -> gru(4, return_sequences: true) -> dense(50) -> softmax
  loss cross_entropy(p, y)
  metric perplexity(p, y)
  metric accuracy(p, y)
  optimizer adam()`,
  attention: `
  input x: f32[12, 16]
  target y: f32[12, 16]
  output p = x -> multi_head_attention(4, key_dim: 8, causal: true, dropout: 0.1) -> time_distributed(dense(16)) -> residual(dense(16))
  loss mean_squared_error(p, y)
  optimizer lamb()`,
  lasso: `
  input features: f32[10]
  target progression: f32
  param w: [10] ~ zeros, constrain soft_threshold(0.5)
  param b: [] ~ zeros
  output y = features @ w + b
  loss 0.5 * mean_squared_error(y, progression)
  optimizer sgd(0.05)
  train { batch: all, epochs: 5000 }`,
  house: `
  input rooms: f32[8]
  input photo: f32[32, 32, 3]
  input street: class[7]
  target price: f32
  target kind: class["flat", "house", "studio"]
  target weight: f32
  let joined = [rooms, photo -> conv2d(8, kernel_size: 3) -> relu -> flatten, street -> embedding(4)] -> concatenate -> dense(32) as trunk -> relu
  output amount = joined -> dense(1) -> reshape([])
  output sort = joined -> dense(3) -> softmax
  loss money = weight * mean_squared_error(amount, price)
  loss label = 0.3 * cross_entropy(sort, kind) * [1, 2, 5][kind]
  metric accuracy(sort, kind)
  optimizer sgd(0.01) for trunk
  optimizer adam(1e-3)`,
  q: `
  input observation: f32[4]
  target action: class[2]
  target value: f32
  output q = observation -> dense(64) -> relu -> dense(2)
  loss huber(q[action], value)
  optimizer adam(1e-3)`,
  clusters: `
  input  x: f32[4]
  buffer centers: [3, 4] ~ random_normal
  let    distance[j] = sum[k]((x[k] - centers[j, k])^2)
  output cluster = argmax(-distance)
  let    member[j in 3] = number(cluster == j)
  let    count[j] = sum(member[j], over: batch)
  let    moved[j, k] = where(count[j] > 0, sum(member[j] * x[k], over: batch) / count[j], centers[j, k])
  centers <- moved
  metric inertia = min(distance)
  train  { batch: all, epochs: 50 }`,
  metrics: `
  input x: f32[4]
  target hot: bool
  target kind: class[3]
  let h = x -> dense(1) -> sigmoid
  output p = reshape(h, [])
  output k = x -> dense(3) -> softmax
  output best = argmax(k)
  output cold = p < 0.5
  loss binary_cross_entropy(p, number(hot))
  metric precision(p, hot)
  metric recall(p, hot)
  metric f1(p, hot)
  metric auc(p, hot)
  metric confusion_matrix(k, kind)
  metric top_k_accuracy(k, kind, k: 2)
  optimizer nadam()`,
  tree: `
  input x: f32[4]
  target kind: class[3]
  output p = x -> soft_tree(3, 3)
  loss cross_entropy(p, kind)
  optimizer ftrl()`,
  hmm: `
  input words: class[20][12]
  let [likelihood, tags] = words -> hidden_markov(5)
  output path = tags
  loss -likelihood
  optimizer expectation_maximisation()`,
  ctc: `
  input x: f32[12, 6]
  target label: class[6][4]
  output y = x -> log_softmax
  param w: [] ~ zeros
  loss ctc(y + w, label)
  optimizer adamax()`,
};
const own = `
layer soft_tree(depth: int, classes: int)(x: [n]) -> [classes] {
  param split: [n, 2 ^ depth - 1] ~ glorot_uniform
  param bias: [2 ^ depth - 1] ~ zeros
  param leaf: [2 ^ depth, classes] ~ random_normal
  let p = sigmoid(x @ split + bias)
  let reach[l in 2 ^ depth] = product[k in depth](
    where(mod(floor(l / 2 ^ (depth - k - 1)), 2) == 1,
      p[2 ^ k - 1 + floor(l / 2 ^ (depth - k))],
      1 - p[2 ^ k - 1 + floor(l / 2 ^ (depth - k))]))
  return reach @ softmax(leaf)
}
initializer random_simplex(shape) = softmax(draw_normal(shape))
layer hidden_markov(states: int)(x: class[v][t]) {
  param start: [states] ~ random_simplex
  param move: [states, states] ~ random_simplex
  param emit: [states, v] ~ random_simplex
  let first[j] = log(start[j]) + log(emit[j, x[0]])
  scan i in 1..t with alpha = first {
    let next[j] = logsumexp[s](alpha[s] + log(move[s, j])) + log(emit[j, x[i]])
    alpha <- next
  }
  scan i in 1..t with best = first {
    let back[i, j] = argmax[s](best[s] + log(move[s, j]))
    let next[j] = max[s](best[s] + log(move[s, j])) + log(emit[j, x[i]])
    best <- next
  }
  scan i in reverse(t) with s = argmax(best) {
    let path[i] = s
    s <- back[i, s]
  }
  return [logsumexp(alpha), path]
}
optimizer expectation_maximisation(smoothing = 1e-6)(param, grad) {
  let counts = param * -grad + smoothing
  param <- counts / sum(counts, over: -1, keep: true)
}
fn shift(k: int, value = 0)(x: [n]) = pad(x, [[k, -k]], value: value)
fn log_add(a, b) = max(a, b) + log1p(exp(-abs(a - b)))
loss ctc(y: [t, n], target: class[n][l]) {
  let label = pad(fill(target, 0), [[0, 1]])
  let symbol[j in 2 * l + 1] = where(mod(j, 2) == 0, 0, label[floor(j / 2)])
  let skip[j in 2 * l + 1] = mod(j, 2) == 1 and symbol[j] != shift(symbol, k: 2)[j]
  let first[j in 2 * l + 1] = where(j <= 1, y[0, symbol[j]], -1e30)
  scan i in 1..t with alpha = first {
    let one = shift(alpha, k: 1, value: -1e30)
    let two = shift(alpha, k: 2, value: -1e30)
    let next[j] = log_add(log_add(alpha[j], one[j]), where(skip[j], two[j], -1e30)) + y[i, symbol[j]]
    alpha <- next
  }
  let end = 2 * length(target)
  return -log_add(alpha[end], where(end > 0, alpha[max(end - 1, 0)], -1e30))
}
`;
for (const [name, body] of Object.entries(models))
  test(name, () => {
    const {
      models: [model],
      diagnostics,
    } = checkText(`${own}\nmodel M {\n${body}\n}`);
    expect(diagnostics.map((d) => render(d)).join("\n")).toBe("");
    const f = model!.forward;
    const roots = [f.train, f.evaluate, f.predict].flatMap((x) => [
      ...x.outputs,
      ...(x.loss ? [x.loss] : []),
      ...x.totals.map((t) => t.value),
      ...x.buffers.map((b) => b.value),
    ]);
    expect(
      verifyTensors([
        ...roots,
        ...model!.update.flat().map((s) => s.value),
        ...model!.parameters.map((p) => p.initial),
        ...model!.metrics.map((m) => m.result),
      ]),
    ).toEqual([]);
  });
