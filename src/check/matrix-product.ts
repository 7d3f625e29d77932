/** @file `a @ b` as in NumPy: vectors and matrices, leading axes aligned. */
import type { Span } from "../base/source.js";
import { multiply } from "../ops/index.js";
import type { Context } from "./context.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { positionsOf } from "./items.js";
import { described, realTensor, trailOf } from "./operators.js";
import { alignAxes, alignedAt, elementAt, fromBody } from "./tensors.js";
import { errorValue, type Value, valueText } from "./values.js";

export function matrixProduct(c: Context, left: Value, right: Value, span: Span): Value {
  const a = realTensor(c, left, "@", span);
  const b = realTensor(c, right, "@", span);
  if (!a || !b) return errorValue;
  if (c.flat && [...a.axes, ...b.axes].some((axis) => axis.label === c.flat!.label)) c.flat.violated = true;
  if (a.axes.length === 0 || b.axes.length === 0)
    return c.report(shapeRules.align, span, {
      left: valueText(a),
      right: valueText(b),
      operation: "@",
      why: ": a number is not a matrix",
    });
  const inner = a.axes.at(-1)!;
  const bInner = b.axes.length === 1 ? 0 : b.axes.length - 2;
  const other = b.axes[bInner]!;
  if (inner.size !== other.size || (inner.label && other.label && inner.label !== other.label))
    return c.report(
      inner.size === other.size ? shapeRules.align : shapeRules.contraction,
      span,
      {
        left: described(a),
        right: described(b),
        m: inner.size,
        n: other.size,
        operation: "@",
        why: ": the inner axes are named differently",
      },
      { related: trailOf([a, b]) },
    );
  const rows = a.axes.slice(0, -1);
  const columns = b.axes.length === 1 ? [] : [b.axes.at(-1)!];
  // With a batch of matrices on the right, the leading axes of both align; else those of the left stay.
  const bOuter = b.axes.slice(0, Math.max(0, b.axes.length - 2));
  const aOuter = bOuter.length > 0 ? rows.slice(0, -1) : rows;
  const outer = alignAxes([aOuter, bOuter]);
  if (!outer)
    return c.report(shapeRules.align, span, { left: described(a), right: described(b), operation: "@", why: "" });
  const aRow = bOuter.length > 0 ? rows.slice(-1) : [];
  const k = c.graph.axis(inner.size);
  const at = c.graph.index(k);
  const result = fromBody(
    c,
    [...outer, ...aRow, ...columns],
    (own) => {
      const lead = own.slice(0, outer.length);
      const row = own.slice(outer.length, outer.length + aRow.length);
      const column = own.slice(outer.length + aRow.length);
      const x = elementAt(c, a, [...alignedAt(c, aOuter, lead), ...row, at]);
      const y = elementAt(c, b, [...alignedAt(c, bOuter, lead), at, ...column]);
      const items = positionsOf([inner, other], [at, at]);
      return c.graph.fold("sum", [k], c.run.padding.guarded(c.graph.apply(multiply, x, y), items));
    },
    span,
  );
  return result.kind === "tensor" ? { ...result, trail: a.trail } : result;
}
