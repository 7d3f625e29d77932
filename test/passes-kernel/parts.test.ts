/** @file Sums over examples in parts: what the pass takes, and short batches that leave parts empty. */
import { describe, expect, it } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import { multiply } from "../../src/ops/index.js";
import { compileProgram } from "../../src/passes/kernels.js";
import { check, Layout, program } from "./harness.js";

/** w[a, b] = sum over n, t of x[n, t, a] * y[n, t, b]: the gradient of weights that every step of a sequence shares. */
function gradient(batch: number) {
  const graph = new Graph();
  const layout = new Layout(batch);
  const [t, a, b] = [24, 16, 24];
  const x = graph.source(layout.source("inputs", ["batch", t, a]));
  const y = graph.source(layout.source("inputs", ["batch", t, b]));
  const n = graph.axis("batch");
  const [axisT, axisA, axisB] = [graph.axis(t), graph.axis(a), graph.axis(b)];
  const at = (...axes: Parameters<typeof graph.index>[0][]) => axes.map((axis) => graph.index(axis));
  const product = graph.apply(multiply, graph.read(x, at(n, axisT, axisA)), graph.read(y, at(n, axisT, axisB)));
  const value = graph.compute([axisA, axisB], graph.fold("sum", [n, axisT], product));
  const made = program([{ target: layout.source("gradients", [a, b]), value }]);
  return { graph, layout, made };
}

describe("sums over examples in parts", () => {
  it.each([1, 3, 8, 9, 10])("are right for %i of 10 examples", (n) => {
    const { graph, layout, made } = gradient(10);
    check(graph, made, layout, { n });
  });
  it("need examples enough, and WebAssembly", () => {
    const kernels = (batch: number, target: "wasm" | "typescript") => {
      const { graph, made } = gradient(batch);
      return compileProgram(graph, made, { batch, target }).kernels.length;
    };
    expect([kernels(10, "wasm"), kernels(4, "wasm"), kernels(10, "typescript")]).toEqual([2, 1, 1]);
  });
});
