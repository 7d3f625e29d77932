/** @file The library has the words of the catalogue; their default values are those of Keras 3 (its names in this language's spelling), or of the paper where said. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { parse } from "../../src/syntax/parse.js";

const convolution = {
  activation: "linear",
  use_bias: "true",
  kernel_initializer: "glorot_uniform",
  kernel_regularizer: "none",
};
const pooling = { pool_size: "2", stride: "pool_size", padding: "valid" };
const recurrent = {
  activation: "tanh",
  use_bias: "true",
  kernel_initializer: "glorot_uniform",
  recurrent_initializer: "orthogonal",
  dropout: "0.0",
  recurrent_dropout: "0.0",
  return_sequences: "false",
  go_backwards: "false",
  stateful: "false",
};

/** Every setting that has a default, with what Keras 3 documents; below `own`, the settings that Keras has not. */
const keras: readonly (readonly [word: string, defaults: Readonly<Record<string, string>>])[] = [
  ["fn leaky_relu", { negative_slope: "0.2" }],
  ["fn elu", { alpha: "1.0" }],
  ["fn celu", { alpha: "1.0" }],
  ["fn hard_shrink", { threshold: "0.5" }],
  ["fn soft_shrink", { threshold: "0.5" }],
  ["fn squareplus", { b: "4.0" }],
  ["layer p_relu", { initializer: "zeros" }],
  ["fn gelu", { approximate: "false" }],
  ["fn softmax", { over: "-1" }],
  ["layer masking", { mask_value: "0.0" }],
  ["fn log_softmax", { over: "-1" }],
  [
    "layer dense",
    {
      activation: "linear",
      use_bias: "true",
      kernel_initializer: "glorot_uniform",
      bias_initializer: "zeros",
      kernel_regularizer: "none",
      bias_regularizer: "none",
    },
  ],
  ["layer conv1d", { stride: "1", padding: "valid", dilation: "1", groups: "1", ...convolution }],
  ["layer conv2d", { stride: "1", padding: "valid", dilation: "1", groups: "1", ...convolution }],
  ["layer conv3d", { stride: "1", padding: "valid", dilation: "1", groups: "1", ...convolution }],
  ["layer depthwise_conv2d", { stride: "1", padding: "valid", multiplier: "1", dilation: "1", ...convolution }],
  [
    "layer separable_conv2d",
    {
      stride: "1",
      padding: "valid",
      dilation: "1",
      multiplier: "1",
      activation: "linear",
      use_bias: "true",
      depthwise_initializer: "glorot_uniform",
      pointwise_initializer: "glorot_uniform",
      depthwise_regularizer: "none",
      pointwise_regularizer: "none",
    },
  ],
  ["layer conv1d_transpose", { stride: "1", padding: "valid", ...convolution }],
  ["layer conv2d_transpose", { stride: "1", padding: "valid", ...convolution }],
  ["layer max_pool1d", pooling],
  ["layer max_pool2d", pooling],
  ["layer max_pool3d", pooling],
  ["layer average_pool1d", pooling],
  ["layer average_pool2d", pooling],
  ["layer average_pool3d", pooling],
  ["layer up_sampling1d", { size: "2" }],
  ["layer up_sampling2d", { size: "2" }],
  ["layer up_sampling3d", { size: "2" }],
  ["layer zero_padding1d", { padding: "1" }],
  ["layer zero_padding2d", { height: "1", width: "height" }],
  ["layer zero_padding3d", { depth: "1", height: "depth", width: "depth" }],
  ["layer cropping1d", { cropping: "1" }],
  ["layer cropping2d", { height: "0", width: "height" }],
  ["layer cropping3d", { depth: "1", height: "depth", width: "depth" }],
  ["layer rescaling", { offset: "0.0" }],
  ["layer dot", { normalize: "false" }],
  ["layer attention", { use_scale: "false", score: "dot", dropout: "0.0" }],
  ["layer multi_head_attention", { value_dim: "key_dim", dropout: "0.0", use_bias: "true" }],
  ["layer batch_norm", { momentum: "0.99", epsilon: "1e-3", center: "true", scale: "true" }],
  ["layer layer_norm", { epsilon: "1e-3", center: "true", scale: "true" }],
  ["layer group_norm", { groups: "32", epsilon: "1e-3", center: "true", scale: "true" }],
  ["layer rms_norm", { epsilon: "1e-6" }],
  ["layer embedding", { initializer: "random_uniform", regularizer: "none" }],
  ["layer simple_rnn", recurrent],
  ["layer lstm", { ...recurrent, recurrent_activation: "sigmoid", unit_forget_bias: "true" }],
  ["layer gru", { ...recurrent, recurrent_activation: "sigmoid", reset_after: "true" }],
  ["layer bidirectional", { merge: "concat" }],
  ["loss cross_entropy", { label_smoothing: "0.0" }],
  ["loss focal", { alpha: "0.25", gamma: "2.0" }],
  ["loss huber", { delta: "1.0" }],
  ["loss tversky", { alpha: "0.5", beta: "0.5" }],
  ["optimizer sgd", { learning_rate: "0.01" }],
  ["optimizer momentum", { learning_rate: "0.01", nesterov: "false" }],
  ["optimizer nesterov", { learning_rate: "0.01" }],
  ["optimizer adagrad", { learning_rate: "1e-3", initial_accumulator: "0.1", epsilon: "1e-7" }],
  ["optimizer adadelta", { learning_rate: "1e-3", rho: "0.95", epsilon: "1e-7" }],
  ["optimizer rmsprop", { learning_rate: "1e-3", rho: "0.9", momentum: "0.0", epsilon: "1e-7", centered: "false" }],
  ["optimizer adam", { learning_rate: "1e-3", beta_1: "0.9", beta_2: "0.999", epsilon: "1e-7", amsgrad: "false" }],
  [
    "optimizer adamw",
    { learning_rate: "1e-3", weight_decay: "0.004", beta_1: "0.9", beta_2: "0.999", epsilon: "1e-7" },
  ],
  ["optimizer adamax", { learning_rate: "1e-3", beta_1: "0.9", beta_2: "0.999", epsilon: "1e-7" }],
  ["optimizer nadam", { learning_rate: "1e-3", beta_1: "0.9", beta_2: "0.999", epsilon: "1e-7" }],
  ["optimizer lion", { learning_rate: "1e-3", beta_1: "0.9", beta_2: "0.99" }],
  ["optimizer ftrl", { learning_rate: "1e-3", power: "-0.5", initial_accumulator: "0.1", l1: "0.0", l2: "0.0" }],
  ["optimizer lamb", { learning_rate: "1e-3", beta_1: "0.9", beta_2: "0.999", epsilon: "1e-7" }],
  [
    "optimizer adafactor",
    { learning_rate: "1e-3", beta_2_decay: "-0.8", epsilon_1: "1e-30", epsilon_2: "1e-3", clip_threshold: "1.0" },
  ],
  ["optimizer muon", { learning_rate: "0.02", momentum: "0.95", nesterov: "true" }],
  ["optimizer weight_decay", { rate: "0.004" }],
  ["optimizer ema", { momentum: "0.99" }],
  ["initializer constant", { value: "0.0" }],
  ["initializer random_normal", { mean: "0.0", stddev: "0.05" }],
  ["initializer random_uniform", { minval: "-0.05", maxval: "0.05" }],
  ["initializer truncated_normal", { mean: "0.0", stddev: "0.05" }],
  ["initializer variance_scaling", { scale: "1.0", mode: "inputs", distribution: "truncated_normal" }],
  ["initializer orthogonal", { gain: "1.0" }],
  ["initializer identity", { gain: "1.0" }],
  ["regularizer l1", { l1: "0.01" }],
  ["regularizer l2", { l2: "0.01" }],
  ["regularizer l1_l2", { l1: "0.0", l2: "0.0" }],
  ["regularizer orthogonal", { factor: "0.01", mode: "rows" }],
  ["constraint max_norm", { max_value: "2.0", over: "0" }],
  ["constraint unit_norm", { over: "0" }],
  ["constraint min_max_norm", { min_value: "0.0", max_value: "1.0", rate: "1.0", over: "0" }],
  ["schedule exponential_decay", { staircase: "false" }],
  ["schedule inverse_time_decay", { staircase: "false" }],
  ["schedule polynomial_decay", { end: "1e-4", power: "1.0" }],
  ["schedule cosine_decay", { alpha: "0.0", warmup_steps: "0" }],
  ["schedule cosine_restarts", { t_mul: "2.0", m_mul: "1.0", alpha: "0.0" }],
  ["metric binary_accuracy", { threshold: "0.5" }],
  ["metric top_k_accuracy", { k: "5" }],
  ["metric precision", { threshold: "0.5" }],
  ["metric recall", { threshold: "0.5" }],
  ["metric f1", { threshold: "0.5" }],
  ["metric auc", { thresholds: "200" }],
];

/** Settings and words that Keras has not, or not by these values: of the papers, of PyTorch, or of this library. */
const own: readonly (readonly [word: string, defaults: Readonly<Record<string, string>>])[] = [
  ["fn shift", { width: "height" }],
  ["fn flip", { horizontal: "true", vertical: "false" }],
  ["layer p_relu", { shared: "false" }],
  ["layer attention", { causal: "false" }],
  ["layer multi_head_attention", { causal: "false" }],
  ["layer average_pool1d", { count_include_pad: "false" }],
  ["layer average_pool2d", { count_include_pad: "false" }],
  ["layer average_pool3d", { count_include_pad: "false" }],
  ["layer min_max_scaling", { to: "0..1" }],
  ["optimizer momentum", { momentum: "0.9", form: "velocity" }],
  ["optimizer nesterov", { momentum: "0.9" }],
  ["optimizer adagrad", { form: "inside" }],
  ["optimizer rmsprop", { form: "inside" }],
  ["optimizer adam", { form: "corrected" }],
  ["regularizer orthogonality", { factor: "0.01" }],
  ["schedule cosine_decay", { warmup_target: "initial" }],
  ["schedule linear_warmup", { initial: "0.0" }],
  ["schedule step", { gamma: "0.1" }],
  ["schedule one_cycle", { pct_start: "0.3", div_factor: "25.0", final_div_factor: "1e4" }],
];

/** By kind; `tanh`, `reshape` and `concatenate` are functions of the language. */
const catalogue = {
  fn: `linear relu relu6 leaky_relu elu selu gelu sigmoid hard_sigmoid softmax log_softmax softplus softsign silu mish exponential
    celu glu hard_silu hard_tanh hard_shrink soft_shrink tanh_shrink threshold log_sigmoid squareplus sparsemax
    rotate shift shear zoom flip`,
  layer: `dense conv1d conv2d depthwise_conv2d separable_conv2d conv2d_transpose conv3d max_pool1d max_pool2d max_pool3d average_pool1d
    average_pool2d global_average_pool1d global_average_pool2d global_max_pool1d global_max_pool2d flatten permute repeat_vector embedding
    simple_rnn lstm gru bidirectional time_distributed batch_norm layer_norm group_norm rms_norm dropout spatial_dropout gaussian_noise
    masking attention multi_head_attention add subtract multiply average maximum dot zero_padding1d zero_padding2d zero_padding3d cropping1d
    cropping2d cropping3d up_sampling1d up_sampling2d up_sampling3d rescaling normalization min_max_scaling p_relu`,
  loss: `mean_squared_error mean_absolute_error binary_cross_entropy cross_entropy kl_divergence huber log_cosh hinge squared_hinge
    categorical_hinge poisson cosine_similarity mean_absolute_percentage_error mean_squared_logarithmic_error focal ctc dice tversky`,
  optimizer: `sgd momentum nesterov adagrad adadelta rmsprop adam adamw adamax nadam lion ftrl lamb adafactor muon weight_decay clip_norm clip_value
    global_clip_norm ema`,
  initializer: `zeros ones constant random_normal random_uniform truncated_normal variance_scaling glorot_uniform glorot_normal he_uniform
    he_normal lecun_uniform lecun_normal orthogonal identity`,
  regularizer: "l1 l2 l1_l2 orthogonal",
  constraint: "max_norm non_neg unit_norm min_max_norm",
  schedule: `exponential_decay cosine_decay cosine_restarts piecewise_constant polynomial_decay inverse_time_decay linear_warmup step
    one_cycle`,
  metric: `accuracy binary_accuracy top_k_accuracy precision recall f1 auc confusion_matrix root_mean_squared_error r2 perplexity`,
};

const folder = join(import.meta.dirname, "../../src/library");
const defaults = new Map<string, Map<string, string>>();
for (const name of readdirSync(folder).filter((file) => file.endsWith(".net"))) {
  const text = readFileSync(join(folder, name), "utf8");
  for (const word of parse(new SourceFile(name, text)).file.declarations) {
    if (word.kind !== "word") continue;
    const settings = (word.settings?.parameters ?? []).flatMap((p): [string, string][] =>
      p.default ? [[p.name.text, text.slice(p.default.span.start, p.default.span.end)]] : [],
    );
    defaults.set(`${word.word} ${word.name.text}`, new Map(settings));
  }
}

describe("defaults", () => {
  test.each([...keras, ...own])("%s", (word, expected) => {
    expect(defaults.get(word), `${word} is not in the library`).toBeDefined();
    for (const [setting, value] of Object.entries(expected))
      expect([setting, defaults.get(word)?.get(setting)]).toEqual([setting, value]);
  });
  test("each default is in one of the tables", () => {
    const known = new Map<string, Set<string>>();
    for (const [word, settings] of [...keras, ...own])
      known.set(word, new Set([...(known.get(word) ?? []), ...Object.keys(settings)]));
    const unknown = [...defaults].flatMap(([word, settings]) =>
      [...settings.keys()].filter((setting) => !known.get(word)?.has(setting)).map((setting) => `${word}: ${setting}`),
    );
    expect(unknown).toEqual([]);
  });
});

test.each(Object.entries(catalogue))("every %s of the catalogue", (kind, names) => {
  expect(names.split(/\s+/).filter((name) => !defaults.has(`${kind} ${name}`))).toEqual([]);
});
