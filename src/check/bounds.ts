/** @file Bounds of whole-number expressions in a run, where tensors of classes bring their own. */
import { affine, type Interval, intervalOf } from "../ir/affine.js";
import type { Expr } from "../ir/types.js";
import type { Run } from "./context.js";

const everything: Interval = { low: -Infinity, high: Infinity };

function ends(a: Interval, b: Interval, f: (x: number, y: number) => number): Interval {
  const values = [f(a.low, b.low), f(a.low, b.high), f(a.high, b.low), f(a.high, b.high)];
  if (values.some(Number.isNaN)) return everything;
  return { low: Math.min(...values), high: Math.max(...values) };
}

/** Inclusive bounds of an expression's value. */
export function boundsOf(run: Run, expr: Expr): Interval {
  const form = affine(expr);
  if (form) return intervalOf(form);
  switch (expr.kind) {
    case "const":
      return { low: expr.value, high: expr.value };
    case "read":
      return run.bounds.get(expr.tensor) ?? (expr.type === "bool" ? { low: 0, high: 1 } : everything);
    case "fold": {
      const count = expr.axes.reduce((n, { extent }) => n * (extent === "batch" ? run.batch : extent), 1);
      if (expr.reducer === "argmax" || expr.reducer === "argmin") return { low: 0, high: count - 1 };
      const body = boundsOf(run, expr.body);
      if (expr.reducer === "max" || expr.reducer === "min") return body;
      return expr.reducer === "sum" ? { low: body.low * count, high: body.high * count } : everything;
    }
    case "apply": {
      if (expr.type === "bool") return { low: 0, high: 1 };
      const [a = everything, b = everything, d = everything] = expr.arguments.map((argument) =>
        boundsOf(run, argument),
      );
      switch (expr.op.name) {
        case "add":
          return { low: a.low + b.low, high: a.high + b.high };
        case "subtract":
          return { low: a.low - b.high, high: a.high - b.low };
        case "negate":
          return { low: -a.high, high: -a.low };
        case "multiply":
          return ends(a, b, (x, y) => (x === 0 || y === 0 ? 0 : x * y));
        case "divide":
          return b.low > 0 ? ends(a, b, (x, y) => x / y) : everything;
        case "power":
          return a.low > 0 ? ends(a, b, (x, y) => x ** y) : everything;
        case "maximum":
          return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
        case "minimum":
          return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) };
        case "floorDivide":
          return b.low > 0 ? ends(a, b, (x, y) => Math.floor(x / y)) : everything;
        case "modulo":
          if (b.low <= 0) return everything;
          return a.low >= 0 && a.high < b.low ? a : { low: 0, high: b.high - 1 };
        case "where":
          return { low: Math.min(b.low, d.low), high: Math.max(b.high, d.high) };
        case "abs":
          return { low: Math.max(0, a.low, -a.high), high: Math.max(-a.low, a.high) };
        case "sign":
          return { low: Math.sign(a.low), high: Math.sign(a.high) };
        case "floor":
        case "integer":
          return { low: Math.floor(a.low), high: Math.floor(a.high) };
        case "ceil":
          return { low: Math.ceil(a.low), high: Math.ceil(a.high) };
        case "number":
        case "detach":
        case "round":
          return a;
        default:
          return everything;
      }
    }
    default:
      return everything;
  }
}
