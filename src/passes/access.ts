/** @file How a nest's reads and writes move through memory along each index: decides which loops merge, and which is innermost. */
import type { Axis, Expr, Read, Tensor } from "../ir/types.js";
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
}

export interface Places {
  readonly batch: number;
  readonly views: ReadonlyMap<Tensor, View>;
  readonly inline: ReadonlyMap<Tensor, Expr>;
}

/** Coefficients of a subscript that is affine in index variables; undefined if it is not. */
export function coefficients(
  expr: Expr,
): { readonly constant: number; readonly of: ReadonlyMap<Axis, number> } | undefined {
  if (expr.kind === "const") return { constant: expr.value, of: new Map() };
  if (expr.kind === "index") return { constant: 0, of: new Map([[expr.axis, 1]]) };
  if (expr.kind !== "apply") return undefined;
  const [a, b] = expr.arguments.map(coefficients);
  const { name } = expr.op;
  if (!a) return undefined;
  if (name === "negate") return combine(a, -1, undefined, 0);
  if (!b) return undefined;
  if (name === "add") return combine(a, 1, b, 1);
  if (name === "subtract") return combine(a, 1, b, -1);
  if (name === "multiply" && a.of.size === 0) return combine(b, a.constant, undefined, 0);
  if (name === "multiply" && b.of.size === 0) return combine(a, b.constant, undefined, 0);
  return undefined;
}
type Coefficients = NonNullable<ReturnType<typeof coefficients>>;
function combine(a: Coefficients, p: number, b: Coefficients | undefined, q: number): Coefficients {
  const of = new Map<Axis, number>();
  for (const [axis, c] of a.of) if (c * p !== 0) of.set(axis, c * p);
  for (const [axis, c] of b?.of ?? []) {
    const sum = (of.get(axis) ?? 0) + c * q;
    if (sum === 0) of.delete(axis);
    else of.set(axis, sum);
  }
  return { constant: a.constant * p + (b?.constant ?? 0) * q, of };
}

/** Whether a subscript stays within an extent whatever its indices are. */
export function staysInside(at: Expr, extent: Read["tensor"]["shape"][number]): boolean {
  const found = coefficients(at);
  if (!found) return false;
  if (extent === "batch")
    return (
      found.constant === 0 &&
      found.of.size === 1 &&
      [...found.of].every(([axis, c]) => c === 1 && axis.extent === "batch")
    );
  let min = found.constant;
  let max = found.constant;
  for (const [axis, c] of found.of) {
    if (axis.extent === "batch") return false;
    if (c > 0) max += c * (axis.extent - 1);
    else min += c * (axis.extent - 1);
  }
  return min >= 0 && max < extent;
}

/** Gathers the accesses of expressions; each expression once. */
export class AccessFinder {
  readonly #accesses: Access[] = [];
  readonly #rigid = new Set<Axis>();
  readonly #seen = new Set<Expr>();
  readonly #places: Places;

  constructor(places: Places) {
    this.#places = places;
  }
  get found(): Accesses {
    return { accesses: this.#accesses, rigid: this.#rigid };
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
  output({ view, at, value, accumulate }: Output): this {
    this.#place(view.shape, at, accumulate);
    return this.expression(value);
  }
  #place(shape: View["shape"], at: readonly Expr[], guarded: boolean): void {
    const strides = stridesOf(shape, this.#places.batch);
    const sum = new Map<Axis, number>();
    at.forEach((subscript, k) => {
      const found = coefficients(subscript);
      if (!found || (guarded && !staysInside(subscript, shape[k]!)))
        for (const axis of subscript.free) this.#rigid.add(axis);
      if (!found) this.expression(subscript);
      else for (const [axis, c] of found.of) sum.set(axis, (sum.get(axis) ?? 0) + c * strides[k]!);
    });
    this.#accesses.push({ strides: sum });
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
export function travel({ axes }: LoopAxis, { accesses }: Accesses): number {
  const carrier = axes.at(-1)!;
  return accesses.reduce((sum, { strides }) => sum + Math.log2(1 + Math.abs(strides.get(carrier) ?? 0)), 0);
}
