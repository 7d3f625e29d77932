/** @file Gradients of hand-built graphs against finite differences in f64. */
import { describe, expect, it } from "vitest";
import { tensorsOf } from "../../src/ir/graph.js";
import { evaluate } from "../../src/ir/interpret.js";
import { topological } from "../../src/ir/traverse.js";
import type { Axis, Expr, Tensor } from "../../src/ir/types.js";
import { differentiate } from "../../src/lower/autodiff.js";
import * as ops from "../../src/ops/index.js";
import { Bench } from "../gradcheck/check.js";

const { add, divide, exp, log, maximum, multiply, sqrt, subtract, tanh, where } = ops;

describe("dense layers", () => {
  it("softmax and cross-entropy on a gathered logit", () => {
    const b = new Bench(3);
    const { graph } = b;
    const x = b.input("batch", 4);
    const hidden = b.map(tanh, b.dense(x, b.parameter(4, 5), b.parameter(5)));
    const logits = b.dense(hidden, b.parameter(5, 3), b.parameter(3));
    const label = b.klass([2, 0, 1], "batch");
    const [n, c] = b.axes("batch", 3) as [Axis, Axis];
    const largest = graph.compute([n], graph.fold("max", [c], graph.at(logits, [n, c])));
    const shifted = b.op(subtract, graph.at(logits, [n, c]), graph.at(largest, [n]));
    const logsum = b.op(add, b.op(log, b.sum([c], b.op(exp, shifted))), graph.at(largest, [n]));
    const picked = graph.read(logits, [b.i(n), graph.at(label, [n])]);
    b.check(b.loss(graph.compute([n], b.op(subtract, logsum, picked))));
  });
  it("gives weights a sum of products of two reads, and inputs none", () => {
    const b = new Bench();
    const x = b.input("batch", 4);
    const w = b.parameter(4, 3);
    const [gradient] = b.check(b.loss(b.map(tanh, b.dense(x, w, b.parameter(3)))));
    expect(isContraction(gradient!)).toBe(true);
    const made = topological([gradient!]).filter((t) => t.shape[0] === "batch" && t.shape[1] === 4);
    expect(made).toEqual([x]);
  });
  it("masks by the stored output of a rectifier", () => {
    const b = new Bench();
    const { graph } = b;
    const before = b.dense(b.input("batch", 4), b.parameter(4, 3), b.parameter(3));
    const [n, j] = b.axes("batch", 3) as [Axis, Axis];
    const after = graph.compute([n, j], b.op(maximum, graph.at(before, [n, j]), 0));
    const [w] = b.check(b.loss(after));
    const reads = topological([w!]).filter((t) => t.kind === "compute" && tensorsOf(t.body).has(before));
    expect(reads).toEqual([after]);
  });
  it("keeps a product of three factors a contraction", () => {
    const b = new Bench();
    const { graph } = b;
    const x = b.input("batch", 4);
    const [mask, w] = [b.parameter(4), b.parameter(4, 3)];
    const [n, k, j] = b.axes("batch", 4, 3) as [Axis, Axis, Axis];
    const masked = b.op(multiply, graph.at(x, [n, k]), b.op(multiply, graph.at(mask, [k]), 2));
    const y = graph.compute([n, j], b.sum([k], b.op(multiply, masked, graph.at(w, [k, j]))));
    const gradients = b.check(b.loss(y)).filter((gradient) => gradient !== undefined);
    const folds = topological(gradients).filter((t) => t.kind === "compute" && t.body.kind === "fold");
    const overBatch = folds.filter((t) => t.shape.length === 2);
    expect(overBatch.length).toBeGreaterThan(0);
    expect(overBatch.every(isContraction)).toBe(true);
  });
  it("gives parameters that the loss does not read no gradient", () => {
    const b = new Bench();
    const w = b.parameter(2);
    b.parameter(3);
    const gradients = b.check(b.loss(w));
    expect(gradients[1]).toBeUndefined();
  });
});

/** `fold(sum, read * read)`. */
function isContraction(tensor: Tensor): boolean {
  if (tensor.kind !== "compute" || tensor.body.kind !== "fold" || tensor.body.body.kind !== "apply") return false;
  return tensor.body.body.op === multiply && tensor.body.body.arguments.every((e) => e.kind === "read");
}

/** Convolution with `same` padding folded into the read, or on a padded node. */
function convolution(b: Bench, x: Tensor, w: Tensor, stride: number, dilation = 1, before = 1): Tensor {
  const { graph } = b;
  const [, height, width] = x.shape as [unknown, number, number];
  const [kh, kw, channels, filters] = w.shape as [number, number, number, number];
  const [n, i, j, a, c, k, m] = b.axes(
    "batch",
    Math.ceil(height / stride),
    Math.ceil(width / stride),
    kh,
    kw,
    channels,
    filters,
  ) as [Axis, Axis, Axis, Axis, Axis, Axis, Axis];
  const at = (p: Axis, q: Axis) => b.affine(stride, p, b.affine(dilation, q, -before));
  const read = graph.read(x, [b.i(n), at(i, a), at(j, c), b.i(k)], 0);
  return graph.compute([n, i, j, m], b.sum([a, c, k], b.op(multiply, read, graph.at(w, [a, c, k, m]))));
}

describe("convolution", () => {
  it.each([
    [1, 1, 1],
    [2, 1, 1],
    [1, 2, 2],
    [3, 1, 0],
  ])("stride %i, dilation %i, padding before %i", (stride, dilation, before) => {
    const b = new Bench(2);
    const x = b.dense(b.input("batch", 5, 6, 2), b.parameter(2, 2));
    const gradients = b.check(b.loss(convolution(b, x, b.parameter(3, 2, 2, 3), stride, dilation, before)));
    expect(isContraction(gradients[1]!)).toBe(true);
  });
  it("pulls the input's gradient at stride 1, scatters it at stride 2", () => {
    const kinds = [1, 2].map((stride) => {
      const b = new Bench(2);
      const x = b.parameter("batch", 5, 6, 1);
      const [gradient] = b.check(b.loss(convolution(b, x, b.parameter(3, 3, 1, 2), stride)));
      return gradient!.kind === "compute" ? isContraction(gradient!) : gradient!.kind;
    });
    expect(kinds).toEqual([true, "scatter"]);
  });
  it("pads as a node and crops", () => {
    const b = new Bench(2);
    const { graph } = b;
    const x = b.parameter("batch", 4, 2);
    const [n, i, k] = b.axes("batch", 7, 2) as [Axis, Axis, Axis];
    const padded = graph.compute([n, i, k], graph.read(x, [b.i(n), b.affine(1, i, -2), b.i(k)], 0));
    const [p] = b.axes(4) as [Axis];
    const cropped = graph.compute([n, p, k], graph.read(padded, [b.i(n), b.affine(1, p, 1), b.i(k)]));
    b.check(b.loss(b.map(tanh, cropped)));
  });
  it("transposed: an affine left side", () => {
    const b = new Bench(2);
    const { graph } = b;
    const x = b.dense(b.input("batch", 3, 2), b.parameter(2, 2));
    const w = b.parameter(3, 2, 2);
    const [n, i, a, f, k] = b.axes("batch", 3, 3, 2, 2) as [Axis, Axis, Axis, Axis, Axis];
    const body = b.op(multiply, graph.at(x, [n, i, k]), graph.at(w, [a, f, k]));
    const y = graph.scatter(["batch", 7, 2], [n, i, a, f, k], [b.i(n), b.affine(2, i, b.i(a)), b.i(f)], body);
    b.check(b.loss(b.map(tanh, y)));
  });
});

describe("pooling", () => {
  it.each([
    [2, 2],
    [3, 2],
    [3, 1],
  ])("largest of windows of %i, stride %i", (size, stride) => {
    const b = new Bench(2);
    const { graph } = b;
    const x = b.dense(b.input("batch", 6, 6, 2), b.parameter(2, 2));
    const count = Math.floor((6 - size) / stride) + 1;
    const [n, i, j, k, p, q] = b.axes("batch", count, count, 2, size, size) as [Axis, Axis, Axis, Axis, Axis, Axis];
    const read = graph.read(x, [b.i(n), b.affine(stride, i, b.i(p)), b.affine(stride, j, b.i(q)), b.i(k)]);
    b.check(b.loss(graph.compute([n, i, j, k], graph.fold("max", [p, q], read))));
  });
  it("gives ties to the first", () => {
    const b = new Bench(1);
    const x = b.parameter(4);
    const [i] = b.axes(4) as [Axis];
    const [gradient] = differentiate(b.graph, b.graph.compute([], b.graph.fold("max", [i], b.graph.at(x, [i]))), [
      x,
    ]).gradients;
    const memory = { parameters: Float64Array.of(1, 3, 3, 2) };
    expect([...evaluate([gradient!], { memory, batch: 1, step: 1, seed: 0 })[0]!]).toEqual([0, 1, 0, 0]);
  });
  it("over the batch, of a function", () => {
    const b = new Bench(3);
    const { graph } = b;
    const x = b.dense(b.input("batch", 4), b.parameter(4, 2));
    const [n, k] = b.axes("batch", 2) as [Axis, Axis];
    const value = graph.fold("min", [k, n], b.op(ops.abs, b.op(subtract, graph.at(x, [n, k]), 0.1)));
    b.check(b.loss(graph.compute([], value)));
  });
  it("averages overlapping windows", () => {
    const b = new Bench(2);
    const { graph } = b;
    const x = b.parameter("batch", 7);
    const [n, i, p] = b.axes("batch", 3, 3) as [Axis, Axis, Axis];
    const mean = b.op(divide, b.sum([p], graph.read(x, [b.i(n), b.affine(2, i, b.i(p))])), 3);
    b.check(b.loss(graph.compute([n, i], mean)));
  });
});

describe("normalisation", () => {
  const normalise = (b: Bench, x: Tensor, over: "batch" | "features"): Tensor => {
    const { graph } = b;
    const [n, k] = b.axes("batch", x.shape[1]!) as [Axis, Axis];
    const [kept, gone] = over === "batch" ? [k, n] : [n, k];
    const count = over === "batch" ? graph.scalar("batch") : graph.constant(x.shape[1] as number);
    const mean = graph.compute([kept], b.op(divide, b.sum([gone], graph.at(x, [n, k])), count));
    const centred = graph.compute([n, k], b.op(subtract, graph.at(x, [n, k]), graph.at(mean, [kept])));
    const square = b.op(multiply, graph.at(centred, [n, k]), graph.at(centred, [n, k]));
    const variance = graph.compute([kept], b.op(divide, b.sum([gone], square), count));
    const [gamma, beta] = [b.parameter(x.shape[1]!), b.parameter(x.shape[1]!)];
    const scaled = b.op(
      divide,
      b.op(multiply, graph.at(gamma, [k]), graph.at(centred, [n, k])),
      b.op(sqrt, b.op(add, graph.at(variance, [kept]), 1e-3)),
    );
    return graph.compute([n, k], b.op(add, scaled, graph.at(beta, [k])));
  };
  it.each(["batch", "features"] as const)("by the %s", (over) => {
    const b = new Bench(4);
    const x = b.dense(b.input("batch", 3), b.parameter(3, 4));
    b.check(b.loss(normalise(b, x, over)));
  });
});

describe("gathers, slices, joins", () => {
  it("embeds: a scatter", () => {
    const b = new Bench(2);
    const { graph } = b;
    const table = b.parameter(4, 3);
    const words = b.klass([1, 3, 1, 0, 2, 3], "batch", 3);
    const [n, t, k] = b.axes("batch", 3, 3) as [Axis, Axis, Axis];
    const y = graph.compute([n, t, k], graph.read(table, [graph.at(words, [n, t]), b.i(k)]));
    const [gradient] = b.check(b.loss(y));
    expect(gradient!.kind).toBe("scatter");
  });
  it("takes one element by class, repeated and reversed indices, constants", () => {
    const b = new Bench(2);
    const { graph } = b;
    const x = b.parameter("batch", 3, 3);
    const action = b.klass([2, 1], "batch");
    const [n, i] = b.axes("batch", 3) as [Axis, Axis];
    const taken = graph.compute([n, i], graph.read(x, [b.i(n), graph.at(action, [n]), b.i(i)]));
    const diagonal = graph.compute([n, i], graph.read(x, [b.i(n), b.i(i), b.i(i)]));
    const backwards = graph.compute([n, i], graph.read(x, [b.i(n), b.affine(-1, i, 2), b.int(1)]));
    const product = b.map(multiply, b.map(multiply, taken, diagonal), backwards);
    b.check(b.loss(product));
  });
  it("splits and concatenates", () => {
    const b = new Bench(2);
    const { graph } = b;
    const x = b.dense(b.input("batch", 3), b.parameter(3, 6));
    const [n, j, u] = b.axes("batch", 3, 6) as [Axis, Axis, Axis];
    const part = (from: number) => graph.compute([n, j], graph.read(x, [b.i(n), b.affine(1, j, from)]));
    const [left, right] = [b.map(tanh, part(0)), b.map(exp, part(3))];
    const inLeft = b.op(ops.less, b.i(u), b.int(3));
    const joined = graph.compute(
      [n, u],
      b.op(where, inLeft, graph.read(right, [b.i(n), b.i(u)], 0), graph.read(left, [b.i(n), b.affine(1, u, -3)], 0)),
    );
    b.check(b.loss(joined));
  });
  it("axes of length 1 that a reduction kept: views, no conditions", () => {
    const b = new Bench(2);
    const { graph } = b;
    const x = b.dense(b.input("batch", 3), b.parameter(3, 4));
    const [n, one, k] = b.axes("batch", 1, 4) as [Axis, Axis, Axis];
    const total = graph.compute([n, one], b.sum([k], b.op(exp, graph.at(x, [n, k]))));
    const y = b.op(divide, b.op(exp, graph.at(x, [n, k])), graph.read(total, [b.i(n), b.int(0)]));
    const [gradient] = b.check(b.loss(graph.compute([n, k], y)));
    const made = topological([gradient!]).filter((t) => t.shape.length === 2 && t.shape[1] === 1);
    expect(made.map(({ kind }) => kind).sort()).toEqual(["compute", "reshape"]);
  });
  it("slices with a step, windows with negative and repeated indices", () => {
    const b = new Bench(2);
    const { graph } = b;
    const x = b.parameter(9);
    const [i, j] = b.axes(3, 2) as [Axis, Axis];
    const strided = graph.compute([i], graph.read(x, [b.affine(3, i, 1)]));
    const difference = graph.compute([i, j], graph.read(x, [b.op(subtract, b.affine(1, i, 4), b.i(j))]));
    const both = b.op(multiply, graph.at(strided, [i]), b.op(exp, graph.at(difference, [i, j])));
    b.check(b.loss(graph.compute([i, j], both)));
  });
  it("window read with a plain index, and reshape", () => {
    const b = new Bench(2);
    const { graph } = b;
    const x = b.parameter("batch", 12);
    const grid = graph.reshape(x, ["batch", 3, 4]);
    const [n, i, m] = b.axes("batch", 3, 2) as [Axis, Axis, Axis];
    const y = graph.compute([n, i, m], graph.read(grid, [b.i(n), b.i(i), b.op(add, b.i(i), b.i(m))]));
    b.check(b.loss(b.map(exp, y)));
  });
});

describe("choices, products, own gradients", () => {
  it("gives exactly 0 through an infinite branch not taken", () => {
    const b = new Bench(1);
    const { graph } = b;
    const x = b.parameter(3);
    const [i] = b.axes(3) as [Axis];
    const positive = b.op(ops.greater, graph.at(x, [i]), 0);
    const y = graph.compute(
      [i],
      b.op(where, positive, b.op(log, graph.at(x, [i])), b.op(multiply, graph.at(x, [i]), 2)),
    );
    const loss = graph.compute([], b.sum([i], graph.at(y, [i])));
    const [gradient] = differentiate(graph, loss, [x]).gradients;
    const memory = { parameters: Float64Array.of(0, -1, 4) };
    expect([...evaluate([gradient!], { memory, batch: 1, step: 1, seed: 0 })[0]!]).toEqual([2, 2, 0.25]);
  });
  it("products with zeros", () => {
    const b = new Bench(1);
    const { graph } = b;
    const x = b.parameter(3, 2, 2);
    const [i, j, k] = b.axes(3, 2, 2) as [Axis, Axis, Axis];
    const y = graph.compute([i], graph.fold("product", [j, k], b.op(add, graph.at(x, [i, j, k]), 0)));
    const loss = b.loss(y);
    const memory = b.memory();
    memory.parameters!.set([0, 0.5, 2, -1, 0, 0, 3, 4]);
    b.check(loss, { memory });
  });
  it("a custom gradient is used, a detached value has none", () => {
    const b = new Bench(2);
    const { graph } = b;
    const x = b.parameter(3);
    const squared = b.map(multiply, x, x);
    const seed = graph.placeholder([3]);
    const ten = graph.compute(graph.axesOf([3]), graph.constant(10));
    const custom = graph.custom(squared, [x], seed, [b.map(multiply, seed, ten)], true);
    const [i] = b.axes(3) as [Axis];
    const value = b.op(add, graph.at(custom, [i]), b.op(ops.detach, b.op(exp, graph.at(x, [i]))));
    const loss = graph.compute([], b.sum([i], value));
    const [gradient] = differentiate(graph, loss, [x]).gradients;
    const memory = { parameters: Float64Array.of(1, 2, 3) };
    expect([...evaluate([gradient!], { memory, batch: 1, step: 1, seed: 0 })[0]!]).toEqual([10, 10, 10]);
  });
  it("every operation, inside a longer body", () => {
    for (const op of ops.allOps) {
      if (!op.gradient || ["log", "sqrt", "power", "inverseErf", "log1p"].includes(op.name)) continue;
      const b = new Bench(2);
      const { graph } = b;
      const [x, y] = [b.parameter(4), b.parameter(4)];
      const [i] = b.axes(4) as [Axis];
      const parts: Expr[] = [graph.at(x, [i]), graph.at(y, [i]), graph.at(x, [i])];
      const given = parts.slice(0, op.arity);
      if (op === where) given[0] = b.op(ops.greater, graph.at(x, [i]), 0);
      if (op.name === "modulo") given[1] = b.op(add, graph.at(y, [i]), 2.5);
      const value = b.op(multiply, b.op(op, ...given), b.op(maximum, graph.at(y, [i]), 0.3));
      b.check(b.loss(graph.compute([i], value)), { tolerance: 1e-5 });
    }
  });
});
