/** @file Subscripts as affine functions of some index variables, the others being given. */
import { affine, affineExpr } from "../ir/affine.js";
import type { Graph } from "../ir/graph.js";
import type { Axis, Expr } from "../ir/types.js";
import { add, multiply, subtract } from "../ops/index.js";

/** `sum of coefficient * index + offset`. */
export interface Subscript {
  /** No coefficient is 0. */
  readonly terms: ReadonlyMap<Axis, number>;
  /** Free of the axes asked about. */
  readonly offset: Expr;
}

export const whole = (graph: Graph, value: number): Expr => graph.constant(value, "i32");

/** `a - b`; subtracting 0 writes nothing. */
export function minus(graph: Graph, a: Expr, b: Expr): Expr {
  return b.kind === "const" && b.value === 0 ? a : graph.apply(subtract, a, b);
}
export function times(graph: Graph, a: Expr, factor: number): Expr {
  return factor === 1 ? a : graph.apply(multiply, a, whole(graph, factor));
}

/** Undefined if the expression is no affine function of these axes. */
export function subscript(graph: Graph, expr: Expr, axes: ReadonlySet<Axis>): Subscript | undefined {
  const form = affine(expr);
  if (!form) return undefined;
  const [own, given] = [new Map<Axis, number>(), new Map<Axis, number>()];
  for (const [axis, c] of form.terms) (axes.has(axis) ? own : given).set(axis, c);
  return { terms: own, offset: affineExpr(graph, { terms: given, constant: form.constant }, { add, multiply }) };
}

/** The expression of an affine function. */
export function expression(graph: Graph, { terms, offset }: Subscript): Expr {
  const sum = affineExpr(graph, { terms, constant: 0 }, { add, multiply });
  return offset.kind === "const" && offset.value === 0 ? sum : graph.apply(add, sum, offset);
}
