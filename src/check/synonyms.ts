/** @file What Keras and PyTorch call the settings and words that have another name here. */

/** Setting elsewhere: names here, the first that the word has is meant. */
const settings: Readonly<Record<string, readonly string[]>> = {
  strides: ["stride"],
  dilation_rate: ["dilation"],
  out_features: ["units"],
  num_units: ["units"],
  hidden_size: ["units"],
  units: ["filters"],
  out_channels: ["filters"],
  channels: ["filters"],
  kernel: ["kernel_size"],
  kernel_shape: ["kernel_size"],
  bias: ["use_bias"],
  lr: ["learning_rate"],
  betas: ["beta_1", "beta_2"],
  beta1: ["beta_1"],
  beta2: ["beta_2"],
  eps: ["epsilon"],
  p: ["rate"],
  prob: ["rate"],
  keep_prob: ["rate"],
  dim: ["over", "axis"],
  axis: ["over"],
  keepdims: ["keep"],
  keepdim: ["keep"],
  negative_slope: ["alpha"],
  alpha: ["negative_slope"],
  num_heads: ["heads"],
  head_dim: ["key_dim"],
  embedding_dim: ["dim"],
  output_dim: ["dim"],
  depth_multiplier: ["multiplier"],
  num_groups: ["groups"],
  weight_decay: ["rate"],
  clipnorm: ["limit"],
  max_norm: ["limit"],
  kernel_init: ["kernel_initializer"],
  embeddings_initializer: ["initializer"],
  nonlinearity: ["activation"],
};

/** Word elsewhere, in lower case without underscores: word here. */
const words: Readonly<Record<string, string>> = {
  linear: "dense",
  fullyconnected: "dense",
  fc: "dense",
  maxpooling2d: "max_pool2d",
  maxpool2d: "max_pool2d",
  maxpooling1d: "max_pool1d",
  averagepooling2d: "average_pool2d",
  avgpool2d: "average_pool2d",
  globalaveragepooling2d: "global_average_pool2d",
  batchnormalization: "batch_norm",
  batchnorm1d: "batch_norm",
  batchnorm2d: "batch_norm",
  layernormalization: "layer_norm",
  groupnormalization: "group_norm",
  categoricalcrossentropy: "cross_entropy",
  sparsecategoricalcrossentropy: "cross_entropy",
  randomrotation: "rotate",
  randomtranslation: "shift",
  randomshear: "shear",
  randomzoom: "zoom",
  randomflip: "flip",
  randomhorizontalflip: "flip",
  crossentropyloss: "cross_entropy",
  nllloss: "cross_entropy",
  bceloss: "binary_cross_entropy",
  binarycrossentropy: "binary_cross_entropy",
  mse: "mean_squared_error",
  mseloss: "mean_squared_error",
  meansquarederror: "mean_squared_error",
  mae: "mean_absolute_error",
  l1loss: "mean_absolute_error",
  kldivergence: "kl_divergence",
  kldivloss: "kl_divergence",
  categoricalaccuracy: "accuracy",
  sparsecategoricalaccuracy: "accuracy",
  xavieruniform: "glorot_uniform",
  xaviernormal: "glorot_normal",
  kaiminguniform: "he_uniform",
  kaimingnormal: "he_normal",
  truncnormal: "truncated_normal",
  swish: "silu",
  simplernn: "simple_rnn",
  rnn: "simple_rnn",
  conv2dtranspose: "conv2d_transpose",
  convtranspose2d: "conv2d_transpose",
  depthwiseconv2d: "depthwise_conv2d",
  multiheadattention: "multi_head_attention",
  timedistributed: "time_distributed",
  upsampling2d: "up_sampling2d",
  concat: "concatenate",
  cat: "concatenate",
  view: "reshape",
  permute: "transpose",
  randomnormal: "random_normal",
  randomuniform: "random_uniform",
  leakyrelu: "leaky_relu",
  logsoftmax: "log_softmax",
  globalclipnorm: "global_clip_norm",
};

/** What another library's name of a setting is called here, among the settings that the word has. */
export function settingSynonym(name: string, known: Iterable<string>): string | undefined {
  const here = new Set(known);
  return (Object.hasOwn(settings, name) ? settings[name] : undefined)?.find((candidate) => here.has(candidate));
}
/** The word here for another library's word, if it exists. */
export function wordSynonym(name: string, known: ReadonlySet<string>): string | undefined {
  const key = name.toLowerCase().replaceAll("_", "");
  const word = Object.hasOwn(words, key) ? words[key] : undefined;
  if (word !== undefined && known.has(word)) return word;
  for (const candidate of known) if (candidate !== name && candidate.replaceAll("_", "") === key) return candidate;
  return undefined;
}
