/** @file The interpreter on examples small enough to work out by hand. */
import { describe, expect, it } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import { evaluate, interpret } from "../../src/ir/interpret.js";
import type { Memory } from "../../src/ir/interpret.js";
import type { ArenaName, Extent, Source, Tensor } from "../../src/ir/types.js";
import { verifyTensors } from "../../src/ir/verify.js";
import { add, exp, maximum, multiply } from "../../src/ops/index.js";

const graph = new Graph();
function source(name: string, arena: ArenaName, offset: number, shape: readonly Extent[]): Source {
  return { name, arena, type: arena === "classes" ? "i32" : "f32", offset, shape };
}
const given = (offset: number, shape: readonly Extent[], arena: ArenaName = "parameters") =>
  graph.source(source(`${arena}${offset}`, arena, offset, shape));
function value(tensor: Tensor, memory: Memory, batch = 1): number[] {
  expect(verifyTensors([tensor])).toEqual([]);
  return [...evaluate([tensor], { memory, batch, step: 1, seed: 0 })[0]!];
}
const range = (n: number) => Float64Array.from({ length: n }, (_, k) => k + 1);

describe("compute", () => {
  it("multiplies matrices over the batch", () => {
    const x = given(0, ["batch", 3], "inputs");
    const w = given(0, [3, 2]);
    const [n, j] = [graph.axis("batch"), graph.axis(2)];
    const k = graph.axis(3);
    const y = graph.compute(
      [n, j],
      graph.fold("sum", [k], graph.apply(multiply, graph.at(x, [n, k]), graph.at(w, [k, j]))),
    );
    // [1 2 3; 4 5 6] @ [1 2; 3 4; 5 6]
    expect(value(y, { inputs: range(6), parameters: range(6) }, 2)).toEqual([22, 28, 49, 64]);
  });
  it("convolves with padding", () => {
    const x = given(0, [4]);
    const w = given(4, [3]);
    const [i, a] = [graph.axis(4), graph.axis(3)];
    const at = graph.apply(add, graph.apply(add, graph.index(i), graph.index(a)), graph.constant(-1));
    const y = graph.compute(
      [i],
      graph.fold("sum", [a], graph.apply(multiply, graph.read(x, [at], 0), graph.at(w, [a]))),
    );
    expect(value(y, { parameters: Float64Array.of(1, 2, 3, 4, 1, 10, 100) })).toEqual([210, 321, 432, 43]);
  });
  it("pools, and gives the first of equal winners", () => {
    const x = given(0, [2, 4]);
    const [i, a, b] = [graph.axis(2), graph.axis(2), graph.axis(2)];
    const at = graph.apply(add, graph.apply(multiply, graph.index(i), graph.constant(2)), graph.index(b));
    const window = graph.read(x, [graph.index(a), at]);
    const memory = { parameters: Float64Array.of(1, 5, 2, 2, 5, 3, 2, 1) };
    expect(value(graph.compute([i], graph.fold("max", [a, b], window)), memory)).toEqual([5, 2]);
    expect(value(graph.compute([i], graph.fold("argmax", [a, b], window)), memory)).toEqual([1, 0]);
  });
  it("gathers, and folds with no axes are the body", () => {
    const table = given(0, [3, 2]);
    const classes = given(0, ["batch"], "classes");
    const [n, k] = [graph.axis("batch"), graph.axis(2)];
    const y = graph.compute([n, k], graph.read(table, [graph.at(classes, [n]), graph.index(k)]));
    expect(value(y, { parameters: range(6), classes: Float64Array.of(2, 0) }, 2)).toEqual([5, 6, 1, 2]);
  });
  it("refuses a read outside", () => {
    const x = given(0, [2]);
    const i = graph.axis(3);
    const y = graph.compute([i], graph.at(x, [i]));
    expect(verifyTensors([y])).toHaveLength(1);
    expect(() => evaluate([y], { memory: { parameters: range(2) }, batch: 1, step: 1, seed: 0 })).toThrow(
      "read outside",
    );
  });
});

describe("scatter", () => {
  it("adds collisions and skips what is beyond", () => {
    const x = given(0, [3]);
    const [i, a] = [graph.axis(3), graph.axis(2)];
    const at = graph.apply(add, graph.index(i), graph.index(a));
    const y = graph.scatter([3], [i, a], [at], graph.at(x, [i]));
    expect(value(y, { parameters: range(3) })).toEqual([1, 3, 5]);
  });
});

describe("scan", () => {
  it("carries, keeps rows, and starts again in a loop around it", () => {
    const x = given(0, [3]);
    const zero = graph.compute([], graph.constant(0));
    const outer = graph.scan(2, [zero], (round, [total]) => {
      const inner = graph.scan(3, [total!], (i, [sum]) => {
        const next = graph.compute([], graph.apply(add, graph.read(sum!, []), graph.read(x, [i])));
        return { next: [next], rows: [{ value: next, at: i, extent: 4, position: 0 }] };
      });
      return {
        next: [inner.carries[0]!],
        rows: [{ value: inner.rows[0]!, at: round, extent: 2, position: 0 }],
      };
    });
    const memory = { parameters: range(3) };
    expect(value(outer.carries[0]!, memory)).toEqual([12]);
    expect(value(outer.rows[0]!, memory)).toEqual([1, 3, 6, 0, 7, 9, 12, 0]);
  });
});

describe("programs", () => {
  it("read memory as it was before the stage, and as the stage before left it", () => {
    const [a, b] = [source("a", "states", 0, [1]), source("b", "states", 1, [1])];
    const memory = { states: Float64Array.of(1, 2) };
    const swap = [
      { target: a, value: graph.source(b) },
      { target: b, value: graph.source(a) },
    ];
    interpret({ name: "swap", stages: [swap] }, { memory, batch: 1, step: 1, seed: 0 });
    expect([...memory.states]).toEqual([2, 1]);
    interpret({ name: "twice", stages: [swap, swap] }, { memory, batch: 1, step: 1, seed: 0 });
    expect([...memory.states]).toEqual([2, 1]);
  });
  it("know step and key", () => {
    const key = graph.compute([], graph.scalar("key", 5));
    const step = graph.compute([], graph.scalar("step"));
    const run = (n: number) => evaluate([key, step], { memory: {}, batch: 1, step: n, seed: 3 }).map((v) => v[0]);
    expect(run(4)[1]).toBe(4);
    expect(run(4)[0]).not.toBe(run(5)[0]);
  });
});

describe("the graph", () => {
  it("gives one object to equal structure", () => {
    const x = given(0, [4]);
    const square = () => graph.map(multiply, [x, x]);
    expect(square()).toBe(square());
    expect(graph.map(maximum, [x, x])).not.toBe(square());
  });
  it("renames shared subexpressions once, however often they are shared", () => {
    const x = given(0, [1]);
    const i = graph.axis(1);
    let e = graph.apply(multiply, graph.at(x, [i]), graph.constant(0.5));
    for (let k = 0; k < 60; k++) e = graph.apply(add, e, graph.apply(multiply, e, graph.apply(exp, e)));
    expect(value(graph.compute([i], e), { parameters: Float64Array.of(0) })).toEqual([0]);
  });
});
