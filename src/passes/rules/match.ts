/** @file Small helpers that the rewrite rows share. */
import type { Apply, Axis, Const, Expr, Fold, ScalarOp } from "../../ir/types.js";
import type { Graph } from "../../ir/graph.js";
import { number } from "../../ops/index.js";

/** One rewrite row: the new expression, or undefined where it does not apply. */
export type ApplyRow = (e: Apply, graph: Graph) => Expr | undefined;
export type FoldRow = (e: Fold, graph: Graph) => Expr | undefined;

declare const matched: unique symbol;
/** An application of the operation asked for; the brand keeps the answer no from meaning "no application at all". */
interface Matched extends Apply {
  readonly [matched]: true;
}
export const isApply = (e: Expr | undefined, op: ScalarOp): e is Matched => e?.kind === "apply" && e.op === op;
export const isConst = (e: Expr | undefined): e is Const => e?.kind === "const";
export const isValue = (e: Expr | undefined, value: number): e is Const => e?.kind === "const" && e.value === value;

/** A constant of the type of `e`. */
export const like = (graph: Graph, e: Expr, value: number): Expr => graph.constant(value, e.type);

/** `x` in place of `e`: only if a cast to the type of `e` is free of surprise. */
export function inPlaceOf(graph: Graph, e: Expr, x: Expr): Expr | undefined {
  if (x.type === e.type) return x;
  if (x.kind === "const" && e.type !== "bool") return graph.constant(x.value, e.type);
  return e.type === "f32" ? graph.apply(number, x) : undefined;
}

export const dependsOn = (e: Expr, axes: readonly Axis[]): boolean => e.free.some((axis) => axes.includes(axis));
