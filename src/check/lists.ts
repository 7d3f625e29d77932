/** @file Lists where a tensor is due: constants become a table, tensors of one shape are stacked. */
import type { Span } from "../base/source.js";
import type { Expr } from "../ir/types.js";
import { less, where } from "../ops/index.js";
import type { Context } from "./context.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { wordRules } from "./diagnostics/words.js";
import { elementAt, fromBody, oneHot, scalar, toF32 } from "./tensors.js";
import { errorValue, type ListValue, sameAxes, type TensorValue, type Value, valueText } from "./values.js";

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
  if (tensors.some((t) => !sameAxes(t.axes, first.axes)))
    return c.report(shapeRules.unequal, span, { word: "[..]", shapes: tensors.map(valueText).join(", ") });
  return fromBody(
    c,
    [{ size: tensors.length, label: undefined }, ...first.axes],
    ([k, ...at]) =>
      choose(
        c,
        k!,
        tensors.map((t) => toF32(c, elementAt(c, t, at))),
      ),
    span,
  );
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
