/** @file Conditions, choices and conversions, one row per identity. */
import {
  and,
  divide,
  equal,
  floor,
  floorDivide,
  greater,
  greaterEqual,
  integer,
  less,
  lessEqual,
  maximum,
  minimum,
  multiply,
  negate,
  not,
  notEqual,
  number,
  or,
  where,
} from "../../ops/index.js";
import { affine, interval, intervalOf } from "../../ir/affine.js";
import type { Affine } from "../../ir/affine.js";
import type { Apply, Expr, ScalarOp } from "../../ir/types.js";
import type { Graph } from "../../ir/graph.js";
import { once } from "../../ir/once.js";
import { inPlaceOf, isApply, isConst, isValue } from "./match.js";
import type { ApplyRow } from "./match.js";

const at = (e: Apply, k: number): Expr => e.arguments[k]!;

/** The condition of a choice between two constants: `number(b)`, `where(b, c, d)`. */
function twoConstants(e: Expr): { condition: Expr; yes: number; no: number } | undefined {
  if (isApply(e, number) || isApply(e, integer))
    return at(e, 0).type === "bool" ? { condition: at(e, 0), yes: 1, no: 0 } : undefined;
  if (!isApply(e, where)) return undefined;
  const [condition, a, b] = e.arguments as [Expr, Expr, Expr];
  return isConst(a) && isConst(b) ? { condition, yes: a.value, no: b.value } : undefined;
}

const complements = new Map<ScalarOp, ScalarOp>([
  [equal, notEqual],
  [notEqual, equal],
]);
/** Complements on whole numbers, which are never NaN. */
const wholeComplements = new Map<ScalarOp, ScalarOp>([
  [less, greaterEqual],
  [greaterEqual, less],
  [greater, lessEqual],
  [lessEqual, greater],
]);

const comparison: readonly ApplyRow[] = [
  // where(b, 1, 0) == 0 -> not b, and every other comparison of a two-valued expression with a constant
  (e, graph) => {
    const choice = twoConstants(at(e, 0));
    const c = at(e, 1);
    if (!choice || !isConst(c)) return undefined;
    const yes = e.op.reference(choice.yes, c.value);
    const no = e.op.reference(choice.no, c.value);
    if (yes === no) return graph.constant(yes, "bool");
    return yes ? choice.condition : graph.apply(not, choice.condition);
  },
  // comparisons that bounds decide: of index arithmetic, of a uniform draw with a rate of 0
  (e, graph) => {
    const [a, b] = [at(e, 0), at(e, 1)];
    const whole = a.type === "i32" && b.type === "i32";
    if (whole && a === b) return graph.constant(e.op.reference(0, 0), "bool");
    const [x, y] = [interval(a), interval(b)];
    // Rounding in f32 may carry a value a little beyond its bounds, but not across 0.
    const margin = whole ? 0 : 1e-6 * Math.max(Math.abs(x.low), Math.abs(x.high), Math.abs(y.low), Math.abs(y.high));
    const exact = (bound: number) => whole || bound === 0;
    if (x.high < y.low - margin) return graph.constant(e.op.reference(0, 1), "bool");
    if (x.low - margin > y.high) return graph.constant(e.op.reference(1, 0), "bool");
    if (x.high === y.low && exact(x.high) && (e.op === lessEqual || e.op === greater))
      return graph.constant(e.op === lessEqual ? 1 : 0, "bool");
    if (x.low === y.high && exact(x.low) && (e.op === less || e.op === greaterEqual))
      return graph.constant(e.op === greaterEqual ? 1 : 0, "bool");
    return undefined;
  },
  // max(x, c) > c -> x > c: a mask after relu is a mask before it
  (e, graph) => {
    const [x, c] = [at(e, 0), at(e, 1)];
    return e.op === greater && isApply(x, maximum) && isConst(c) && at(x, 1) === c
      ? graph.apply(greater, at(x, 0), c)
      : undefined;
  },
  // c < x -> x > c: constants right
  (e, graph) => {
    const [c, x] = [at(e, 0), at(e, 1)];
    if (!isConst(c)) return undefined;
    const turned = new Map([
      [less, greater],
      [greater, less],
      [lessEqual, greaterEqual],
      [greaterEqual, lessEqual],
    ]).get(e.op);
    return graph.apply(turned ?? e.op, x, c);
  },
];

/** The expression with the choices by a condition that is settled made: 1 takes what holds with it, 2 what holds without. */
function settled(graph: Graph, e: Expr, condition: Expr, branch: 1 | 2): Expr {
  const go = once((part): Expr => {
    if (part.kind !== "apply") return part;
    return part.op === where && at(part, 0) === condition
      ? go(at(part, branch))
      : rebuilt(part, part.arguments.map(go));
  });
  const rebuilt = (part: Apply, parts: readonly Expr[]): Expr =>
    parts.every((argument, k) => argument === part.arguments[k]) ? part : graph.apply(part.op, ...parts);
  return go(e);
}

const choice: readonly ApplyRow[] = [
  // where(true, a, b) -> a
  (e, graph) => {
    const condition = at(e, 0);
    return isConst(condition) ? inPlaceOf(graph, e, at(e, condition.value !== 0 ? 1 : 2)) : undefined;
  },
  // where(c, a, a) -> a
  (e, graph) => (at(e, 1) === at(e, 2) ? inPlaceOf(graph, e, at(e, 1)) : undefined),
  // where(not c, a, b) -> where(c, b, a); where(x != y, a, b) -> where(x == y, b, a)
  (e, graph) => {
    const [c, a, b] = e.arguments as [Expr, Expr, Expr];
    if (isApply(c, not)) return graph.apply(where, at(c, 0), b, a);
    return isApply(c, notEqual) ? graph.apply(where, graph.apply(equal, ...c.arguments), b, a) : undefined;
  },
  // where(c, where(c, a, _), b) -> where(c, a, b), and in the other branch
  (e, graph) => {
    const [c, a, b] = e.arguments as [Expr, Expr, Expr];
    if (isApply(a, where) && at(a, 0) === c) return graph.apply(where, c, at(a, 1), b);
    return isApply(b, where) && at(b, 0) === c ? graph.apply(where, c, a, at(b, 2)) : undefined;
  },
  // where(c, f(where(c, a, _)), b) -> where(c, f(a), b), and in the other branch
  (e, graph) => {
    const [c, a, b] = e.arguments as [Expr, Expr, Expr];
    const [yes, no] = [settled(graph, a, c, 1), settled(graph, b, c, 2)];
    return yes !== a || no !== b ? graph.apply(where, c, yes, no) : undefined;
  },
  // where(b, true, false) -> b
  (e) => (e.type === "bool" && isValue(at(e, 1), 1) && isValue(at(e, 2), 0) ? at(e, 0) : undefined),
  // where(x > y, x, y) -> max(x, y); where(x < y, x, y) -> min(x, y)
  (e, graph) => {
    const [c, a, b] = e.arguments as [Expr, Expr, Expr];
    if (c.kind !== "apply" || c.arguments.length !== 2 || at(c, 0) !== a || at(c, 1) !== b) return undefined;
    // Equal ones give their gradient to y in both forms; with >= it would change sides.
    if (c.op === greater) return graph.apply(maximum, a, b);
    return c.op === less ? graph.apply(minimum, a, b) : undefined;
  },
  // where(s == 0, 0, s * x) -> s * x, x known to be finite; where(s == 0, 0, s / x) -> s / x, x known not to be 0
  (e, graph) => {
    const [c, zero, x] = e.arguments as [Expr, Expr, Expr];
    if (!isValue(zero, 0) || !isApply(c, equal) || !isValue(at(c, 1), 0)) return undefined;
    return vanishes(x, at(c, 0)) ? inPlaceOf(graph, e, x) : undefined;
  },
  // where(c, where(d, a, b), b) -> where(c and d, a, b), b constant
  (e, graph) => {
    const [c, a, b] = e.arguments as [Expr, Expr, Expr];
    return isApply(a, where) && isConst(b) && at(a, 2) === b
      ? graph.apply(where, graph.apply(and, c, at(a, 0)), at(a, 1), b)
      : undefined;
  },
];

/** Whether `x` is exactly 0 where `s` is. */
function vanishes(x: Expr, s: Expr): boolean {
  if (x === s) return true;
  if (isApply(x, negate)) return vanishes(at(x, 0), s);
  if (isApply(x, divide)) {
    const { low, high } = interval(at(x, 1));
    return vanishes(at(x, 0), s) && (low > 0 || high < 0);
  }
  if (!isApply(x, multiply)) return false;
  const isFinite = (e: Expr) => {
    const { low, high } = interval(e);
    return low > -Infinity && high < Infinity;
  };
  return (vanishes(at(x, 0), s) && isFinite(at(x, 1))) || (vanishes(at(x, 1), s) && isFinite(at(x, 0)));
}

const conversion: readonly ApplyRow[] = [
  // number(x) -> x, x f32
  (e) => (at(e, 0).type === e.type ? at(e, 0) : undefined),
  // integer(number(x)) -> x, number(integer(x)) stays
  (e) => {
    const x = at(e, 0);
    return e.op === integer && isApply(x, number) && at(x, 0).type === "i32" ? at(x, 0) : undefined;
  },
  // integer(floor(a / b)) -> floorDivide(a, b), whole a and b
  (e, graph) => {
    const x = at(e, 0);
    if (e.op !== integer || !isApply(x, floor) || !isApply(at(x, 0), divide)) return undefined;
    const [a, b] = (at(x, 0) as Apply).arguments.map(wholeOf);
    return a && b ? graph.apply(floorDivide, a, b) : undefined;
  },
];
function wholeOf(e: Expr): Expr | undefined {
  if (e.type === "i32" || (isConst(e) && Number.isInteger(e.value))) return e;
  return isApply(e, number) && at(e, 0).type === "i32" ? at(e, 0) : undefined;
}

const conjunction: readonly ApplyRow[] = [
  // b and true -> b; b and false -> false; b or false -> b; b or true -> true; b and b -> b
  (e, graph) => {
    const [a, b] = [at(e, 0), at(e, 1)];
    if (a === b) return a;
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const)
      if (isConst(x)) return (x.value !== 0) === (e.op === and) ? y : graph.constant(e.op === and ? 0 : 1, "bool");
    return undefined;
  },
];

const inversion: readonly ApplyRow[] = [
  // not not b -> b; not x == y -> x != y; not i < j -> i >= j, whole numbers
  (e, graph) => {
    const b = at(e, 0);
    if (isApply(b, not)) return at(b, 0);
    if (b.kind !== "apply") return undefined;
    const whole = b.arguments.every((x) => x.type === "i32" || x.type === "bool");
    const opposite = complements.get(b.op) ?? (whole ? wholeComplements.get(b.op) : undefined);
    return opposite && graph.apply(opposite, ...b.arguments);
  },
];

const rounding: readonly ApplyRow[] = [
  // floor(x) -> x, x whole
  (e) => (at(e, 0).type === "i32" ? at(e, 0) : undefined),
];

/** Whole-number arithmetic that is affine, written in one way; and division by constants, split by bounds. */
export function wholeDivision(e: Apply, graph: Graph, make: (form: Affine) => Expr): Expr | undefined {
  const d = at(e, 1);
  if (!isConst(d) || d.value <= 0) return undefined;
  const form = affine(at(e, 0));
  if (!form) {
    const { low, high } = interval(at(e, 0));
    if (low < 0 || high >= d.value) return undefined;
    return e.op === floorDivide ? graph.constant(0, "i32") : at(e, 0);
  }
  // x = d * quotient + rest; if the rest stays within 0 .. d - 1 it is the remainder.
  const whole = Math.floor(form.constant / d.value);
  const terms = [...form.terms];
  const multiple = (c: number) => c % d.value === 0;
  const rest = { constant: form.constant - whole * d.value, terms: new Map(terms.filter(([, c]) => !multiple(c))) };
  const bounds = intervalOf(rest);
  if (bounds.low < 0 || bounds.high >= d.value) return undefined;
  if (e.op !== floorDivide) return make(rest);
  return make({
    constant: whole,
    terms: new Map(terms.filter(([, c]) => multiple(c)).map(([a, c]) => [a, c / d.value])),
  });
}

export const choiceRows = new Map<ScalarOp, readonly ApplyRow[]>([
  ...[equal, notEqual, less, lessEqual, greater, greaterEqual].map((op): [ScalarOp, readonly ApplyRow[]] => [
    op,
    comparison,
  ]),
  [where, choice],
  [number, conversion],
  [integer, conversion],
  [and, conjunction],
  [or, conjunction],
  [not, inversion],
  [floor, rounding],
]);
