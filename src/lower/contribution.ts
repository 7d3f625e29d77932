/**
 * @file What a read contributes to the adjoint of the tensor it reads: the transpose of the read, as a `compute` (a pull)
 * wherever every element can say which terms land on it, else as a `scatter`.
 */
import type { Graph } from "../ir/graph.js";
import { once } from "../ir/once.js";
import type { Axis, Expr, Extent, Origin, Tensor } from "../ir/types.js";
import { and, equal, multiply, where } from "../ops/index.js";
import { expression, minus, subscript, times, whole } from "./affine.js";
import type { Subscript } from "./affine.js";

/** `adjoint[at] += body` for every point of `axes`; at positions outside the tensor nothing happens. */
export interface Contribution {
  readonly axes: readonly Axis[];
  readonly at: readonly Expr[];
  readonly body: Expr;
}

const isZero = (e: Expr): boolean => e.kind === "const" && e.value === 0;
const size = (extent: Extent): number => (extent === "batch" ? Infinity : extent);
const byBatch = (a: Axis, b: Axis) => Number(b.extent === "batch") - Number(a.extent === "batch") || a.id - b.id;

/** The value as a tensor of its own over the given indices (the batch first), read at them. */
export function materialise(graph: Graph, expr: Expr, axes: readonly Axis[], origin: Origin): Expr {
  const ordered = [...axes].sort(byBatch);
  return graph.at(graph.compute(ordered, expr, origin), ordered);
}

/** How one subscript is inverted. */
type Inverse =
  /** The index itself, up to sign and offset: the inner sum keeps the axis. */
  | { readonly kind: "plain"; readonly axis: Axis; readonly sign: number; readonly of: Subscript }
  /** Several indices: solved for one, the others are summed over or known. */
  | { readonly kind: "window"; readonly axis: Axis; readonly sign: number; readonly of: Subscript }
  /** Position 0 of an axis of length 1. */
  | { readonly kind: "single" }
  /** No index of its own: a condition on the element's position. */
  | { readonly kind: "guard" };

/** Undefined if the terms that land on an element cannot be enumerated. */
function invert(
  graph: Graph,
  shape: readonly Extent[],
  axes: readonly Axis[],
  at: readonly Expr[],
): readonly Inverse[] | undefined {
  const scope = new Set(axes);
  const forms = at.map((e) => subscript(graph, e, scope));
  const inverses: (Inverse | undefined)[] = at.map(() => undefined);
  const plain = new Set<Axis>();
  forms.forEach((of, d) => {
    if (of?.terms.size !== 1) return;
    const [axis, sign] = [...of.terms][0]!;
    if (plain.has(axis) || Math.abs(sign) !== 1) return;
    plain.add(axis);
    inverses[d] = { kind: "plain", axis, sign, of };
  });
  const solved = new Set<Axis>();
  const used = new Set<Axis>();
  for (const [d, of] of forms.entries()) {
    if (inverses[d]) continue;
    if (at[d]!.free.every((axis) => plain.has(axis) || !scope.has(axis))) {
      inverses[d] = { kind: shape[d] === 1 && isZero(at[d]!) ? "single" : "guard" };
      continue;
    }
    // The longest of the indices is solved for: the others, the taps of a window, are summed over.
    const open = [...(of?.terms ?? [])].filter(([axis]) => !plain.has(axis));
    const longest = open.sort(([a], [b]) => size(b.extent) - size(a.extent))[0];
    if (!of || !longest || Math.abs(longest[1]) !== 1) return undefined;
    const others = [...of.terms.keys()].filter((axis) => axis !== longest[0]);
    if (used.has(longest[0]) || solved.has(longest[0]) || others.some((axis) => solved.has(axis))) return undefined;
    solved.add(longest[0]);
    for (const axis of others) used.add(axis);
    inverses[d] = { kind: "window", axis: longest[0], sign: longest[1], of };
  }
  return inverses as Inverse[];
}

/** The factors of a product of reads and constants, or undefined. */
function factorsOf(expr: Expr): readonly Expr[] | undefined {
  if (expr.kind === "read" || expr.kind === "const") return [expr];
  if (expr.kind !== "apply" || expr.op !== multiply) return undefined;
  const parts = expr.arguments.map(factorsOf);
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

/** True if some factor reads a whole axis of a tensor at this very index: read with 0 outside, it bounds the index. */
function isBounded(factors: readonly Expr[], axis: Axis): boolean {
  return factors.some(
    (e) =>
      e.kind === "read" &&
      (e.outside ?? 0) === 0 &&
      e.at.some((at, k) => at.kind === "index" && at.axis === axis && e.tensor.shape[k] === axis.extent),
  );
}

/** Reads that mention one of the axes give 0 outside. */
function withZeroOutside(graph: Graph, expr: Expr, axes: ReadonlySet<Axis>): Expr {
  const go = once((e): Expr => {
    if (e.kind === "read")
      return e.outside === undefined && e.free.some((axis) => axes.has(axis)) ? graph.read(e.tensor, e.at, 0) : e;
    return e.kind === "apply" ? graph.apply(e.op, ...e.arguments.map(go)) : e;
  });
  return go(expr);
}

/** Whether `sign * (u - offset)` stays within the axis for all u below `extent`. */
function isInside(extent: Extent, { axis, sign, of }: { axis: Axis; sign: number; of: Subscript }): boolean {
  if (of.offset.kind !== "const") return false;
  const offset = of.offset.value;
  if (extent === "batch" || axis.extent === "batch") return extent === axis.extent && sign === 1 && offset === 0;
  const ends = [sign * (0 - offset), sign * (extent - 1 - offset)];
  return Math.min(...ends) >= 0 && Math.max(...ends) < axis.extent;
}

/** The contribution as a tensor of the given shape. */
export function accumulate(
  graph: Graph,
  shape: readonly Extent[],
  { axes, at, body }: Contribution,
  origin: Origin,
): Tensor {
  const inverses = invert(graph, shape, axes, at);
  if (!inverses) return graph.scatter(shape, axes, at, body, origin);
  const position = graph.axesOf(shape);
  const windows = inverses.flatMap((inverse, d) => (inverse.kind === "window" ? [{ ...inverse, d }] : []));
  const plain = new Map<Axis, Expr>();
  inverses.forEach((inverse, d) => {
    if (inverse.kind !== "plain") return;
    plain.set(inverse.axis, times(graph, minus(graph, graph.index(position[d]!), inverse.of.offset), inverse.sign));
  });

  // The sum of all terms with the same plain indices (and, for windows, the same position).
  let term = body;
  if (windows.length > 0) {
    const open = new Set(windows.map(({ axis }) => axis));
    const factors = factorsOf(body);
    if (!factors || ![...open].every((axis) => isBounded(factors, axis)))
      term = materialise(
        graph,
        body,
        axes.filter((axis) => open.has(axis) || body.free.includes(axis)),
        origin,
      );
    const solutions = new Map(
      windows.map(({ axis, sign, of, d }) => {
        const others: Subscript = { ...of, terms: new Map([...of.terms].filter(([other]) => other !== axis)) };
        const rest = minus(graph, graph.index(position[d]!), expression(graph, others));
        return [axis, times(graph, rest, sign)] as const;
      }),
    );
    term = graph.substitute(withZeroOutside(graph, term, open), solutions);
  }
  const kept = inverses.flatMap((inverse, d) =>
    inverse.kind === "plain" ? [inverse.axis] : inverse.kind === "window" ? [position[d]!] : [],
  );
  const gone = new Set([...plain.keys(), ...windows.map(({ axis }) => axis)]);
  const rest = axes.filter((axis) => !gone.has(axis));
  const longer = rest.filter(({ extent }) => extent !== 1);
  const zero = new Map(rest.filter(({ extent }) => extent === 1).map((axis) => [axis, whole(graph, 0)] as const));
  const inner = graph.compute(kept, graph.fold("sum", longer, graph.substitute(term, zero)), origin);

  const isWhole = inverses.every((inverse, d) => {
    if (inverse.kind === "window" || inverse.kind === "single") return true;
    if (inverse.kind === "guard") return false;
    const { of, sign, axis } = inverse;
    return axis.extent === shape[d] && sign === 1 && isZero(of.offset);
  });
  if (isWhole) return graph.reshape(inner, shape, origin);

  // Each element looks up its sum; elements that no term reaches are 0.
  const subscripts: Expr[] = [];
  let needsZero = false;
  let condition: Expr | undefined;
  inverses.forEach((inverse, d) => {
    const here = graph.index(position[d]!);
    if (inverse.kind === "plain") {
      subscripts.push(plain.get(inverse.axis)!);
      if (!isInside(shape[d]!, inverse)) needsZero = true;
    } else if (inverse.kind === "window") subscripts.push(here);
    else if (inverse.kind === "guard") {
      const holds = graph.apply(equal, graph.substitute(at[d]!, plain), here);
      condition = condition ? graph.apply(and, condition, holds) : holds;
    }
  });
  const value = graph.read(inner, subscripts, needsZero ? 0 : undefined);
  return graph.compute(position, condition ? graph.apply(where, condition, value, graph.constant(0)) : value, origin);
}
