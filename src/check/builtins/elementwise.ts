/** @file Built-in functions that work element by element. */
import type { ScalarOp } from "../../ir/types.js";
import * as ops from "../../ops/index.js";
import { builtin, type Builtin } from "../builtin.js";
import { elementwise } from "../operators.js";
import { elementAt, f32, fromBody, oneHot, toF32 } from "../tensors.js";
import { number } from "../values.js";

function unary(name: string, op: ScalarOp, documentation: string): Builtin {
  return builtin(`${name}(x)`, documentation, (c, { values, span }) => elementwise(c, op, values, name, span));
}

export const elementwiseBuiltins: readonly Builtin[] = [
  unary("abs", ops.abs, "Absolute value."),
  unary("sqrt", ops.sqrt, "Square root."),
  unary("exp", ops.exp, "Exponential function."),
  unary("log", ops.log, "Natural logarithm."),
  unary("log1p", ops.log1p, "log(1 + x), exact near 0."),
  unary("expm1", ops.expm1, "exp(x) - 1, exact near 0."),
  unary("sin", ops.sin, "Sine, of radians."),
  unary("cos", ops.cos, "Cosine, of radians."),
  unary("tanh", ops.tanh, "Hyperbolic tangent."),
  unary("erf", ops.erf, "Error function."),
  unary("floor", ops.floor, "Largest whole number not above x."),
  unary("ceil", ops.ceil, "Smallest whole number not below x."),
  unary("round", ops.round, "Nearest whole number, halves to even."),
  unary("sign", ops.sign, "-1, 0 or 1."),
  unary("stop_gradient", ops.detach, "x, as if it were constant to the gradient."),
  builtin("mod(a, b)", "a - b * floor(a / b): has the sign of b.", (c, { values, span }) =>
    elementwise(c, ops.modulo, values, "mod", span),
  ),
  builtin(
    "where(condition, a, b)",
    "a where the condition holds, else b. A choice: the branch not taken contributes nothing, not even to the gradient.",
    (c, { values, span }) => elementwise(c, ops.where, values, "where", span),
  ),
  builtin("clamp(x, low, high)", "x limited to low..high.", (c, { values: [x, low, high], span }) =>
    elementwise(c, ops.minimum, [elementwise(c, ops.maximum, [x!, low!], "clamp", span), high!], "clamp", span),
  ),
  builtin("number(x)", "Whole numbers and truth values as f32; a class as its one-hot.", (c, { values: [x], span }) => {
    if (x?.kind === "bool") return number(x.value ? 1 : 0);
    if (x?.kind !== "tensor") return x!;
    const numeric = oneHot(c, x, span);
    if (numeric.kind !== "tensor") return numeric;
    return fromBody(c, numeric.axes, (at) => toF32(c, elementAt(c, numeric, at)), span, f32);
  }),
];
