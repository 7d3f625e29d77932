/** @file One text for each thing that the checker can say; « and » enclose what the carets must point at. */

/** A model around some items: x [6], label class[10]. */
const model = (items: string): string => `model M {
  input x: f32[6]
  target label: class[10]
${items}
}`;
/** The same with an output, a loss and an optimizer. */
const trained = (items: string): string =>
  model(`${items}
  output y = x -> dense(10) -> softmax
  loss cross_entropy(y, label)
  optimizer adam(1e-3)`);
const image = (pipe: string): string => `model M {
  input image: f32[28, 28, 1]
  target label: class[10]
  output y = ${pipe}
  loss cross_entropy(y, label)
  optimizer adam(1e-3)
}`;

export interface Case {
  readonly code: string;
  readonly text: string;
  readonly files?: Readonly<Record<string, string>>;
  /** What the fix makes of the marked text. */
  readonly fixed?: string;
  /** A part of the help. */
  readonly help?: string;
}

export const cases: readonly Case[] = [
  { code: "NET2001", text: trained("  let z = 2 * «xx»") },
  { code: "NET2002", text: model("  output y = x -> dense(10) -> «sofmax»"), fixed: "softmax" },
  { code: "NET2002", text: model("  output y = x -> «Linear»(10)"), fixed: "dense" },
  {
    code: "NET2001",
    text: "layer f(units: int)(x: [n]) {\n  param k: [n, units] ~ zeros\n  let y[i] = sum[j](x[j] * k[j, i])\n  return y + «unit»\n}",
  },
  { code: "NET2002", text: "layer f(inner: layer)(x: [n]) = x -> inner -> «rellu»" },
  { code: "NET2002", text: trained("  param w: [3] ~ «glorot»(1)") },
  { code: "NET2003", text: trained("  let z = 2 * «relu»") },
  { code: "NET2004", text: trained("  input «x»: f32") },
  { code: "NET2004", text: `fn f(x) = x\nfn «f»(x) = 2 * x\n${trained("")}` },
  { code: "NET2004", text: model("  output y = x -> dense(3) as a -> dense(4) as «a»") },
  {
    code: "NET2005",
    text: `import { «blok» } from "./other.net"\n${trained("")}`,
    files: { "./other.net": "fn block(x) = x" },
  },
  { code: "NET2006", text: `import { block } from «"./other.net"»\n${trained("")}` },
  { code: "NET2006", text: `model M {\n  input x: class[from «"no.txt"»]\n  output y = x -> embedding(3)\n}` },
  { code: "NET2007", text: `import { f } from «"./test.net"»\n${trained("")}` },
  { code: "NET2008", text: `fn f(x) = 2 * «f(x)»\n${trained("  let z = f(x)")}` },
  { code: "NET2009", text: model("  output y = x -> dense(6) as a -> dense(4) \n  output z = a.«kernl»") },
  { code: "NET2010", text: model("  let h = x -> dense(6)\n  output z = «h».kernel") },
  { code: "NET2010", text: trained("  let h = x -> dense(3)\n  optimizer sgd(0.1) for «h»") },
  { code: "NET2011", text: trained("  let a = 2 * x\n  «a» <- 3") },
  {
    code: "NET4004",
    text: `optimizer scaled()(grad, learning_rate) {\n  grad <- learning_rate * grad\n}\noptimizer plain()(param, grad) {\n  param <- param - grad\n}
${model("  output y = x -> dense(10) -> softmax\n  loss cross_entropy(y, label)\n  «optimizer scaled() -> plain()»")}`,
  },
  {
    code: "NET3001",
    text: model("  output y = x -> dense(10) -> softmax\n  loss cross_entropy(y, label)\n  «optimizer muon()»"),
  },
  { code: "NET2012", text: trained("  let z = x -> «x»") },

  {
    code: "NET3001",
    text: image("image -> dense(10) -> flatten -> «conv2d(8, 3)» -> flatten -> dense(10) -> softmax"),
  },
  {
    code: "NET3002",
    text: model("  output y = x -> dense(12) -> softmax\n  loss «cross_entropy(y, label)»\n  optimizer sgd()"),
  },
  { code: "NET3003", text: trained("  let z = «(x -> dense(4)) + x»") },
  { code: "NET3004", text: trained("  param w: [5, 3] ~ zeros\n  let z = «x @ w»") },
  {
    code: "NET3005",
    text: trained("  let z = x -> «conv1d»(3)")
      .replace("conv1d»(3)", "dense»(2.5)")
      .replace("«dense»(2.5)", "«dense(2.5)»"),
  },
  { code: "NET3006", text: trained("  let z[«i»] = 2 * i") },
  { code: "NET3007", text: trained("  param w: [4] ~ zeros\n  let z[i] = x[i] * w[«i»]") },
  { code: "NET3008", text: trained("  let z = x[«6»]") },
  { code: "NET3008", text: trained("  let z[i in 6] = x[«i + 1»]") },
  // Squares of whole numbers may wrap, the largest u * 5.9999999 is 6 in f32, and rounding may carry a remainder below 0.
  { code: "NET3008", text: model("  input w: int\n  output z = x[«min(w * w, 5)»]") },
  { code: "NET3008", text: model("  output z = x[«floor(clamp(x[0], 0, 1) * 5.9999999)»]") },
  { code: "NET3008", text: model("  output z = x[«floor(mod(x[0], 5))»]") },
  { code: "NET3009", text: trained("  let z = «reshape(x, [4, 2])»") },
  { code: "NET3010", text: trained("  let z = «zeros([100000, 100000])»") },
  { code: "NET3011", text: trained("  let z = «x[0, 1]»") },
  { code: "NET3012", text: trained("  let z = «sum(x, over: 1)»") },
  { code: "NET3013", text: `layer f(x: [n]) -> [n, n] = 2 * x\n${trained("  let z = x -> «f»")}` },
  { code: "NET3014", text: `layer f(x: [2 * n + 1]) = 2 * x\n${trained("  let z = x -> «f»")}` },
  {
    code: "NET3015",
    text: image("image -> conv2d(8, 3) -> max_pool2d(2) -> dense(10) -> softmax").replace(
      "cross_entropy(y, label)",
      "«cross_entropy(y, label)»",
    ),
    fixed: "flatten -> ",
  },
  { code: "NET3016", text: trained("  scan i in 3 with h = zeros([4]) {\n    h <- «x»\n  }") },
  { code: "NET3017", text: trained("  let z = x[«x[0]»]") },
  { code: "NET3019", text: model("  use f = dense(3)\n  output y = x -> f -> «f»") },
  { code: "NET3020", text: trained("  let z = [x, reshape(x, [2, 3])] -> «concatenate»") },

  { code: "NET4001", text: model("  output y = x -> dense(10, «activations»: relu)"), fixed: "activation" },
  { code: "NET4001", text: model("  output y = x -> dense(«out_features»: 10)"), fixed: "units" },
  {
    code: "NET4001",
    text: model("  output y = x -> dense(10)\n  loss cross_entropy(y, label)\n  optimizer adam(«lr»: 1e-3)"),
    fixed: "learning_rate",
  },
  { code: "NET4002", text: model("  output y = x -> «dense»") },
  { code: "NET4003", text: model("  output y = x -> relu(1, «2»)").replace("relu(1, «2»)", "«relu(1, 2)»") },
  { code: "NET4004", text: trained("  let z = «mean_squared_error(x)»") },
  { code: "NET4005", text: model("  output y = x -> «dense(true)»") },
  {
    code: "NET4005",
    text: "model M {\n  input q: f32[4, 6]\n  input memory: f32[5, 6]\n  output y = q -> «attention(memory)»\n}",
    help: "`-> attention(..)(value)`",
  },
  {
    code: "NET4006",
    text: image("image -> conv2d(8, 3, padding: «sme») -> flatten -> dense(10) -> softmax"),
    fixed: "same",
  },
  { code: "NET4007", text: model("  output y = x -> dense(10, «units: 3»)") },
  { code: "NET4008", text: trained("  let z = if «x[0] > 0» then 1 else 2") },
  { code: "NET4009", text: image("image -> «conv2d(8, 30)» -> flatten -> dense(10) -> softmax") },
  {
    code: "NET3015",
    text: model("  output y = x -> dense(1)\n  target t: f32\n  loss «mean_squared_error(y, t)»\n  optimizer sgd()"),
    fixed: " -> reshape([])",
  },
  { code: "NET4011", text: `fn f(x) = 2 * x   gradient «y» = dout\n${trained("  let z = f(x)")}` },
  { code: "NET4012", text: `fn «f»(x) {\n  let y = 2 * x\n}\n${trained("  let z = f(x)")}` },
  { code: "NET4013", text: trained("  let z = «x + 1..2»").replace("«x + 1..2»", "«-(1..2)»") },
  { code: "NET4014", text: `fn f(x) {\n  «param w: [3] ~ zeros»\n  return x\n}\n${trained("  let z = f(x)")}` },
  { code: "NET4015", text: `${doubling()}\n${trained("  let z = f20(x)")}` },
  {
    code: "NET4016",
    text: `layer f(x: [n]) {\n  require n > 100, «"at least {n +}"»\n  return x\n}\n${trained("  let z = x -> f")}`,
  },
  { code: "NET4017", text: `layer f(units: «integer»)(x: [n]) = units * x\n${trained("  let z = x -> f(3)")}` },

  { code: "NET5001", text: `model M {\n  input x: «float[3]»\n  output y = x\n}` },
  {
    code: "NET5002",
    text: model("  output y = x -> dense(10) -> softmax\n  loss cross_entropy(y, label)").replace(
      "model M",
      "model «M»",
    ),
  },
  { code: "NET5003", text: model("  output y = x -> dense(10)\n  «optimizer adam(1e-3)»") },
  { code: "NET5004", text: trained("  buffer b: [6] = 0\n  b <- «x»") },
  { code: "NET5005", text: model("  output «y» = number(label)") },
  { code: "NET5005", text: model("  output «y» = x - mean(x, over: batch)") },
  { code: "NET5006", text: trained("  optimizer sgd(0.1) for «hed»") },
  {
    code: "NET5007",
    text: trained("  «optimizer sgd(0.1)»")
      .replace("«optimizer sgd(0.1)»\n", "")
      .replace("optimizer adam(1e-3)", "optimizer adam(1e-3)\n  «optimizer sgd(0.1)»"),
  },
  {
    code: "NET5008",
    text: trained("")
      .replace("dense(10)", "dense(10) as head -> dense(10) as top")
      .replace("optimizer adam(1e-3)", "«optimizer adam(1e-3) for head»"),
  },
  { code: "NET5009", text: trained("  train { epochs: 2 }\n  «train { epochs: 3 }»") },
  { code: "NET5010", text: model("  output y = «[1, x]»") },
  { code: "NET3021", text: `model M {\n  input x: f32[t <= 4]\n  output y = x[«1»]\n}` },
  { code: "NET3021", text: `model M {\n  input x: f32[t <= 4]\n  output y = x[«-1»]\n}` },
  { code: "NET3021", text: `model M {\n  input x: f32[t <= 4]\n  output y = sum(x[«1:3»])\n}` },
  { code: "NET3021", text: `model M {\n  input x: f32[t <= 4]\n  output y = «split(x, 2)»[0]\n}` },
  { code: "NET3021", text: `model M {\n  input x: f32[t <= 4]\n  output y = «concatenate([x, x])»\n}` },
  { code: "NET3021", text: `model M {\n  input x: f32[t <= 4]\n  output y = «pad(x, [[1, 0]])»\n}` },
  { code: "NET3021", text: `model M {\n  input x: f32[t <= 4]\n  output y = «reshape(x, [2, 2])»\n}` },
  { code: "NET3021", text: `model M {\n  input x: f32[t <= 4, 2]\n  output y = x -> «up_sampling1d»\n}` },
  { code: "NET3021", text: `model M {\n  input x: f32[t <= 4]\n  let y[i in 4] = x[«i»]\n  output z = y\n}` },
  {
    code: "NET3022",
    text: `model M {\n  input x: f32[t <= 4]\n  input z: f32[s <= 4]\n  let y[«i»] = x[i] * z[i]\n  output u = y\n}`,
  },
  { code: "NET3003", text: `model M {\n  input x: f32[t <= 4]\n  input z: f32[s <= 4]\n  output y = «x + z»\n}` },
  {
    code: "NET3023",
    text: `model M {\n  input x: f32[t <= 4]\n  input z: «f32[t <= 5]»\n  output y = sum(x) + sum(z)\n}`,
  },
  { code: "NET3023", text: `model M {\n  input x: f32[«2 * 3 <= 4»]\n  output y = sum(x)\n}` },
  { code: "NET3024", text: `model M {\n  input x: f32[4]\n  output y = sum(«mask(x, x)»)\n}` },
  { code: "NET5005", text: `model M {\n  input x: f32\n  target z: f32[t <= 5]\n  output «y» = x * length(z)\n}` },
  { code: "NET5011", text: trained("  metric «[x, x]»") },
  { code: "NET5012", text: trained("  let z = «total(x)»") },
  { code: "NET5013", text: trained("  param w: [3] ~ «[1, 2]»") },
  {
    code: "NET5014",
    text: `optimizer idle(param) {\n  let a = param\n}\n${model("  output y = x -> dense(10) -> softmax\n  loss cross_entropy(y, label)\n  «optimizer idle()»")}`,
  },
  { code: "NET5015", text: "model «M» {\n  input x: f32\n}" },
  { code: "NET4014", text: trained("  scan i in 3 with «h = sum(x) kept» {\n    h <- h + 1\n  }") },
  {
    code: "NET4014",
    text: trained(
      "  scan i in 3 with g = 0 {\n    scan j in 2 with «h = 0.5 kept» {\n      h <- h + 1\n    }\n    g <- g + h\n  }",
    ),
  },
  { code: "NET5016", text: trained("  let m = «mean(x, over: data)»") },
  { code: "NET5016", text: trained("  buffer b: [] = «product(x, over: [data, ...])»") },
  {
    code: "NET5017",
    text: trained("  buffer a: [6] = mean(x, over: data)\n  buffer b: [6] = «std(x - a, over: data)»"),
  },
  { code: "NET5017", text: trained("  buffer a: [6] = mean(x, over: data)\n  buffer b: [6] = «2 * a»") },
  {
    code: "NET4014",
    text: `${trained("  let z[i] = x[i] -> apart")}\nlayer apart(x: []) {\n  buffer m: [] = «mean(x, over: data)»\n  return x - m\n}`,
  },
  { code: "NET6002", text: trained("  train { accumulate: «0» }") },
  { code: "NET6002", text: trained("  train { checkpoint: «0» }") },
  { code: "NET6002", text: trained("  train { terminate_on_nan: «1» }") },
  { code: "NET6002", text: trained("  train { stop: early_stop(direction: «down») }") },
  { code: "NET6002", text: trained("  train { learning_rate: «1e-3» }") },
  { code: "NET6002", text: trained("  train { learning_rate: reduce_on_plateau(factor: «2») }") },
  { code: "NET6001", text: trained("  train { learning_rate: reduce_on_plateau(«patients»: 2) }") },

  { code: "NET6001", text: trained("  train { «epoch»: 3 }"), fixed: "epochs" },
  { code: "NET6001", text: trained("  phase one { «minimise»: loss }"), fixed: "minimize" },
  { code: "NET6002", text: trained("  phase one { minimize: «loss» }") },
  { code: "NET5006", text: trained("  phase one { only: [«enc»] }") },
  { code: "NET6002", text: trained("  train { epochs: «1.5» }") },
  { code: "NET6002", text: trained("  «train { stop: early_stop(monitor: acuracy) }»") },
  { code: "NET6002", text: trained("  data { augment «label»: flip }") },
  { code: "NET6002", text: trained("  data { augment «xs»: flip }") },
  { code: "NET3001", text: trained("  data { «augment x: flip» }") },
  {
    code: "NET2002",
    text: image("image -> flatten -> dense(10) -> softmax\n  data { augment image: «rotat»(10deg) }"),
    fixed: "rotate",
  },
  {
    code: "NET2002",
    text: image("image -> flatten -> dense(10) -> softmax\n  data { augment image: «RandomRotation»(10deg) }"),
    fixed: "rotate",
  },
  { code: "NET4009", text: image("image -> flatten -> dense(10) -> softmax\n  data { «augment image: zoom(0.1)» }") },
  { code: "NET4005", text: image("image -> flatten -> dense(10) -> softmax\n  data { «augment image: relu» }") },
  {
    code: "NET4005",
    text: image("image -> flatten -> dense(10) -> softmax\n  data { «augment image: rotate(true)» }"),
  },
  {
    code: "NET3013",
    text: `layer augment(recipe: fn)(x: [h, w, c]) = x[:, :, 0]\n${image("image -> flatten -> dense(10) -> softmax\n  data { «augment image: flip» }")}`,
  },
  { code: "NET6003", text: trained('  data { x: «cvs»("a.csv") }') },
  { code: "NET6004", text: trained('  data { «xs»: csv("a.csv") }') },
  { code: "NET6005", text: trained('  data { x: csv("a.csv"), «x»: csv("b.csv") }') },
  {
    code: "NET6005",
    text: image("image -> flatten -> dense(10) -> softmax\n  data { augment image: flip, augment «image»: flip }"),
  },
];

/** f0, f1(x) = f0(f0(x)), .. : 2^20 applications. */
function doubling(): string {
  const words = ["fn f0(x) = x + 1"];
  for (let k = 1; k <= 20; k++)
    words.push(`fn f${k}(x) = ${k === 18 ? "«" : ""}f${k - 1}(f${k - 1}(x))${k === 18 ? "»" : ""}`);
  return words.join("\n").replace(/[«»]/g, "");
}
