/** @file Lists where a tensor is due: constants become a table, tensors of one shape are stacked. */
import type { Span } from "../base/source.js";
import type { Expr } from "../ir/types.js";
import { less, where } from "../ops/index.js";
import type { Context } from "./context.js";
import { sequenceRules } from "./diagnostics/sequences.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { wordRules } from "./diagnostics/words.js";
import { itemsOf } from "./items.js";
import { elementAt, fromBody, oneHot, scalar, toF32 } from "./tensors.js";
import {
  errorValue,
  type ListValue,
  type OwnAxis,
  sameAxes,
  type TensorValue,
  type Value,
  valueText,
} from "./values.js";

/** Longer tables belong into data. */
const longestTable = 4096;

/** `[a, b, c]` as a tensor with one more axis, in front. */
export function listToTensor(c: Context, { items }: ListValue, span: Span): Value {
  if (items.length === 0 || items.length > longestTable)
    return c.report(wordRules.badOperand, span, { operation: "arithmetic", actual: `a list of ${items.length}` });
  const tensors: TensorValue[] = [];
  for (const item of items) {
    const tensor = itemTensor(c, item, span);
    if (tensor.kind !== "tensor") return tensor;
    tensors.push(tensor);
  }
  const first = tensors[0]!;
  const axes = tensors.every((t) => sameAxes(t.axes, first.axes)) && mergedAxes(c, tensors, span);
  if (!axes) return c.report(shapeRules.unequal, span, { word: "[..]", shapes: tensors.map(valueText).join(", ") });
  return fromBody(
    c,
    [{ size: tensors.length, label: undefined }, ...axes],
    ([k, ...at]) =>
      choose(
        c,
        k!,
        tensors.map((t) => toF32(c, elementAt(c, t, at))),
      ),
    span,
  );
}
/** The axes of tensors of the same sizes; of one that is a sequence in some, its items. Undefined after a message. */
export function mergedAxes(c: Context, tensors: readonly TensorValue[], span: Span): OwnAxis[] | undefined {
  const axes = tensors[0]!.axes.map((first, k): OwnAxis => {
    const all = tensors.map((t) => t.axes[k]!);
    return all.find((axis) => itemsOf(axis)) ?? first;
  });
  const isMixed = axes.some((axis, k) => tensors.some((t) => (itemsOf(t.axes[k]!) ?? itemsOf(axis)) !== itemsOf(axis)));
  if (!isMixed) return axes;
  c.report(sequenceRules.mixed, span, { what: "an axis of the list" });
  return undefined;
}
function itemTensor(c: Context, item: Value, span: Span): Value {
  switch (item.kind) {
    case "number":
      return scalar(c.graph.constant(item.value));
    case "bool":
      return scalar(c.graph.constant(item.value ? 1 : 0));
    case "tensor":
      return oneHot(c, item, span);
    case "list":
      return listToTensor(c, item, span);
    case "error":
      return errorValue;
    default:
      return c.report(wordRules.badOperand, span, { operation: "arithmetic", actual: valueText(item) });
  }
}
/** The k-th of some expressions, by halving. */
function choose(c: Context, k: Expr, options: readonly Expr[], from = 0): Expr {
  const first = options[0]!;
  if (options.every((option) => option === first)) return first;
  const middle = options.length >> 1;
  return c.graph.apply(
    where,
    c.graph.apply(less, k, c.graph.constant(from + middle, "i32")),
    choose(c, k, options.slice(0, middle), from),
    choose(c, k, options.slice(middle), from + middle),
  );
}
