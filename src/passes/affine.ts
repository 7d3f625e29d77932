/** @file Sums `constant + factor * local`: what subscripts become when index variables are bound to a kernel's loop variables. */
import type { KernelExpr } from "../ir/kernel.js";

export interface Affine {
  readonly constant: number;
  /** Sorted by name; no factor is 0. */
  readonly terms: readonly Term[];
  /** Equal affines have equal keys. */
  readonly key: string;
}
export interface Term {
  readonly name: string;
  readonly factor: number;
}

export function affine(constant: number, terms: readonly Term[] = []): Affine {
  let key = String(constant);
  for (const { name, factor } of terms) key += `+${factor}${name}`;
  return { constant, terms, key };
}
export const variable = (name: string): Affine => affine(0, [{ name, factor: 1 }]);

export function plus(a: Affine, b: Affine): Affine {
  if (a.terms.length === 0) return affine(a.constant + b.constant, b.terms);
  if (b.terms.length === 0) return affine(a.constant + b.constant, a.terms);
  const terms: Term[] = [];
  let i = 0;
  let j = 0;
  while (i < a.terms.length || j < b.terms.length) {
    const s = a.terms[i];
    const t = b.terms[j];
    if (t === undefined || (s !== undefined && s.name < t.name)) {
      terms.push(s!);
      i++;
    } else if (s === undefined || t.name < s.name) {
      terms.push(t);
      j++;
    } else {
      const factor = s.factor + t.factor;
      if (factor !== 0) terms.push({ name: s.name, factor });
      i++;
      j++;
    }
  }
  return affine(a.constant + b.constant, terms);
}
export function times(a: Affine, factor: number): Affine {
  if (factor === 1) return a;
  if (factor === 0) return affine(0);
  return affine(
    a.constant * factor,
    a.terms.map((term) => ({ name: term.name, factor: term.factor * factor })),
  );
}
export const shifted = (a: Affine, by: number): Affine => (by === 0 ? a : affine(a.constant + by, a.terms));

/** The number 0 .. 3 of a lane, as a local: an index bound to a sum with it stands for four neighbours at once. */
export const lane = "%";
export const lanes = 4;
/** How far the value moves from lane to lane. */
export function laneStep(a: Affine): number {
  return a.terms.find(({ name }) => name === lane)?.factor ?? 0;
}
/** The value in one lane. */
export function atLane(a: Affine, k: number): Affine {
  const step = laneStep(a);
  if (step === 0) return a;
  return affine(
    a.constant + step * k,
    a.terms.filter(({ name }) => name !== lane),
  );
}

export const int = (value: number): KernelExpr => ({ kind: "const", type: "i32", value });
export const local = (name: string): KernelExpr => ({ kind: "local", type: "i32", name });

/** As an expression: a constant, a local or a `linear`. */
export function linear(a: Affine): KernelExpr {
  if (a.terms.length === 0) return int(a.constant);
  const first = a.terms[0]!;
  if (a.terms.length === 1 && first.factor === 1 && a.constant === 0) return local(first.name);
  return { kind: "linear", type: "i32", constant: a.constant, terms: a.terms };
}

/** `from`, `from + step`, .. below `to`. */
export function range(from: number, to: number, step: number): readonly number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, k) => from + k * step);
}
