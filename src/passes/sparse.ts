/**
 * @file Sums over a sparse scatter become sums over what was scattered. The gradient through a maximum is a scatter to computed
 * places, S[at(p)] += b(p), mostly zeros; a sum that reads S at an index that the sum runs over, or at a shifted output index, is
 *
 *     sum[k](S[k] * h(k))               = sum[p](b(p) * h(at(p)))
 *     out[o] = sum[k](S[o - k] * h(k))  = scatter over p, k: out[at(p) + k] += b(p) * h(k)
 *
 * so the gradients of a convolution under max-pooling visit one element per window.
 */
import { affine, interval } from "../ir/affine.js";
import type { Graph } from "../ir/graph.js";
import { rewriteProgram } from "../ir/traverse.js";
import type { Axis, Compute, Expr, Fold, Program, Read, Scatter, Tensor } from "../ir/types.js";
import { add, factorsOf, multiply, negate, subtract } from "../ops/index.js";
import { withFolds } from "./body.js";

/** Elements of the scatter's result per element scattered from which the zeros are worth skipping. */
const leastZeros = 3;

export function skipZeros(graph: Graph, program: Program): Program {
  return rewriteProgram(graph, program, (tensor, { rebuild }) => {
    const made = rebuild(tensor);
    if (made.kind !== "compute") return made;
    const body = withoutScatters(graph, made);
    return body === made.body ? made : graph.compute(made.axes, body, made.origin);
  });
}

/** Sums in elementwise positions; what lies inside other folds stays. */
function withoutScatters(graph: Graph, tensor: Compute): Expr {
  return withFolds(graph, tensor.body, (fold) => {
    if (fold.reducer !== "sum") return undefined;
    const factors = factorsOf(fold.body);
    const sparse = factors.filter(isSparse);
    if (sparse.length !== 1) return undefined;
    const rest = factors.filter((factor) => factor !== sparse[0]);
    return new SparseSum(graph, tensor, fold, sparse[0]!, rest).result();
  });
}

type SparseRead = Read & { readonly tensor: Scatter };
export function isSparse(expr: Expr): expr is SparseRead {
  return (
    expr.kind === "read" && (expr.outside ?? 0) === 0 && expr.tensor.kind === "scatter" && isSparseScatter(expr.tensor)
  );
}
/** Whether it scatters to computed places, mostly zeros: sums that read it are rather computed from what it scatters. */
export function isSparseScatter({ axes, at, shape }: Scatter): boolean {
  if (at.every((e) => affine(e))) return false;
  const count = (extents: readonly (number | "batch")[]) =>
    extents.reduce<number>((product, extent) => product * (extent === "batch" ? 1 : extent), 1);
  return count(shape) >= leastZeros * count(axes.map(({ extent }) => extent));
}

class SparseSum {
  readonly #graph: Graph;
  readonly #tensor: Compute;
  readonly #fold: Fold;
  readonly #read: SparseRead;
  readonly #rest: readonly Expr[];
  /** The scatter's own indices, renamed: those of the sum around it may have the same names. */
  readonly #scattered: readonly Axis[];
  /** What scattered indices, summed indices and output indices turn out to be. */
  readonly #meaning = new Map<Axis, Expr>();
  /** Output indices that follow from where an element was scattered to. */
  readonly #placed = new Set<Axis>();

  constructor(graph: Graph, tensor: Compute, fold: Fold, read: SparseRead, rest: readonly Expr[]) {
    this.#graph = graph;
    this.#tensor = tensor;
    this.#fold = fold;
    this.#read = read;
    this.#rest = rest;
    this.#scattered = read.tensor.axes.map(({ extent }) => graph.axis(extent));
  }

  /** The same value at the tensor's indices, or undefined if the places cannot be solved for. */
  result(): Expr | undefined {
    const graph = this.#graph;
    const { tensor: scatter, at: subscripts } = this.#read;
    const names = new Map(scatter.axes.map((axis, k) => [axis, graph.index(this.#scattered[k]!)]));
    const places = scatter.at.map((at) => graph.substitute(at, names));
    for (const [k, subscript] of subscripts.entries())
      if (!this.#solve(subscript, places[k]!, scatter.shape[k]!)) return undefined;
    const inner = graph.substitute(scatter.body, names);
    const value = this.#stored(inner);
    const mean = (expr: Expr) => this.#mean(expr);
    const body = mean([value, ...this.#rest].reduce((a, b) => graph.apply(multiply, a, b)));
    const free = this.#scattered.filter((axis) => !this.#meaning.has(axis));
    const summed = this.#fold.axes.filter((axis) => !this.#meaning.has(axis));
    if (this.#placed.size === 0) return graph.fold("sum", [...summed, ...free], body);
    const { axes, shape, origin } = this.#tensor;
    const own = this.#scattered.map((axis) => this.#nameOf(axis));
    const outputs = axes.filter((axis) => !this.#placed.has(axis) && !own.includes(axis));
    const at = axes.map((axis) => mean(graph.index(axis)));
    const made = graph.scatter(
      shape,
      [...own, ...summed.filter((axis) => !own.includes(axis)), ...outputs],
      at,
      body,
      origin,
    );
    return graph.at(made, axes);
  }

  /** One axis of the scatter's result: read at `subscript`, written at `place`. */
  #solve(subscript: Expr, place: Expr, extent: number | "batch"): boolean {
    const graph = this.#graph;
    if (subscript.kind === "const" && place.kind === "const") return subscript.value === place.value;
    const isScattered =
      place.kind === "index" && this.#scattered.includes(place.axis) && !this.#meaning.has(place.axis);
    if (
      subscript.kind === "index" &&
      isScattered &&
      subscript.axis.extent === place.axis.extent &&
      !this.#meaning.has(subscript.axis)
    ) {
      this.#meaning.set(place.axis, subscript);
      return true;
    }
    if (extent === "batch") return false;
    const { low, high } = interval(place);
    if (!(low >= 0 && high < extent)) return false;
    const { axes } = this.#fold;
    if (
      subscript.kind === "index" &&
      axes.includes(subscript.axis) &&
      subscript.axis.extent === extent &&
      this.#isAlone(subscript.axis)
    ) {
      this.#meaning.set(subscript.axis, place);
      return true;
    }
    const form = affine(subscript);
    if (!form) return false;
    for (const [axis, factor] of form.terms) {
      if (!this.#tensor.axes.includes(axis) || Math.abs(factor) !== 1 || !this.#isAlone(axis)) continue;
      // Elements may land outside: what else is read there must exist.
      if (this.#rest.some(({ free }) => free.includes(axis))) continue;
      if ([...form.terms.keys()].some((other) => other !== axis && this.#meaning.has(other))) continue;
      // place = factor * axis + others, so axis = factor * (place - others).
      let difference = place;
      const less = (term: Expr, by: number) => {
        const size = graph.constant(Math.abs(by), "i32");
        const scaled = Math.abs(by) === 1 ? term : graph.apply(multiply, term, size);
        difference = graph.apply(by > 0 ? subtract : add, difference, scaled);
      };
      if (form.constant !== 0) less(graph.constant(1, "i32"), form.constant);
      for (const [other, by] of form.terms) if (other !== axis) less(graph.index(other), by);
      this.#meaning.set(axis, factor === 1 ? difference : graph.apply(negate, difference));
      this.#placed.add(axis);
      return true;
    }
    return false;
  }

  /** The index occurs in one subscript of the read and has no meaning yet. */
  #isAlone(axis: Axis): boolean {
    if (this.#meaning.has(axis)) return false;
    return this.#read.at.filter(({ free }) => free.includes(axis)).length === 1;
  }
  /** What a scattered index is called outside. */
  #nameOf(axis: Axis): Axis {
    const meaning = this.#meaning.get(axis);
    return meaning?.kind === "index" ? meaning.axis : axis;
  }
  #mean(expr: Expr): Expr {
    // Meanings of summed and output indices are in scattered ones, whose own are plain names.
    return this.#graph.substitute(this.#graph.substitute(expr, this.#meaning), this.#meaning);
  }

  /** The scattered value as a tensor: computed once, and tested against 0 before the rest is. */
  #stored(value: Expr): Expr {
    if (value.kind === "read") return value;
    const { origin } = this.#read.tensor;
    const tensor: Tensor = this.#graph.compute(this.#scattered, value, origin);
    return this.#graph.at(tensor, this.#scattered);
  }
}
