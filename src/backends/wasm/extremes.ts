/** @file Recognises maxima and minima written as a comparison and a choice. */
import type { KernelExpr } from "../../ir/kernel.js";
import { partsOf } from "../../passes/tidy.js";

/** `a < b ? b : a` (larger) or `b < a ? b : a`. */
export interface Extreme {
  readonly a: KernelExpr;
  readonly b: KernelExpr;
  readonly isLarger: boolean;
}

export function extremeOf({ condition, yes, no, type }: KernelExpr & { kind: "select" }): Extreme | undefined {
  if (condition.kind !== "apply" || yes.type !== type || no.type !== type) return undefined;
  const { name } = condition.op;
  if (name !== "less" && name !== "greater") return undefined;
  const [x, y] = condition.arguments as [KernelExpr, KernelExpr];
  // The comparison as `low < high`.
  const [low, high] = name === "less" ? [x, y] : [y, x];
  if (same(yes, high) && same(no, low)) return { a: low, b: high, isLarger: true };
  if (same(yes, low) && same(no, high)) return { a: high, b: low, isLarger: false };
  return undefined;
}

function same(a: KernelExpr, b: KernelExpr): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || a.type !== b.type) return false;
  const known = a.kind === "const" || a.kind === "local" || a.kind === "load" || a.kind === "splat";
  if (!known) return false;
  if (a.kind === "const") return Object.is(a.value, (b as typeof a).value);
  if (a.kind === "local") return a.name === (b as typeof a).name;
  if (a.kind === "load" && JSON.stringify(a) !== JSON.stringify(b)) return false;
  const others = partsOf(b);
  return partsOf(a).every((part, k) => same(part, others[k]!));
}
