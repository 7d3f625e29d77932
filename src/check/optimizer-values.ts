/** @file What an optimizer is given - param, grad, step, learning_rate - under the axes that its signature names. */
import type { Span } from "../base/source.js";
import type { Parameter } from "../syntax/ast.js";
import { reshaped } from "./builtins/shapes.js";
import type { Context } from "./context.js";
import { wordRules } from "./diagnostics/words.js";
import type { Match } from "./match.js";
import { realTensor } from "./operators.js";
import { matchValues, shapeOf } from "./signature.js";
import { broadcast } from "./tensors.js";
import { errorValue, type OwnAxis, type Value } from "./values.js";
import { signed } from "./word-page.js";

export type Given = ReadonlyMap<string, Value>;
const changing = (name: string): "param" | "grad" | undefined =>
  name === "param" || name === "grad" ? name : undefined;

/**
 * Binds what the signature asks for, and gives the axes under which the body sees the parameter, whose axes are `own`; undefined
 * after a message. Beside a row, `param: [..., n, m]`, what has fewer axes is seen with
 * axes of size 1 before its own: a bias is a matrix of one row.
 */
export function bindGiven(
  c: Context,
  m: Match,
  parameters: readonly Parameter[],
  given: Given,
  own: readonly OwnAxis[],
): readonly OwnAxis[] | undefined {
  const values: Value[] = [];
  for (const parameter of parameters) {
    const value = given.get(parameter.name.text);
    if (!value) {
      const why =
        parameter.name.text === "learning_rate"
          ? "no stage of its chain has one"
          : "optimizers are given param, grad, step and learning_rate";
      const name = `\`${parameter.name.text}\`: ${why}`;
      c.report(wordRules.missingValue, m.span, { word: m.word, name }, signed(m.inner.caller?.word));
      return undefined;
    }
    values.push(stretched(c, parameter, value, m.span));
  }
  if (!matchValues(c, m, parameters, values)) return undefined;
  let seen = own;
  for (const { name, type } of parameters) {
    const { value, location } = m.inner.scope.names.get(name.text)!;
    const role = changing(name.text);
    m.inner.scope.bind(name.text, value, location, role);
    if (role && shapeOf(type) && value.kind === "tensor") seen = value.axes;
  }
  return seen;
}
function stretched(c: Context, { type }: Parameter, value: Value, span: Span): Value {
  const shape = shapeOf(type);
  if (value.kind !== "tensor" || !shape?.axes.some((axis) => axis.kind === "rest")) return value;
  const missing = shape.axes.length - 1 - value.axes.length;
  if (missing <= 0) return value;
  const ones = Array.from({ length: missing }, (): OwnAxis => ({ size: 1, label: undefined }));
  return reshaped(c, value, [...ones, ...value.axes], span);
}

/** A value that a stage gave under the axes `seen`, under the axes that its parameter has. */
export function restored(
  c: Context,
  value: Value,
  seen: readonly OwnAxis[],
  own: readonly OwnAxis[],
  span: Span,
): Value {
  if (value.kind === "error") return value;
  const real = realTensor(c, value, "<-", span);
  const whole = real && broadcast(c, real, seen, span);
  return whole?.kind === "tensor" ? reshaped(c, whole, own, span) : (whole ?? errorValue);
}
