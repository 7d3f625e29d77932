/** @file Built-in functions on lists and ranges: splitting, joining, reversing. */
import type { Span } from "../../base/source.js";
import type { Expr } from "../../ir/types.js";
import { less, subtract, where } from "../../ops/index.js";
import { axesOver } from "../axes.js";
import { builtin, type Builtin, type BuiltinCall } from "../builtin.js";
import type { Context } from "../context.js";
import { shapeRules } from "../diagnostics/shapes.js";
import { wordRules } from "../diagnostics/words.js";
import { itemsOf } from "../items.js";
import { mergedAxes } from "../lists.js";
import { anyTensor, trailOf } from "../operators.js";
import { moved, select, sliceOf } from "../subscripts.js";
import { elementAt, fromBody, materialise, oneHot, toF32 } from "../tensors.js";
import { errorValue, isWhole, list, number, type OwnAxis, type TensorValue, type Value, valueText } from "../values.js";
import { looksWhole } from "./shapes.js";

/** The one axis that `over:` names, the last by default; undefined after a message. */
function oneAxis(c: Context, tensor: TensorValue, over: Value | undefined, span: Span): number | undefined {
  const axes = axesOver(c, tensor, over ?? number(-1), span);
  if (!axes) return undefined;
  if (axes.axes.length === 1 && !axes.batch) return axes.axes[0];
  c.report(wordRules.type, span, { what: "`over`", expected: "one axis", actual: over ? valueText(over) : "" });
  return undefined;
}

/** Each part is a tensor of its own. */
const mostParts = 1024;

function split(c: Context, { values: [x, parts], settings, span }: BuiltinCall): Value {
  looksWhole(c, x!);
  const tensor = anyTensor(c, x!, "split", span);
  if (!tensor) return errorValue;
  const axis = oneAxis(c, tensor, settings.get("over"), span);
  if (axis === undefined) return errorValue;
  const { size } = tensor.axes[axis]!;
  if (itemsOf(tensor.axes[axis]!)) return moved(c, tensor, tensor.axes[axis]!, "`split`", span);
  let sizes: readonly number[];
  if (parts!.kind === "number") {
    const each = size / parts!.value;
    if (!isWhole(each) || each < 1 || parts!.value > mostParts)
      return c.report(shapeRules.notWhole, span, {
        what: `${size} / ${parts!.value}, the size of a part,`,
        value: each,
      });
    sizes = Array.from({ length: parts!.value }, () => each);
  } else if (parts!.kind === "list") {
    sizes = parts!.items.map((item) => (item.kind === "number" ? item.value : Number.NaN));
    if (sizes.some((n) => !isWhole(n) || n < 1) || sizes.reduce((a, b) => a + b, 0) !== size)
      return c.report(wordRules.type, span, {
        what: "the sizes of `split`",
        expected: `whole numbers that add up to ${size}`,
        actual: valueText(parts!),
      });
  } else
    return c.report(wordRules.type, span, {
      what: "the parts of `split`",
      expected: "a number or a list of sizes",
      actual: valueText(parts!),
    });
  let start = 0;
  return list(
    sizes.map((n) => {
      const from = start;
      start += n;
      const selected = tensor.axes.map((own, k) =>
        k === axis ? sliceOf(c, own, from, from + n) : sliceOf(c, own, 0, own.size),
      );
      return select(c, tensor, selected, span);
    }),
  );
}

/** A list of tensors that agree in all axes but one, side by side along it. */
function concatenate(c: Context, { values: [x], settings, span }: BuiltinCall): Value {
  if (x!.kind === "error") return errorValue;
  if (x!.kind !== "list" || x!.items.length === 0)
    return c.report(wordRules.type, span, {
      what: "the value of `concatenate`",
      expected: "a list of tensors",
      actual: valueText(x!),
    });
  const parts: TensorValue[] = [];
  const classes = x!.items.every(
    (item) => item.kind === "tensor" && item.element.kind === "class" && item.axes.length > 0,
  );
  for (const item of x!.items) {
    looksWhole(c, item);
    const tensor = item.kind === "error" ? undefined : anyTensor(c, item, "concatenate", span);
    const numeric = tensor && (classes ? tensor : oneHot(c, tensor, span));
    if (numeric?.kind !== "tensor") return errorValue;
    // A number is a vector of one element.
    parts.push(numeric.axes.length > 0 ? numeric : { ...vector(c, numeric, span), trail: numeric.trail });
  }
  const [first] = parts as [TensorValue];
  const axis = oneAxis(c, first, settings.get("over"), span);
  if (axis === undefined) return errorValue;
  const agree = parts.every(
    (p) =>
      p.axes.length === first.axes.length && p.axes.every(({ size }, k) => k === axis || size === first.axes[k]!.size),
  );
  if (!agree)
    return c.report(
      shapeRules.unequal,
      span,
      { word: "concatenate", shapes: parts.map(valueText).join(", ") },
      { related: trailOf(parts, 1) },
    );
  const total = parts.reduce((n, p) => n + p.axes[axis]!.size, 0);
  const joined = parts.find((part) => itemsOf(part.axes[axis]!));
  if (joined && parts.length > 1) return moved(c, joined, joined.axes[axis]!, "`concatenate`", span);
  const merged = mergedAxes(c, parts, span);
  if (!merged) return errorValue;
  const axes = merged.map((own, k): OwnAxis => (k === axis ? { size: total, label: undefined } : own));
  const sources = parts.map((part) => materialise(c, part, span));
  const result = fromBody(
    c,
    axes,
    (at) => {
      const read = (k: number, shift: number): Expr => {
        const { tensor, ambient } = sources[k]!;
        const here = shift === 0 ? at[axis]! : c.graph.apply(subtract, at[axis]!, c.graph.constant(shift, "i32"));
        const own = at.map((index, position) => (position === axis ? here : index));
        const expr = c.graph.read(
          tensor,
          [...ambient.map((a) => c.graph.index(a)), ...own],
          parts.length > 1 ? 0 : undefined,
        );
        return classes ? expr : toF32(c, expr);
      };
      // Starts of the parts, then the choice among them by halving.
      const starts: number[] = [];
      let start = 0;
      for (const part of parts) {
        starts.push(start);
        start += part.axes[axis]!.size;
      }
      const choose = (from: number, to: number): Expr => {
        if (to - from === 1) return read(from, starts[from]!);
        const middle = (from + to) >> 1;
        const limit = c.graph.constant(starts[middle]!, "i32");
        return c.graph.apply(where, c.graph.apply(less, at[axis]!, limit), choose(from, middle), choose(middle, to));
      };
      return choose(0, parts.length);
    },
    span,
    classes ? first.element : undefined,
  );
  return result.kind === "tensor" ? { ...result, trail: first.trail } : result;
}
function vector(c: Context, value: TensorValue, span: Span): TensorValue {
  const result = fromBody(c, [{ size: 1, label: undefined }], () => elementAt(c, value, []), span);
  return result.kind === "tensor" ? result : value;
}

export const structureBuiltins: readonly Builtin[] = [
  builtin("split(x, parts, over: -1)", "A list of equal parts along an axis, or of parts of the sizes given.", split),
  builtin("concatenate(x, over: -1)", "Joins a list of tensors along an axis: `[a, b] -> concatenate`.", concatenate),
  builtin(
    "reverse(range)",
    "The range backwards, for `scan`: `reverse(t)`, `reverse(1..t)`.",
    (c, { values: [x], span }) => {
      if (x!.kind === "number") return { kind: "range", from: 0, to: x!.value, reversed: true, label: x!.label };
      if (x!.kind === "range") return { ...x!, reversed: !x!.reversed };
      if (x!.kind === "list") return list([...x!.items].reverse());
      return c.report(wordRules.badOperand, span, { operation: "reverse", actual: valueText(x!) });
    },
  ),
];
