/** @file Element-by-element operations on any values: constants exactly, tensors as one node each. */
import type { Span } from "../base/source.js";
import type { Related } from "../diagnostics/diagnostic.js";
import type { Expr, ScalarOp } from "../ir/types.js";
import * as ops from "../ops/index.js";
import type { BinaryOperator } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { wordRules } from "./diagnostics/words.js";
import type { ElementType } from "./model.js";
import { listToTensor } from "./lists.js";
import { alignAxes, alignedAt, elementAt, f32, fromBody, oneHot, scalar, toBool, toF32, toNumber } from "./tensors.js";
import {
  bool,
  errorValue,
  isWhole,
  number,
  type OwnAxis,
  type TensorValue,
  type Trail,
  type Value,
  valueText,
} from "./values.js";

/** What an operation wants of its operands. */
type Operands =
  /** Whole numbers stay whole if all are. */
  | "whole"
  /** f32 (or f64 among scalars). */
  | "real"
  /** Whole numbers and classes among themselves, else f32. */
  | "comparison"
  | "logical"
  /** A condition, then two of one type. */
  | "choice";

const kindOf = new Map<ScalarOp, Operands>([
  ...[ops.add, ops.subtract, ops.multiply, ops.negate, ops.maximum, ops.minimum].map((op): [ScalarOp, Operands] => [
    op,
    "whole",
  ]),
  ...[ops.abs, ops.sign, ops.modulo, ops.floorDivide, ops.floor, ops.ceil, ops.round, ops.detach].map(
    (op): [ScalarOp, Operands] => [op, "whole"],
  ),
  ...[ops.equal, ops.notEqual, ops.less, ops.lessEqual, ops.greater, ops.greaterEqual].map(
    (op): [ScalarOp, Operands] => [op, "comparison"],
  ),
  ...[ops.and, ops.or, ops.not].map((op): [ScalarOp, Operands] => [op, "logical"]),
  [ops.where, "choice"],
]);

export const binaryOps: Partial<Record<BinaryOperator, ScalarOp>> = {
  or: ops.or,
  and: ops.and,
  "==": ops.equal,
  "!=": ops.notEqual,
  "<": ops.less,
  "<=": ops.lessEqual,
  ">": ops.greater,
  ">=": ops.greaterEqual,
  "+": ops.add,
  "-": ops.subtract,
  "*": ops.multiply,
  "/": ops.divide,
  "^": ops.power,
};

/** An operand as a constant or tensor; undefined if it is none. */
function operandOf(
  c: Context,
  value: Value,
  span: Span,
): TensorValue | { kind: "constant"; value: number; bool: boolean } | undefined {
  switch (value.kind) {
    case "number": {
      // The size of a sequence's axis is, among values, each example's own.
      const items = value.label?.items;
      return items ? scalar(items.count) : { kind: "constant", value: value.value, bool: false };
    }
    case "bool":
      return { kind: "constant", value: value.value ? 1 : 0, bool: true };
    case "tensor":
      return value;
    case "list": {
      const tensor = listToTensor(c, value, span);
      return tensor.kind === "tensor" ? tensor : undefined;
    }
    default:
      return undefined;
  }
}

/** Applies a scalar operation to values, element by element. `label` is how messages call it. */
export function elementwise(c: Context, op: ScalarOp, values: readonly Value[], label: string, span: Span): Value {
  if (values.some((value) => value.kind === "error")) return errorValue;
  const wants = kindOf.get(op) ?? "real";
  const folded = constantResult(op, wants, values);
  if (folded) return folded;

  const operands: (TensorValue | { kind: "constant"; value: number; bool: boolean })[] = [];
  for (const value of values) {
    const operand = operandOf(c, value, span);
    if (!operand) return c.report(wordRules.badOperand, span, { operation: label, actual: valueText(value) });
    operands.push(operand);
  }
  if (wants === "logical" && operands.some((o) => !isTruth(o))) {
    const bad = operands.find((o) => !isTruth(o))!;
    const actual = bad.kind === "constant" ? String(bad.value) : valueText(bad);
    return c.report(wordRules.type, span, { what: `an operand of \`${label}\``, expected: "true or false", actual });
  }
  if (wants === "choice" && !isTruth(operands[0]!)) {
    const bad = operands[0]!;
    const actual = bad.kind === "constant" ? String(bad.value) : valueText(bad);
    return c.report(wordRules.type, span, { what: "the condition of `where`", expected: "true or false", actual });
  }

  const classResult = classOf(op, wants, operands);
  const whole = allWhole(wants === "choice" ? operands.slice(1) : operands);
  const keepClasses = (wants === "comparison" && whole) || wants === "logical" || classResult !== undefined;
  const tensors: (TensorValue | { kind: "constant"; value: number; bool: boolean })[] = [];
  for (const [k, operand] of operands.entries()) {
    const isCondition = wants === "choice" && k === 0;
    const numeric =
      operand.kind === "tensor" && operand.element.kind === "class" && !keepClasses && !isCondition
        ? oneHot(c, operand, span)
        : operand;
    if (numeric.kind !== "tensor" && numeric.kind !== "constant") return errorValue;
    tensors.push(numeric);
  }

  const shapes = tensors.map((t): readonly OwnAxis[] => (t.kind === "tensor" ? t.axes : []));
  const axes = alignAxes(shapes);
  if (!axes) return misaligned(c, tensors, label, span);

  const f64 = tensors.every((t) => t.kind === "constant" || typeOf(t) === "f64" || isWholeTensor(t));
  const result = fromBody(
    c,
    axes,
    (at) => {
      const exprs = tensors.map((t, k): Expr => {
        const truth = wants === "logical" || (wants === "choice" && k === 0);
        if (t.kind === "constant") {
          if (truth) return c.graph.constant(t.value, "bool");
          if (whole && wants !== "real" && isWhole(t.value)) return c.graph.constant(t.value, "i32");
          return c.graph.constant(t.value, f64 && !whole ? "f64" : "f32");
        }
        const expr = elementAt(c, t, alignedAt(c, t.axes, at));
        if (truth) return toBool(c, expr);
        if (whole && wants !== "real") return toWhole(c, expr);
        return toF32(c, expr);
      });
      return roundedQuotient(c, op, exprs) ?? c.graph.apply(op, ...exprs);
    },
    span,
    classResult,
  );
  if (result.kind !== "tensor") return result;
  const trail = tensors.map((t) => (t.kind === "tensor" ? t.trail : undefined)).find((t) => t !== undefined);
  return trail ? { ...result, trail } : result;
}

function toWhole(c: Context, expr: Expr): Expr {
  return expr.type === "bool" ? c.graph.apply(ops.integer, expr) : toNumber(c, expr);
}
const typeOf = (t: TensorValue) => (t.data.kind === "scalar" ? t.data.expr.type : t.data.tensor.type);
const isWholeTensor = (t: TensorValue): boolean => typeOf(t) === "i32" || typeOf(t) === "bool";

function isTruth(o: TensorValue | { kind: "constant"; bool: boolean }): boolean {
  if (o.kind === "constant") return o.bool;
  return o.element.kind === "bool" || (o.element.kind === "class" && o.element.size === 2);
}
/** All are whole numbers, classes or truth values, at least one of them not constant. */
function allWhole(operands: readonly (TensorValue | { kind: "constant"; value: number })[]): boolean {
  return (
    operands.some((o) => o.kind === "tensor") &&
    operands.every((o) => (o.kind === "constant" ? isWhole(o.value) : isWholeTensor(o)))
  );
}
/** A choice between classes is a class; between a class and whole constants, a whole number. */
function classOf(
  op: ScalarOp,
  wants: Operands,
  operands: readonly (TensorValue | { kind: "constant"; value: number })[],
): ElementType | undefined {
  if (wants !== "choice" && op !== ops.detach) return undefined;
  let found: (ElementType & { kind: "class" }) | undefined;
  let constants = false;
  for (const o of wants === "choice" ? operands.slice(1) : operands) {
    if (o.kind === "constant") {
      if (!isWhole(o.value)) return undefined;
      constants = true;
      continue;
    }
    if (o.element.kind !== "class" || (found && found.size !== o.element.size)) return undefined;
    found ??= o.element;
  }
  return found && constants ? { kind: "int" } : found;
}

function constantResult(op: ScalarOp, wants: Operands, values: readonly Value[]): Value | undefined {
  const numbers: number[] = [];
  // Options compare by name.
  if ((op === ops.equal || op === ops.notEqual) && values.every((v) => v.kind === "option" || v.kind === "string")) {
    const [a, b] = values.map((v) => (v.kind === "option" ? v.name : v.kind === "string" ? v.value : ""));
    return bool((a === b) === (op === ops.equal));
  }
  for (const value of values) {
    if (value.kind === "number") numbers.push(value.value);
    else if (value.kind === "bool") numbers.push(value.value ? 1 : 0);
    else return undefined;
  }
  if (wants === "logical" && values.some((value) => value.kind !== "bool")) return undefined;
  if (wants === "choice") return values[0]!.kind === "bool" ? (values[0].value ? values[1] : values[2]) : undefined;
  const result = op.reference(...numbers);
  return wants === "comparison" || wants === "logical" ? bool(result !== 0) : number(result);
}

/** `floor(i / n)` of whole numbers is a whole-number division. */
function roundedQuotient(c: Context, op: ScalarOp, [a]: readonly Expr[]): Expr | undefined {
  if (op !== ops.floor || a?.kind !== "apply" || a.op !== ops.divide) return undefined;
  const [x, y] = a.arguments.map((e) => wholePart(c, e));
  return x && y ? c.graph.apply(ops.floorDivide, x, y) : undefined;
}
function wholePart(c: Context, e: Expr): Expr | undefined {
  if (e.type === "i32") return e;
  if (e.kind === "const") return isWhole(e.value) ? c.graph.constant(e.value, "i32") : undefined;
  if (e.kind === "apply" && e.op === ops.number && e.arguments[0]!.type === "i32") return e.arguments[0];
  return undefined;
}

function misaligned(
  c: Context,
  tensors: readonly (TensorValue | { kind: "constant" })[],
  operation: string,
  span: Span,
): Value {
  const arrays = tensors.filter((t): t is TensorValue => t.kind === "tensor" && t.axes.length > 0);
  // The first two that do not fit are named.
  for (const [k, a] of arrays.entries())
    for (const b of arrays.slice(k + 1))
      if (!alignAxes([a.axes, b.axes])) {
        const named = alignAxes([a.axes, b.axes].map((axes) => axes.map((axis) => ({ ...axis, label: undefined }))));
        return c.report(
          shapeRules.align,
          span,
          {
            left: described(a),
            right: described(b),
            operation,
            why: named ? `: ${labels(a)} and ${labels(b)} are named differently` : "",
          },
          { related: trailOf([a, b]) },
        );
      }
  return errorValue;
}
const labels = (value: TensorValue): string =>
  `[${value.axes.map((axis) => axis.label?.name ?? axis.size).join(", ")}]`;
export const described = (value: TensorValue): string =>
  valueText(value) + (value.trail ? ` from \`${value.trail.name}\`` : "");

/** The last steps that led to values, latest first, as notes; each once. */
export function trailOf(values: TensorValue | readonly TensorValue[], limit = 6): Related[] {
  const steps = new Set<Trail>();
  for (const value of "kind" in values ? [values] : values) {
    let count = 0;
    for (let step = value.trail; step && count < limit; step = step.before, count++) steps.add(step);
  }
  return [...steps].map(({ location, name, text }) => ({ location, message: `\`${name}\` gives ${text}` }));
}

/** The value as a tensor of numbers (classes as one-hot), undefined after a message. */
export function numericTensor(c: Context, value: Value, operation: string, span: Span): TensorValue | undefined {
  const operand = value.kind === "error" ? undefined : operandOf(c, value, span);
  if (!operand) {
    if (value.kind !== "error") c.report(wordRules.badOperand, span, { operation, actual: valueText(value) });
    return undefined;
  }
  if (operand.kind === "constant") {
    const expr = c.graph.constant(operand.value, operand.bool ? "bool" : "f32");
    return scalar(expr, operand.bool ? { kind: "bool" } : f32);
  }
  const numeric = oneHot(c, operand, span);
  return numeric.kind === "tensor" ? numeric : undefined;
}
/** The value as a tensor of any element type. */
export function anyTensor(c: Context, value: Value, operation: string, span: Span): TensorValue | undefined {
  if (value.kind === "tensor") return value;
  return numericTensor(c, value, operation, span);
}
/** A tensor of f32 (or f64 scalars), whatever it was. */
export function realTensor(c: Context, value: Value, operation: string, span: Span): TensorValue | undefined {
  const tensor = numericTensor(c, value, operation, span);
  if (!tensor || typeOf(tensor) === "f32" || typeOf(tensor) === "f64") return tensor;
  const real = fromBody(c, tensor.axes, (at) => toF32(c, elementAt(c, tensor, at)), span, f32);
  return real.kind === "tensor" ? { ...real, trail: tensor.trail } : undefined;
}
