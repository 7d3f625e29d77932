/** @file Values in the place of those that they replace: which are taken, and that nothing is read after it was overwritten. */
import { describe, expect, it } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import type { Tensor } from "../../src/ir/types.js";
import { add, multiply, tanh } from "../../src/ops/index.js";
import { compileProgram } from "../../src/passes/kernels.js";
import { check, Layout, program } from "./harness.js";

const batch = 5;

/** From a product p of its own memory: what `next` makes of it, stored as a product with weights so that it has memory too. */
function after(next: (graph: Graph, p: Tensor) => Tensor, keep = false) {
  const graph = new Graph();
  const layout = new Layout(batch);
  const x = graph.source(layout.source("inputs", ["batch", 7, 9]));
  const w = graph.source(layout.source("parameters", [9, 9]));
  const through = (value: Tensor): Tensor => {
    const [n, i, j, k] = [graph.axis("batch"), graph.axis(7), graph.axis(9), graph.axis(9)];
    const product = graph.apply(multiply, graph.at(value, [n, i, k]), graph.at(w, [k, j]));
    return graph.compute([n, i, j], graph.fold("sum", [k], product));
  };
  const p = through(x);
  const made = next(graph, p);
  const stores = [{ target: layout.source("outputs", ["batch", 7, 9]), value: through(made) }];
  if (keep) stores.push({ target: layout.source("outputs", ["batch", 7, 9]), value: through(p) });
  const values = program(stores);
  return { graph, layout, values };
}
const elementwise = (graph: Graph, p: Tensor) => graph.map(tanh, [p]);
const shifted = (graph: Graph, p: Tensor) => {
  const [n, i, j] = [graph.axis("batch"), graph.axis(7), graph.axis(9)];
  const below = graph.apply(add, graph.index(i), graph.constant(1, "i32"));
  const value = graph.read(p, [graph.index(n), below, graph.index(j)], 0);
  return graph.compute([n, i, j], graph.apply(tanh, graph.apply(add, graph.at(p, [n, i, j]), value)));
};
const flat = (graph: Graph, p: Tensor) => graph.map(tanh, [graph.reshape(p, ["batch", 63])]);
const unflat = (graph: Graph, p: Tensor) => graph.reshape(flat(graph, p), ["batch", 7, 9]);

function sizeOf(target: "wasm" | "typescript", ...what: Parameters<typeof after>): number {
  const { graph, values } = after(...what);
  return compileProgram(graph, values, { batch, target }).activations;
}

describe.each(["wasm", "typescript"] as const)("values in the place of others, %s", (target) => {
  const one = Math.ceil((batch * 63) / 16) * 16;
  it("are those computed element by element, also through a view", () => {
    expect(sizeOf(target, elementwise)).toBe(one);
    expect(sizeOf(target, unflat)).toBe(one);
  });
  it("are not those that read other elements, or of which the old one is wanted later", () => {
    expect(sizeOf(target, shifted)).toBe(2 * one);
    expect(sizeOf(target, elementwise, true)).toBe(2 * one);
  });
});
it.each([elementwise, shifted, unflat])("have the interpreter's values: %o", (next) => {
  for (const keep of [false, true]) {
    const { graph, layout, values } = after(next, keep);
    for (const n of [1, 4, 5]) check(graph, values, layout, { n });
  }
});
