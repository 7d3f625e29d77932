/** @file What an expression costs to evaluate once, in multiplications; what decides between storing and computing again. */
import { once } from "../ir/once.js";
import type { Axis, Expr, Extent, Fold, Read } from "../ir/types.js";
import { multiply, negate, number, where } from "../ops/index.js";

/** The batch is not known here; it counts as many. */
const typicalBatch = 32;
const pointsOf = (extent: Extent): number => (extent === "batch" ? typicalBatch : extent);
export const countOf = (axes: readonly { readonly extent: Extent }[]): number =>
  axes.reduce((count, { extent }) => count * pointsOf(extent), 1);

export interface Price {
  /** Operations and loads of one evaluation, folds counted in full. */
  readonly total: number;
  /** Nodes as written: what inlining adds to a body. */
  readonly nodes: number;
  readonly folds: boolean;
}

export class Prices {
  readonly of = once((e): Price => this.#price(e));

  #price(e: Expr): Price {
    switch (e.kind) {
      case "const":
      case "index":
      case "scalar":
        return { total: 0, nodes: 1, folds: false };
      case "read": {
        // Affine subscripts are strength-reduced away; others are computed.
        const parts = e.at.map((at) => this.of(at));
        return {
          total: 1 + sum(parts),
          nodes: 1 + parts.reduce((n, p) => n + p.nodes, 0),
          folds: parts.some((p) => p.folds),
        };
      }
      case "apply": {
        const parts = e.arguments.map((argument) => this.of(argument));
        const address = e.type === "i32" && e.free.length > 0 && !parts.some((p) => p.total > 1);
        return {
          total: sum(parts) + (address ? Math.min(e.op.cost, 0.5) : e.op.cost),
          nodes: 1 + parts.reduce((n, p) => n + p.nodes, 0),
          folds: parts.some((p) => p.folds),
        };
      }
      case "fold": {
        const body = this.of(e.body);
        return { total: countOf(e.axes) * (body.total + 1), nodes: body.nodes + 1, folds: true };
      }
    }
  }
}
const sum = (parts: readonly Price[]): number => parts.reduce((n, { total }) => n + total, 0);

/**
 * Whether a fold is a contraction: a sum of products whose factors do not all vary with the same indices, so that each is used
 * many times. Its factors stay plain reads, which the scheduler keeps in registers.
 */
export function isContraction(e: Fold): boolean {
  if (e.reducer !== "sum") return false;
  const factors = factorsOf(e.body);
  const first = factors[0];
  return factors.length > 1 && factors.some((factor) => !sameAxes(factor.free, first!.free));
}
function sameAxes(a: readonly Axis[], b: readonly Axis[]): boolean {
  return a.length === b.length && a.every((axis) => b.includes(axis));
}
/** Reads that a sum multiplies, each once. */
function factorsOf(expr: Expr): readonly Read[] {
  const factors = new Set<Read>();
  const visit = once((e): void => {
    if (e.kind === "read" && e.tensor.type === "f32") factors.add(e);
    if (e.kind !== "apply") return;
    if (e.op === multiply || e.op === negate || e.op === number) e.arguments.forEach(visit);
    else if (e.op === where) e.arguments.slice(1).forEach(visit);
  });
  visit(expr);
  return [...factors];
}
/** Whether an expression contains a contraction. */
export function hasContraction(expr: Expr): boolean {
  const has = once((e): boolean => {
    if (e.kind === "fold") return isContraction(e) || has(e.body);
    return e.kind === "apply" && e.arguments.some(has);
  });
  return has(expr);
}

/** Calls in one loop: short ones keep their constants in registers. */
export const mostCalls = 2;
/** What is called or a polynomial of its own, in f32: exp, tanh, cos. */
const callCost = 12;
/** The calls of one evaluation outside folds, each once. */
export function callsIn(e: Expr, into = new Set<Expr>(), seen = new Set<Expr>()): Set<Expr> {
  if (e.kind !== "apply" || seen.has(e)) return into;
  seen.add(e);
  if (e.type === "f32" && e.op.cost >= callCost) into.add(e);
  for (const argument of e.arguments) callsIn(argument, into, seen);
  return into;
}
