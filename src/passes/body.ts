/** @file Bodies taken apart: their outermost folds, their reads, and small folds written out. */
import type { Graph } from "../ir/graph.js";
import { once } from "../ir/once.js";
import type { Expr, Fold, Read } from "../ir/types.js";
import { add, greater, less, multiply, where } from "../ops/index.js";

/** The outermost folds, each once. */
export function foldsOf(body: Expr): readonly Fold[] {
  const found = new Set<Fold>();
  const seen = new Set<Expr>();
  const visit = (e: Expr) => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.kind === "fold") found.add(e);
    else if (e.kind === "apply") e.arguments.forEach(visit);
  };
  visit(body);
  return [...found];
}

/** The body with outermost folds replaced; undefined keeps one. */
export function withFolds(graph: Graph, body: Expr, replace: (fold: Fold) => Expr | undefined): Expr {
  const put = once((e): Expr => {
    if (e.kind === "fold") return replace(e) ?? e;
    return e.kind === "apply" ? graph.apply(e.op, ...e.arguments.map(put)) : e;
  });
  return put(body);
}

/** Gives expressions with reads replaced, those in subscripts first. */
export function replacingReads(graph: Graph, replace: (read: Read) => Expr): (expr: Expr) => Expr {
  const put = once((e): Expr => {
    switch (e.kind) {
      case "read":
        return replace(graph.read(e.tensor, e.at.map(put), e.outside) as Read);
      case "apply":
        return graph.apply(e.op, ...e.arguments.map(put));
      case "fold":
        return graph.fold(e.reducer, e.axes, put(e.body));
      default:
        return e;
    }
  });
  return put;
}
export const withReads = (graph: Graph, body: Expr, replace: (read: Read) => Expr): Expr =>
  replacingReads(graph, replace)(body);

/** A fold over the values of its positions, in their order. */
export function combined(graph: Graph, { reducer }: Fold, values: readonly Expr[]): Expr {
  const isLargest = reducer === "max" || reducer === "argmax";
  let best = values[0]!;
  let place: Expr = graph.constant(0, "i32");
  values.slice(1).forEach((value, k) => {
    if (reducer === "sum" || reducer === "product") {
      best = graph.apply(reducer === "sum" ? add : multiply, best, value);
      return;
    }
    const isBetter = graph.apply(isLargest ? greater : less, value, best);
    place = graph.apply(where, isBetter, graph.constant(k + 1, "i32"), place);
    best = graph.apply(where, isBetter, value, best);
  });
  return reducer === "argmax" || reducer === "argmin" ? place : best;
}
