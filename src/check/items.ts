/**
 * @file Sequences with padding: which positions of an axis hold items, example by example. What is stored over such an axis is 0 in
 * its padding, by a choice in its body, so that sums and products of it need no care, forward or backward.
 */
import { once } from "../ir/once.js";
import type { Axis, Expr, ExpressionBuilder, Reducer, ScalarType, Tensor } from "../ir/types.js";
import { tensorsOf } from "../ir/graph.js";
import { and, not, or, where } from "../ops/index.js";
import type { Sequence } from "./model.js";
import type { OwnAxis, TensorValue } from "./values.js";

/** The items of an axis; the object is its identity. */
export interface Items {
  /** Whether there is an item at a position. */
  readonly holds: (at: Expr) => Expr;
  /** How many there are: at least 1 in declared sequences. */
  readonly count: Expr;
  /** The declared dimension; undefined where a mask decides. Its items come first, padding after them. */
  readonly sequence: Sequence | undefined;
}

export interface Position {
  readonly items: Items;
  readonly at: Expr;
}

/** What one model knows of the padding in its graph. */
export class Padding {
  /** Index variables that run over items, and where along them: the index itself or, in a scan, arithmetic on it. */
  readonly #runs = new Map<Axis, Position>();
  readonly #places = new Map<Expr, Items>();
  /** By axis, the items outside of which a tensor is 0. */
  readonly #clean = new Map<Tensor, readonly (Items | undefined)[]>();
  /** Of tensors inside scans over items, what they are 0 without. */
  readonly #within = new Map<Tensor, readonly Position[]>();
  /** Masked labels by mask and the label before, so that two values under one mask align. */
  readonly masked = new Map<string, NonNullable<OwnAxis["label"]>>();
  constructor(
    readonly graph: ExpressionBuilder,
    readonly batchAxis: Axis,
  ) {}

  /** From here on `axis` visits the positions `at` of an axis with these items. */
  visit(axis: Axis, at: Expr, items: Items | undefined): void {
    if (!items) return;
    this.#runs.set(axis, { items, at });
    this.#places.set(at, items);
  }
  /** Whether a subscript visits an axis with these items position by position. */
  isInPlace(at: Expr, items: Items): boolean {
    return this.#places.get(at) === items;
  }
  /** The index variables and scans over items that an expression per example depends on, where they are. */
  visited(expr: Expr, except: readonly Axis[] = []): readonly Position[] {
    if (this.#runs.size === 0 || !expr.free.includes(this.batchAxis)) return [];
    const axes = new Set(expr.free);
    for (const { scans } of tensorsOf(expr)) for (const scan of scans) axes.add(scan.axis);
    return [...axes].flatMap((axis) => (except.includes(axis) ? [] : (this.#runs.get(axis) ?? [])));
  }
  /** The expression where all index variables over items are at one, else 0. */
  within(expr: Expr, except: readonly Axis[] = []): Expr {
    return this.guarded(expr, this.visited(expr, except));
  }
  /** Takes note that a tensor is 0 in padding. */
  remember(tensor: Tensor, ambient: readonly Axis[], own: readonly OwnAxis[]): void {
    if (this.#clean.has(tensor)) return;
    const items = [...ambient.map((axis) => this.#runs.get(axis)?.items), ...own.map(itemsOf)];
    if (items.some((known) => known)) this.#clean.set(tensor, items);
    const scans = tensor.scans.flatMap(({ axis }) => this.#runs.get(axis) ?? []);
    if (scans.length > 0) this.#within.set(tensor, scans);
  }
  /** Of a tensor that is 0 wherever another of the same leading axes is. */
  copy(from: Tensor, to: Tensor): void {
    const [clean, within] = [this.#clean.get(from), this.#within.get(from)];
    if (clean) this.#clean.set(to, clean);
    if (within) this.#within.set(to, within);
  }
  /** Whether own axis k of a value is known to be 0 in its padding. */
  isClean({ data, axes }: TensorValue, k: number): boolean {
    if (data.kind === "scalar") return false;
    return this.#clean.get(data.tensor)?.[data.ambient.length + k] === itemsOf(axes[k]!);
  }

  /** The expression where there are items at all positions, else `otherwise`. */
  guarded(e: Expr, positions: readonly Position[], otherwise = 0): Expr {
    return positions.reduceRight(
      (body, { items, at }) =>
        otherwise === 0 && this.#vanishes(body, items, at)
          ? body
          : choose(this.graph, items.holds(at), body, otherwise),
      e,
    );
  }
  /** Whether it is 0 in padding by what it reads, linear in that: its adjoint there meets zeros only. */
  #vanishes(expr: Expr, items: Items, at: Expr): boolean {
    const of = once((e): boolean => {
      switch (e.kind) {
        case "const":
          return e.value === 0;
        case "read":
          return (
            !e.outside &&
            (e.at.some((place, k) => place === at && this.#clean.get(e.tensor)?.[k] === items) ||
              (this.#within.get(e.tensor)?.some((position) => position.at === at && position.items === items) ?? false))
          );
        case "fold":
          return e.reducer === "sum" && of(e.body);
        case "apply":
          switch (e.op.name) {
            case "negate":
            case "number":
              return of(e.arguments[0]!);
            case "add":
            case "subtract":
              return e.arguments.every(of);
            case "multiply":
              return e.arguments.every(isFactor) && e.arguments.some(of);
            default:
              return false;
          }
        default:
          return false;
      }
    });
    return of(expr);
  }
}

/** Finite, as what is stored is. */
const isFactor = (e: Expr): boolean =>
  e.kind !== "apply" ||
  ((e.op.name === "number" || e.op.name === "negate" || e.op.name === "multiply") && e.arguments.every(isFactor));

export const itemsOf = ({ label }: OwnAxis): Items | undefined => label?.items;
export const isRagged = (axes: readonly OwnAxis[]): boolean => axes.some((axis) => itemsOf(axis));
/** The axis with all its positions alike. */
export const plainAxis = (axis: OwnAxis): OwnAxis => (itemsOf(axis) ? { size: axis.size, label: undefined } : axis);
export const nameOfAxis = ({ label, size }: OwnAxis): string => label?.name ?? String(size);
/** The axes with items, each at its index. */
export function positionsOf(axes: readonly OwnAxis[], at: readonly Expr[]) {
  return axes.flatMap((axis, k) => {
    const items = itemsOf(axis);
    return items ? [{ items, at: at[k]! }] : [];
  });
}

/** `where(condition, e, otherwise)` of any type. */
export function choose(graph: ExpressionBuilder, condition: Expr, e: Expr, otherwise: number): Expr {
  if (e.kind === "const" && e.value === otherwise) return e;
  if (e.type !== "bool") return graph.apply(where, condition, e, graph.constant(otherwise, e.type));
  return otherwise > 0 ? graph.apply(or, graph.apply(not, condition), e) : graph.apply(and, condition, e);
}

/** What a fold takes no notice of; truth values are 0 and 1. */
export function neutralOf(reducer: Reducer, type: ScalarType): number {
  switch (reducer) {
    case "sum":
      return 0;
    case "product":
      return 1;
    case "max":
    case "argmax":
      return type === "i32" ? -(2 ** 31) : type === "bool" ? 0 : -Infinity;
    case "min":
    case "argmin":
      return type === "i32" ? 2 ** 31 - 1 : type === "bool" ? 1 : Infinity;
  }
}
