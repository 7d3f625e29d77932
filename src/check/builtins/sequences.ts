/** @file Built-in functions on sequences with padding: their lengths, and what is padding. */
import type { Span } from "../../base/source.js";
import type { Axis, Expr, Tensor } from "../../ir/types.js";
import { and, integer } from "../../ops/index.js";
import { builtin, type Builtin, type BuiltinCall } from "../builtin.js";
import type { Context } from "../context.js";
import { sequenceRules } from "../diagnostics/sequences.js";
import { wordRules } from "../diagnostics/words.js";
import { isRagged, itemsOf, nameOfAxis, plainAxis } from "../items.js";
import { anyTensor } from "../operators.js";
import { alignAxes, elementAt, fromBody, itemAt, materialise, scalar } from "../tensors.js";
import { errorValue, isWhole, type Label, number, type OwnAxis, type Value, valueText } from "../values.js";
import { axesOf, looksWhole } from "./shapes.js";

function fill(c: Context, { values: [x, value], span }: BuiltinCall): Value {
  if (x!.kind !== "tensor" || !isRagged(x!.axes)) return x!;
  const tensor = x!;
  const { element } = tensor;
  const isClass = element.kind === "class";
  const fits = value!.kind === "number" && (!isClass || (isWhole(value!.value) && value!.value < element.size));
  if (value!.kind !== "number" || !fits) {
    const expected = isClass ? `a class from 0 to ${element.size - 1}` : "a number";
    return c.report(wordRules.type, span, { what: "the value of `fill`", expected, actual: valueText(value!) });
  }
  const { value: filler } = value!;
  const axes = tensor.axes.map(plainAxis);
  const filled = fromBody(c, axes, (at) => itemAt(c, tensor, at, filler), span, element);
  return filled.kind === "tensor" ? { ...filled, trail: tensor.trail } : filled;
}

function mask(c: Context, { values: [x, keep], span }: BuiltinCall): Value {
  const tensor = anyTensor(c, x!, "mask", span);
  if (!tensor || keep!.kind === "error") return errorValue;
  const [first, ...others] = tensor.axes;
  const wrong = (): Value =>
    c.report(sequenceRules.mask, span, { axis: first ? nameOfAxis(first) : "t", actual: valueText(keep!) });
  if (!first || keep!.kind !== "tensor" || keep!.element.kind !== "bool") return wrong();
  if (!alignAxes([[first], keep!.axes]) || keep!.axes[0]?.size !== first.size) return wrong();
  const { tensor: kept, ambient } = materialise(c, keep!, span);
  const label = maskedLabel(c, first, kept, ambient, span);
  const axes = [{ size: first.size, label }, ...others];
  const masked = fromBody(c, axes, (at) => elementAt(c, tensor, at), span, tensor.element);
  return masked.kind === "tensor" ? { ...masked, trail: tensor.trail } : masked;
}
/** The label of an axis under a mask; equal masks give one label. */
function maskedLabel(c: Context, axis: OwnAxis, kept: Tensor, ambient: readonly Axis[], span: Span): Label {
  const { graph, run } = c;
  const { masked } = run.padding;
  const before = itemsOf(axis);
  const key = `${kept.id}:${before?.sequence?.name ?? ""}:${axis.label?.name ?? ""}`;
  const known = masked.get(key);
  if (known) return known;
  const outer = ambient.map((index) => graph.index(index));
  const holds = (at: Expr): Expr => {
    const own = graph.read(kept, [...outer, at]);
    return before ? graph.apply(and, before.holds(at), own) : own;
  };
  const position = graph.axis(axis.size);
  const number = graph.fold("sum", [position], graph.apply(integer, holds(graph.index(position))));
  const { tensor } = materialise(c, scalar(number), span);
  const count = graph.read(tensor, outer);
  const label: Label = { name: axis.label?.name ?? "items", items: { holds, count, sequence: undefined } };
  masked.set(key, label);
  return label;
}

export const sequenceBuiltins: readonly Builtin[] = [
  builtin(
    "length(x)",
    "The number of items of a sequence, in each example its own: the size of x's first axis.",
    (c, { values: [x], span }) => {
      looksWhole(c, x!);
      const first = axesOf(x!)?.[0];
      if (!first) return c.report(wordRules.badOperand, span, { operation: "length", actual: valueText(x!) });
      const items = itemsOf(first);
      return items ? scalar(items.count) : number(first.size);
    },
  ),
  builtin(
    "fill(x, value)",
    "x with the padding of its sequences replaced by a value: its axes are then axes like any other.",
    fill,
  ),
  builtin("mask(x, keep)", "x, in which the elements of the first axis where `keep` [t] is false are padding.", mask),
];
