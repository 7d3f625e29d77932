/** @file Folds, one row per identity: what does not depend on the index leaves the fold; a one-hot product is a gather. */
import {
  add,
  and,
  divide,
  equal,
  greaterEqual,
  lessEqual,
  maximum,
  minimum,
  multiply,
  negate,
  subtract,
  where,
} from "../../ops/index.js";
import { interval, isWithin } from "../../ir/affine.js";
import type { Apply, Axis, Expr, Fold } from "../../ir/types.js";
import type { Graph } from "../../ir/graph.js";
import { dependsOn, isApply, isConst, isValue, like } from "./match.js";
import type { FoldRow } from "./match.js";

const at = (e: Apply, k: number): Expr => e.arguments[k]!;
const isPlace = (e: Fold) => e.reducer === "argmax" || e.reducer === "argmin";

/** The number of points of some axes. */
export function countOf(graph: Graph, axes: readonly Axis[]): Expr {
  const known = axes.reduce((n, { extent }) => n * (extent === "batch" ? 1 : extent), 1);
  return axes.some(({ extent }) => extent === "batch")
    ? graph.apply(multiply, graph.scalar("batch"), graph.constant(known))
    : graph.constant(known);
}

/** `body` if an index were `to`. */
const atIndex = (graph: Graph, body: Expr, axis: Axis, to: Expr) => graph.substitute(body, new Map([[axis, to]]));

const anyFold: readonly FoldRow[] = [
  // an index of extent 1 is 0
  (e, graph) => {
    const single = e.axes.find(({ extent }) => extent === 1);
    if (!single) return undefined;
    const rest = e.axes.filter((axis) => axis !== single);
    const body = atIndex(graph, e.body, single, graph.constant(0, "i32"));
    return rest.length === 0 && isPlace(e) ? graph.constant(0, "i32") : graph.fold(e.reducer, rest, body);
  },
];

/** sum[k](where(k == c, f(k), 0)) -> f(c), where c is in range. After differentiation: the gradient of a gather is a scatter. */
export const oneHotRow: FoldRow = (e, graph) => {
  for (const axis of e.axes) {
    const hit = oneHot(graph, e.body, axis);
    const picked = hit && pick(graph, hit.rest, axis, hit.place);
    if (!picked) continue;
    return graph.fold(
      "sum",
      e.axes.filter((other) => other !== axis),
      picked,
    );
  }
  return undefined;
};

const sum: readonly FoldRow[] = [
  // sum[k](0) -> 0
  (e, graph) => (isValue(e.body, 0) ? like(graph, e, 0) : undefined),
  // sum[k](x) -> x * extent, x without k
  (e, graph) => {
    const unused = e.axes.filter((axis) => !e.body.free.includes(axis));
    if (unused.length === 0) return undefined;
    const rest = graph.fold(
      "sum",
      e.axes.filter((axis) => !unused.includes(axis)),
      e.body,
    );
    return graph.apply(multiply, rest, countOf(graph, unused));
  },
  // sum[k](c * x[k]) -> c * sum[k](x[k]); also x / c
  (e, graph) => {
    const { body } = e;
    if (isApply(body, multiply)) {
      const [a, b] = [at(body, 0), at(body, 1)];
      if (!dependsOn(b, e.axes)) return graph.apply(multiply, graph.fold("sum", e.axes, a), b);
      return dependsOn(a, e.axes) ? undefined : graph.apply(multiply, graph.fold("sum", e.axes, b), a);
    }
    if (isApply(body, divide) && !dependsOn(at(body, 1), e.axes) && at(body, 0).type === body.type)
      return graph.apply(divide, graph.fold("sum", e.axes, at(body, 0)), at(body, 1));
    return undefined;
  },
  // sum[k](-x[k]) -> -sum[k](x[k])
  (e, graph) => {
    const { body } = e;
    return isApply(body, negate) ? graph.apply(negate, graph.fold("sum", e.axes, at(body, 0))) : undefined;
  },
  // sum[k](where(c, x[k], 0)) -> where(c, sum[k](x[k]), 0)
  (e, graph) => {
    const { body } = e;
    if (!isApply(body, where) || dependsOn(at(body, 0), e.axes)) return undefined;
    const [c, a, b] = body.arguments as [Expr, Expr, Expr];
    if (isValue(b, 0)) return graph.apply(where, c, graph.fold("sum", e.axes, a), b);
    return isValue(a, 0) ? graph.apply(where, c, a, graph.fold("sum", e.axes, b)) : undefined;
  },
  // sum[j](sum[k](x)) -> sum[j, k](x)
  (e, graph) => {
    const { body } = e;
    return body.kind === "fold" && body.reducer === "sum"
      ? graph.fold("sum", [...e.axes, ...body.axes], body.body)
      : undefined;
  },
  oneHotRow,
];

/** `body = where(axis == place, rest, 0)`, found through products, signs and other conditions. */
function oneHot(graph: Graph, body: Expr, axis: Axis): { place: Expr; rest: Expr } | undefined {
  if (body.kind !== "apply" || !body.free.includes(axis)) return undefined;
  const within = (k: number, wrap: (inner: Expr) => Expr) => {
    const inner = oneHot(graph, at(body, k), axis);
    return inner && { place: inner.place, rest: wrap(inner.rest) };
  };
  switch (body.op) {
    case negate:
      return within(0, (x) => graph.apply(negate, x));
    case multiply:
      return (
        within(0, (x) => graph.apply(multiply, x, at(body, 1))) ??
        within(1, (x) => graph.apply(multiply, at(body, 0), x))
      );
    case divide:
      return within(0, (x) => graph.apply(divide, x, at(body, 1)));
    case where: {
      const [c, a, b] = body.arguments as [Expr, Expr, Expr];
      if (isValue(a, 0)) return within(2, (x) => graph.apply(where, c, a, x));
      if (!isValue(b, 0)) return undefined;
      for (const [test, others] of conjuncts(graph, c)) {
        const place = placeOf(graph, test, axis);
        if (place) return { place, rest: others ? graph.apply(where, others, a, b) : a };
      }
      return within(1, (x) => graph.apply(where, c, x, b));
    }
    default:
      return undefined;
  }
}
/** Each part of a conjunction, with the rest of it. */
function conjuncts(graph: Graph, c: Expr): [Expr, Expr | undefined][] {
  if (!isApply(c, and)) return [[c, undefined]];
  const [a, b] = [at(c, 0), at(c, 1)];
  const join = (x: Expr | undefined, y: Expr) => (x ? graph.apply(and, x, y) : y);
  return [
    ...conjuncts(graph, a).map(([t, rest]): [Expr, Expr] => [t, join(rest, b)]),
    ...conjuncts(graph, b).map(([t, rest]): [Expr, Expr] => [t, join(rest, a)]),
  ];
}
/** The value of an index at which `axis + constant == c` holds. */
function placeOf(graph: Graph, test: Expr, axis: Axis): Expr | undefined {
  if (!isApply(test, equal)) return undefined;
  for (const [side, other] of [
    [at(test, 0), at(test, 1)],
    [at(test, 1), at(test, 0)],
  ] as const) {
    if (other.type !== "i32" || other.free.includes(axis)) continue;
    if (side.kind === "index" && side.axis === axis) return other;
    if (isApply(side, add) && isConst(at(side, 1))) {
      const inner = at(side, 0);
      if (inner.kind === "index" && inner.axis === axis) return graph.apply(subtract, other, at(side, 1));
    }
  }
  return undefined;
}
/** `f(place)`, and 0 where the place is outside of the axis. */
function pick(graph: Graph, f: Expr, axis: Axis, place: Expr): Expr | undefined {
  if (axis.extent === "batch") {
    // One example of the batch: proven to be one of it only if it is an index of the batch itself.
    if (place.kind !== "index" || place.axis.extent !== "batch") return undefined;
    return atIndex(graph, f, axis, place);
  }
  const { low, high } = interval(place);
  const last = axis.extent - 1;
  if (low >= 0 && high <= last) return atIndex(graph, f, axis, place);
  const zero = graph.constant(0, "i32");
  const end = graph.constant(last, "i32");
  const clamped = graph.apply(minimum, graph.apply(maximum, place, zero), end);
  const inside = graph.apply(and, graph.apply(greaterEqual, place, zero), graph.apply(lessEqual, place, end));
  return graph.apply(where, inside, atIndex(graph, f, axis, clamped), like(graph, f, 0));
}

const extreme: readonly FoldRow[] = [
  // max[k](x) -> x, x without k
  (e, graph) => {
    const used = e.axes.filter((axis) => e.body.free.includes(axis));
    return used.length < e.axes.length ? graph.fold(e.reducer, used, e.body) : undefined;
  },
  // max[k](max(x[k], c)) -> max(max[k](x[k]), c): relu after pooling is relu before it
  (e, graph) => {
    const op = e.reducer === "max" ? maximum : minimum;
    const { body } = e;
    return isApply(body, op) && !dependsOn(at(body, 1), e.axes)
      ? graph.apply(op, graph.fold(e.reducer, e.axes, at(body, 0)), at(body, 1))
      : undefined;
  },
  // max[k](x[k] + c) -> max[k](x[k]) + c: rounding keeps order, so both are the same number
  (e, graph) => {
    const { body } = e;
    if (!isApply(body, add)) return undefined;
    const [a, b] = [at(body, 0), at(body, 1)];
    if (!dependsOn(b, e.axes)) return graph.apply(add, graph.fold(e.reducer, e.axes, a), b);
    return dependsOn(a, e.axes) ? undefined : graph.apply(add, graph.fold(e.reducer, e.axes, b), a);
  },
];

const place: readonly FoldRow[] = [
  // argmax[k](where(k == c, 1, 0)) -> c, c in range: the class of a one-hot
  (e, graph) => {
    const [axis] = e.axes;
    const { body } = e;
    if (e.axes.length !== 1 || !isApply(body, where)) return undefined;
    const [test, yes, no] = body.arguments as [Expr, Expr, Expr];
    if (!isConst(yes) || !isConst(no) || yes.value > no.value !== (e.reducer === "argmax") || yes.value === no.value)
      return undefined;
    const hit = placeOf(graph, test, axis!);
    return hit && isWithin(hit, axis!.extent) ? hit : undefined;
  },
  // argmax[k](x[k] + c) -> argmax[k](x[k])
  (e, graph) => {
    const { body } = e;
    if (!isApply(body, add)) return undefined;
    const [a, b] = [at(body, 0), at(body, 1)];
    if (!dependsOn(b, e.axes)) return graph.fold(e.reducer, e.axes, a);
    return dependsOn(a, e.axes) ? undefined : graph.fold(e.reducer, e.axes, b);
  },
];

export const foldRows: Readonly<Record<Fold["reducer"], readonly FoldRow[]>> = {
  sum: [...anyFold, ...sum],
  product: anyFold,
  max: [...anyFold, ...extreme],
  min: [...anyFold, ...extreme],
  argmax: [...anyFold, ...place],
  argmin: [...anyFold, ...place],
};
