/**
 * @file Recognises convolutions with 3 x 3 taps, stride 1 and dilation 1 by their arithmetic: a sum of products of two arrays in
 * which two of the summed indices shift one subscript each of the first array and are subscripts of the second.
 */
import { affine, isWithin } from "../ir/affine.js";
import type { Affine } from "../ir/affine.js";
import type { Axis, Expr, Fold, Read } from "../ir/types.js";
import { multiply } from "../ops/index.js";
import { isSparse } from "./sparse.js";

export const taps = 3;

/** One of the two dimensions along which taps shift. */
export interface Window {
  readonly tap: Axis;
  /** Of the input and of the weights. */
  readonly dimension: number;
  readonly weightDimension: number;
  /** Place in the input of the first of the three neighbours that a result needs. */
  readonly start: Affine;
  /** Subscripts of the weights at the first, second, third neighbour. */
  readonly weightAt: readonly [number, number, number];
}
export interface Convolution {
  readonly input: Read;
  readonly weights: Read;
  readonly windows: readonly [Window, Window];
  /** Summed indices other than the taps. */
  readonly summed: readonly Axis[];
}

export function convolutionOf(fold: Fold): Convolution | undefined {
  const { body } = fold;
  if (fold.reducer !== "sum" || fold.type !== "f32" || body.kind !== "apply" || body.op !== multiply) return undefined;
  const [a, b] = body.arguments as [Expr, Expr];
  if (a.kind !== "read" || b.kind !== "read" || a.type !== "f32" || b.type !== "f32") return undefined;
  return withRoles(fold, a, b) ?? withRoles(fold, b, a);
}

function withRoles(fold: Fold, input: Read, weights: Read): Convolution | undefined {
  if (isSparse(input) || !isWhole(input) || !isWhole(weights)) return undefined;
  if (weights.outside !== undefined || weights.tensor.shape.includes("batch")) return undefined;
  const windows: Window[] = [];
  for (const tap of fold.axes) {
    const window = windowOf(fold, tap, input, weights);
    if (window) windows.push(window);
  }
  // With more than two (volumes), the last two: they are nearest in memory.
  const [first, second] = windows.slice(-2);
  if (!first || !second || first.dimension === second.dimension) return undefined;
  if (
    input.outside &&
    input.at.some((at, k) => k !== first.dimension && k !== second.dimension && !isWithin(at, input.tensor.shape[k]!))
  )
    return undefined;
  const summed = fold.axes.filter((axis) => axis !== first.tap && axis !== second.tap);
  return { input, weights, windows: [first, second], summed };
}

function windowOf({ axes }: Fold, tap: Axis, input: Read, weights: Read): Window | undefined {
  if (tap.extent !== taps) return undefined;
  const shifted = soleSubscript(input, tap);
  const weighted = soleSubscript(weights, tap);
  if (!shifted || !weighted || weighted.form.terms.size !== 1) return undefined;
  const step = shifted.form.terms.get(tap)!;
  const weightStep = weighted.form.terms.get(tap)!;
  if (Math.abs(step) !== 1 || Math.abs(weightStep) !== 1) return undefined;
  const terms = new Map(shifted.form.terms);
  terms.delete(tap);
  for (const axis of terms.keys())
    if (axes.includes(axis) || weights.free.includes(axis) || !soleSubscript(input, axis)) return undefined;
  // Taps that run backwards are taps that run forwards from the far end.
  const last = taps - 1;
  const start = { constant: shifted.form.constant + (step < 0 ? -last : 0), terms };
  const weightAt = [0, 1, 2].map((k) => weighted.form.constant + weightStep * (step < 0 ? last - k : k));
  return {
    tap,
    dimension: shifted.dimension,
    weightDimension: weighted.dimension,
    start,
    weightAt: weightAt as [number, number, number],
  };
}

/** Transforms are of whole arrays: no axis is read at one place only. */
function isWhole({ tensor, at }: Read): boolean {
  return at.every(({ free }, k) => free.length > 0 || tensor.shape[k] === 1);
}

/** The one subscript in which an index occurs, if it is affine. */
function soleSubscript({ at }: Read, axis: Axis): { readonly dimension: number; readonly form: Affine } | undefined {
  const found = at.flatMap((e, dimension) => (e.free.includes(axis) ? [{ dimension, form: affine(e) }] : []));
  const [only] = found;
  return found.length === 1 && only?.form ? { dimension: only.dimension, form: only.form } : undefined;
}
