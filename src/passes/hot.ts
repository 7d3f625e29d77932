/** @file The folds of a nest in which it spends its time. */
import type { Axis, Expr, Fold } from "../ir/types.js";
import { isWindow } from "./folds.js";
import type { Nest } from "./nest.js";

/** One innermost fold of a nest, with the unrolled windows around it. */
export interface Hot {
  readonly fold: Fold;
  readonly windows: readonly Axis[];
}

/** Innermost folds that become loops; those that another contains are less hot. */
export function hotFolds(nest: Nest): readonly Hot[] {
  const found: Hot[] = [];
  const seen = new Set<Expr>();
  const visit = (expr: Expr, windows: readonly Axis[]): boolean => {
    if (expr.kind === "fold") {
      if (seen.has(expr)) return true;
      seen.add(expr);
      const unrolled = isWindow([expr], (e) => contains(e, nest));
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
function contains(expr: Expr, nest: Nest): boolean {
  if (expr.kind === "fold") return true;
  if (expr.kind === "apply") return expr.arguments.some((argument) => contains(argument, nest));
  if (expr.kind !== "read") return false;
  const inline = nest.inline.get(expr.tensor);
  return inline ? contains(inline, nest) : expr.at.some((at) => contains(at, nest));
}
