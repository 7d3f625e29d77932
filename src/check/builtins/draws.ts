/** @file Random draws: per example in layers, one per step inside a scan, the same bits on every target. */
import type { Expr } from "../../ir/types.js";
import { hashText } from "../../ir/draws.js";
import * as ops from "../../ops/index.js";
import { builtin, type Builtin, type BuiltinCall } from "../builtin.js";
import type { Context } from "../context.js";
import { f32, fromBody } from "../tensors.js";
import { errorValue, type OwnAxis, type Value } from "../values.js";
import { shapeArgument } from "./shapes.js";

const unit = 2 ** -24;

/** A fresh number per site, in the order of the text: the site is the instance's path and how many draws it made before. */
function site(c: Context): number {
  const path = c.drawPath ?? c.frame.path;
  const before = c.run.draws.get(path) ?? 0;
  c.run.draws.set(path, before + 1);
  return hashText(`${path}#${before}`);
}
/** 24 random bits for each element; rows of the batch have rows of the generator. */
function bits(c: Context, axes: readonly OwnAxis[], at: readonly Expr[], key: number): Expr {
  const row = c.perExample ? c.graph.index(c.run.batchAxis) : c.graph.constant(0, "i32");
  // Row-major number of (steps of scans, indices in scope, own indices).
  let element: Expr = c.graph.constant(0, "i32");
  const outer = [...c.iterations, ...c.indices];
  const steps: [Expr, number][] = [
    ...outer.map((axis): [Expr, number] => [c.graph.index(axis), axis.extent === "batch" ? 1 : axis.extent]),
    ...axes.map(({ size }, k): [Expr, number] => [at[k]!, size]),
  ];
  for (const [index, extent] of steps) {
    const scaled = c.graph.apply(ops.multiply, element, c.graph.constant(extent, "i32"));
    element = element.kind === "const" && element.value === 0 ? index : c.graph.apply(ops.add, scaled, index);
  }
  return c.graph.apply(ops.randomBits, c.graph.scalar("key", key), row, element);
}
/** (bits + shift) / 2^24. */
function uniform(c: Context, axes: readonly OwnAxis[], at: readonly Expr[], key: number, shift: number): Expr {
  const whole = c.graph.apply(ops.number, bits(c, axes, at, key));
  const shifted = shift === 0 ? whole : c.graph.apply(ops.add, whole, c.graph.constant(shift));
  return c.graph.apply(ops.multiply, shifted, c.graph.constant(unit));
}

function draw(
  sites: number,
  make: (c: Context, axes: readonly OwnAxis[], at: readonly Expr[], keys: readonly number[]) => Expr,
) {
  return (c: Context, { values: [shape], span }: BuiltinCall): Value => {
    const axes = shapeArgument(c, shape!, span);
    if (!axes) return errorValue;
    const keys = Array.from({ length: sites }, () => site(c));
    return fromBody(c, axes, (at) => make(c, axes, at, keys), span, f32);
  };
}

/** Box and Muller: sqrt(-2 log u) cos(2 pi v), u in (0, 1]. */
function normal(c: Context, axes: readonly OwnAxis[], at: readonly Expr[], [first, second]: readonly number[]): Expr {
  const g = c.graph;
  const u = uniform(c, axes, at, first!, 1);
  const v = uniform(c, axes, at, second!, 0);
  const radius = g.apply(ops.sqrt, g.apply(ops.multiply, g.constant(-2), g.apply(ops.log, u)));
  return g.apply(ops.multiply, radius, g.apply(ops.cos, g.apply(ops.multiply, g.constant(2 * Math.PI), v)));
}
/** By the inverse of the normal distribution, between -2 and 2: sqrt(2) erf^-1(erf(sqrt 2) (2 u - 1)). */
function truncatedNormal(c: Context, axes: readonly OwnAxis[], at: readonly Expr[], [key]: readonly number[]): Expr {
  const g = c.graph;
  const u = uniform(c, axes, at, key!, 0.5);
  const centred = g.apply(ops.subtract, g.apply(ops.multiply, g.constant(2), u), g.constant(1));
  const erfRoot2 = 0.9544997361036416;
  const p = g.apply(ops.multiply, g.constant(erfRoot2), centred);
  return g.apply(ops.multiply, g.constant(Math.SQRT2), g.apply(ops.inverseErf, p));
}

export const drawBuiltins: readonly Builtin[] = [
  builtin(
    "draw_uniform(shape)",
    "Uniform numbers in [0, 1), drawn for each example (and step of a scan).",
    draw(1, (c, axes, at, [key]) => uniform(c, axes, at, key!, 0)),
  ),
  builtin("draw_normal(shape)", "Normal numbers of mean 0 and variance 1.", draw(2, normal)),
  builtin(
    "draw_truncated_normal(shape)",
    "Normal numbers of mean 0, variance 1 before truncation, none beyond -2 or 2.",
    draw(1, truncatedNormal),
  ),
];
