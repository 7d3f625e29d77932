/** @file The default values of library words are those of Keras 3 (its names in this language's spelling), or of the paper where said. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { parse } from "../../src/syntax/parse.js";

/** Settings with their defaults, as Keras 3 documents them. A word may have further settings that Keras has not. */
const keras: readonly (readonly [word: string, defaults: Readonly<Record<string, string>>])[] = [
  ["fn leaky_relu", { negative_slope: "0.2" }],
  ["fn elu", { alpha: "1.0" }],
  ["fn gelu", { approximate: "false" }],
  ["fn softmax", { over: "-1" }],
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
  ["layer conv1d", { stride: "1", padding: "valid", dilation: "1", activation: "linear", use_bias: "true" }],
  [
    "layer conv2d",
    { stride: "1", padding: "valid", dilation: "1", groups: "1", activation: "linear", use_bias: "true" },
  ],
  ["layer depthwise_conv2d", { stride: "1", padding: "valid", multiplier: "1", dilation: "1", use_bias: "true" }],
  ["layer conv2d_transpose", { stride: "1", padding: "valid", activation: "linear", use_bias: "true" }],
  ["layer max_pool2d", { pool_size: "2", stride: "pool_size", padding: "valid" }],
  ["layer average_pool2d", { pool_size: "2", stride: "pool_size", padding: "valid" }],
  ["layer up_sampling2d", { size: "2" }],
  ["layer rescaling", { offset: "0.0" }],
  ["layer batch_norm", { momentum: "0.99", epsilon: "1e-3", center: "true", scale: "true" }],
  ["layer layer_norm", { epsilon: "1e-3" }],
  ["layer group_norm", { groups: "32", epsilon: "1e-3" }],
  ["layer rms_norm", { epsilon: "1e-6" }],
  ["layer embedding", { initializer: "random_uniform" }],
  [
    "layer lstm",
    {
      activation: "tanh",
      recurrent_activation: "sigmoid",
      use_bias: "true",
      unit_forget_bias: "true",
      kernel_initializer: "glorot_uniform",
      recurrent_initializer: "orthogonal",
      dropout: "0.0",
      recurrent_dropout: "0.0",
      return_sequences: "false",
      go_backwards: "false",
      stateful: "false",
    },
  ],
  [
    "layer gru",
    { activation: "tanh", recurrent_activation: "sigmoid", reset_after: "true", return_sequences: "false" },
  ],
  ["layer simple_rnn", { activation: "tanh", use_bias: "true", recurrent_initializer: "orthogonal" }],
  ["layer bidirectional", { merge: "concat" }],
  ["loss cross_entropy", { label_smoothing: "0.0" }],
  ["loss focal", { alpha: "0.25", gamma: "2.0" }],
  ["loss huber", { delta: "1.0" }],
  ["optimizer sgd", { learning_rate: "0.01" }],
  ["optimizer momentum", { learning_rate: "0.01", nesterov: "false" }],
  ["optimizer adagrad", { learning_rate: "1e-3", initial_accumulator: "0.1", epsilon: "1e-7" }],
  ["optimizer adadelta", { learning_rate: "1e-3", rho: "0.95", epsilon: "1e-7" }],
  ["optimizer rmsprop", { learning_rate: "1e-3", rho: "0.9", momentum: "0.0", epsilon: "1e-7", centered: "false" }],
  ["optimizer adam", { learning_rate: "1e-3", beta_1: "0.9", beta_2: "0.999", epsilon: "1e-7", amsgrad: "false" }],
  ["optimizer adamax", { learning_rate: "1e-3", beta_1: "0.9", beta_2: "0.999", epsilon: "1e-7" }],
  ["optimizer nadam", { learning_rate: "1e-3", beta_1: "0.9", beta_2: "0.999", epsilon: "1e-7" }],
  ["optimizer lion", { learning_rate: "1e-3", beta_1: "0.9", beta_2: "0.99" }],
  ["optimizer ftrl", { learning_rate: "1e-3", power: "-0.5", initial_accumulator: "0.1", l1: "0.0", l2: "0.0" }],
  ["optimizer lamb", { learning_rate: "1e-3", beta_1: "0.9", beta_2: "0.999", epsilon: "1e-7" }],
  ["optimizer weight_decay", { rate: "0.004" }],
  ["initializer constant", { value: "0.0" }],
  ["initializer random_normal", { mean: "0.0", stddev: "0.05" }],
  ["initializer random_uniform", { minval: "-0.05", maxval: "0.05" }],
  ["initializer truncated_normal", { mean: "0.0", stddev: "0.05" }],
  ["initializer orthogonal", { gain: "1.0" }],
  ["initializer identity", { gain: "1.0" }],
  ["regularizer l1", { l1: "0.01" }],
  ["regularizer l2", { l2: "0.01" }],
  ["regularizer l1_l2", { l1: "0.0", l2: "0.0" }],
  ["regularizer orthogonality", { factor: "0.01" }],
  ["constraint max_norm", { max_value: "2.0", over: "0" }],
  ["constraint unit_norm", { over: "0" }],
  ["schedule exponential_decay", { staircase: "false" }],
  ["schedule inverse_time_decay", { staircase: "false" }],
  ["schedule polynomial_decay", { end: "1e-4", power: "1.0" }],
  ["schedule cosine_decay", { alpha: "0.0", warmup_steps: "0" }],
  ["metric binary_accuracy", { threshold: "0.5" }],
  ["metric top_k_accuracy", { k: "5" }],
  ["metric precision", { threshold: "0.5" }],
  ["metric recall", { threshold: "0.5" }],
  ["metric f1", { threshold: "0.5" }],
  ["metric auc", { thresholds: "200" }],
];

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

test.each(keras)("%s", (word, expected) => {
  const found = defaults.get(word);
  expect(found, `${word} is not in the library`).toBeDefined();
  for (const [setting, value] of Object.entries(expected))
    expect([setting, found?.get(setting)]).toEqual([setting, value]);
});
