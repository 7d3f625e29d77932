/** @file Sums over lists of a row's non-zero elements: whichever indices say where the other factor is read. */
import { describe, expect, it } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import { modulo, multiply } from "../../src/ops/index.js";
import { compileProgram } from "../../src/passes/kernels.js";
import { check, Layout, program } from "./harness.js";

const batch = 5;

/** y[n, j] = sum[p] x[n, p] w[7 p mod 5, j]: every example reads the same rows of w. */
function picked(columns: number) {
  const graph = new Graph();
  const layout = new Layout(batch);
  const x = graph.source(layout.source("inputs", ["batch", 40]));
  const w = graph.source(layout.source("parameters", [5, columns]));
  const [n, p, j] = [graph.axis("batch"), graph.axis(40), graph.axis(columns)];
  const whole = (value: number) => graph.constant(value, "i32");
  const row = graph.apply(modulo, graph.apply(multiply, graph.index(p), whole(7)), whole(5));
  const product = graph.apply(multiply, graph.at(x, [n, p]), graph.read(w, [row, graph.index(j)]));
  const value = graph.compute([n, j], graph.fold("sum", [p], product));
  return { graph, layout, made: program([{ target: layout.source("outputs", ["batch", columns]), value }]) };
}

describe("sums over lists", () => {
  it.each([1, 3, 5])("are those of each row where all rows read the same places, for %i of 5 examples", (n) => {
    const { graph, layout, made } = picked(16);
    check(graph, made, layout, { n, zeros: 0.5 });
  });
  it("are made where each element is used often enough", () => {
    const integers = (columns: number) => {
      const { graph, made } = picked(columns);
      return compileProgram(graph, made, { batch, target: "wasm" }).integers;
    };
    expect(integers(16)).toBeGreaterThan(0);
    expect(integers(15)).toBe(0);
  });
});
