/** @file Winograd's tiles give the results of the direct form, where they are worth it and nowhere else. */
import { describe, expect, it } from "vitest";
import { topological } from "../../src/ir/traverse.js";
import type { Axis, Tensor } from "../../src/ir/types.js";
import { assertProgram } from "../../src/ir/verify.js";
import * as ops from "../../src/ops/index.js";
import { winograd } from "../../src/passes/winograd.js";
import { Convolved } from "./convolved.js";

/** Enough tiles that the taps' transform does not count. */
const declared = 100;

const isStaged = (tensors: readonly Tensor[]) =>
  topological(tensors).some(({ origin }) => origin.label.endsWith("products by points"));

function expectSame(c: Convolved, tensors: readonly Tensor[]): void {
  const made = winograd(c.graph, tensors, declared);
  assertProgram(c.program(made), "winograd");
  expect(made.map(({ shape }) => shape)).toEqual(tensors.map(({ shape }) => shape));
  expect(isStaged(made)).toBe(true);
  const [want, got] = [c.values(tensors), c.values(made)];
  want.forEach((array, k) => {
    let worst = 0;
    array.forEach((x, at) => (worst = Math.max(worst, Math.abs(x - got[k]![at]!) / Math.max(1, Math.abs(x)))));
    expect(worst).toBeLessThan(1e-9);
  });
}

const sizes = [
  [6, 6],
  [7, 6],
] as const;
describe.each(["valid", "same", "full"] as const)("padding %s", (padding) => {
  describe.each(sizes)("of %d x %d", (height, width) => {
    it("every result", () => {
      const c = new Convolved({ height, width, padding });
      expectSame(c, [c.results()]);
    });
    it("taps that run backwards", () => {
      const c = new Convolved({ height, width, padding });
      expectSame(c, [c.results(true)]);
    });
    it("windows and the places of their maxima", () => {
      const c = new Convolved({ height, width, padding });
      expectSame(c, [c.windows("max"), c.windows("argmax"), c.windows("argmin", "columns first")]);
    });
  });
});

it("points that would share cache sets lie nearer", () => {
  const c = new Convolved({ height: 16, width: 8, padding: "same", from: 32, to: 8 });
  const results = c.results();
  expectSame(c, [results]);
  const inputs = topological(winograd(c.graph, [results], declared)).find(({ origin }) =>
    origin.label.endsWith("input by points"),
  );
  expect(inputs?.shape).toEqual(["batch", 8, 4, 4, 4, 32]);
});

describe("readers", () => {
  it("read beyond odd results as before", () => {
    const c = new Convolved({ height: 5, width: 7, padding: "same" });
    const { graph } = c;
    const results = c.results();
    const axes = graph.axesOf(["batch", 7, 9, 20]) as [Axis, Axis, Axis, Axis];
    const at = axes.map((axis, k) =>
      k === 1 || k === 2
        ? graph.apply(ops.add, graph.index(axis), graph.constant(k === 1 ? 0 : -1, "i32"))
        : graph.index(axis),
    );
    expectSame(c, [...[0, -7].map((outside) => graph.compute(axes, graph.read(results, at, outside))), results]);
  });
  it("of other arrays at the same place stay inside", () => {
    const c = new Convolved({ height: 7, width: 7, padding: "same", from: 16, to: 16 });
    const { graph } = c;
    const axes = graph.axesOf(["batch", 7, 7, 16]) as [Axis, Axis, Axis, Axis];
    const [n, y, x, channel] = axes;
    const sum = graph.apply(ops.add, c.at(n, graph.index(y), graph.index(x), channel), graph.at(c.input, axes));
    expectSame(c, [graph.compute(axes, sum)]);
  });
});

describe("what stays direct", () => {
  const unchanged = (c: Convolved, tensor: Tensor) => {
    const [made] = winograd(c.graph, [tensor], 2);
    expect(made === tensor).toBe(true);
  };
  it("few channels", () => {
    const c = new Convolved({ height: 16, width: 16, padding: "same", from: 1, to: 8 });
    unchanged(c, c.results());
  });
  it("few tiles: the taps are transformed at each call", () => {
    const c = new Convolved({ height: 3, width: 3, padding: "valid", from: 8, to: 8 });
    unchanged(c, c.results());
  });
  it("a stride", () => {
    const c = new Convolved({ height: 15, width: 15, padding: "valid" });
    const { graph } = c;
    const axes = graph.axesOf(["batch", 6, 6, 20]) as [Axis, Axis, Axis, Axis];
    const [n, y, x, channel] = axes;
    const twice = (axis: Axis) => graph.apply(ops.multiply, graph.index(axis), graph.constant(2, "i32"));
    unchanged(c, graph.compute(axes, c.at(n, twice(y), twice(x), channel)));
  });
  it("a gradient that is mostly zeros", () => {
    const c = new Convolved({ height: 8, width: 8, padding: "valid" });
    const { graph } = c;
    const places = c.windows("argmax");
    const axes = graph.axesOf(places.shape) as [Axis, Axis, Axis, Axis];
    const [n, y, x, channel] = axes;
    const part = (op: typeof ops.floorDivide, of: Axis) =>
      graph.apply(
        ops.add,
        graph.apply(ops.multiply, graph.index(of), graph.constant(2, "i32")),
        graph.apply(op, graph.at(places, axes), graph.constant(2, "i32")),
      );
    const at = [graph.index(n), part(ops.floorDivide, y), part(ops.modulo, x), graph.index(channel)];
    const sparse = graph.scatter(["batch", 8, 8, 20], axes, at, graph.constant(1));
    const weights = graph.source(c.layout.source("parameters", [3, 3, 20, 20]));
    const own = graph.axesOf(["batch", 6, 6, 20]) as [Axis, Axis, Axis, Axis];
    const [ky, kx, from] = [graph.axis(3), graph.axis(3), graph.axis(20)];
    const shifted = (k: number, tap: Axis) => graph.apply(ops.add, graph.index(own[k]!), graph.index(tap));
    const read = graph.read(sparse, [graph.index(own[0]), shifted(1, ky), shifted(2, kx), graph.index(from)]);
    const product = graph.apply(ops.multiply, read, graph.at(weights, [ky, kx, from, own[3]]));
    const made = winograd(graph, [graph.compute(own, graph.fold("sum", [ky, kx, from], product))], declared);
    expect(topological(made).filter(({ origin }) => origin.label.endsWith("products by points"))).toHaveLength(1);
  });
});
