/** @file Replaces index variables, and tensors read, inside an expression, without capture. */
import { once } from "./once.js";
import type { Axis, Expr, ExpressionBuilder, Tensor } from "./types.js";

/** The expression with index variables (and, if given, tensors read) replaced. */
export function substitute(
  graph: ExpressionBuilder,
  expr: Expr,
  map: ReadonlyMap<Axis, Expr>,
  tensors?: (tensor: Tensor) => Tensor,
): Expr {
  type Scope = { readonly map: ReadonlyMap<Axis, Expr>; readonly done: Map<Expr, Expr> };
  // Shared subexpressions are replaced once per scope: bodies are graphs, not trees.
  const go = (e: Expr, scope: Scope): Expr => {
    if (!tensors && !e.free.some((axis) => scope.map.has(axis))) return e;
    let made = scope.done.get(e);
    if (!made) scope.done.set(e, (made = replace(e, scope)));
    return made;
  };
  const replace = (e: Expr, scope: Scope): Expr => {
    const { map } = scope;
    switch (e.kind) {
      case "const":
      case "scalar":
        return e;
      case "index":
        return map.get(e.axis) ?? e;
      case "read":
        return graph.read(
          tensors ? tensors(e.tensor) : e.tensor,
          e.at.map((at) => go(at, scope)),
          e.outside,
        );
      case "apply":
        return graph.apply(e.op, ...e.arguments.map((argument) => go(argument, scope)));
      case "fold": {
        // An index bound here hides an outer one, and must not catch indices inside the replacements.
        const inner = new Map([...map].filter(([axis]) => !e.axes.includes(axis)));
        const caught = new Set([...inner.values()].flatMap((replacement) => replacement.free));
        const bound = e.axes.map((axis) => (caught.has(axis) ? graph.axis(axis.extent) : axis));
        e.axes.forEach((axis, k) => {
          if (bound[k] !== axis) inner.set(axis, graph.index(bound[k]!));
        });
        return graph.fold(e.reducer, bound, go(e.body, { map: inner, done: new Map() }));
      }
    }
  };
  return map.size === 0 && !tensors ? expr : go(expr, { map, done: new Map() });
}

/** The expression with another in the place of a part of it. */
export function replaced(graph: ExpressionBuilder, expr: Expr, from: Expr, to: Expr): Expr {
  const go = once((e): Expr => {
    if (e === from) return to;
    if (e.kind === "apply") return graph.apply(e.op, ...e.arguments.map(go));
    return e.kind === "fold" ? graph.fold(e.reducer, e.axes, go(e.body)) : e;
  });
  return go(expr);
}
