/** @file Sizes written in shapes: evaluated, or solved from `a * n + b` for one unknown name. */
import type { Expression, Shape } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { wordRules } from "./diagnostics/words.js";
import { isWhole, type OwnAxis, type Value, valueText } from "./values.js";

/** `a * n + b` in the one name that has no value yet. */
interface Form {
  readonly a: number;
  readonly b: number;
  readonly name: string | undefined;
}

export function solveSize(
  c: Context,
  e: Expression,
  size: number,
):
  | "unsolvable"
  | { readonly kind: "known"; readonly value: number }
  | { readonly kind: "unknown"; readonly name: string; readonly value: number } {
  const form = formOf(c, e);
  if (!form) return "unsolvable";
  if (form.name === undefined) return { kind: "known", value: form.b };
  const value = (size - form.b) / form.a;
  return isWhole(value) && value >= 1 ? { kind: "unknown", name: form.name, value } : "unsolvable";
}
function formOf(c: Context, e: Expression): Form | undefined {
  if (e.kind === "name" && !c.scope.find(e.name) && !c.file.constants.has(e.name)) return { a: 1, b: 0, name: e.name };
  if (e.kind === "binary" && (e.operator === "+" || e.operator === "-" || e.operator === "*" || e.operator === "/")) {
    const x = formOf(c, e.left);
    const y = formOf(c, e.right);
    if (!x || !y || (x.name !== undefined && y.name !== undefined)) return undefined;
    const name = x.name ?? y.name;
    const sign = e.operator === "-" ? -1 : 1;
    if (e.operator === "+" || e.operator === "-") return { a: x.a + sign * y.a, b: x.b + sign * y.b, name };
    if (e.operator === "/") return y.name === undefined ? { a: x.a / y.b, b: x.b / y.b, name } : undefined;
    const [factor, other] = x.name === undefined ? [x.b, y] : [y.b, x];
    return { a: factor * other.a, b: factor * other.b, name };
  }
  const value = c.evaluate(e);
  return value.kind === "number" ? { a: 0, b: value.value, name: undefined } : undefined;
}

/** One value as a size; undefined after a message. */
export function asSize(c: Context, value: Value, span: Expression["span"], what = "a size"): OwnAxis | undefined {
  if (value.kind === "number" && isWhole(value.value) && value.value >= 1)
    return { size: value.value, label: value.label };
  if (value.kind === "number")
    c.report(shapeRules.notWhole, span, {
      what: value.value < 1 && isWhole(value.value) ? `${what} (at least 1)` : what,
      value: value.value,
    });
  else if (value.kind === "tensor") c.report(wordRules.notConstant, span, { what, actual: valueText(value) });
  else if (value.kind !== "error")
    c.report(wordRules.type, span, { what, expected: "a whole number", actual: valueText(value) });
  return undefined;
}

/** A written shape: `...` is the row of the word's signature. Undefined after a message. */
export function evaluateShape(c: Context, shape: Shape): OwnAxis[] | undefined {
  const axes: OwnAxis[] = [];
  for (const axis of shape.axes) {
    if (axis.kind === "rest") {
      axes.push(...(c.row ?? []));
      continue;
    }
    if (axis.kind === "from") {
      c.report(wordRules.notHere, axis.span, { what: "`from`", where: "this shape" });
      return undefined;
    }
    const size = asSize(c, c.evaluate(axis), axis.span);
    if (!size) return undefined;
    axes.push(size);
  }
  return axes;
}
