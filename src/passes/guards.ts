/** @file Zero padding without tests: loops are clipped to where their reads are inside, if outside they would add nothing. */
import { affine as formOf, isWithin } from "../ir/affine.js";
import type { KernelExpr } from "../ir/kernel.js";
import { once } from "../ir/once.js";
import type { Axis, Expr, Fold, Read, Reducer } from "../ir/types.js";
import { affine, int, plus, shifted, times } from "./affine.js";
import type { Affine } from "./affine.js";
import type { Places } from "./access.js";
import type { Blocks } from "./blocks.js";
import type { Env, Instance } from "./expressions.js";

/** `0 <= rest + sum of factor * index < extent`, over indices of a fold that are not bound yet. */
export interface Guard {
  readonly rest: Affine;
  readonly factors: ReadonlyMap<Axis, number>;
  readonly extent: number;
  readonly key: string;
}

/** What each reducer starts from. */
export const neutral: Readonly<Record<Reducer, number>> = {
  sum: 0,
  product: 1,
  max: -Infinity,
  min: Infinity,
  argmax: -Infinity,
  argmin: Infinity,
};

/** Guards that hold for all instances alike: where one fails, every instance adds nothing. */
export function commonGuards(blocks: Blocks, places: Places, instances: readonly Instance<Fold>[]): readonly Guard[] {
  let common: Map<string, Guard> | undefined;
  for (const { expr, env } of instances) {
    const found = new Map<string, Guard>();
    for (const read of vanishing(expr)) {
      const shape = places.views.get(read.tensor)?.shape ?? read.tensor.shape;
      read.at.forEach((at, k) => {
        const extent = shape[k]!;
        const guard = extent === "batch" ? undefined : guardOf(blocks, at, extent, expr.axes, env);
        if (guard) found.set(guard.key, guard);
      });
    }
    if (!common) common = found;
    else for (const key of common.keys()) if (!found.has(key)) common.delete(key);
  }
  return [...(common?.values() ?? [])];
}

function guardOf(blocks: Blocks, at: Expr, extent: number, axes: readonly Axis[], env: Env): Guard | undefined {
  const form = formOf(at);
  if (!form || !at.free.some((axis) => axes.includes(axis))) return undefined;
  let rest = affine(form.constant);
  const factors = new Map<Axis, number>();
  for (const [axis, factor] of form.terms) {
    if (!axes.includes(axis)) rest = plus(rest, times(env.get(axis)!, factor));
    else if (axis.extent === "batch") return undefined;
    else factors.set(axis, factor);
  }
  let { min, max } = blocks.rangeOf(rest);
  for (const [axis, factor] of factors) {
    const far = factor * ((axis.extent as number) - 1);
    min += Math.min(0, far);
    max += Math.max(0, far);
  }
  if (min >= 0 && max < extent) return undefined;
  const terms = [...factors].map(([axis, factor]) => `${axis.id}*${factor}`).join();
  return { rest, factors, extent, key: `${rest.key}:${terms}<${extent}` };
}

/** The guard with one more index bound. */
export function bound(guard: Guard, axis: Axis, value: Affine): Guard {
  const factor = guard.factors.get(axis);
  if (factor === undefined) return guard;
  const factors = new Map(guard.factors);
  factors.delete(axis);
  return { ...guard, rest: plus(guard.rest, times(value, factor)), factors };
}

/** Bounds of v with `0 <= rest + factor * v < extent`, where they are tighter than 0 .. last. */
export function clip(
  blocks: Blocks,
  { rest, extent }: Guard,
  factor: number,
  last: number,
): { from?: KernelExpr; to?: KernelExpr } {
  const range = blocks.rangeOf(rest);
  const size = Math.abs(factor);
  const divided = (a: Affine) => blocks.bound("divide", blocks.atom(shifted(a, size - 1)), int(size));
  const result: { from?: KernelExpr; to?: KernelExpr } = {};
  const isLow = range.min + Math.min(0, factor * last) < 0;
  const isHigh = range.max + Math.max(0, factor * last) >= extent;
  if (factor > 0) {
    if (isLow) result.from = divided(times(rest, -1));
    if (isHigh) result.to = divided(shifted(times(rest, -1), extent));
  } else {
    if (isHigh) result.from = divided(shifted(rest, 1 - extent));
    if (isLow) result.to = divided(shifted(rest, 1));
  }
  return result;
}

/** Whether a read in the expression may be outside, depending on one of the indices. */
export function hasGuard(expr: Expr, axes: readonly Axis[]): boolean {
  const has = once((e): boolean => {
    if (!e.free.some((axis) => axes.includes(axis))) return false;
    if (e.kind === "apply") return e.arguments.some(has);
    if (e.kind === "fold") return has(e.body);
    return (
      e.kind === "read" &&
      e.outside !== undefined &&
      e.at.some((at, k) => at.free.some((axis) => axes.includes(axis)) && !isWithin(at, e.tensor.shape[k]!))
    );
  });
  return has(expr);
}

/** Reads outside of which the fold's body is neutral: zero factors of a summed product, the operand of a maximum. */
function vanishing({ reducer, body }: Fold): readonly Read[] {
  if (reducer === "sum") return zeroFactorsOf(body).filter(({ outside }) => outside === 0);
  const isExtreme = reducer === "max" || reducer === "min";
  return isExtreme && body.kind === "read" && body.outside === neutral[reducer] ? [body] : [];
}
/** The reads that a product is 0 with. */
export function zeroFactorsOf(expr: Expr): readonly Read[] {
  const reads = new Set<Read>();
  const visit = once((e): void => {
    if (e.kind === "read") reads.add(e);
    else if (e.kind === "apply" && isProduct.has(e.op.name)) e.arguments.forEach(visit);
  });
  visit(expr);
  return [...reads];
}
const isProduct: ReadonlySet<string> = new Set(["multiply", "negate", "number"]);
