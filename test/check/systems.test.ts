/** @file Systems of the introductory texts, and the options of layers and optimizers, expand into graphs that verify. */
import { expect, test } from "vitest";
import { checkText } from "./support.js";
import { render } from "../../src/diagnostics/render.js";
import { verifyTensors } from "../../src/ir/verify.js";
const systems = {
  line: `input x: f32
  target y: f32
  param  w: [] ~ zeros
  output estimate = w * x
  loss   mean_squared_error(estimate, y)
  optimizer sgd(0.1)
  train  { batch: all, epochs: 1000, stop: early_stop(monitor: loss, min_delta: 1e-9, patience: 1) }`,
  poisson: `input  x: f32[4]
  target count: f32
  let    eta = x -> dense(1) -> reshape([])
  output rate = exp(eta)
  loss   poisson(rate, count)
  optimizer adam(1e-2)`,
  perceptron: `input  x: f32[2]
  target t: bool
  param  w: [2] ~ zeros
  param  b: [] ~ zeros
  output y = threshold(x @ w + b)
  loss   0.5 * (y - t)^2
  metric errors = y != t
  optimizer sgd(1.0)
  train  { batch: 1, epochs: 20, shuffle: true }`,
  policy: `input observation: f32[4]
  target action: class[2]
  target advantage: f32
  output chance = observation -> dense(64) -> relu -> dense(2) -> softmax
  loss   -advantage * log(chance[action])
  optimizer adam(1e-2)`,
  conv: `input x: f32[8, 8, 4]
  target y: f32[3]
  output p = x -> conv2d_transpose(5, 3, stride: 2, padding: same) -> average_pool2d(2, padding: same) -> up_sampling2d(2) -> depthwise_conv2d(3, multiplier: 2) -> global_average_pool2d -> dense(3, kernel_regularizer: orthogonality(0.1))
  loss mean_squared_error(p, y)
  optimizer adam(piecewise_constant([10, 20], [1e-2, 1e-3, 1e-4]))`,
  conv1: `input x: f32[20, 4]
  target y: f32[3]
  output p = x -> conv1d(5, 3, padding: causal) -> relu -> conv1d(6, 3, padding: same, stride: 2) -> simple_rnn(4) -> repeat_vector(3) -> gru(3)
  loss huber(p, y)
  optimizer lion(cosine_decay(1e-3, 100, warmup_steps: 10, warmup_target: 1e-2))`,
  opts: `input x: f32[3]
  target y: class["a", "b"]
  let a = x -> dense(3, activation: gelu) as one -> dense(3, activation: leaky_relu(0.3)) as two -> dense(3) as three -> dense(3) as four -> dense(3) as five -> dense(2) as six -> softmax
  output p = a
  output which = argmax(a)
  loss focal(p, y)
  optimizer adagrad() for one
  optimizer adadelta() for two
  optimizer rmsprop(momentum: 0.5, centered: true) for three
  optimizer adam(amsgrad: true) for four
  optimizer momentum(form: averaged) for five
  optimizer clip_value(1.0) -> momentum(nesterov: true)`,
  tied: `input x: f32[6]
  target t: f32[6]
  use encode = dense(4) -> relu
  let h = x -> encode
  let g = x -> dense(4) as enc
  output y = h @ transpose(enc.kernel) + (g @ transpose(enc.kernel))
  loss mean_squared_error(y, t)
  optimizer sgd()`,
  rep: `input x: f32[6]
  target t: f32[6]
  output y = x -> residual(dense(6) -> relu) * 3 -> dense(6) as out
  loss binary_cross_entropy(sigmoid(y), t)
  optimizer adam()`,
};
for (const [name, body] of Object.entries(systems))
  test(name, () => {
    const {
      models: [model],
      diagnostics,
    } = checkText(`fn threshold(x) = where(x >= 0, 1, 0)   surrogate x = dout\nmodel M {\n  ${body}\n}`);
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

test("repeated and nested instances have paths of their own", () => {
  const { models } = checkText(`model M {\n  ${systems.rep}\n}`);
  expect(models[0]!.parameters.map((p) => p.path)).toEqual([
    "residual.dense.kernel",
    "residual.dense.bias",
    "residual_2.dense.kernel",
    "residual_2.dense.bias",
    "residual_3.dense.kernel",
    "residual_3.dense.bias",
    "out.kernel",
    "out.bias",
  ]);
});
