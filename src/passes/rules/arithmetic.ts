/** @file Algebra of numbers, one row per identity. Floating point: a row may change a result by at most two roundings. */
import {
  abs,
  add,
  divide,
  maximum,
  minimum,
  multiply,
  negate,
  number,
  power,
  sqrt,
  subtract,
  where,
} from "../../ops/index.js";
import { interval } from "../../ir/affine.js";
import type { Apply, Expr } from "../../ir/types.js";
import type { Graph } from "../../ir/graph.js";
import { inPlaceOf, isApply, isConst, isValue, like } from "./match.js";
import type { ApplyRow } from "./match.js";

const first = (e: Apply): Expr => e.arguments[0]!;
const second = (e: Apply): Expr => e.arguments[1]!;

/** Constants right, else the older expression left: `a + b` and `b + a` become one object. */
const ordered: ApplyRow = (e, graph) => {
  const [a, b] = [first(e), second(e)];
  const swap = isConst(a) ? !isConst(b) : !isConst(b) && a.id > b.id;
  return swap ? graph.apply(e.op, b, a) : undefined;
};

const addition: readonly ApplyRow[] = [
  // c + x -> x + c; b + a -> a + b
  ordered,
  // x + 0 -> x
  (e, graph) => (isValue(second(e), 0) ? inPlaceOf(graph, e, first(e)) : undefined),
  // x + x -> x * 2
  (e, graph) =>
    first(e) === second(e) && e.type === "f32" ? graph.apply(multiply, first(e), like(graph, e, 2)) : undefined,
  // x + -y -> x - y
  (e, graph) => {
    const [x, y] = [first(e), second(e)];
    if (isApply(y, negate)) return graph.apply(subtract, x, first(y));
    return isApply(x, negate) ? graph.apply(subtract, y, first(x)) : undefined;
  },
  // (x + c) + d -> x + (c + d), whole numbers only: rounding depends on the order
  (e, graph) => {
    const [x, d] = [first(e), second(e)];
    return e.type === "i32" && isConst(d) && isApply(x, add) && isConst(second(x))
      ? graph.apply(add, first(x), graph.apply(add, second(x), d))
      : undefined;
  },
];

const subtraction: readonly ApplyRow[] = [
  // x - 0 -> x
  (e, graph) => (isValue(second(e), 0) ? inPlaceOf(graph, e, first(e)) : undefined),
  // 0 - x -> -x
  (e, graph) => (isValue(first(e), 0) && second(e).type === e.type ? graph.apply(negate, second(e)) : undefined),
  // x - -y -> x + y
  (e, graph) => {
    const y = second(e);
    return isApply(y, negate) ? graph.apply(add, first(e), first(y)) : undefined;
  },
  // -x - y -> -(x + y)
  (e, graph) => {
    const x = first(e);
    return isApply(x, negate) && !isConst(second(e))
      ? graph.apply(negate, graph.apply(add, first(x), second(e)))
      : undefined;
  },
  // x - c -> x + -c, whole numbers
  (e, graph) => {
    const c = second(e);
    return e.type === "i32" && isConst(c) ? graph.apply(add, first(e), like(graph, c, -c.value)) : undefined;
  },
];

/** A product of constants that neither overflows nor underflows in f32. */
const tame = (value: number) => value === 0 || (Math.abs(value) > 2 ** -100 && Math.abs(value) < 2 ** 100);

const multiplication: readonly ApplyRow[] = [
  // c * x -> x * c; b * a -> a * b
  ordered,
  // x * 1 -> x
  (e, graph) => (isValue(second(e), 1) ? inPlaceOf(graph, e, first(e)) : undefined),
  // x * 0 -> 0: a constant factor 0 says that the term is absent, whatever x is
  (e, graph) => (isValue(second(e), 0) ? like(graph, e, 0) : undefined),
  // x * -1 -> -x
  (e, graph) => (isValue(second(e), -1) && first(e).type === e.type ? graph.apply(negate, first(e)) : undefined),
  // -x * c -> x * -c; -x * y -> -(x * y); then x * -y alike
  (e, graph) => {
    const [x, y] = [first(e), second(e)];
    if (isApply(x, negate))
      return isConst(y)
        ? graph.apply(multiply, first(x), like(graph, y, -y.value))
        : graph.apply(negate, graph.apply(multiply, first(x), y));
    return isApply(y, negate) ? graph.apply(negate, graph.apply(multiply, x, first(y))) : undefined;
  },
  // (x * c) * d -> x * (c * d)
  (e, graph) => {
    const [x, d] = [first(e), second(e)];
    if (!isConst(d) || !isApply(x, multiply)) return undefined;
    const c = second(x);
    return isConst(c) && (e.type === "i32" || tame(c.value * d.value))
      ? graph.apply(multiply, first(x), graph.apply(multiply, c, d))
      : undefined;
  },
  // (x * c) * y -> (x * y) * c: constants move out of products, and from there out of sums
  (e, graph) => {
    const [x, y] = [first(e), second(e)];
    if (e.type === "i32" || isConst(y)) return undefined;
    if (isApply(x, multiply) && isConst(second(x)))
      return graph.apply(multiply, graph.apply(multiply, first(x), y), second(x));
    return isApply(y, multiply) && isConst(second(y))
      ? graph.apply(multiply, graph.apply(multiply, x, first(y)), second(y))
      : undefined;
  },
  // s * (t * x) -> (s * t) * x, s and t numbers known before the loop, in f64
  (e, graph) => scalarsTogether(graph, first(e), second(e)) ?? scalarsTogether(graph, second(e), first(e)),
  // number(b) * x -> where(b, x, 0); where(c, 1, 0) * x -> where(c, x, 0); where(c, 0, 1) * x -> where(c, 0, x)
  (e, graph) => masked(graph, e, first(e), second(e)) ?? masked(graph, e, second(e), first(e)),
  // sqrt(x) * sqrt(x) -> x, x known not to be negative
  (e) => {
    const x = first(e);
    const isRoot = x === second(e) && isApply(x, sqrt) && first(x).type === e.type;
    return isRoot && interval(first(x)).low >= 0 ? first(x) : undefined;
  },
];

function scalarsTogether(graph: Graph, s: Expr, product: Expr): Expr | undefined {
  if (s.type !== "f64" || !isApply(product, multiply) || product.type !== "f32") return undefined;
  const [a, b] = [first(product), second(product)];
  if (a.type === "f64") return graph.apply(multiply, graph.apply(multiply, s, a), b);
  return b.type === "f64" ? graph.apply(multiply, graph.apply(multiply, s, b), a) : undefined;
}

function masked(graph: Graph, e: Expr, mask: Expr, x: Expr): Expr | undefined {
  if (x.type !== e.type || isConst(x)) return undefined;
  const zero = like(graph, e, 0);
  if (isApply(mask, number) && first(mask).type === "bool") return graph.apply(where, first(mask), x, zero);
  if (!isApply(mask, where)) return undefined;
  const [condition, a, b] = mask.arguments as [Expr, Expr, Expr];
  if (isValue(a, 1) && isValue(b, 0)) return graph.apply(where, condition, x, zero);
  return isValue(a, 0) && isValue(b, 1) ? graph.apply(where, condition, zero, x) : undefined;
}

/**
 * x / r -> x * (1 / r), r without an index of x: one division per row, one rounding more per element. After differentiation: the
 * derivative of a quotient is shorter.
 */
export const reciprocalRow: ApplyRow = (e, graph) => {
  const [x, r] = [first(e), second(e)];
  const isInvariant = r.free.length < x.free.length && r.free.every((axis) => x.free.includes(axis));
  return isInvariant && r.kind !== "const" && r.type === "f32" && x.type === "f32"
    ? graph.apply(multiply, x, graph.apply(divide, like(graph, e, 1), r))
    : undefined;
};

const division: readonly ApplyRow[] = [
  reciprocalRow,
  // x / c -> x * (1 / c): exact for powers of two, else one rounding more (1 ulp)
  (e, graph) => {
    const c = second(e);
    return isConst(c) && c.value !== 0 && tame(1 / c.value) && e.type === first(e).type
      ? graph.apply(multiply, first(e), like(graph, e, 1 / c.value))
      : undefined;
  },
  // x / s -> x * (1 / s), s a number known before the loop, in f64: one division instead of one per element
  (e, graph) => {
    const [x, s] = [first(e), second(e)];
    return s.type === "f64" && x.type === "f32"
      ? graph.apply(multiply, x, graph.apply(divide, graph.constant(1, "f64"), s))
      : undefined;
  },
  // 0 / x -> 0
  (e, graph) => (isValue(first(e), 0) ? like(graph, e, 0) : undefined),
  // -x / y -> -(x / y)
  (e, graph) => {
    const x = first(e);
    return isApply(x, negate) ? graph.apply(negate, graph.apply(divide, first(x), second(e))) : undefined;
  },
  // (x * c) / y -> (x / y) * c
  (e, graph) => {
    const x = first(e);
    return isApply(x, multiply) && isConst(second(x)) && first(x).type === e.type
      ? graph.apply(multiply, graph.apply(divide, first(x), second(e)), second(x))
      : undefined;
  },
];

const negation: readonly ApplyRow[] = [
  // -(-x) -> x
  (e) => (isApply(first(e), negate) ? first(first(e) as Apply) : undefined),
  // -(x - y) -> y - x
  (e, graph) => {
    const x = first(e);
    return isApply(x, subtract) && x.type === e.type ? graph.apply(subtract, second(x), first(x)) : undefined;
  },
  // -sum(x - y) -> sum(y - x)
  (e, graph) => {
    const x = first(e);
    if (x.kind !== "fold" || x.reducer !== "sum" || !isApply(x.body, subtract) || x.body.type !== e.type)
      return undefined;
    return graph.fold("sum", x.axes, graph.apply(subtract, second(x.body), first(x.body)));
  },
  // -(x * c) -> x * -c
  (e, graph) => {
    const x = first(e);
    return isApply(x, multiply) && isConst(second(x))
      ? graph.apply(multiply, first(x), like(graph, second(x), -(second(x) as { value: number }).value))
      : undefined;
  },
];

const powers: readonly ApplyRow[] = [
  (e, graph) => {
    const [x, n] = [first(e), second(e)];
    if (!isConst(n) || x.type !== e.type) return undefined;
    const square = () => graph.apply(multiply, x, x);
    const one = like(graph, e, 1);
    switch (n.value) {
      // x ^ 0 -> 1
      case 0:
        return one;
      // x ^ 1 -> x
      case 1:
        return x;
      // x ^ 2 -> x * x
      case 2:
        return square();
      // x ^ 3 -> x * x * x
      case 3:
        return graph.apply(multiply, square(), x);
      // x ^ 4 -> (x * x) * (x * x)
      case 4:
        return graph.apply(multiply, square(), square());
      // x ^ -1 -> 1 / x
      case -1:
        return graph.apply(divide, one, x);
      // x ^ -2 -> 1 / (x * x)
      case -2:
        return graph.apply(divide, one, square());
      // x ^ 0.5 -> sqrt(x)
      case 0.5:
        return graph.apply(sqrt, x);
      // x ^ -0.5 -> 1 / sqrt(x)
      case -0.5:
        return graph.apply(divide, one, graph.apply(sqrt, x));
      default:
        return undefined;
    }
  },
];

const roots: readonly ApplyRow[] = [
  // sqrt(x * x) -> abs(x)
  (e, graph) => {
    const x = first(e);
    return isApply(x, multiply) && first(x) === second(x) && x.type === e.type ? graph.apply(abs, first(x)) : undefined;
  },
];

const magnitude: readonly ApplyRow[] = [
  // abs(-x) -> abs(x); abs(abs(x)) -> abs(x); abs(x * x) -> x * x
  (e, graph) => {
    const x = first(e);
    if (isApply(x, negate)) return graph.apply(abs, first(x));
    if (isApply(x, abs)) return x;
    return isApply(x, multiply) && first(x) === second(x) ? x : undefined;
  },
];

const extreme: readonly ApplyRow[] = [
  // max(x, x) -> x
  (e, graph) => (first(e) === second(e) ? inPlaceOf(graph, e, first(e)) : undefined),
  // max(max(x, c), d) -> max(x, max(c, d))
  (e, graph) => {
    const [x, d] = [first(e), second(e)];
    return isConst(d) && isApply(x, e.op) && isConst(second(x))
      ? graph.apply(e.op, first(x), graph.apply(e.op, second(x), d))
      : undefined;
  },
  // max(x, -inf) -> x; min(x, inf) -> x
  (e, graph) => {
    const none = e.op === maximum ? -Infinity : Infinity;
    return isValue(second(e), none) ? inPlaceOf(graph, e, first(e)) : undefined;
  },
];

export const arithmeticRows = new Map([
  [add, addition],
  [subtract, subtraction],
  [multiply, multiplication],
  [divide, division],
  [negate, negation],
  [power, powers],
  [sqrt, roots],
  [abs, magnitude],
  [maximum, extreme],
  [minimum, extreme],
]);
