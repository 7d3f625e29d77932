/** @file The folds of a nest in which it spends its time. */
import type { Axis, Expr, Fold } from "../ir/types.js";
import { foldFinder, isWindow } from "./folds.js";
import type { Nest } from "./nest.js";

/** One innermost fold of a nest, with the unrolled windows around it. */
export interface Hot {
  readonly fold: Fold;
  readonly windows: readonly Axis[];
}

/** Innermost folds that become loops; those that another contains are less hot. */
export function hotFolds(nest: Nest): readonly Hot[] {
  const found: Hot[] = [];
  const known = new Map<Expr, boolean>();
  const contains = foldFinder(nest.inline);
  const visit = (expr: Expr, windows: readonly Axis[]): boolean => {
    const before = known.get(expr);
    if (before !== undefined) return before;
    const isLooped = look(expr, windows);
    known.set(expr, isLooped);
    return isLooped;
  };
  /** Whether a fold in it becomes a loop. */
  const look = (expr: Expr, windows: readonly Axis[]): boolean => {
    if (!contains(expr)) return false;
    if (expr.kind === "fold") {
      const unrolled = isWindow([expr], contains);
      const deeper = visit(expr.body, unrolled ? [...windows, ...expr.axes] : windows);
      if (!deeper && !unrolled && !found.some(({ fold }) => fold.body === expr.body))
        found.push({ fold: expr, windows });
      return deeper || !unrolled;
    }
    const inline = expr.kind === "read" ? nest.inline.get(expr.tensor) : undefined;
    const parts = inline ? [inline] : expr.kind === "apply" ? expr.arguments : expr.kind === "read" ? expr.at : [];
    return parts.map((part) => visit(part, windows)).includes(true);
  };
  for (const { value } of nest.outputs) visit(value, []);
  return found;
}
