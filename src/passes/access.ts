/** @file How a nest's reads and writes move through memory along each index: decides which loops merge, and which is innermost. */
import { affine, isWithin } from "../ir/affine.js";
import type { Axis, Expr, Extent, Tensor } from "../ir/types.js";
import { stridesOf } from "./nest.js";
import type { Output, View } from "./nest.js";

/** A read or write: elements moved per step of an index; an index that is absent moves nothing. */
export interface Access {
  readonly strides: ReadonlyMap<Axis, number>;
}
export interface Accesses {
  readonly accesses: readonly Access[];
  /** Indices whose value matters beyond plain addressing: used as numbers, in guards, in computed subscripts. */
  readonly rigid: ReadonlySet<Axis>;
  /** Those of them that decide whether an access happens, or where by other than a constant step. */
  readonly guarded: ReadonlySet<Axis>;
}

export interface Places {
  readonly batch: number;
  readonly views: ReadonlyMap<Tensor, View>;
  readonly inline: ReadonlyMap<Tensor, Expr>;
}

/** How the place of an access follows from indices, in elements. */
export interface Moves {
  readonly constant: number;
  /** Per step of an index. */
  readonly of: ReadonlyMap<Axis, number>;
  /** Terms that are computed otherwise. */
  readonly computed: readonly { readonly expr: Expr; readonly factor: number }[];
}

export function movesOf(at: readonly Expr[], shape: readonly Extent[], batch: number): Moves {
  const strides = stridesOf(shape, batch);
  const of = new Map<Axis, number>();
  const computed: { expr: Expr; factor: number }[] = [];
  let constant = 0;
  const split = (expr: Expr, factor: number): void => {
    const form = affine(expr);
    if (form) {
      constant += factor * form.constant;
      for (const [axis, coefficient] of form.terms) of.set(axis, (of.get(axis) ?? 0) + factor * coefficient);
      return;
    }
    const [a, b] = expr.kind === "apply" && expr.type === "i32" ? expr.arguments : [];
    const name = expr.kind === "apply" ? expr.op.name : "";
    if (a && b && (name === "add" || name === "subtract")) {
      split(a, factor);
      split(b, name === "add" ? factor : -factor);
    } else if (a && name === "negate") split(a, -factor);
    else if (a && b && name === "multiply" && b.kind === "const") split(a, factor * b.value);
    else computed.push({ expr, factor });
  };
  at.forEach((subscript, k) => split(subscript, strides[k]!));
  return { constant, of, computed };
}

/** Elements moved per step of each index by an access; Infinity where a subscript computes with the index otherwise. */
export function stridesAt(at: readonly Expr[], shape: readonly Extent[], batch: number): ReadonlyMap<Axis, number> {
  const { of, computed } = movesOf(at, shape, batch);
  const strides = new Map(of);
  for (const { expr } of computed) for (const axis of expr.free) strides.set(axis, Infinity);
  return strides;
}

/** Gathers the accesses of expressions; each expression once. */
export class AccessFinder {
  readonly #accesses: Access[] = [];
  readonly #rigid = new Set<Axis>();
  readonly #guarded = new Set<Axis>();
  readonly #seen = new Set<Expr>();
  readonly #places: Places;

  constructor(places: Places) {
    this.#places = places;
  }
  get found(): Accesses {
    return { accesses: this.#accesses, rigid: this.#rigid, guarded: this.#guarded };
  }
  expression(expr: Expr): this {
    if (this.#seen.has(expr)) return this;
    this.#seen.add(expr);
    if (expr.kind === "index") this.#rigid.add(expr.axis);
    else if (expr.kind === "apply") for (const argument of expr.arguments) this.expression(argument);
    else if (expr.kind === "fold") this.expression(expr.body);
    else if (expr.kind === "read") {
      const inline = this.#places.inline.get(expr.tensor);
      if (inline) this.expression(inline);
      else
        this.#place(
          this.#places.views.get(expr.tensor)?.shape ?? expr.tensor.shape,
          expr.at,
          expr.outside !== undefined,
        );
    }
    return this;
  }
  /** An index by which nothing is tiled, and that does not run in lanes. */
  keepWhole(axis: Axis): void {
    this.#rigid.add(axis);
    this.#guarded.add(axis);
  }
  output({ view, at, value, accumulate }: Output): this {
    this.#place(view.shape, at, accumulate);
    return this.expression(value);
  }
  #place(shape: View["shape"], at: readonly Expr[], guarded: boolean): void {
    for (const [k, subscript] of at.entries()) {
      const { computed } = movesOf([subscript], [shape[k]!], this.#places.batch);
      const isGuarded = guarded && !isWithin(subscript, shape[k]!);
      for (const part of isGuarded ? [subscript] : computed.map(({ expr }) => expr))
        for (const axis of part.free) {
          this.#rigid.add(axis);
          this.#guarded.add(axis);
        }
      for (const { expr } of computed) this.expression(expr);
    }
    this.#accesses.push({ strides: movesOf(at, shape, this.#places.batch).of });
  }
}

/** A loop index that stands for one or several neighbouring ones, walked as one: the last carries the count, the others stay 0. */
export interface LoopAxis {
  readonly axes: readonly Axis[];
  /** Trips; with `batched`, times the number of examples. */
  readonly extent: number;
  readonly batched: boolean;
}

/** Neighbours merge where every access moves through both as through one. */
export function merged(axes: readonly Axis[], { accesses, rigid }: Accesses): LoopAxis[] {
  const result: LoopAxis[] = [];
  for (const axis of axes) {
    const last = result.at(-1);
    const carrier = last?.axes.at(-1);
    const extent = axis.extent;
    if (
      last &&
      carrier &&
      extent !== "batch" &&
      !rigid.has(axis) &&
      !rigid.has(carrier) &&
      accesses.every(({ strides }) => (strides.get(carrier) ?? 0) === (strides.get(axis) ?? 0) * extent)
    )
      result[result.length - 1] = { axes: [...last.axes, axis], extent: last.extent * extent, batched: last.batched };
    else result.push({ axes: [axis], extent: extent === "batch" ? 1 : extent, batched: extent === "batch" });
  }
  return result;
}

/** How far one step of a merged index moves, over all accesses, each on a scale of powers of two; the innermost loop should move least. */
function travel({ axes }: LoopAxis, { accesses }: Accesses): number {
  const carrier = axes.at(-1)!;
  return accesses.reduce((sum, { strides }) => sum + Math.log2(1 + Math.abs(strides.get(carrier) ?? 0)), 0);
}

/** The loop that moves least through memory becomes the innermost; short ones stay outside. */
export function loopOrder(loops: readonly LoopAxis[], accesses: Accesses): readonly LoopAxis[] {
  if (loops.length < 2) return loops;
  const cost = (loop: LoopAxis) => travel(loop, accesses) + (loop.batched || loop.extent >= 4 ? 0 : 1000);
  const innermost = loops.reduce((best, loop) => (cost(loop) <= cost(best) ? loop : best));
  return [...loops.filter((loop) => loop !== innermost), innermost];
}
