/** @file Families of library words that several lints speak of. */

/** Scores to probabilities that add up to 1. */
export const softmaxes: readonly string[] = ["softmax", "sparsemax"];
/** Scores to independent probabilities. */
export const sigmoids: readonly string[] = ["sigmoid", "hard_sigmoid"];
/** Activations that confine their results to an interval, or cut half of them off. */
export const clipping: readonly string[] = ["relu", "relu6", "tanh", "softsign", ...sigmoids];
export const activations: readonly string[] = [
  "linear",
  "identity",
  "leaky_relu",
  "elu",
  "selu",
  "softplus",
  "gelu",
  "silu",
  "mish",
  "exponential",
  "log_softmax",
  ...clipping,
  ...softmaxes,
];
/** Layers that add a bias to a sum of products: affine in their input. */
export const affine: readonly string[] = [
  "dense",
  "conv1d",
  "conv2d",
  "depthwise_conv2d",
  "conv1d_transpose",
  "conv2d_transpose",
];
/** Layers whose setting `activation` is applied to their result. */
export const activated: readonly string[] = affine;
/** Noise while training, nothing afterwards. */
export const noise: readonly string[] = ["dropout", "spatial_dropout", "gaussian_noise"];
/** Other shapes or scales of the same values. */
export const reshaping: readonly string[] = ["flatten", "rescaling"];
export const recurrent: readonly string[] = ["simple_rnn", "lstm", "gru"];
export const normalizing: readonly string[] = ["batch_norm", "layer_norm", "group_norm", "rms_norm"];
/** Losses that read their first value as probabilities of exclusive classes. */
export const classLosses: readonly string[] = ["cross_entropy", "focal", "kl_divergence"];
/** Losses that read their first value as independent probabilities. */
export const binaryLosses: readonly string[] = ["binary_cross_entropy"];
