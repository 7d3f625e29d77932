/** @file What a kernel's statements use: run-time scalars, and names whose values are wanted other than in addresses. */
import type { KernelExpr, KernelStatement } from "../../ir/kernel.js";
import { operandsOf, partsOf } from "../../passes/tidy.js";
import type { ScalarParameter } from "../arrays.js";

/** Run-time scalars in order of appearance. */
export function scalarsOf(statements: readonly KernelStatement[]): readonly ScalarParameter[] {
  const found = new Map<string, ScalarParameter>();
  const visit = (expr: KernelExpr): void => {
    if (expr.kind === "scalar" && expr.name !== "batch") {
      const { name } = expr;
      const site = name === "step" ? 0 : expr.site;
      found.set(`${name}${site}`, { name, site });
    }
    partsOf(expr).forEach(visit);
  };
  const list = (body: readonly KernelStatement[]): void => {
    for (const statement of body) {
      operandsOf(statement).forEach(visit);
      if ("body" in statement) list(statement.body);
    }
  };
  list(statements);
  return [...found.values()];
}

/** Names whose values are wanted other than as part of an address. */
export function valueUses(statements: readonly KernelStatement[]): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (expr: KernelExpr): void => {
    if (expr.kind === "local") names.add(expr.name);
    else if (expr.kind === "linear") for (const { name } of expr.terms) names.add(name);
    else if (expr.kind === "load") index(expr.index);
    else partsOf(expr).forEach(visit);
  };
  const index = (expr: KernelExpr): void => {
    if (expr.kind !== "local" && expr.kind !== "linear") visit(expr);
  };
  const list = (body: readonly KernelStatement[]): void => {
    for (const statement of body) {
      if (statement.kind === "store") {
        index(statement.index);
        visit(statement.value);
      } else if ((statement.kind === "let" || statement.kind === "fill") && operandsOf(statement).every(isSum)) {
        // Sums of sums, and bounds of fills, are taken apart as addresses are.
      } else operandsOf(statement).forEach(visit);
      if ("body" in statement) list(statement.body);
    }
  };
  list(statements);
  return names;
}
const isSum = (expr: KernelExpr): boolean =>
  expr.type === "i32" && (expr.kind === "local" || expr.kind === "linear" || expr.kind === "const");
