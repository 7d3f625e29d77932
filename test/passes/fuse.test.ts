/** @file What ends up in memory: the shape of fused graphs. */
import { describe, expect, it } from "vitest";
import { printTensors } from "../../src/ir/print.js";
import { topological } from "../../src/ir/traverse.js";
import type { Expr, Tensor } from "../../src/ir/types.js";
import { verifyTensors } from "../../src/ir/verify.js";
import { afterGradient, beforeGradient, runPassesOn } from "../../src/passes/pipeline.js";
import * as ops from "../../src/ops/index.js";
import { Builder } from "./graphs.js";

const stored = (roots: readonly Tensor[]) =>
  topological(roots).filter(({ kind }) => kind === "compute" || kind === "scatter");
function fused(b: Builder, ...roots: readonly Tensor[]): readonly Tensor[] {
  const made = runPassesOn(b.graph, afterGradient, roots);
  expect(verifyTensors(made)).toEqual([]);
  return made;
}

describe("fusion", () => {
  it("makes bias and activation the epilogue of a product", () => {
    const b = new Builder();
    const x = b.source("x", "inputs", ["batch", 8]);
    const w = b.source("w", "parameters", [8, 4]);
    const bias = b.source("bias", "parameters", [4]);
    const [y] = fused(b, b.map(ops.maximum, b.map(ops.add, b.matmul(x, w), bias), 0));
    expect(printTensors([y!])).toContain("maximum(sum[k:8](x[i, k] * w[k, j]) + bias[j], 0.)");
    expect(stored([y!])).toHaveLength(1);
  });
  it("keeps the factors of a product plain", () => {
    const b = new Builder();
    const x = b.source("x", "inputs", ["batch", 8]);
    const w = b.source("w", "parameters", [8, 4]);
    const [y] = fused(b, b.matmul(b.map(ops.maximum, x, 0), w));
    expect(stored([y!])).toHaveLength(2);
    const text = printTensors([y!]);
    expect(text).toMatch(/sum\[k:8\]\((%\d+\[i, k\] \* w\[k, j\]|w\[k, j\] \* %\d+\[i, k\])\)/);
  });
  it("reads slices and transposes in place, also as factors", () => {
    const b = new Builder();
    const { graph } = b;
    const x = b.source("x", "inputs", ["batch", 8]);
    const w = b.source("w", "parameters", [4, 9]);
    const [k, j] = [graph.axis(8), graph.axis(4)];
    const turned = graph.compute(
      [k, j],
      graph.read(w, [graph.index(j), graph.apply(ops.add, graph.index(k), graph.constant(1))]),
    );
    const [y] = fused(b, b.matmul(x, turned));
    expect(stored([y!])).toHaveLength(1);
    expect(printTensors([y!])).toContain("w[j, k + 1]");
  });
  it("does not compute an expensive value twice, nor store a cheap one", () => {
    const b = new Builder();
    const x = b.source("x", "inputs", ["batch", 8]);
    const costly = b.map(ops.exp, x);
    const cheap = b.map(ops.multiply, x, 3);
    const roots = fused(
      b,
      b.map(ops.tanh, b.map(ops.add, costly, cheap)),
      b.map(ops.sin, b.map(ops.subtract, costly, cheap)),
    );
    expect(stored(roots)).toHaveLength(3);
  });
  it("takes a window of a convolution, its bias and relu together, for the maximum and for its place", () => {
    const b = new Builder();
    const { graph } = b;
    const image = b.source("image", "inputs", ["batch", 8]);
    const kernel = b.source("kernel", "parameters", [3]);
    const bias = b.source("bias", "parameters", [1]);
    const [n, i, a] = [graph.axis("batch"), graph.axis(6), graph.axis(3)];
    const shifted: Expr = graph.apply(ops.add, graph.index(i), graph.index(a));
    const product = graph.apply(ops.multiply, graph.read(image, [graph.index(n), shifted]), graph.at(kernel, [a]));
    const active = b.map(ops.maximum, b.map(ops.add, graph.compute([n, i], graph.fold("sum", [a], product)), bias), 0);
    const [m, p, q] = [graph.axis("batch"), graph.axis(2), graph.axis(2)];
    const at = graph.apply(ops.add, graph.apply(ops.multiply, graph.index(p), graph.constant(2)), graph.index(q));
    const pooled = graph.compute([m, p], graph.fold("max", [q], graph.read(active, [graph.index(m), at])));
    const [commuted] = runPassesOn(graph, beforeGradient, [pooled]);
    expect(printTensors([commuted!])).toMatch(/maximum\(bias\[0\] \+ max\[k:2\]\(%\d+\[i, j \* 2 \+ k\]\), 0\.\)/);
    // The last two of six positions are not read, so not computed.
    expect(stored([commuted!]).map(({ shape }) => shape[1])).toEqual([4, 2]);
    const all = stored(fused(b, commuted!));
    expect(all).toHaveLength(1);
  });
  it("computes x[s] @ w for all steps before the scan", () => {
    const b = new Builder();
    const { graph } = b;
    const x = b.source("x", "inputs", ["batch", 5, 3]);
    const w = b.source("w", "parameters", [3, 4]);
    const start = graph.compute(graph.axesOf(["batch", 4]), graph.constant(0));
    const { carries } = graph.scan(5, [start], (step, [h]) => {
      const own = graph.axesOf(["batch", 3]);
      const now = graph.compute(own, graph.read(x, [graph.index(own[0]!), step, graph.index(own[1]!)]));
      return { next: [b.map(ops.tanh, b.map(ops.add, b.matmul(now, w), h!))], rows: [] };
    });
    const [last] = fused(b, carries[0]!);
    const products = stored([last!]).filter((t) => t.shape.includes(5));
    expect(products.map(({ shape, scans }) => [shape.join(), scans.length])).toEqual([["batch,5,4", 0]]);
  });
  it("splits a sum over three arrays into two products, the cheaper first", () => {
    const b = new Builder();
    const { graph } = b;
    const p = b.source("p", "inputs", [9, 9]);
    const v = b.source("v", "inputs", [9, 2]);
    const w = b.source("w", "parameters", [2, 30]);
    const [i, j, e, r] = [graph.axis(9), graph.axis(9), graph.axis(2), graph.axis(30)];
    const both = graph.apply(ops.multiply, graph.at(p, [i, j]), graph.at(v, [j, e]));
    const body = graph.apply(ops.multiply, both, graph.at(w, [e, r]));
    const [y] = fused(b, graph.compute([i, r], graph.fold("sum", [j, e], body)));
    // 9 * 9 * 2 and 9 * 30 * 2 multiplications instead of 9 * 30 * 9 * 2.
    expect(stored([y!]).map(({ shape }) => shape)).toEqual([
      [9, 2],
      [9, 30],
    ]);
  });
  it("replaces constant arrays that are the same everywhere, and nothing that depends on the batch", () => {
    const b = new Builder();
    const { graph } = b;
    const ones = graph.compute(graph.axesOf([6]), graph.constant(1));
    const [i, a] = [graph.axis(4), graph.axis(3)];
    const at = graph.apply(ops.add, graph.index(i), graph.index(a));
    const counts = graph.compute(
      [i],
      graph.fold(
        "sum",
        [a],
        graph.apply(
          ops.where,
          graph.apply(ops.less, at, graph.constant(6, "i32")),
          graph.read(ones, [at]),
          graph.constant(0),
        ),
      ),
    );
    const n = graph.axis("batch");
    const examples = graph.compute([], graph.fold("sum", [n], graph.constant(1)));
    const [three, count] = fused(b, counts, examples);
    expect(printTensors([three!])).toContain("= [i:4] 3.");
    expect(printTensors([count!])).toContain("number(batch)");
  });
});
