/** @file Rewrite rows one by one: an expression as written, and as it comes out. */
import { describe, expect, it } from "vitest";
import { printTensors } from "../../src/ir/print.js";
import type { Axis, Expr } from "../../src/ir/types.js";
import * as ops from "../../src/ops/index.js";
import { simplify } from "../../src/passes/simplify.js";
import { Builder } from "./graphs.js";

const b = new Builder();
const { graph } = b;
const source = {
  x: b.source("x", "inputs", [4, 6]),
  y: b.source("y", "inputs", [4, 6]),
  w: b.source("w", "inputs", [6]),
  c: b.source("c", "classes", [4]),
};
const i = graph.axis(4);
const j = graph.axis(6);
const [x, y] = [graph.at(source.x, [i, j]), graph.at(source.y, [i, j])];
const w = graph.at(source.w, [j]);
const c = graph.at(source.c, [i]);
const positive = graph.apply(ops.add, graph.apply(ops.multiply, x, x), graph.constant(1));
const k = (value: number) => graph.constant(value);
const n = (value: number) => graph.constant(value, "i32");
const step = graph.scalar("step");
const { add, subtract, multiply, divide, negate, power, maximum, where, equal, notEqual, greater, less, number } = ops;
const app = graph.apply.bind(graph);
const sum = (axes: readonly Axis[], e: Expr) => graph.fold("sum", axes, e);
const after = (e: Expr) => app(add, graph.index(j), e);

/** The body after simplification, as text; indices of the nest print as i, j. */
function simplified(e: Expr, differentiated = true): string {
  const axes = [i, j].filter((axis) => e.free.includes(axis));
  // A read of a whole array has no line of its own: the nest is one index larger, in front.
  const extra = graph.axis(2);
  const tensor = graph.compute([...axes, extra], e);
  const [made] = simplify(graph, [tensor], { differentiated });
  return printTensors([made!])
    .split("\n")
    .at(-2)!
    .replace(/^.*?\] /, "")
    .replace(/^.*?= \[.*?\] /, "")
    .replace(/ {2}\/\/.*/, "");
}

describe("arithmetic", () => {
  it.each<[string, Expr, string]>([
    ["x + 0", app(add, x, k(0)), "x[i, j]"],
    ["0 - x", app(subtract, k(0), x), "negate(x[i, j])"],
    ["x * 1", app(multiply, k(1), x), "x[i, j]"],
    ["x * 0", app(multiply, x, k(0)), "0."],
    ["x * -1", app(multiply, x, k(-1)), "negate(x[i, j])"],
    ["--x", app(negate, app(negate, x)), "x[i, j]"],
    ["-(x - y)", app(negate, app(subtract, x, y)), "y[i, j] - x[i, j]"],
    ["x + -y", app(add, x, app(negate, y)), "x[i, j] - y[i, j]"],
    ["x / 4", app(divide, x, k(4)), "x[i, j] * 0.25"],
    ["(x * 2) * 3", app(multiply, app(multiply, x, k(2)), k(3)), "x[i, j] * 6."],
    ["(x * 2) * y", app(multiply, app(multiply, x, k(2)), y), "x[i, j] * y[i, j] * 2."],
    ["x ^ 2", app(power, x, k(2)), "x[i, j] * x[i, j]"],
    ["x ^ 0.5", app(power, x, k(0.5)), "sqrt(x[i, j])"],
    ["x ^ -1", app(power, x, k(-1)), "1. / x[i, j]"],
    ["sqrt(x ^ 2)", app(ops.sqrt, app(power, x, k(2))), "abs(x[i, j])"],
    ["sqrt(x) ^ 2", app(power, app(ops.sqrt, x), k(2)), "sqrt(x[i, j]) * sqrt(x[i, j])"],
    ["sqrt(x * x + 1) ^ 2", app(power, app(ops.sqrt, positive), k(2)), "x[i, j] * x[i, j] + 1."],
    ["max(max(x, 0), 1)", app(maximum, app(maximum, x, k(0)), k(1)), "maximum(x[i, j], 1.)"],
    [
      "step * (2 / step * x)",
      app(multiply, step, app(multiply, app(divide, k(2), step), x)),
      "x[i, j] * (step * (2 / step))",
    ],
    ["x / w, w a row", app(divide, x, w), "x[i, j] * (1. / w[j])"],
    ["x + x", app(add, x, x), "x[i, j] * 2."],
    ["x / step", app(divide, x, step), "x[i, j] * (1 / step)"],
  ])("%s", (_name, e, text) => expect(simplified(e)).toBe(text));
});

describe("choices", () => {
  const isLarge = app(greater, x, y);
  const asNumber = app(number, isLarge);
  it.each<[string, Expr, string]>([
    ["where(true, x, y)", app(where, graph.constant(1, "bool"), x, y), "x[i, j]"],
    ["where(b, x, x)", app(where, isLarge, x, x), "x[i, j]"],
    ["where(not b, x, 1)", app(where, app(ops.not, isLarge), x, k(1)), "where(x[i, j] > y[i, j], 1., x[i, j])"],
    [
      "where(b, where(b, x, 1), 2)",
      app(where, isLarge, app(where, isLarge, x, k(1)), k(2)),
      "where(x[i, j] > y[i, j], x[i, j], 2.)",
    ],
    [
      "where(b, exp(where(b, x, 1)), exp(where(b, 2, y)))",
      app(where, isLarge, app(ops.exp, app(where, isLarge, x, k(1))), app(ops.exp, app(where, isLarge, k(2), y))),
      "where(x[i, j] > y[i, j], exp(x[i, j]), exp(y[i, j]))",
    ],
    ["where(x > y, x, y)", app(where, isLarge, x, y), "maximum(x[i, j], y[i, j])"],
    ["number(b) * x", app(multiply, asNumber, x), "where(x[i, j] > y[i, j], x[i, j], 0.)"],
    [
      "where(number(b) == 0, 0, x)",
      app(where, app(equal, asNumber, k(0)), k(0), x),
      "where(x[i, j] > y[i, j], x[i, j], 0.)",
    ],
    [
      "where(x == 0, 0, x / (y * y + 1))",
      app(where, app(equal, x, k(0)), k(0), app(divide, x, app(add, app(multiply, y, y), k(1)))),
      "x[i, j] / (y[i, j] * y[i, j] + 1.)",
    ],
    [
      "where(x == 0, 0, x / y)",
      app(where, app(equal, x, k(0)), k(0), app(divide, x, y)),
      "where(x[i, j] == 0., 0., x[i, j] / y[i, j])",
    ],
    ["max(x, 0) > 0", app(number, app(greater, app(maximum, x, k(0)), k(0))), "number(x[i, j] > 0.)"],
    ["j < 6", app(where, app(less, graph.index(j), n(6)), x, y), "x[i, j]"],
    ["c < 3, c a class of 3", app(where, app(less, c, n(3)), x, y), "x[i, j]"],
  ])("%s", (_name, e, text) => expect(simplified(e)).toBe(text));
});

describe("subscripts", () => {
  const read = (e: Expr) => graph.read(source.w, [e]);
  const twice = app(add, app(multiply, graph.index(i), n(2)), n(1));
  it.each<[string, Expr, string]>([
    ["(j + 2) - 2", read(app(subtract, after(n(2)), n(2))), "w[i]"],
    ["floor((2 i + 1) / 2)", read(app(ops.floorDivide, twice, n(2))), "w[i]"],
    ["(2 i + 1) mod 2", read(app(ops.modulo, twice, n(2))), "w[1]"],
    [
      "integer(floor(i / 3))",
      read(app(ops.integer, app(ops.floor, app(divide, app(number, graph.index(i)), k(3))))),
      "w[floorDivide(i, 3)]",
    ],
    ["a value outside that is never needed", graph.read(source.w, [graph.index(i)], 0), "w[i]"],
  ])("%s", (_name, e, text) => expect(simplified(e)).toBe(text));
  it("of a padded, sliced, transposed and reshaped array are subscripts of the array", () => {
    const transposed = graph.compute([j, i], x);
    const sliced = graph.axis(4);
    const slice = graph.compute(
      [sliced, i],
      graph.read(transposed, [app(add, graph.index(sliced), n(1)), graph.index(i)]),
    );
    const flat = graph.reshape(slice, [16]);
    const square = graph.reshape(flat, [2, 2, 4]);
    const [p, q, r] = [graph.axis(2), graph.axis(2), i];
    const [made] = simplify(graph, [graph.compute([p, q, r], graph.apply(negate, graph.at(square, [p, q, r])))], {
      differentiated: true,
    });
    expect(printTensors([made!])).toContain("negate(x[k, i * 2 + j + 1])");
  });
});

describe("folds", () => {
  const m = graph.axis(3);
  const hot = app(equal, graph.index(m), c);
  const gathered = graph.read(source.x, [graph.index(i), graph.index(m)]);
  it.each<[string, Expr, string]>([
    ["sum[m](w)", sum([m], w), "w[i] * 3."],
    ["sum[j](x * 2)", sum([j], app(multiply, x, k(2))), "sum[k:6](x[i, k]) * 2."],
    ["sum[i](w * x)", sum([i], app(multiply, w, x)), "w[i] * sum[k:4](x[k, i])"],
    ["-sum[j](x - y)", app(negate, sum([j], app(subtract, x, y))), "sum[k:6](y[i, k] - x[i, k])"],
    ["sum[i](sum[j](x))", sum([i], sum([j], x)), "sum[j:4, k:6](x[j, k])"],
    ["max[i](x + w)", graph.fold("max", [i], app(add, x, w)), "w[i] + max[k:4](x[k, i])"],
    ["max[j](max(x, 0))", graph.fold("max", [j], app(maximum, x, k(0))), "maximum(max[k:6](x[i, k]), 0.)"],
    ["sum[m](number(m == c) * x[i, m])", sum([m], app(multiply, app(number, hot), gathered)), "x[i, c[i]]"],
    [
      "sum[m](where(m != c, 0, -x[i, m]))",
      sum([m], app(where, app(notEqual, graph.index(m), c), k(0), app(negate, gathered))),
      "negate(x[i, c[i]])",
    ],
    ["argmax of a one-hot", app(number, graph.fold("argmax", [m], app(where, hot, k(1), k(0)))), "number(c[i])"],
  ])("%s", (_name, e, text) => expect(simplified(e).replace(/ k:2/, "")).toBe(text));
  it("keeps a sum over a one-hot before differentiation, whose gradient is no scatter", () => {
    expect(simplified(sum([m], app(multiply, app(number, hot), gathered)), false)).toContain("sum[");
  });
});
