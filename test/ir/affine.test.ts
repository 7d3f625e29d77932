/** @file Subscripts as affine forms, and bounds of values. */
import { describe, expect, it } from "vitest";
import { affine, affineExpr, interval, isWithin } from "../../src/ir/affine.js";
import { Graph } from "../../src/ir/graph.js";
import type { Expr } from "../../src/ir/types.js";
import * as ops from "../../src/ops/index.js";

const graph = new Graph();
const [i, j, n] = [graph.axis(4), graph.axis(3), graph.axis("batch")];
const whole = (value: number) => graph.constant(value, "i32");
const app = graph.apply.bind(graph);
const [at, bt] = [graph.index(i), graph.index(j)];
/** 2 i - j + 5 */
const form = app(ops.add, app(ops.subtract, app(ops.multiply, at, whole(2)), bt), whole(5));

describe("affine forms", () => {
  it("collect terms, and write them in one way", () => {
    expect(affine(form)).toEqual({
      constant: 5,
      terms: new Map([
        [i, 2],
        [j, -1],
      ]),
    });
    const other = app(ops.subtract, whole(5), app(ops.subtract, bt, app(ops.add, at, at)));
    expect(affineExpr(graph, affine(other)!, ops)).toBe(affineExpr(graph, affine(form)!, ops));
    expect(affine(app(ops.subtract, at, at))).toEqual({ constant: 0, terms: new Map() });
  });
  it("go through divisions that come out whole", () => {
    const doubled = app(ops.add, app(ops.multiply, at, whole(6)), whole(5));
    expect(affine(app(ops.floorDivide, doubled, whole(3)))).toEqual({ constant: 1, terms: new Map([[i, 2]]) });
    expect(affine(app(ops.modulo, doubled, whole(3)))).toEqual({ constant: 2, terms: new Map() });
    expect(affine(app(ops.floorDivide, doubled, whole(4)))).toBeUndefined();
  });
  it("are not products of indices, nor numbers", () => {
    expect(affine(app(ops.multiply, at, bt))).toBeUndefined();
    expect(affine(app(ops.number, at))).toBeUndefined();
  });
});

describe("bounds", () => {
  const x = graph.read(graph.placeholder([]), []);
  const label = graph.read(
    graph.source({ name: "label", arena: "classes", type: "i32", offset: 0, shape: ["batch"], limit: 7 }),
    [graph.index(n)],
  );
  const wholeOf = (limit?: number) =>
    graph.read(
      graph.source({
        name: "w",
        arena: "classes",
        type: "i32",
        offset: limit ?? 1,
        shape: [],
        ...(limit && { limit }),
      }),
      [],
    );
  const [big, any] = [wholeOf(100_000), wholeOf()];
  const bits = app(ops.randomBits, graph.scalar("key"), whole(0), at);
  const unit = app(ops.minimum, app(ops.maximum, x, graph.constant(0)), graph.constant(1));
  const scaled = (by: number) => app(ops.multiply, unit, graph.constant(by));
  it.each<[string, Expr, number, number]>([
    ["2 i - j + 5", form, 3, 11],
    ["i mod 3", app(ops.modulo, at, whole(3)), 0, 2],
    ["min(i * j, 4)", app(ops.minimum, app(ops.multiply, at, bt), whole(4)), 0, 4],
    ["a class", label, 0, 6],
    [
      "a class read from a computed array",
      graph.read(graph.compute([n], app(ops.add, label, whole(1))), [graph.index(n)]),
      1,
      7,
    ],
    ["a draw", app(ops.multiply, app(ops.number, bits), graph.constant(2 ** -24)), 0, 1 - 2 ** -24],
    ["x", x, -Infinity, Infinity],
    ["sqrt(x * x + 4)", app(ops.sqrt, app(ops.add, app(ops.multiply, x, x), graph.constant(4))), 2, Infinity],
    ["argmax[i, j]", graph.fold("argmax", [i, j], x), 0, 11],
    ["sum[i](j)", graph.fold("sum", [i], bt), 0, 8],
    ["step", graph.scalar("step"), 1, Infinity],
    ["floor(2.6 u)", app(ops.floor, scaled(2.6)), 0, 2],
    ["ceil(2.6 u)", app(ops.ceil, scaled(2.6)), 0, 3],
    ["round(2.6 u)", app(ops.round, scaled(2.6)), 0, 3],
    ["round(-2.5 u)", app(ops.round, scaled(-2.5)), -3, 0],
    ["integer(-1.5 u)", app(ops.integer, scaled(-1.5)), -1, 0],
    ["min(w * w, 9), which wraps", app(ops.minimum, app(ops.multiply, big, big), whole(9)), -Infinity, 9],
    ["max(|w|, 0) of any w: the least is its own negative", app(ops.abs, any), -Infinity, Infinity],
    ["i * 10^9", app(ops.multiply, at, whole(1e9)), -Infinity, Infinity],
    ["sum[n](w)", graph.fold("sum", [n], big), 0, Infinity],
    ["sum[n, i](w * w)", graph.fold("sum", [n, i], app(ops.multiply, big, big)), -Infinity, Infinity],
    ["floor(9.9999999 u), which rounds to 10", app(ops.floor, scaled(9.9999999)), 0, 10],
    ["10 u mod 2", app(ops.modulo, scaled(10), graph.constant(2)), 0, 2],
    ["10 u mod 3, rounded", app(ops.floor, app(ops.modulo, scaled(10), graph.constant(3))), -1, 3],
    ["x mod 3", app(ops.modulo, x, graph.constant(3)), -Infinity, Infinity],
    ["2 ^ (-u)", app(ops.power, graph.constant(2), scaled(-1)), 0.5, 1],
  ])("%s", (_name, e, low, high) => {
    const found = interval(e);
    // -0 is 0.
    expect([found.low + 0, found.high + 0]).toEqual([low, high]);
  });
  it("give up on what is too large to look at", () => {
    let e = app(ops.tanh, x);
    for (let k = 0; k < 40; k++) e = app(ops.add, e, app(ops.multiply, e, e));
    expect(interval(e)).toEqual({ low: -Infinity, high: Infinity });
    // A place among such numbers is bounded all the same, and so is what is made of it.
    const place = app(ops.floorDivide, graph.fold("argmax", [i, j], e), whole(2));
    expect(interval(place)).toEqual({ low: 0, high: 5 });
  });
  it("of a sum over examples hold for one as for many", () => {
    const x = graph.source({ name: "x", arena: "inputs", type: "f32", offset: 0, shape: ["batch"] });
    const half = app(ops.add, app(ops.abs, graph.read(x, [graph.index(n)])), graph.constant(0.5));
    const sum = graph.fold("sum", [n], half);
    expect(interval(sum)).toEqual({ low: 0.5, high: Infinity });
    expect(interval(app(ops.negate, sum))).toEqual({ low: -Infinity, high: -0.5 });
  });
  it("of a remainder of fractions reach beyond the whole numbers", () => {
    const x = graph.source({ name: "x", arena: "inputs", type: "f32", offset: 0, shape: [4] });
    const rest = app(ops.modulo, graph.read(x, [at]), graph.constant(2));
    expect(interval(rest)).toEqual({ low: 0, high: 2 });
    expect(interval(app(ops.modulo, app(ops.subtract, at, bt), whole(2)))).toEqual({ low: 0, high: 1 });
  });
  it("prove subscripts", () => {
    expect(isWithin(form, 12)).toBe(true);
    expect(isWithin(form, 11)).toBe(false);
    expect(isWithin(graph.index(n), "batch")).toBe(true);
    expect(isWithin(graph.index(i), "batch")).toBe(false);
  });
});
