/** @file How many elements there are along axes, and means by them. */
import { divide, maximum, multiply, number } from "../ops/index.js";
import type { Expr } from "../ir/types.js";
import type { Context } from "./context.js";
import { itemsOf } from "./items.js";
import { type OwnAxis, sizeOfAxes } from "./values.js";

/** The number of elements along axes, of one example: of sequences, of their items. */
export function countOf(c: Context, axes: readonly OwnAxis[]): Expr {
  const { graph } = c;
  const size: Expr = graph.constant(sizeOfAxes(axes.filter((axis) => !itemsOf(axis))));
  const counts = axes.flatMap((axis) => itemsOf(axis)?.count ?? []).map((count) => graph.apply(number, count));
  return [size, ...counts].reduce((a, b) => (a.kind === "const" && a.value === 1 ? b : graph.apply(multiply, a, b)));
}
/** The mean of n elements with this sum; of none, 0. */
export function dividedBy({ graph }: Context, sum: Expr, n: Expr): Expr {
  if (n.kind === "const" && n.value === 1) return sum;
  const isFixed = n.kind === "const" || n.kind === "scalar";
  return graph.apply(divide, sum, isFixed ? n : graph.apply(maximum, n, graph.constant(1, n.type)));
}
