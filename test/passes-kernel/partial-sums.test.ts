/** @file Sums over the rows of weights in parts: which products are taken, and their values. */
import { describe, expect, it } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import { add, maximum, multiply } from "../../src/ops/index.js";
import { compileProgram } from "../../src/passes/kernels.js";
import { check, Layout, program } from "./harness.js";

const batch = 8;

/** y = relu(x @ w), and a new w if it learns. */
function dense({ rows, units, learns = true }: { rows: number; units: number; learns?: boolean }) {
  const graph = new Graph();
  const layout = new Layout(batch);
  const weights = layout.source("parameters", [rows, units]);
  const w = graph.source(weights);
  const x = graph.source(layout.source("inputs", ["batch", rows]));
  const [n, k, j] = [graph.axis("batch"), graph.axis(rows), graph.axis(units)];
  const product = graph.apply(multiply, graph.at(w, [k, j]), graph.at(x, [n, k]));
  const y = graph.compute([n, j], graph.apply(maximum, graph.fold("sum", [k], product), graph.constant(0)));
  const update = learns ? [{ target: weights, value: graph.map(add, [w, w]) }] : [];
  return { graph, layout, made: program([{ target: layout.source("outputs", ["batch", units]), value: y }], update) };
}
const kernelsOf = (options: Parameters<typeof dense>[0], target: "wasm" | "typescript" = "wasm") => {
  const { graph, made } = dense(options);
  return compileProgram(graph, made, { batch, target }).kernels.length;
};

describe("sums over the rows of weights", () => {
  it.each([1, 3, 8])("are right for %i of 8 examples", (n) => {
    const { graph, layout, made } = dense({ rows: 512, units: 36 });
    check(graph, made, layout, { n });
  });
  it("run in parts where the program updates the weights, and these are many", () => {
    const large = { rows: 512, units: 64 };
    expect(kernelsOf(large)).toBe(3);
    expect(kernelsOf({ ...large, learns: false })).toBe(1);
    expect(kernelsOf({ rows: 16, units: 64 })).toBe(2);
    expect(kernelsOf({ rows: 510, units: 64 })).toBe(2);
  });
  it("stay whole where no threads share them", () => {
    expect(kernelsOf({ rows: 512, units: 64 }, "typescript")).toBe(2);
  });
});
