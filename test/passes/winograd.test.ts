/** @file Winograd's tiles give the results of the direct form, where they are worth it and nowhere else. */
import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/ir/interpret.js";
import { topological } from "../../src/ir/traverse.js";
import type { Axis, Expr, Reducer, Tensor } from "../../src/ir/types.js";
import { assertProgram } from "../../src/ir/verify.js";
import * as ops from "../../src/ops/index.js";
import { winograd } from "../../src/passes/winograd.js";
import { Builder } from "./graphs.js";

const batch = 2;
/** Enough tiles that the taps' transform does not count. */
const declared = 100;

interface Shape {
  readonly height: number;
  readonly width: number;
  readonly padding: "valid" | "same" | "full";
  readonly from?: number;
  readonly to?: number;
}

/** A convolution's input, weights, and its results as an expression of place and channel. */
class Convolved {
  readonly b = new Builder();
  readonly input: Tensor;
  readonly weights: Tensor;
  readonly bias: Tensor;
  readonly height: number;
  readonly width: number;
  readonly #border: number;
  readonly #from: number;
  readonly to: number;

  constructor({ height, width, padding, from = 16, to = 20 }: Shape) {
    this.#border = { valid: 0, same: 1, full: 2 }[padding];
    this.height = height + 2 * this.#border - 2;
    this.width = width + 2 * this.#border - 2;
    this.#from = from;
    this.to = to;
    this.input = this.b.source("x", "inputs", ["batch", height, width, from]);
    this.weights = this.b.source("w", "parameters", [3, 3, from, to]);
    this.bias = this.b.source("bias", "parameters", [to]);
  }
  /** As the gradient of a convolution is written, with taps running backwards, where `turned`. */
  at(n: Axis, y: Expr, x: Expr, channel: Axis, turned = false): Expr {
    const { graph } = this.b;
    const [ky, kx, c] = [graph.axis(3), graph.axis(3), graph.axis(this.#from)];
    const shifted = (place: Expr, tap: Axis) => {
      const first = graph.apply(ops.subtract, place, graph.constant(turned ? this.#border - 2 : this.#border, "i32"));
      return graph.apply(turned ? ops.subtract : ops.add, first, graph.index(tap));
    };
    const outside = this.#border > 0 ? 0 : undefined;
    const read = graph.read(this.input, [graph.index(n), shifted(y, ky), shifted(x, kx), graph.index(c)], outside);
    const weight = graph.at(this.weights, [ky, kx, c, channel]);
    return graph.fold("sum", [ky, kx, c], graph.apply(ops.multiply, weight, read));
  }
  results(turned = false): Tensor {
    const { graph } = this.b;
    const axes = graph.axesOf(["batch", this.height, this.width, this.to]) as [Axis, Axis, Axis, Axis];
    const [n, y, x, channel] = axes;
    const sum = this.at(n, graph.index(y), graph.index(x), channel, turned);
    const shifted = graph.apply(ops.add, sum, graph.at(this.bias, [channel]));
    return graph.compute(axes, graph.apply(ops.maximum, shifted, graph.constant(0)), {
      location: undefined,
      label: "conv",
    });
  }
  /** Over windows of 2 x 2, side by side; a border that fills none is dropped. */
  windows(reducer: Reducer, order: "rows first" | "columns first" = "rows first"): Tensor {
    const { graph } = this.b;
    const extents = ["batch", Math.floor(this.height / 2), Math.floor(this.width / 2), this.to] as const;
    const axes = graph.axesOf(extents) as [Axis, Axis, Axis, Axis];
    const [n, y, x, channel] = axes;
    const [p, q] = [graph.axis(2), graph.axis(2)];
    const place = (of: Axis, within: Axis) =>
      graph.apply(ops.add, graph.apply(ops.multiply, graph.index(of), graph.constant(2, "i32")), graph.index(within));
    const inner = order === "rows first" ? [p, q] : [q, p];
    return graph.compute(axes, graph.fold(reducer, inner, this.at(n, place(y, p), place(x, q), channel)));
  }
  values(tensors: readonly Tensor[]): Float64Array[] {
    const memory = Object.fromEntries(
      [this.input, this.weights, this.bias]
        .map((tensor, seed) => [seed, tensor] as const)
        .map(([seed, tensor]) => [
          tensor.kind === "source" ? tensor.source.arena : "",
          Float64Array.from({ length: 16384 }, (_, k) => Math.fround(Math.sin((k + 1) * (seed + 1.7)))),
        ]),
    );
    return evaluate(tensors, { memory, batch, step: 1, seed: 0 });
  }
}

const isStaged = (tensors: readonly Tensor[]) =>
  topological(tensors).some(({ origin }) => origin.label.endsWith("products by points"));

function expectSame({ b, values }: Convolved, tensors: readonly Tensor[], convolved: Convolved): void {
  const made = winograd(b.graph, tensors, declared);
  assertProgram({ name: "tiles", stages: [made.map((value) => ({ target: target(value), value }))] }, "winograd");
  expect(made.map(({ shape }) => shape)).toEqual(tensors.map(({ shape }) => shape));
  expect(isStaged(made)).toBe(true);
  const [want, got] = [values.call(convolved, tensors), values.call(convolved, made)];
  want.forEach((array, k) => {
    let worst = 0;
    array.forEach((x, at) => (worst = Math.max(worst, Math.abs(x - got[k]![at]!) / Math.max(1, Math.abs(x)))));
    expect(worst).toBeLessThan(1e-9);
  });
}
const target = (value: Tensor) => ({
  name: "out",
  arena: value.type === "i32" ? ("decisions" as const) : ("outputs" as const),
  type: value.type,
  offset: 0,
  shape: value.shape,
});

const sizes = [
  [6, 6],
  [7, 7],
  [5, 8],
] as const;
describe.each(["valid", "same", "full"] as const)("padding %s", (padding) => {
  describe.each(sizes)("of %d x %d", (height, width) => {
    it("every result", () => {
      const c = new Convolved({ height, width, padding });
      expectSame(c, [c.results()], c);
    });
    it("taps that run backwards", () => {
      const c = new Convolved({ height, width, padding });
      expectSame(c, [c.results(true)], c);
    });
    it("windows and the places of their maxima", () => {
      const c = new Convolved({ height, width, padding });
      const made = [c.windows("max"), c.windows("argmax"), c.windows("sum"), c.windows("argmin", "columns first")];
      expectSame(c, made, c);
    });
  });
});

describe("readers", () => {
  it("read beyond odd results as before", () => {
    const c = new Convolved({ height: 5, width: 7, padding: "same" });
    const { graph } = c.b;
    const results = c.results();
    const axes = graph.axesOf(["batch", 7, 9, 20]) as [Axis, Axis, Axis, Axis];
    const at = axes.map((axis, k) =>
      k === 1 || k === 2
        ? graph.apply(ops.add, graph.index(axis), graph.constant(k === 1 ? 0 : -1, "i32"))
        : graph.index(axis),
    );
    expectSame(c, [...[0, -7].map((outside) => graph.compute(axes, graph.read(results, at, outside))), results], c);
  });
  it("of other arrays at the same place stay inside", () => {
    const c = new Convolved({ height: 7, width: 7, padding: "same", from: 16, to: 16 });
    const { graph } = c.b;
    const axes = graph.axesOf(["batch", 7, 7, 16]) as [Axis, Axis, Axis, Axis];
    const [n, y, x, channel] = axes;
    const sum = graph.apply(ops.add, c.at(n, graph.index(y), graph.index(x), channel), graph.at(c.input, axes));
    expectSame(c, [graph.compute(axes, sum)], c);
  });
});

describe("what stays direct", () => {
  const unchanged = (c: Convolved, tensor: Tensor) => {
    const [made] = winograd(c.b.graph, [tensor], batch);
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
    const { graph } = c.b;
    const axes = graph.axesOf(["batch", 6, 6, 20]) as [Axis, Axis, Axis, Axis];
    const [n, y, x, channel] = axes;
    const twice = (axis: Axis) => graph.apply(ops.multiply, graph.index(axis), graph.constant(2, "i32"));
    unchanged(c, graph.compute(axes, c.at(n, twice(y), twice(x), channel)));
  });
  it("a gradient that is mostly zeros", () => {
    const c = new Convolved({ height: 8, width: 8, padding: "valid" });
    const { graph } = c.b;
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
    const weights = c.b.source("v", "parameters", [3, 3, 20, 20]);
    const own = graph.axesOf(["batch", 6, 6, 20]) as [Axis, Axis, Axis, Axis];
    const [ky, kx, from] = [graph.axis(3), graph.axis(3), graph.axis(20)];
    const shifted = (k: number, tap: Axis) => graph.apply(ops.add, graph.index(own[k]!), graph.index(tap));
    const read = graph.read(sparse, [graph.index(own[0]), shifted(1, ky), shifted(2, kx), graph.index(from)]);
    const product = graph.apply(ops.multiply, read, graph.at(weights, [ky, kx, from, own[3]]));
    const made = winograd(graph, [graph.compute(own, graph.fold("sum", [ky, kx, from], product))], batch);
    expect(topological(made).filter(({ origin }) => origin.label.endsWith("products by points"))).toHaveLength(1);
  });
});
