/** @file Walks of expressions: bodies are graphs that share parts, so that a walk by paths would take exponential time. */
import type { Expr } from "./types.js";

/** The function, which asks `of` once for each expression; the results must depend on nothing else. */
export function once<T>(of: (expr: Expr) => T): (expr: Expr) => T {
  const known = new Map<Expr, T>();
  return (expr) => {
    const found = known.get(expr);
    if (found !== undefined || known.has(expr)) return found as T;
    const made = of(expr);
    known.set(expr, made);
    return made;
  };
}
