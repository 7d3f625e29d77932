/** @file Built-in functions about shapes: sizes, reshaping, padding, transposing. */
import type { Span } from "../../base/source.js";
import { subtract } from "../../ops/index.js";
import { builtin, type Builtin, type BuiltinCall } from "../builtin.js";
import type { Context } from "../context.js";
import { shapeRules } from "../diagnostics/shapes.js";
import { wordRules } from "../diagnostics/words.js";
import { isRagged, itemsOf } from "../items.js";
import { anyTensor, trailOf } from "../operators.js";
import { asSize } from "../sizes.js";
import { countOf } from "../counts.js";
import { moved } from "../subscripts.js";
import { array, elementAt, f32, fromBody, materialise, origin, scalar } from "../tensors.js";
import {
  errorValue,
  isWhole,
  list,
  number,
  type OwnAxis,
  shapeText,
  sizeOfAxes,
  type TensorValue,
  type Value,
  valueText,
} from "../values.js";

/** Looking at a whole tensor ends the trial of an optimizer's flat form. */
export function looksWhole(c: Context, value: Value): void {
  if (c.flat && value.kind === "tensor" && value.axes.some((axis) => axis.label === c.flat!.label))
    c.flat.violated = true;
}
export const axesOf = (value: Value): readonly OwnAxis[] | undefined =>
  value.kind === "tensor"
    ? value.axes
    : value.kind === "number" || value.kind === "bool"
      ? []
      : value.kind === "list"
        ? [{ size: value.items.length, label: undefined }]
        : undefined;

/** A list of sizes, `...` for the row of the signature; undefined after a message. */
export function shapeArgument(c: Context, value: Value, span: Span): OwnAxis[] | undefined {
  if (value.kind === "error") return undefined;
  if (value.kind !== "list") {
    c.report(wordRules.type, span, { what: "a shape", expected: "a list of sizes", actual: valueText(value) });
    return undefined;
  }
  const axes: OwnAxis[] = [];
  for (const item of value.items) {
    if (item.kind === "rest") {
      axes.push(...(c.row ?? []));
      continue;
    }
    const axis = asSize(c, item, span);
    if (!axis) return undefined;
    axes.push(axis);
  }
  return axes;
}

/**
 * `...` in a reshape keeps leading axes: the row of the signature if the value begins with it, else as many as the other sizes
 * do not account for. Where axes of size 1 leave a choice, several sizes split the last axis and one size merges the last two.
 */
function keptAxes(c: Context, tensor: TensorValue, tail: readonly OwnAxis[]): number | undefined {
  const rank = tensor.axes.length;
  const size = sizeOfAxes(tail);
  const fits = (kept: number): boolean => kept >= 0 && kept <= rank && sizeOfAxes(tensor.axes.slice(kept)) === size;
  if (c.row && fits(c.row.length)) return c.row.length;
  const natural = tail.length === 1 ? rank - 2 : rank - 1;
  if (fits(natural)) return natural;
  for (let kept = 0; kept <= rank; kept++) if (fits(kept)) return kept;
  return undefined;
}

function reshape(c: Context, { values: [x, shape], span }: BuiltinCall): Value {
  looksWhole(c, x!);
  const tensor = anyTensor(c, x!, "reshape", span);
  if (!tensor || shape!.kind === "error") return errorValue;
  if (shape!.kind !== "list")
    return c.report(wordRules.type, span, {
      what: "the shape of `reshape`",
      expected: "a list of sizes",
      actual: valueText(shape!),
    });
  const rest = shape.items.findIndex((item) => item.kind === "rest");
  // Axes in front may stay as they are; a size of a sequence that is asked for is none.
  const last = tensor.axes.findLastIndex((axis) => itemsOf(axis));
  const sequence = tensor.axes[last];
  if (sequence && shape.items.some((item) => item.kind === "tensor"))
    return moved(c, tensor, sequence, "`reshape`", span);
  let axes: OwnAxis[] | undefined;
  if (rest === 0) {
    const tail = shapeArgument(c, list(shape.items.slice(1)), span);
    if (!tail) return errorValue;
    const kept = keptAxes(c, tensor, tail);
    axes = kept === undefined ? undefined : [...tensor.axes.slice(0, kept), ...tail];
    if (!axes)
      return reportReshape(c, tensor, `[..., ${tail.map(({ size }) => size).join(", ")}]`, sizeOfAxes(tail), span);
  } else {
    axes = shapeArgument(c, shape, span);
    if (!axes) return errorValue;
  }
  if (sizeOfAxes(axes) !== sizeOfAxes(tensor.axes))
    return reportReshape(c, tensor, shapeText(axes), sizeOfAxes(axes), span);
  const front = tensor.axes.slice(0, last + 1);
  if (sequence && !front.every(({ size }, k) => size === axes[k]?.size))
    return moved(c, tensor, sequence, "`reshape`", span);
  return reshaped(c, tensor, [...front, ...axes.slice(last + 1)], span);
}
function reportReshape(c: Context, tensor: TensorValue, to: string, wanted: number, span: Span): Value {
  return c.report(
    shapeRules.reshape,
    span,
    { from: valueText(tensor), to, count: sizeOfAxes(tensor.axes), wanted },
    { related: trailOf(tensor) },
  );
}
/** The same elements under other axes. */
export function reshaped(c: Context, tensor: TensorValue, axes: readonly OwnAxis[], span: Span): Value {
  const { trail } = tensor;
  if (axes.length === 0) {
    const zeros = tensor.axes.map(() => c.graph.constant(0, "i32"));
    return { ...scalar(elementAt(c, tensor, zeros), tensor.element), trail };
  }
  const { tensor: node, ambient } = materialise(c, tensor, span);
  const shape = [...ambient.map(({ extent }) => extent), ...axes.map(({ size }) => size)];
  const result = c.graph.reshape(node, shape, origin(c, span));
  // Sequences are among the axes in front, which stay.
  c.run.padding.copy(node, result);
  const bounds = c.run.bounds.get(node);
  if (bounds) c.run.bounds.set(result, bounds);
  return { ...array(result, ambient, axes, tensor.element), trail };
}

function pad(c: Context, { values: [x, amounts], settings, span }: BuiltinCall): Value {
  looksWhole(c, x!);
  const tensor = anyTensor(c, x!, "pad", span);
  if (!tensor || amounts!.kind === "error") return errorValue;
  const value = settings.get("value") ?? number(0);
  if (value.kind !== "number")
    return c.report(wordRules.notConstant, span, { what: "the value of `pad`", actual: valueText(value) });
  const pairs = amounts!.kind === "list" ? amounts.items.map(pairOf) : [];
  if (amounts!.kind !== "list" || pairs.some((pair) => pair === undefined))
    return c.report(wordRules.type, span, {
      what: "the amounts of `pad`",
      expected: "a list of [before, after]",
      actual: valueText(amounts!),
    });
  if (pairs.length !== tensor.axes.length)
    return c.report(shapeRules.subscripts, span, {
      given: pairs.length,
      rank: tensor.axes.length,
      value: valueText(tensor),
    });
  const fraction = pairs.flatMap((pair) => pair!).find((n) => !isWhole(n));
  if (fraction !== undefined)
    return c.report(shapeRules.notWhole, span, { what: "an amount of `pad`", value: fraction });
  if (pairs.every((pair) => pair![0] === 0 && pair![1] === 0)) return tensor;
  const sequence = tensor.axes.find((axis, k) => itemsOf(axis) && pairs[k]!.some((amount) => amount !== 0));
  if (sequence) return moved(c, tensor, sequence, "`pad`", span);
  const axes = tensor.axes.map(({ size, label }, k): OwnAxis => {
    const [before, after] = pairs[k]!;
    return { size: size + before + after, label: before === 0 && after === 0 ? label : undefined };
  });
  const empty = axes.find(({ size }) => size < 1);
  if (empty) return c.report(shapeRules.notWhole, span, { what: "a size after `pad` (at least 1)", value: empty.size });
  // Only reads that can leave the tensor need the value.
  const outside = pairs.some((pair) => pair![0] > 0 || pair![1] > 0) ? value.value : undefined;
  const { tensor: node, ambient } = materialise(c, tensor, span);
  return fromBody(
    c,
    axes,
    (at) =>
      c.graph.read(
        node,
        [
          ...ambient.map((axis) => c.graph.index(axis)),
          ...at.map((index, k) => {
            const [before] = pairs[k]!;
            return before === 0 ? index : c.graph.apply(subtract, index, c.graph.constant(before, "i32"));
          }),
        ],
        outside,
      ),
    span,
    tensor.element,
  );
}
function pairOf(value: Value): readonly [number, number] | undefined {
  if (value.kind !== "list" || value.items.length !== 2) return undefined;
  const [a, b] = value.items;
  return a?.kind === "number" && b?.kind === "number" ? [a.value, b.value] : undefined;
}

function transpose(c: Context, { values: [x, order], span }: BuiltinCall): Value {
  looksWhole(c, x!);
  const tensor = anyTensor(c, x!, "transpose", span);
  if (!tensor) return errorValue;
  const rank = tensor.axes.length;
  let permutation = tensor.axes.map((_, k) => rank - 1 - k);
  if (order) {
    const given =
      order.kind === "list" ? order.items.map((item) => (item.kind === "number" ? item.value : Number.NaN)) : [];
    const positions = given.map((k) => (k < 0 ? rank + k : k));
    if (
      positions.length !== rank ||
      new Set(positions).size !== rank ||
      positions.some((k) => !isWhole(k) || k < 0 || k >= rank)
    )
      return c.report(wordRules.type, span, {
        what: "the order of `transpose`",
        expected: `a list of the positions 0 to ${rank - 1}`,
        actual: valueText(order),
      });
    permutation = positions;
  }
  const axes = permutation.map((k) => tensor.axes[k]!);
  return fromBody(
    c,
    axes,
    (at) =>
      elementAt(
        c,
        tensor,
        tensor.axes.map((_, k) => at[permutation.indexOf(k)]!),
      ),
    span,
    tensor.element,
  );
}

/** A tensor of one constant. */
function filled(value: number): (c: Context, call: BuiltinCall) => Value {
  return (c, { values: [shape], span }) => {
    const axes = shapeArgument(c, shape!, span);
    return axes ? fromBody(c, axes, () => c.graph.constant(value), span, f32) : errorValue;
  };
}

export const shapeBuiltins: readonly Builtin[] = [
  builtin("shape(x)", "The sizes of the axes, as a list of constants.", (c, { values: [x], span }) => {
    looksWhole(c, x!);
    const axes = axesOf(x!);
    if (!axes) return c.report(wordRules.badOperand, span, { operation: "shape", actual: valueText(x!) });
    return list(axes.map(({ size, label }) => number(size, label)));
  }),
  builtin(
    "size(x)",
    "The number of elements of one example (of a list of sizes: their product).",
    (c, { values: [x], span }) => {
      looksWhole(c, x!);
      if (x!.kind === "list" && x!.items.every((item) => item.kind === "number"))
        return number(x!.items.reduce((n, item) => n * (item.kind === "number" ? item.value : 1), 1));
      const axes = axesOf(x!);
      if (!axes) return c.report(wordRules.badOperand, span, { operation: "size", actual: valueText(x!) });
      return isRagged(axes) ? scalar(countOf(c, axes)) : number(sizeOfAxes(axes));
    },
  ),
  builtin(
    "reshape(x, shape)",
    "The same elements in the same order under other axes; `...` keeps leading axes.",
    reshape,
  ),
  builtin(
    "pad(x, amounts, value: 0)",
    "Adds elements before and after each axis, [[before, after], ..]; a negative amount crops.",
    pad,
  ),
  builtin("transpose(x, order?)", "The axes in reverse order, or in the order given.", transpose),
  builtin("zeros(shape)", "A tensor of zeros.", filled(0)),
  builtin("ones(shape)", "A tensor of ones.", filled(1)),
];
