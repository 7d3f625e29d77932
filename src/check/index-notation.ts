/** @file Index notation: `let y[i, j] = ..`, affine left sides that scatter, and reducers `sum[k](..)`. */
import type { Span } from "../base/source.js";
import type { Axis, Expr, Reducer } from "../ir/types.js";
import type { Argument, Call, Expression, IndexItem, LetStatement, SubscriptItem, Target } from "../syntax/ast.js";
import { boundsOf } from "./bounds.js";
import type { Context } from "./context.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { wordRules } from "./diagnostics/words.js";
import { neutralOf, plainAxis, positionsOf } from "./items.js";
import { numericTensor, realTensor } from "./operators.js";
import { type Binder, type Range, solveRanges } from "./ranges.js";
import { Scope } from "./scope.js";
import {
  array,
  dependsOn,
  elementAt,
  f32,
  fromAxes,
  itemAt,
  origin,
  scalar,
  toF32,
  toIndex,
  tooLarge,
} from "./tensors.js";
import { errorValue, type OwnAxis, type TensorValue, type Value } from "./values.js";

/** Index variables for binders, and the context in which they are names. */
export function bindIndices(
  c: Context,
  binders: readonly Binder[],
  ranges: ReadonlyMap<string, Range>,
): { readonly inner: Context; readonly axes: readonly Axis[]; readonly own: readonly OwnAxis[] } {
  const scope = new Scope(c.scope);
  const axes: Axis[] = [];
  const own: OwnAxis[] = [];
  for (const { name, span } of binders) {
    const { size, label } = ranges.get(name)!;
    const axis = c.graph.axis(size);
    axes.push(axis);
    own.push({ size, label });
    const index = c.graph.index(axis);
    c.run.padding.visit(axis, index, label?.items);
    scope.bind(name, scalar(index), c.location(span));
  }
  return { inner: c.with({ scope, indices: [...c.indices, ...axes], scan: undefined }), axes, own };
}

/** Moves named index variables of a value to own axes, at `position` among them. */
export function closeOver(
  c: Context,
  value: TensorValue,
  bound: readonly Axis[],
  own: readonly OwnAxis[],
  position: number,
  span: Span,
): Value {
  const inner = value.axes.map(({ size }) => c.graph.axis(size));
  const body = elementAt(
    c,
    value,
    inner.map((axis) => c.graph.index(axis)),
  );
  const axes = [...value.axes.slice(0, position), ...own, ...value.axes.slice(position)];
  return fromAxes(
    c,
    [...inner.slice(0, position), ...bound, ...inner.slice(position)],
    axes,
    body,
    span,
    value.element,
  );
}

type Indices = NonNullable<Extract<Target, { kind: "name" }>["indices"]>;

/** `let y[i, j] = body`: the value with the indices as axes. */
export function elaborateIndexed(c: Context, statement: LetStatement, indices: Indices): Value {
  const items = indices.filter((item) => item.kind === "index");
  const plain = items.every((item) => item.value.kind === "name");
  if (!plain) return elaborateScatter(c, items, statement.value, statement.span);
  const binders = items.flatMap((item): Binder[] =>
    item.value.kind === "name" ? [{ name: item.value.name, span: item.span, range: item.range }] : [],
  );
  const ranges = solveRanges(c, binders, statement.value);
  if (!ranges) return errorValue;
  const { inner, axes, own } = bindIndices(c, binders, ranges);
  const value = numericOrClass(inner, inner.evaluate(statement.value), statement.value.span);
  if (!value) return errorValue;
  // Whole axes of the body stand where `...` is, else last.
  const rest = indices.findIndex((item) => item.kind === "ellipsis");
  if (rest > 0 && rest < indices.length - 1)
    return c.report(wordRules.notHere, indices[rest]!.span, { what: "`...` between indices", where: "a left side" });
  const position = rest === 0 ? value.axes.length : 0;
  return closeOver(c, value, axes, own, position, statement.span);
}
function numericOrClass(c: Context, value: Value, span: Span): TensorValue | undefined {
  return value.kind === "tensor" ? value : numericTensor(c, value, "index notation", span);
}

/** `let y[i * s + a] = body`: terms that land on one element add. */
function elaborateScatter(c: Context, items: readonly IndexItem[], body: Expression, span: Span): Value {
  const binders = new Map<string, Binder>();
  const find = (e: Expression, range: Expression | undefined): void => {
    if (e.kind === "name") {
      const known = range ? undefined : c.scope.find(e.name)?.value;
      if (known?.kind !== "number" && !binders.has(e.name)) binders.set(e.name, { name: e.name, span: e.span, range });
    } else if (e.kind === "binary") {
      find(e.left, undefined);
      find(e.right, undefined);
    } else if (e.kind === "unary") find(e.operand, undefined);
  };
  for (const item of items) find(item.value, item.range);
  const list = [...binders.values()];
  const ranges = solveRanges(c, list, body);
  if (!ranges) return errorValue;
  const { inner, axes } = bindIndices(c, list, ranges);
  const at: Expr[] = [];
  const own: OwnAxis[] = [];
  for (const item of items) {
    const value = inner.evaluate(item.value);
    if (value.kind === "error") return value;
    const scalarValue = numericTensor(inner, value, "a left side", item.span);
    if (!scalarValue || scalarValue.data.kind !== "scalar") return errorValue;
    const expr = toIndex(c, scalarValue.data.expr);
    const { low, high } = boundsOf(c.run, expr);
    if (!(low >= 0) || !Number.isFinite(high))
      return c.report(shapeRules.outside, item.span, { low, high, size: Math.max(1, high + 1) });
    at.push(expr);
    const label = item.value.kind === "name" ? ranges.get(item.value.name)?.label : undefined;
    own.push(plainAxis({ size: high + 1, label }));
  }
  const value = realTensor(inner, inner.evaluate(body), "index notation", body.span);
  if (!value) return errorValue;
  const rest = value.axes.map(({ size }) => c.graph.axis(size));
  const ambient = dependsOn(c.run, value).filter((axis) => !axes.includes(axis));
  const all = [...own, ...value.axes.map(plainAxis)];
  if (tooLarge(c, ambient, all, span)) return errorValue;
  const term = itemAt(
    c,
    value,
    rest.map((axis) => c.graph.index(axis)),
  );
  const expr = toF32(c, c.run.padding.within(term));
  const index = (axis: Axis): Expr => c.graph.index(axis);
  const tensor = c.graph.scatter(
    [...ambient.map(({ extent }) => extent), ...all.map(({ size }) => size)],
    [...ambient, ...axes, ...rest],
    [...ambient.map(index), ...at, ...rest.map(index)],
    expr,
    origin(c, span),
  );
  return array(tensor, ambient, all, f32);
}

/** The binders of `f[k, a in 3](..)`; undefined after a message. */
function bindersOf(c: Context, items: readonly SubscriptItem[]): Binder[] | undefined {
  const binders: Binder[] = [];
  for (const item of items) {
    if (item.kind !== "index" || item.value.kind !== "name") {
      c.report(wordRules.notHere, item.span, {
        what: "this subscript",
        where: "a reducer, which binds indices: `sum[i, j](..)`",
      });
      return undefined;
    }
    binders.push({ name: item.value.name, span: item.span, range: item.range });
  }
  return binders;
}

const folds: ReadonlyMap<string, Reducer> = new Map<string, Reducer>([
  ["sum", "sum"],
  ["product", "product"],
  ["max", "max"],
  ["min", "min"],
  ["argmax", "argmax"],
  ["argmin", "argmin"],
]);

/** `f[k](body)`: f of the vector of the body over k, for any f from vector to number. */
export function elaborateReducer(
  c: Context,
  call: Call,
  items: readonly SubscriptItem[],
  builtin: string | undefined,
  apply: (c: Context, vector: Value, others: readonly Argument[]) => Value,
): Value {
  const binders = bindersOf(c, items);
  const [first, ...others] = call.arguments;
  if (!binders || !first) return errorValue;
  const ranges = solveRanges(c, binders, first.value);
  if (!ranges) return errorValue;
  const { inner, axes, own } = bindIndices(c, binders, ranges);
  const value = inner.evaluate(first.value);
  if (value.kind === "error") return value;
  const reducer = builtin === undefined || others.length > 0 ? undefined : folds.get(builtin);
  if (reducer) return fold(c, inner, reducer, value, axes, own, call.span);
  const tensor = numericTensor(inner, value, "a reducer", first.span);
  if (!tensor) return errorValue;
  if (tensor.axes.length === 0) {
    const vector = closeOver(c, tensor, axes, own, 0, first.span);
    return vector.kind === "tensor" ? apply(c, vector, others) : vector;
  }
  // Whole axes of the body are looped over from outside.
  const outer = tensor.axes.map(({ size }) => c.graph.axis(size));
  const element = scalar(
    elementAt(
      c,
      tensor,
      outer.map((axis) => c.graph.index(axis)),
    ),
  );
  const within = c.with({ indices: [...c.indices, ...outer] });
  const vector = closeOver(within, element, axes, own, 0, first.span);
  const result = vector.kind === "tensor" ? apply(within, vector, others) : vector;
  return result.kind === "tensor" ? closeOver(c, result, outer, tensor.axes, 0, call.span) : result;
}

function fold(
  c: Context,
  inner: Context,
  reducer: Reducer,
  value: Value,
  axes: readonly Axis[],
  own: readonly OwnAxis[],
  span: Span,
): Value {
  const tensor = numericTensor(inner, value, reducer, span);
  if (!tensor) return errorValue;
  const rest = tensor.axes.map(({ size }) => c.graph.axis(size));
  const at = elementAt(
    c,
    tensor,
    rest.map((axis) => c.graph.index(axis)),
  );
  const body = at.type === "bool" ? toIndex(c, at) : at;
  const positions = positionsOf(
    own,
    axes.map((axis) => c.graph.index(axis)),
  );
  const expr = c.graph.fold(reducer, axes, c.run.padding.guarded(body, positions, neutralOf(reducer, at.type)));
  const size = own.reduce((n, axis) => n * axis.size, 1);
  const isArg = reducer === "argmax" || reducer === "argmin";
  const element = isArg ? ({ kind: "class", size, labels: undefined } as const) : undefined;
  return fromAxes(c, rest, tensor.axes, expr, span, element);
}
