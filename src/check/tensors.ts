/** @file Tensor values from scalar expressions: the one constructor of nodes, one-hot, lists as tensors, alignment of shapes. */
import type { Span } from "../base/source.js";
import type { Axis, Expr, Origin, ScalarType, Tensor } from "../ir/types.js";
import { equal, integer, notEqual, number as asNumber, where } from "../ops/index.js";
import { boundsOf } from "./bounds.js";
import type { Context, Run } from "./context.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { itemsOf, plainAxis, positionsOf } from "./items.js";
import type { ElementType } from "./model.js";
import { errorValue, type OwnAxis, sizeOfAxes, type TensorValue, type Value } from "./values.js";

/** Above this many elements of one tensor (batch included) indices no longer fit 32 bits. */
const largestTensor = 2 ** 31;
/** Rank-0 expressions above this many nodes are stored, not repeated. */
const largestInline = 24;

export const f32: ElementType = { kind: "f32" };
export const elementOf = (type: ScalarType): ElementType =>
  type === "bool" ? { kind: "bool" } : type === "i32" ? { kind: "int" } : f32;

export const unlabelled = (sizes: readonly number[]): OwnAxis[] => sizes.map((size) => ({ size, label: undefined }));

/** Index variables that a tensor of this body ranges over from outside: scans' indices stay free. */
function ambientOf(run: Run, body: Expr, own: readonly Axis[]): Axis[] {
  return body.free.filter((axis) => !run.scanAxes.has(axis) && !own.includes(axis));
}
export const origin = (c: Context, span: Span | undefined): Origin => {
  if (!span) return { location: undefined, label: c.step };
  return { location: c.userLocation(span).location, label: c.step };
};

export const scalar = (expr: Expr, element: ElementType = elementOf(expr.type)): TensorValue => ({
  kind: "tensor",
  element,
  axes: [],
  data: { kind: "scalar", expr },
});
export const array = (
  tensor: Tensor,
  ambient: readonly Axis[],
  axes: readonly OwnAxis[],
  element: ElementType,
): TensorValue => ({ kind: "tensor", element, axes, data: { kind: "array", tensor, ambient } });

/** The element at own indices. */
export function elementAt(c: Context, value: TensorValue, at: readonly Expr[]): Expr {
  if (value.data.kind === "scalar") return value.data.expr;
  const { tensor, ambient } = value.data;
  return c.graph.read(tensor, [...ambient.map((axis) => c.graph.index(axis)), ...at]);
}
/** The element at own indices where all are at items, else `otherwise`. */
export function itemAt(c: Context, value: TensorValue, at: readonly Expr[], otherwise = 0): Expr {
  const { padding } = c.run;
  const positions = value.axes.flatMap((axis, k) => {
    const items = itemsOf(axis);
    return items && !(otherwise === 0 && padding.isClean(value, k)) ? [{ items, at: at[k]! }] : [];
  });
  return padding.guarded(elementAt(c, value, at), positions, otherwise);
}
/** Index variables it depends on, without scans. */
export function dependsOn(run: Run, value: TensorValue): readonly Axis[] {
  return value.data.kind === "scalar" ? ambientOf(run, value.data.expr, []) : value.data.ambient;
}
export const isPerExample = (run: Run, value: TensorValue): boolean => dependsOn(run, value).includes(run.batchAxis);

/** `out[own] = make(own)`: a value of the given axes; one node, unless it is a scalar. */
export function fromBody(
  c: Context,
  axes: readonly OwnAxis[],
  make: (at: readonly Expr[]) => Expr,
  span: Span | undefined,
  element?: ElementType,
): Value {
  const own = axes.map(({ size }) => c.graph.axis(size));
  const body = make(own.map((axis) => c.graph.index(axis)));
  return fromAxes(c, own, axes, body, span, element);
}
/** The same with index variables made before. */
export function fromAxes(
  c: Context,
  own: readonly Axis[],
  axes: readonly OwnAxis[],
  body: Expr,
  span: Span | undefined,
  element: ElementType = elementOf(body.type),
): Value {
  if (own.length === 0) return scalar(body, element);
  const { padding, batchAxis } = c.run;
  // What is the same for all examples has no padding.
  axes = body.free.includes(batchAxis) ? axes : axes.map(plainAxis);
  const indices = own.map((axis) => c.graph.index(axis));
  body = padding.within(padding.guarded(body, positionsOf(axes, indices)), own);
  const ambient = ambientOf(c.run, body, own);
  if (tooLarge(c, ambient, axes, span)) return errorValue;
  const tensor = c.graph.compute([...ambient, ...own], body, origin(c, span));
  padding.remember(tensor, ambient, axes);
  if (tensor.type === "i32" && !c.run.bounds.has(tensor)) c.run.bounds.set(tensor, boundsOf(c.run, body));
  return array(tensor, ambient, axes, element);
}
export function tooLarge(
  c: Context,
  ambient: readonly Axis[],
  axes: readonly OwnAxis[],
  span: Span | undefined,
): boolean {
  const outer = ambient.reduce((n, { extent }) => n * (extent === "batch" ? c.run.batch : extent), 1);
  const size = outer * sizeOfAxes(axes);
  if (size <= largestTensor) return false;
  if (span) c.report(shapeRules.tooLarge, span, { axes: axes.map((axis) => axis.size), size });
  return true;
}

/** The value as a tensor of the graph over what it depends on. */
export function materialise(
  c: Context,
  value: TensorValue,
  span: Span | undefined,
): { readonly tensor: Tensor; readonly ambient: readonly Axis[] } {
  if (value.data.kind === "array") return value.data;
  const expr = c.run.padding.within(value.data.expr);
  const ambient = ambientOf(c.run, expr, []);
  const tensor = c.graph.compute(ambient, expr, origin(c, span));
  c.run.padding.remember(tensor, ambient, []);
  if (tensor.type === "i32" && !c.run.bounds.has(tensor)) c.run.bounds.set(tensor, boundsOf(c.run, expr));
  return { tensor, ambient };
}

function nodes(expr: Expr, limit: number): number {
  if (limit <= 0) return 1;
  let n = 1;
  const inner = expr.kind === "apply" ? expr.arguments : expr.kind === "read" ? expr.at : [];
  if (expr.kind === "fold") return limit;
  for (const e of inner) {
    n += nodes(e, limit - n);
    if (n >= limit) break;
  }
  return n;
}
/** A scalar that may be used several times: stored as a node if repeating its expression would cost. */
export function shared(c: Context, value: Value, span: Span | undefined): Value {
  if (value.kind !== "tensor" || value.data.kind !== "scalar") return value;
  const { expr } = value.data;
  if (expr.type === "f64" || nodes(expr, largestInline) < largestInline) return value;
  const { tensor, ambient } = materialise(c, value, span);
  return {
    ...value,
    data: {
      kind: "scalar",
      expr: c.graph.read(
        tensor,
        ambient.map((axis) => c.graph.index(axis)),
      ),
    },
  };
}

// ---- conversions

/** As a number (f32, or i32 and f64 as they are): classes are refused here, see `oneHot`. */
export function toNumber(c: Context, expr: Expr): Expr {
  return expr.type === "bool" ? c.graph.apply(asNumber, expr) : expr;
}
export function toF32(c: Context, expr: Expr): Expr {
  if (expr.kind === "const") return c.graph.constant(expr.value, "f32");
  return expr.type === "i32" || expr.type === "bool" ? c.graph.apply(asNumber, expr) : expr;
}
/** Truth of an element: `class[2]` is true where it is class 1. */
export function toBool(c: Context, expr: Expr): Expr {
  return expr.type === "bool" ? expr : c.graph.apply(notEqual, expr, c.graph.constant(0, "i32"));
}
export function toIndex(c: Context, expr: Expr): Expr {
  if (expr.kind === "const") return c.graph.constant(expr.value, "i32");
  return expr.type === "i32" ? expr : c.graph.apply(integer, expr);
}

/** A class where numbers are due: its one-hot, with one more axis. Other elements as they are. */
export function oneHot(c: Context, value: TensorValue, span: Span | undefined): Value {
  const { element } = value;
  if (element.kind !== "class") return value;
  const axes = [...value.axes, { size: element.size, label: undefined }];
  const result = fromBody(
    c,
    axes,
    (at) =>
      c.graph.apply(
        where,
        c.graph.apply(equal, elementAt(c, value, at.slice(0, -1)), at.at(-1)!),
        c.graph.constant(1),
        c.graph.constant(0),
      ),
    span,
  );
  return result.kind === "tensor" ? { ...result, trail: value.trail, classes: value } : result;
}

/** The axes of several shapes aligned from the right; undefined where they do not align. */
export function alignAxes(shapes: readonly (readonly OwnAxis[])[]): OwnAxis[] | undefined {
  const rank = Math.max(0, ...shapes.map((axes) => axes.length));
  const result: OwnAxis[] = [];
  for (let k = 0; k < rank; k++) {
    let axis: OwnAxis = { size: 1, label: undefined };
    for (const axes of shapes) {
      const next = axes[axes.length - rank + k];
      if (!next) continue;
      if (next.size === 1 && axis.size !== 1) continue;
      if (axis.size === 1 && next.size !== 1) axis = next;
      else if (axis.size !== next.size || (axis.label && next.label && axis.label !== next.label)) return undefined;
      else axis = { size: axis.size, label: axis.label ?? next.label };
    }
    result.push(axis);
  }
  return result;
}
/** The subscripts of a value inside a shape that it was aligned with. */
export function alignedAt(c: Context, axes: readonly OwnAxis[], at: readonly Expr[]): Expr[] {
  const skip = at.length - axes.length;
  return axes.map(({ size }, k) => (size === 1 ? c.graph.constant(0, "i32") : at[skip + k]!));
}
/** The value stretched to given axes (it must align with them and not exceed them). */
export function broadcast(c: Context, value: TensorValue, axes: readonly OwnAxis[], span: Span | undefined): Value {
  if (value.axes.length === axes.length && value.axes.every((axis, k) => axis.size === axes[k]!.size))
    return { ...value, axes };
  return fromBody(c, axes, (at) => elementAt(c, value, alignedAt(c, value.axes, at)), span, value.element);
}
