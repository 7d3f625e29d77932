/** @file Rewriting scans: what a scan carries or keeps for nobody is left out. */
import { describe, expect, it } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import { evaluate } from "../../src/ir/interpret.js";
import { rewrite, topological } from "../../src/ir/traverse.js";
import { add, multiply } from "../../src/ops/index.js";

describe("rewriting", () => {
  const graph = new Graph();
  const x = graph.source({ name: "x", arena: "inputs", type: "f32", offset: 0, shape: [3] });
  const number = (value: number) => graph.compute([], graph.constant(value));
  const { carries, rows } = graph.scan(3, [number(0), number(1)], (i, [sum, product]) => {
    const now = graph.read(x, [i]);
    const nextSum = graph.compute([], graph.apply(add, graph.read(sum!, []), now));
    const nextProduct = graph.compute([], graph.apply(multiply, graph.read(product!, []), now));
    return {
      next: [nextSum, nextProduct],
      rows: [
        { value: nextSum, at: i, extent: 3, position: 0 },
        { value: nextProduct, at: i, extent: 3, position: 0 },
      ],
    };
  });
  const environment = { memory: { inputs: Float64Array.of(2, 3, 4) }, batch: 1, step: 1, seed: 0 };

  it("keeps every output that is wanted", () => {
    const all = [...carries, ...rows];
    const made = all.map(rewrite(graph, all, () => undefined));
    expect(evaluate(made, environment).map((v) => [...v])).toEqual([[9], [24], [2, 5, 9], [2, 6, 24]]);
  });
  it("drops the others, with what only they need", () => {
    const made = rewrite(graph, [rows[1]!], () => undefined)(rows[1]!);
    expect(made.kind === "result" && [made.scan.carries.length, made.scan.rows.length, made.index]).toEqual([1, 1, 0]);
    expect([...evaluate([made], environment)[0]!]).toEqual([2, 6, 24]);
  });
  it("goes as deep as a graph is, without recursion", () => {
    let deep = x;
    for (let k = 0; k < 20_000; k++) {
      const i = graph.axis(3);
      deep = graph.compute([i], graph.apply(add, graph.read(deep, [graph.index(i)]), graph.constant(1)));
    }
    const made = rewrite(graph, [deep], () => undefined)(deep);
    expect(made).toBe(deep);
    expect(topological([deep])).toHaveLength(20_001);
  });
});
