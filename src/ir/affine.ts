/** @file Subscripts as affine forms of index variables, and bounds of whole-number expressions. */
import type { Axis, Expr, ExpressionBuilder, Extent, ScalarOp, ScalarType, Tensor } from "./types.js";

/** `constant + sum of coefficient * index`; no coefficient is 0. */
export interface Affine {
  readonly constant: number;
  readonly terms: ReadonlyMap<Axis, number>;
}
/** Inclusive bounds. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

const everything: Interval = { low: -Infinity, high: Infinity };

function combine(a: Affine, b: Affine, factor: number): Affine {
  const terms = new Map(a.terms);
  for (const [axis, coefficient] of b.terms) {
    const sum = (terms.get(axis) ?? 0) + factor * coefficient;
    if (sum === 0) terms.delete(axis);
    else terms.set(axis, sum);
  }
  return { constant: a.constant + factor * b.constant, terms };
}

/** The affine form of a whole-number expression, or undefined. Also `floor((d x + c) / d)` and `(d x + c) mod d`, d constant. */
export function affine(expr: Expr): Affine | undefined {
  switch (expr.kind) {
    case "const":
      return Number.isInteger(expr.value) ? { constant: expr.value, terms: new Map() } : undefined;
    case "index":
      return { constant: 0, terms: new Map([[expr.axis, 1]]) };
    case "apply": {
      if (expr.type !== "i32") return undefined;
      const a = affine(expr.arguments[0]!);
      if (!a) return undefined;
      const zero: Affine = { constant: 0, terms: new Map() };
      if (expr.op.name === "negate") return combine(zero, a, -1);
      const b = expr.arguments[1] && affine(expr.arguments[1]);
      if (!b) return undefined;
      switch (expr.op.name) {
        case "add":
          return combine(a, b, 1);
        case "subtract":
          return combine(a, b, -1);
        case "multiply":
          if (a.terms.size === 0) return combine(zero, b, a.constant);
          return b.terms.size === 0 ? combine(zero, a, b.constant) : undefined;
        case "floorDivide":
        case "modulo": {
          const d = b.constant;
          if (b.terms.size > 0 || d <= 0 || [...a.terms.values()].some((c) => c % d !== 0)) return undefined;
          const whole = Math.floor(a.constant / d);
          if (expr.op.name === "modulo") return { constant: a.constant - d * whole, terms: new Map() };
          return { constant: whole, terms: new Map([...a.terms].map(([axis, c]) => [axis, c / d])) };
        }
        default:
          return undefined;
      }
    }
    default:
      return undefined;
  }
}

/** Bounds of an affine form; a batch index has no upper bound. */
export function intervalOf(form: Affine): Interval {
  let low = form.constant;
  let high = form.constant;
  for (const [axis, coefficient] of form.terms) {
    const last = axis.extent === "batch" ? Infinity : axis.extent - 1;
    if (coefficient > 0) high += coefficient * last;
    else low += coefficient * last;
  }
  return { low, high };
}

const ends = (a: Interval, b: Interval, f: (x: number, y: number) => number): Interval => {
  const values = [f(a.low, b.low), f(a.low, b.high), f(a.high, b.low), f(a.high, b.high)];
  if (values.some(Number.isNaN)) return everything;
  return { low: Math.min(...values), high: Math.max(...values) };
};

const product = (x: number, y: number) => (x === 0 || y === 0 ? 0 : x * y);

/** Bounds of what an operation gives, as its type holds it: whole numbers wrap at 32 bits, f32 rounds or, in f64, does not. */
function held(bounds: Interval, type: ScalarType): Interval {
  const { low, high } = bounds;
  if (type === "i32") return low >= -(2 ** 31) && high < 2 ** 31 ? bounds : everything;
  if (type !== "f32") return bounds;
  return { low: Math.min(low, Math.fround(low)), high: Math.max(high, Math.fround(high)) };
}
const isBounded = ({ low, high }: Interval): boolean => Number.isFinite(low) && Number.isFinite(high);

/** What bounds rest on, and how much is looked at for one: tensors deep, and expressions in all. */
export interface Effort {
  readonly tensors: number;
  readonly left: { expressions: number };
  /** Of tensors that bring their own. */
  readonly known?: (tensor: Tensor) => Interval | undefined;
  /** The largest number of examples, where that is known. */
  readonly batch?: number;
}
const allowed = (): Effort => ({ tensors: 4, left: { expressions: 200 } });

/** Bounds of an expression's value, if it is a number at all. */
export function interval(expr: Expr, effort: Effort = allowed()): Interval {
  if (effort.left.expressions-- <= 0) return everything;
  const form = affine(expr);
  if (form) {
    const bounds = intervalOf(form);
    // There are never so many examples that their numbers overflow.
    return isBounded(bounds) ? held(bounds, expr.type) : bounds;
  }
  if (expr.type === "bool") return { low: 0, high: 1 };
  switch (expr.kind) {
    case "const":
      return held({ low: expr.value, high: expr.value }, expr.type);
    case "scalar":
      return expr.name === "key" ? everything : { low: 1, high: Infinity };
    case "fold": {
      const { batch = Infinity } = effort;
      const count = (examples: number) =>
        expr.axes.reduce((n, { extent }) => n * (extent === "batch" ? examples : extent), 1);
      const terms = { low: count(1), high: count(batch) };
      // A place is bounded whatever is compared: no effort goes into that.
      if (expr.reducer === "argmax" || expr.reducer === "argmin") return { low: 0, high: terms.high - 1 };
      if (expr.reducer === "product") return everything;
      const body = interval(expr.body, effort);
      if (expr.reducer !== "sum") return body;
      const sum = ends(body, terms, product);
      return isBounded(body) && terms.high === Infinity ? sum : held(sum, expr.type);
    }
    case "read": {
      const { low, high } = intervalOfTensor(expr.tensor, effort);
      const { outside = low } = expr;
      return { low: Math.min(low, outside), high: Math.max(high, outside) };
    }
    case "apply": {
      const bounds = intervalOfOp(expr.op, expr.arguments, effort);
      return choosing.has(expr.op.name) ? bounds : held(bounds, expr.type);
    }
    default:
      return everything;
  }
}

function intervalOfTensor(tensor: Tensor, effort: Effort): Interval {
  const known = effort.known?.(tensor);
  if (known) return known;
  const { tensors } = effort;
  if (tensor.kind === "source" && tensor.source.limit !== undefined) return { low: 0, high: tensor.source.limit - 1 };
  return tensor.kind === "compute" && tensors > 0
    ? interval(tensor.body, { ...effort, tensors: tensors - 1 })
    : everything;
}

/** Operations that give one of their operands, or no larger one: nothing is rounded or wraps. */
const choosing: ReadonlySet<string> = new Set(["maximum", "minimum", "where", "detach", "floorDivide", "modulo"]);

function intervalOfOp(op: ScalarOp, arguments_: readonly Expr[], effort: Effort): Interval {
  const bounds = (e: Expr) => interval(e, effort);
  const [a, b] = arguments_.slice(0, 2).map(bounds) as [Interval, Interval];
  const isWhole = arguments_.every(({ type }) => type === "i32");
  switch (op.name) {
    case "add":
      return { low: a.low + b.low, high: a.high + b.high };
    case "subtract":
      return { low: a.low - b.high, high: a.high - b.low };
    case "negate":
      return { low: -a.high, high: -a.low };
    case "multiply":
      return arguments_[0] === arguments_[1]
        ? { low: 0, high: Math.max(a.low ** 2, a.high ** 2) }
        : ends(a, b, product);
    case "divide":
      return b.low > 0 ? ends(a, b, (x, y) => (x === 0 || y === Infinity ? 0 : x / y)) : everything;
    case "sqrt":
      return { low: Math.sqrt(Math.max(0, a.low)), high: a.high > 0 ? Math.sqrt(a.high) : 0 };
    case "tanh":
      return { low: -1, high: 1 };
    case "maximum":
      return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
    case "minimum":
      return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) };
    case "floorDivide": {
      if (b.low <= 0) return everything;
      const quotient = ends(a, b, (x, y) => x / y);
      const { low, high } = isWhole ? quotient : held(quotient, "f32");
      return { low: Math.floor(low), high: Math.floor(high) };
    }
    case "modulo": {
      if (b.low <= 0) return everything;
      if (a.low >= 0 && a.high < b.low) return a;
      if (isWhole) return { low: 0, high: b.high - 1 };
      // Quotient and product are rounded, but by a power of two.
      const isExact = b.low === b.high && Number.isInteger(Math.log2(b.low));
      const error = isExact ? 0 : Math.max(-a.low, a.high) * 2 ** -22;
      return { low: 0 - error, high: b.high + error };
    }
    case "where": {
      const [x, y] = arguments_.slice(1).map(bounds) as [Interval, Interval];
      return { low: Math.min(x.low, y.low), high: Math.max(x.high, y.high) };
    }
    case "abs":
      return { low: Math.max(0, a.low, -a.high), high: Math.max(-a.low, a.high) };
    case "sign":
      return { low: Math.sign(a.low), high: Math.sign(a.high) };
    case "floor":
      return { low: Math.floor(a.low), high: Math.floor(a.high) };
    case "ceil":
      return { low: Math.ceil(a.low), high: Math.ceil(a.high) };
    case "round":
      // Whichever way halves go.
      return { low: Math.ceil(a.low - 0.5), high: Math.floor(a.high + 0.5) };
    case "integer":
      return { low: Math.trunc(a.low), high: Math.trunc(a.high) };
    case "number":
    case "detach":
      return a;
    case "power":
      return a.low > 0 ? ends(a, b, (x, y) => x ** y) : everything;
    case "exp":
      return { low: 0, high: Math.exp(a.high) };
    case "randomBits":
      return { low: 0, high: 2 ** 24 - 1 };
    default:
      return everything;
  }
}

/** Whether a subscript never leaves an axis. A batch axis is only subscripted by a batch index alone, or by 0. */
export function isWithin(at: Expr, extent: Extent): boolean {
  if (extent === "batch") {
    if (at.kind === "const") return at.value === 0;
    return at.kind === "index" && at.axis.extent === "batch";
  }
  const { low, high } = interval(at);
  return low >= 0 && high < extent;
}

/** The expression of an affine form, terms ordered by axis: equal forms are the same object. */
export function affineExpr(
  graph: ExpressionBuilder,
  form: Affine,
  ops: { readonly add: ScalarOp; readonly multiply: ScalarOp },
): Expr {
  let sum: Expr | undefined;
  for (const [axis, coefficient] of [...form.terms].sort(([a], [b]) => a.id - b.id)) {
    const index = graph.index(axis);
    const term = coefficient === 1 ? index : graph.apply(ops.multiply, index, graph.constant(coefficient, "i32"));
    sum = sum ? graph.apply(ops.add, sum, term) : term;
  }
  if (!sum) return graph.constant(form.constant, "i32");
  return form.constant === 0 ? sum : graph.apply(ops.add, sum, graph.constant(form.constant, "i32"));
}
