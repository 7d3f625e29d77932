/** @file One small model per library word: the generic tests compile it, check its gradients, or train it. */

/** What a word's model is tested for. */
export interface Tiny {
  /** `layer dense`. */
  readonly word: string;
  readonly source: string;
  /** Gradients are compared with finite differences; not where the result has steps. */
  readonly gradient: boolean;
}

/** A sum of sines, shifted: every element counts, each differently, and no gradient is so steep that 32 bits would not do. */
const objective = "loss sum[i](sin(flat[i] + i)) + t";

/** `x` reaches the word with a parameter added, so that the gradient by the input is seen too. */
function onNumbers(word: string, shape: string, stage: string): Tiny {
  const source = `
model Tiny {
  input  x: f32${shape}
  target t: f32
  param  shift: ${shape} ~ random_normal
  let    y = (x + shift) -> ${stage} as tested
  let    flat = y -> flatten
  output result = y
  ${objective}
  optimizer sgd(0.01)
  train { batch: 3 }
}`;
  return { word, source, gradient: true };
}

const layers: Readonly<Record<string, readonly [shape: string, stage: string]>> = {
  dense: ["[3]", "dense(2, activation: tanh)"],
  conv1d: ["[6, 2]", "conv1d(3, 2)"],
  conv3d: ["[3, 4, 3, 2]", "conv3d(2, 2, stride: [1, 2, 1])"],
  separable_conv2d: ["[4, 4, 2]", "separable_conv2d(3, 2, multiplier: 2)"],
  conv2d: ["[5, 4, 2]", "conv2d(3, 2, groups: 1, padding: same)"],
  depthwise_conv2d: ["[4, 4, 2]", "depthwise_conv2d(2, multiplier: 2)"],
  conv1d_transpose: ["[4, 2]", "conv1d_transpose(3, 3, stride: 2, padding: same)"],
  conv2d_transpose: ["[3, 2, 2]", "conv2d_transpose(2, 3, stride: 2)"],
  max_pool1d: ["[5, 2]", "max_pool1d(3, stride: 1)"],
  max_pool2d: ["[4, 4, 2]", "max_pool2d"],
  max_pool3d: ["[2, 4, 3, 2]", "max_pool3d(2, padding: same)"],
  average_pool1d: ["[5, 2]", "average_pool1d(2, padding: same)"],
  average_pool2d: ["[4, 4, 2]", "average_pool2d"],
  average_pool3d: ["[2, 4, 3, 2]", "average_pool3d(2)"],
  global_average_pool1d: ["[3, 2]", "global_average_pool1d"],
  global_average_pool2d: ["[3, 4, 2]", "global_average_pool2d"],
  global_average_pool3d: ["[2, 3, 2, 2]", "global_average_pool3d"],
  global_max_pool1d: ["[3, 2]", "global_max_pool1d"],
  global_max_pool2d: ["[3, 4, 2]", "global_max_pool2d"],
  global_max_pool3d: ["[2, 3, 2, 2]", "global_max_pool3d"],
  flatten: ["[3, 2]", "flatten"],
  permute: ["[3, 2, 4]", "permute([2, 0, 1])"],
  zero_padding1d: ["[3, 2]", "zero_padding1d([1, 2])"],
  zero_padding2d: ["[2, 3, 2]", "zero_padding2d(1, [0, 2])"],
  zero_padding3d: ["[2, 2, 3, 1]", "zero_padding3d(1, [0, 2])"],
  cropping1d: ["[5, 2]", "cropping1d([1, 2])"],
  cropping2d: ["[4, 5, 2]", "cropping2d(1, [0, 2])"],
  cropping3d: ["[3, 4, 5, 1]", "cropping3d(1, [0, 2])"],
  rescaling: ["[3, 2]", "rescaling(0.5, offset: 1)"],
  repeat_vector: ["[3]", "repeat_vector(2)"],
  up_sampling1d: ["[3, 2]", "up_sampling1d"],
  up_sampling2d: ["[2, 3, 2]", "up_sampling2d"],
  up_sampling3d: ["[2, 2, 1, 2]", "up_sampling3d"],
  batch_norm: ["[3, 2]", "batch_norm"],
  normalization: ["[3, 2]", "normalization"],
  min_max_scaling: ["[3, 2]", "min_max_scaling"],
  layer_norm: ["[3, 4]", "layer_norm"],
  group_norm: ["[3, 4]", "group_norm(2)"],
  rms_norm: ["[3, 4]", "rms_norm"],
  dropout: ["[6]", "dropout(0.4) -> dense(3)"],
  spatial_dropout: ["[3, 4]", "spatial_dropout(0.4) -> dense(3)"],
  gaussian_noise: ["[6]", "gaussian_noise(0.1) -> dense(3)"],
  simple_rnn: ["[4, 2]", "simple_rnn(3)"],
  lstm: ["[4, 2]", "lstm(3, return_sequences: true)"],
  gru: ["[4, 2]", "gru(3)"],
  residual: ["[3]", "residual(dense(3, activation: tanh))"],
  time_distributed: ["[3, 2]", "time_distributed(dense(2))"],
  bidirectional: ["[4, 2]", "bidirectional(lstm(3))"],
  attention: ["[4, 3]", "attention(use_scale: true, causal: true)"],
  p_relu: ["[3, 2]", "p_relu(random_normal)"],
  multi_head_attention: ["[4, 3]", "multi_head_attention(2, key_dim: 2)"],
};

const activations: Readonly<Record<string, string>> = {
  linear: "linear",
  identity: "identity",
  relu: "relu",
  relu6: "relu6",
  leaky_relu: "leaky_relu",
  elu: "elu",
  selu: "selu",
  celu: "celu",
  sigmoid: "sigmoid",
  log_sigmoid: "log_sigmoid",
  hard_tanh: "hard_tanh",
  hard_silu: "hard_silu",
  hard_shrink: "hard_shrink",
  soft_shrink: "soft_shrink",
  tanh_shrink: "tanh_shrink",
  threshold: "threshold(0.2, 0.1)",
  squareplus: "squareplus",
  hard_sigmoid: "hard_sigmoid",
  softplus: "softplus",
  softsign: "softsign",
  gelu: "gelu",
  silu: "silu",
  mish: "mish",
  exponential: "exponential",
  softmax: "softmax",
  log_softmax: "log_softmax",
  logsumexp: "logsumexp",
  sparsemax: "sparsemax",
};

/** A prediction squashed into its domain, the target's type, and the call. */
function loss(
  word: string,
  stage: string,
  target: string,
  call: string,
  kind: "loss" | "metric" | "fn" = "loss",
): Tiny {
  const objectives =
    kind === "metric"
      ? `loss sum(y^2)\n  metric tested = ${call}`
      : kind === "fn"
        ? `loss sum(${call})`
        : `loss ${call}`;
  const source = `
model Tiny {
  input  x: f32[4]
  target t: ${target}
  param  shift: [4] ~ random_normal
  output y = (x + shift) -> ${stage}
  ${objectives}
  optimizer sgd(0.01)
  train { batch: 3 }
}`;
  return { word: `${kind} ${word}`, source, gradient: kind !== "metric" };
}

const losses: readonly Tiny[] = [
  loss("safe_log", "softmax", "f32[4]", "safe_log(t, y)", "fn"),
  loss("mean_squared_error", "linear", "f32[4]", "mean_squared_error(y, t)"),
  loss("mean_absolute_error", "linear", "f32[4]", "mean_absolute_error(y, t)"),
  loss("mean_absolute_percentage_error", "linear", "f32[4]", "mean_absolute_percentage_error(y, t)"),
  loss("mean_squared_logarithmic_error", "softplus", "f32[4]", "mean_squared_logarithmic_error(y, t)"),
  loss("cross_entropy", "softmax", "class[4]", "cross_entropy(y, t)"),
  loss("binary_cross_entropy", "sigmoid", "bool[4]", "binary_cross_entropy(y, t)"),
  loss("focal", "softmax", "class[4]", "focal(y, t)"),
  loss("huber", "linear", "f32[4]", "huber(y, t)"),
  loss("log_cosh", "linear", "f32[4]", "log_cosh(y, t)"),
  loss("hinge", "linear", "f32[4]", "hinge(y, t)"),
  loss("squared_hinge", "linear", "f32[4]", "squared_hinge(y, t)"),
  loss("categorical_hinge", "linear", "class[4]", "categorical_hinge(y, t)"),
  loss("poisson", "exponential", "f32[4]", "poisson(y, t)"),
  loss("kl_divergence", "softmax", "class[4]", "kl_divergence(y, t)"),
  loss("cosine_similarity", "linear", "f32[4]", "cosine_similarity(y, t)"),
  loss("dice", "sigmoid", "bool[4]", "dice(y, t)"),
  loss("tversky", "sigmoid", "bool[4]", "tversky(y, t)"),
  loss("log_add", "linear", "f32[4]", "log_add(y, t)", "fn"),
];

const metrics: readonly Tiny[] = [
  loss("ratio", "linear", "f32[4]", "ratio(y, 2 + t)", "fn"),
  loss("accuracy", "softmax", "class[4]", "accuracy(y, t)", "metric"),
  loss("binary_accuracy", "sigmoid", "bool[4]", "binary_accuracy(y, t)", "metric"),
  loss("top_k_accuracy", "softmax", "class[4]", "top_k_accuracy(y, t, k: 2)", "metric"),
  loss("precision", "sigmoid", "bool", "precision(y[0], t)", "metric"),
  loss("recall", "sigmoid", "bool", "recall(y[0], t)", "metric"),
  loss("f1", "sigmoid", "bool", "f1(y[0], t)", "metric"),
  loss("root_mean_squared_error", "linear", "f32[4]", "root_mean_squared_error(y, t)", "metric"),
  loss("r2", "linear", "f32", "r2(y[0], t)", "metric"),
  loss("confusion_matrix", "softmax", "class[4]", "confusion_matrix(y, t)", "metric"),
  loss("auc", "sigmoid", "bool", "auc(y[0], t, thresholds: 20)", "metric"),
  loss("perplexity", "softmax", "class[4]", "perplexity(y, t)", "metric"),
];

/** Least squares: `kernel` is the parameter that the word is about. */
function leastSquares(word: string, optimizer: string, initializer = "random_normal", clause = ""): Tiny {
  const source = `
model Tiny {
  input  x: f32[4]
  target t: f32[3]
  param  kernel: [4, 3] ~ ${initializer}${clause}
  param  bias: [3] ~ zeros
  output y = x @ kernel + bias
  loss   mean_squared_error(y, t)
  optimizer ${optimizer}
  train { batch: 3 }
}`;
  return { word, source, gradient: word.startsWith("regularizer") };
}

const optimizers: readonly Tiny[] = [
  "sgd(0.1)",
  "momentum(0.05)",
  "adagrad(0.2)",
  "adadelta(1.0)",
  "rmsprop(0.02)",
  "nesterov(0.05)",
  "adam(0.05)",
  "adamw(0.05)",
  "adamax(0.05)",
  "nadam(0.05)",
  "lion(0.02)",
  "ftrl(0.2)",
  "lamb(0.02)",
  "adafactor(0.1)",
].map((text) => leastSquares(`optimizer ${text.slice(0, text.indexOf("("))}`, text));
const matrixOptimizers: readonly Tiny[] = [
  leastSquares("optimizer muon", "muon(0.02) for kernel\n  optimizer sgd(0.1)"),
];
const stages: readonly Tiny[] = [
  "clip_value(0.5)",
  "clip_norm(0.5)",
  "global_clip_norm(1.0)",
  "weight_decay(0.004)",
].map((text) => leastSquares(`optimizer ${text.slice(0, text.indexOf("("))}`, `${text} -> sgd(0.1)`));
/** A stage after the update: prediction reads the average. */
const average = leastSquares("optimizer ema", "sgd(0.1) -> ema(0.9)");
const schedules: readonly Tiny[] = [
  "exponential_decay(0.1, 100, 0.9)",
  "inverse_time_decay(0.1, 100, 0.5)",
  "polynomial_decay(0.1, 100)",
  "piecewise_constant([10, 20], [0.1, 0.05, 0.02])",
  "cosine_decay(0.1, 100)",
  "cosine_restarts(0.1, 20)",
  "linear_warmup(0.1, 5)",
  "step(0.1, 30)",
  "one_cycle(0.2, 60)",
].map((text) => leastSquares(`schedule ${text.slice(0, text.indexOf("("))}`, `sgd(${text})`));
const initializers: readonly Tiny[] = [
  "zeros",
  "ones",
  "constant(0.5)",
  "random_normal",
  "random_uniform",
  "variance_scaling(2.0, mode: average)",
  "truncated_normal",
  "glorot_uniform",
  "glorot_normal",
  "he_uniform",
  "he_normal",
  "lecun_uniform",
  "lecun_normal",
  "identity",
  "orthogonal",
].map((text) => leastSquares(`initializer ${text.replace(/\(.*/, "")}`, "sgd(0.1)", text));
const regularizers: readonly Tiny[] = [
  "none",
  "l1(0.1)",
  "l2(0.1)",
  "l1_l2(l1: 0.1, l2: 0.1)",
  "orthogonality(0.1)",
  "orthogonal(0.1)",
].map((text) =>
  leastSquares(`regularizer ${text.replace(/\(.*/, "")}`, "sgd(0.1)", "random_normal", `, regularize ${text}`),
);
const constraints: readonly Tiny[] = [
  ["non_neg", "random_normal"],
  ["max_norm(1.0)", "random_normal"],
  ["unit_norm", "random_normal"],
  ["min_max_norm(0.5, 2.0)", "random_normal"],
  ["soft_threshold(0.01)", "random_normal"],
  ["simplex", "ones"],
].map(([text, start]) =>
  leastSquares(`constraint ${text!.replace(/\(.*/, "")}`, "sgd(0.1)", start, `, constrain ${text}`),
);

const embedding: Tiny = {
  word: "layer embedding",
  source: `
model Tiny {
  input  x: class[5][3]
  target t: f32
  let    flat = x -> embedding(2) as tested -> flatten
  output result = flat
  ${objective}
  optimizer sgd(0.01)
  train { batch: 3 }
}`,
  gradient: true,
};

/** The words of `[a, b] -> add`, on two values of one shape. */
const merges: readonly Tiny[] = [
  "add",
  "subtract",
  "multiply",
  "average",
  "maximum",
  "minimum",
  "dot(normalize: true)",
].map((text) => ({
  word: `layer ${text.replace(/\(.*/, "")}`,
  source: `
model Tiny {
  input  x: f32[2, 3]
  target t: f32
  param  a: [2, 3] ~ random_normal
  param  b: [2, 3] ~ random_normal
  let    y = [x + a, x * 0.5 + b] -> ${text}
  let    flat = y -> flatten
  output result = y
  ${objective}
  optimizer sgd(0.01)
  train { batch: 3 }
}`,
  gradient: true,
}));

/** One step of some examples is hidden. */
const masked: Tiny = {
  word: "layer masking",
  source: `
model Tiny {
  input  x: class[2][4, 3]
  target t: f32[2]
  let    steps[i, k] = where(x[i, k] == 1, 1, 0)
  output result = steps -> masking -> lstm(2)
  loss   mean_squared_error(result, t)
  optimizer sgd(0.01)
  train { batch: 3 }
}`,
  gradient: true,
};

/** Two labels over five steps. */
const alignment: Tiny = {
  word: "loss ctc",
  source: `
model Tiny {
  input  x: f32[5, 3]
  target t: class[5][2]
  output y = x -> dense(5) -> log_softmax
  loss   ctc(y, t)
  optimizer sgd(0.01)
  train { batch: 3 }
}`,
  gradient: true,
};

/** Halves of the last axis. */
const gated: Tiny = onNumbers("fn glu", "[4]", "glu");

/** Settings take sizes: a word that is only a helper of others is seen through them. */
const padding: Tiny = {
  ...onNumbers("fn window_padding", "[4, 4, 1]", "conv2d(1, 3, padding: same)"),
};

/** Words of recipes move positions, not images: they are seen through what they do to an image. */
const augmentations: readonly Tiny[] = [
  ["layer augment", "rotate(20deg) -> shift(0.1) -> shear(0.1) -> zoom(0.8..1.2) -> flip"],
  ["fn rotate", "rotate(-30deg..60deg)"],
  ["fn shift", "shift(0.3, width: 0..0.2)"],
  ["fn shear", "shear(0.3)"],
  ["fn zoom", "zoom(0.8..1.3)"],
  ["fn flip", "flip(vertical: true)"],
  ["fn draw_between", "shear(0.1..0.2)"],
  ["fn draw_sign", "flip"],
  ["fn resample", "shift(0)"],
  ["fn interpolate", "zoom(0.6..0.7)"],
].map(([word, recipe]) => onNumbers(word!, "[4, 3, 2]", `augment(${recipe})`));

export const tinyModels: readonly Tiny[] = [
  ...Object.entries(layers).map(([name, [shape, stage]]) => onNumbers(`layer ${name}`, shape, stage)),
  ...Object.entries(activations).map(([name, stage]) => onNumbers(`fn ${name}`, "[5]", stage)),
  ...["newton_schulz", "orthogonalised", "root_mean_square"].map((name) => onNumbers(`fn ${name}`, "[2, 3]", name)),
  embedding,
  padding,
  gated,
  alignment,
  masked,
  ...merges,
  ...augmentations,
  ...losses,
  ...metrics,
  ...optimizers,
  ...matrixOptimizers,
  ...stages,
  average,
  ...schedules,
  ...initializers,
  ...regularizers,
  ...constraints,
];
