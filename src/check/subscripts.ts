/** @file `x[i, 2:5, ...]`: elements, whole axes, slices and gathers; every read is proven to stay inside. */
import type { Span } from "../base/source.js";
import { tensorsOf } from "../ir/graph.js";
import type { Expr } from "../ir/types.js";
import { add } from "../ops/index.js";
import type { Expression, Subscript, SubscriptItem } from "../syntax/ast.js";
import { boundsOf } from "./bounds.js";
import type { Context } from "./context.js";
import { sequenceRules } from "./diagnostics/sequences.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { wordRules } from "./diagnostics/words.js";
import { listToTensor } from "./lists.js";
import { itemsOf, nameOfAxis } from "./items.js";
import { described, trailOf } from "./operators.js";
import { elementAt, fromBody, toIndex } from "./tensors.js";
import {
  errorValue,
  isWhole,
  type ListValue,
  type OwnAxis,
  type TensorValue,
  type Value,
  valueText,
} from "./values.js";

/** One axis of the source: read at an expression of the result's own indices, of which it takes `axes`. */
interface Selected {
  readonly axes: readonly OwnAxis[];
  readonly at: (own: readonly Expr[]) => Expr;
}

export function evaluateSubscript(c: Context, e: Subscript): Value {
  const base = c.evaluate(e.value);
  switch (base.kind) {
    case "error":
      return base;
    case "list":
      return subscriptList(c, base, e);
    case "tensor":
      return subscriptTensor(c, base, e.subscripts, e.span);
    default:
      return c.report(shapeRules.subscripts, e.span, { given: e.subscripts.length, rank: 0, value: valueText(base) });
  }
}

function subscriptList(c: Context, base: ListValue, e: Subscript): Value {
  const item = e.subscripts[0];
  if (e.subscripts.length === 1 && item?.kind === "index") {
    const value = c.evaluate(item.value);
    if (value.kind === "error") return value;
    if (value.kind === "number") {
      const k = value.value < 0 ? base.items.length + value.value : value.value;
      if (!isWhole(value.value))
        return c.report(shapeRules.notWhole, item.span, { what: "a subscript", value: value.value });
      const found = base.items[k];
      if (found) return found;
      return c.report(shapeRules.outside, item.span, { low: value.value, high: value.value, size: base.items.length });
    }
  }
  if (e.subscripts.length === 1 && item?.kind === "slice") {
    const from = bound(c, item.from, 0, base.items.length);
    const to = bound(c, item.to, base.items.length, base.items.length);
    return from === undefined || to === undefined ? errorValue : { kind: "list", items: base.items.slice(from, to) };
  }
  const tensor = listToTensor(c, base, e.span);
  return tensor.kind === "tensor" ? subscriptTensor(c, tensor, e.subscripts, e.span) : tensor;
}

function subscriptTensor(c: Context, base: TensorValue, items: readonly SubscriptItem[], span: Span): Value {
  if (c.flat && base.axes.some((axis) => axis.label === c.flat!.label)) c.flat.violated = true;
  const given = items.filter((item) => item.kind !== "ellipsis").length;
  if (given > base.axes.length)
    return c.report(
      shapeRules.subscripts,
      span,
      { given, rank: base.axes.length, value: valueText(base) },
      { related: trailOf(base) },
    );
  const whole = base.axes.length - given;
  const selected: Selected[] = [];
  const keep = (count: number): void => {
    for (let k = 0; k < count; k++) selected.push({ axes: [base.axes[selected.length]!], at: ([at]) => at! });
  };
  let expanded = false;
  for (const item of items) {
    if (item.kind === "ellipsis") {
      if (!expanded) keep(whole);
      expanded = true;
      continue;
    }
    const axis = base.axes[selected.length]!;
    const one =
      item.kind === "slice"
        ? sliceAxis(c, axis, item.from, item.to, item.span)
        : indexAxis(c, axis, item.value, item.span);
    if (one === "moved") return moved(c, base, axis, "this subscript", item.span);
    if (!one) return errorValue;
    selected.push(one);
  }
  if (!expanded) keep(whole);
  return select(c, base, selected, span);
}

/** The value read at selected places. */
export function select(c: Context, base: TensorValue, selected: readonly Selected[], span: Span): Value {
  return fromBody(
    c,
    selected.flatMap(({ axes }) => axes),
    (own) => {
      let used = 0;
      const at = selected.map(({ axes, at }) => {
        const mine = own.slice(used, used + axes.length);
        used += axes.length;
        return at(mine);
      });
      return elementAt(c, base, at);
    },
    span,
    base.element,
  );
}

/** An end of a slice, negative from the back, limited to the axis. */
function bound(c: Context, e: Expression | undefined, otherwise: number, size: number): number | undefined {
  if (!e) return otherwise;
  const value = c.evaluate(e);
  if (value.kind === "error") return undefined;
  if (value.kind !== "number") {
    c.report(wordRules.notConstant, e.span, { what: "the end of a slice", actual: valueText(value) });
    return undefined;
  }
  if (!isWhole(value.value)) {
    c.report(shapeRules.notWhole, e.span, { what: "the end of a slice", value: value.value });
    return undefined;
  }
  const end = value.value < 0 ? size + value.value : value.value;
  if (end >= 0 && end <= size) return end;
  c.report(shapeRules.outside, e.span, { low: value.value, high: value.value, size });
  return undefined;
}
function sliceAxis(
  c: Context,
  axis: OwnAxis,
  from: Expression | undefined,
  to: Expression | undefined,
  span: Span,
): Selected | "moved" | undefined {
  if (itemsOf(axis) && (from || to)) return "moved";
  const start = bound(c, from, 0, axis.size);
  const end = bound(c, to, axis.size, axis.size);
  if (start === undefined || end === undefined) return undefined;
  if (end <= start) {
    c.report(shapeRules.outside, span, { low: start, high: end, size: axis.size });
    return undefined;
  }
  return sliceOf(c, axis, start, end);
}
/** Elements start .. end - 1 of an axis. */
export function sliceOf(c: Context, axis: OwnAxis, start: number, end: number): Selected {
  if (start === 0 && end === axis.size) return { axes: [axis], at: ([at]) => at! };
  const shift = c.graph.constant(start, "i32");
  return {
    axes: [{ size: end - start, label: undefined }],
    at: ([at]) => (start === 0 ? at! : c.graph.apply(add, at!, shift)),
  };
}
/** Told where an axis with padding would be cut, shifted or laid out anew. */
export function moved(c: Context, value: TensorValue, axis: OwnAxis, what: string, span: Span): Value {
  return c.report(
    sequenceRules.moved,
    span,
    { what, value: described(value), axis: nameOfAxis(axis) },
    { related: trailOf(value) },
  );
}
/** One element of an axis. */
function pickOf(c: Context, at: number): Selected {
  return { axes: [], at: () => c.graph.constant(at, "i32") };
}

/** On a sequence: the first item of a declared one, an index that runs over its items, or data; padding that data point to is 0. */
function indexAxis(c: Context, axis: OwnAxis, e: Expression, span: Span): Selected | "moved" | undefined {
  const value = c.evaluate(e);
  const items = itemsOf(axis);
  switch (value.kind) {
    case "error":
      return undefined;
    case "number": {
      if (!isWhole(value.value)) {
        c.report(shapeRules.notWhole, span, { what: "a subscript", value: value.value });
        return undefined;
      }
      if (items && !(items.sequence && value.value === 0)) return "moved";
      const at = value.value < 0 ? axis.size + value.value : value.value;
      if (at >= 0 && at < axis.size) return pickOf(c, at);
      c.report(shapeRules.outside, span, { low: value.value, high: value.value, size: axis.size });
      return undefined;
    }
    case "tensor": {
      const gather: Selected = { axes: value.axes, at: (own) => toIndex(c, elementAt(c, value, own)) };
      const probe = elementAt(
        c,
        value,
        value.axes.map(() => c.graph.constant(0, "i32")),
      );
      if (items && value.axes.length === 0 && !c.run.padding.isInPlace(probe, items) && !isData(probe)) return "moved";
      const { low, high } =
        value.element.kind === "class" ? { low: 0, high: value.element.size - 1 } : boundsOf(c.run, probe);
      if (value.element.kind !== "class" && !isIntegral(c, probe)) break;
      if (low >= 0 && high < axis.size) return gather;
      c.report(shapeRules.outside, span, { low, high, size: axis.size });
      return undefined;
    }
    default:
  }
  c.report(shapeRules.notAnIndex, span, { actual: valueText(value) });
  return undefined;
}

/** Whether it is more than arithmetic on indices. */
const isData = (expr: Expr): boolean => tensorsOf(expr).size > 0;
/** Whether an expression is whole whatever its operands. */
function isIntegral(c: Context, expr: Expr): boolean {
  if (expr.type === "i32" || expr.type === "bool") return true;
  if (expr.kind === "const") return isWhole(expr.value);
  if (expr.kind === "fold") return expr.reducer !== "product" && isIntegral(c, expr.body);
  if (expr.kind !== "apply") return false;
  const [a, b, d] = expr.arguments;
  switch (expr.op.name) {
    case "floor":
    case "ceil":
    case "round":
      return true;
    case "add":
    case "subtract":
    case "multiply":
    case "maximum":
    case "minimum":
    case "modulo":
      return isIntegral(c, a!) && isIntegral(c, b!);
    case "negate":
    case "abs":
    case "number":
    case "detach":
      return isIntegral(c, a!);
    case "where":
      return isIntegral(c, b!) && isIntegral(c, d!);
    case "power":
      return isIntegral(c, a!) && isIntegral(c, b!) && boundsOf(c.run, b!).low >= 0;
    default:
      return false;
  }
}
