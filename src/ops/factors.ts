/** @file Products written flat. */
import type { Expr } from "../ir/types.js";
import { multiply } from "./arithmetic.js";

/** What a product multiplies, products in it taken apart; one that occurs again stays whole: squares of squares would have 2^n factors. */
export function factorsOf(expr: Expr): readonly Expr[] {
  const open = new Set<Expr>();
  const visit = (e: Expr): readonly Expr[] => {
    if (e.kind !== "apply" || e.op !== multiply || open.has(e)) return [e];
    open.add(e);
    return e.arguments.flatMap(visit);
  };
  return visit(expr);
}
