/** @file Statements of words and models: let, use, require, assignments. */
import type {
  Expression,
  LetStatement,
  Name,
  RequireStatement,
  Statement,
  Target,
  TypeExpression,
} from "../syntax/ast.js";
import type { Context } from "./context.js";
import { modelRules } from "./diagnostics/model.js";
import { nameRules } from "./diagnostics/names.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { wordRules } from "./diagnostics/words.js";
import { constantCondition } from "./expressions.js";
import { elaborateIndexed } from "./index-notation.js";
import { interpolate } from "./messages.js";
import { realTensor, trailOf } from "./operators.js";
import { declareBuffer, declareParameter } from "./parameters.js";
import { evaluateCallable } from "./recipes.js";
import { elaborateScan, writeRow } from "./scan.js";
import { evaluateShape } from "./sizes.js";
import { broadcast, dependsOn, isPerExample, scalar, shared } from "./tensors.js";
import {
  errorValue,
  isCallable,
  number,
  type OwnAxis,
  shapeText,
  type TensorValue,
  type Value,
  valueText,
} from "./values.js";
import type { Binding } from "./scope.js";

/** Runs statements; the value of the first `return`. */
export function execute(c: Context, statements: readonly Statement[]): Value | undefined {
  for (const statement of statements) {
    if (statement.kind === "return") return c.evaluate(statement.value);
    // What a word requires is what the rest of its text relies on.
    if (statement.kind === "require" && !elaborateRequire(c, statement)) return errorValue;
    executeOne(c, statement);
    if (c.run.trace && !c.file.inLibrary) for (const name of namesOf(statement)) trace(c, name.text);
  }
  return undefined;
}
/** What a statement gives a value. */
function namesOf(statement: Statement): readonly Name[] {
  switch (statement.kind) {
    case "let":
      return statement.target.kind === "names" ? statement.target.names : [statement.target.name];
    case "scan":
      return statement.carried.map(({ name }) => name);
    case "use":
    case "param":
    case "buffer":
    case "state":
      return [statement.name];
    default:
      return [];
  }
}
function trace(c: Context, name: string): void {
  const bound = c.scope.find(name);
  if (bound?.location) c.run.trace?.bind(c.caller, bound.location, bound.value);
}

function executeOne(c: Context, statement: Exclude<Statement, { kind: "return" }>): void {
  switch (statement.kind) {
    case "let":
      return elaborateLet(c, statement);
    case "use":
      return elaborateUse(c, statement.name, statement.value, statement);
    case "require":
      return;
    case "assign":
      return assign(c, statement.name, statement.value);
    case "param":
      return declareParameter(c, statement);
    case "buffer":
      return declareBuffer(c, statement);
    case "scan":
      return elaborateScan(c, statement);
    case "serve":
      c.report(wordRules.notHere, statement.span, {
        what: "`serve`",
        where: "this word: only optimizers serve values",
      });
      return;
    case "state":
      c.report(wordRules.notHere, statement.span, { what: "`state`", where: "this word: only optimizers have states" });
      c.scope.bind(statement.name.text, errorValue);
      return;
  }
}

// ---- let

function elaborateLet(c: Context, statement: LetStatement): void {
  const { target } = statement;
  if (target.kind === "names") {
    const value = c.evaluate(statement.value);
    destructure(c, target, value, statement.value);
    return;
  }
  const location = c.location(target.name.span);
  if (c.scan && target.indices && writeRow(c, c.scan, statement, target.name.text, target.indices)) return;
  const value = target.indices ? elaborateIndexed(c, statement, target.indices) : c.evaluate(statement.value);
  const checked = statement.type ? checkType(c, value, statement.type) : value;
  c.scope.bind(target.name.text, shared(c, checked, statement.value.span), location);
}

function destructure(c: Context, target: Target & { kind: "names" }, value: Value, e: Expression): void {
  const count = target.names.length;
  const ends = value.kind === "range" ? [number(value.from), number(value.to)] : undefined;
  const items: readonly Value[] | undefined = value.kind === "list" ? value.items : ends;
  if (value.kind !== "error" && items?.length !== count)
    c.report(wordRules.type, e.span, {
      what: "the right side",
      expected: `a list of ${count}`,
      actual: valueText(value),
    });
  const fits = items?.length === count;
  target.names.forEach((name, k) => {
    c.scope.bind(name.text, fits ? shared(c, items[k]!, e.span) : errorValue, c.location(name.span));
  });
}

/** `let x: [n, m] = ..`: the written shape is checked. */
function checkType(c: Context, value: Value, type: TypeExpression): Value {
  if (value.kind === "error") return value;
  const shape = type.kind === "shape" ? type.shape : type.kind === "named" ? type.shapes.at(-1) : undefined;
  if (!shape) return value;
  const axes = evaluateShape(c, shape);
  if (!axes) return errorValue;
  const own = value.kind === "tensor" ? value.axes : value.kind === "number" || value.kind === "bool" ? [] : undefined;
  if (own && own.length === axes.length && own.every((axis, k) => axis.size === axes[k]!.size))
    return value.kind === "tensor"
      ? { ...value, axes: own.map((axis, k) => ({ ...axis, label: axes[k]!.label ?? axis.label })) }
      : value;
  return c.report(shapeRules.result, type.span, { word: "let", expected: shapeText(axes), actual: valueText(value) });
}

// ---- use

function elaborateUse(
  c: Context,
  name: { readonly text: string; readonly span: Expression["span"] },
  e: Expression,
  node: object,
): void {
  const location = c.location(name.span);
  const callable = evaluateCallable(c, e, "word");
  const frame = c.frame.named(node, name.text);
  if (!callable || !frame) {
    if (!frame) c.report(nameRules.duplicateName, name.span, { name: name.text });
    c.scope.bind(name.text, errorValue, location);
    return;
  }
  if (callable.kind === "instance") c.scope.bind(name.text, callable, location);
  else c.scope.bind(name.text, { kind: "instance", recipe: callable, frame }, location);
}

// ---- require

/** False if it is not fulfilled, which is told with the steps that led to the word's values. */
function elaborateRequire(c: Context, statement: RequireStatement): boolean {
  const condition = constantCondition(c, statement.condition, "the condition of `require`");
  // A condition that is wrong in itself, or half-typed, refuses nothing.
  if (condition !== false) return true;
  const message = interpolate(c, statement.message);
  const values = [...c.scope.names.values()].flatMap(({ value }) => (value.kind === "tensor" ? [value] : []));
  if (message !== undefined) c.report(wordRules.requirement, statement.span, { message }, { related: trailOf(values) });
  return false;
}

// ---- assignment

const roles: Record<string, string> = {
  number: "a constant",
  recipe: "a word",
  chain: "a word",
  instance: "an instance",
};

function assign(c: Context, name: { readonly text: string; readonly span: Expression["span"] }, e: Expression): void {
  const value = c.evaluate(e);
  const binding = c.scope.find(name.text);
  if (!binding) {
    c.report(nameRules.notAssignable, name.span, { name: name.text, what: "not declared here" });
    return;
  }
  if (binding.value.kind === "error" && !binding.role) return;
  if (binding.role === "absent") return;
  if (!binding.role) {
    const what = isCallable(binding.value)
      ? "a word"
      : (roles[binding.value.kind] ?? "not a buffer, state or carried name");
    c.report(nameRules.notAssignable, name.span, { name: name.text, what });
    return;
  }
  const fitted = fit(c, binding, value, e, name.text);
  binding.value = fitted;
  if (binding.role === "buffer" && binding.path !== undefined && fitted.kind === "tensor" && c.run.mode === "train")
    c.run.buffers.set(binding.path, fitted);
}

/** The new value in the shape of the old one. */
function fit(c: Context, binding: Binding, value: Value, e: Expression, name: string): Value {
  const before = binding.value;
  if (value.kind === "error" || before.kind !== "tensor") return value;
  const whole = before.element.kind !== "f32";
  const tensor = whole ? wholeTensor(c, value) : realTensor(c, value, "<-", e.span);
  const mismatch = (): Value =>
    c.report(shapeRules.carried, e.span, { name, before: valueText(before), after: valueText(value) });
  if (!tensor) return whole ? mismatch() : errorValue;
  if (binding.role === "buffer" && (isPerExample(c.run, tensor) || dependsOn(c.run, tensor).length > 0))
    return c.report(modelRules.perExample, e.span, { what: `the buffer \`${name}\`` });
  const stretched = tensor.axes.length <= before.axes.length && fits(tensor.axes, before.axes);
  if (!stretched) return mismatch();
  const result = broadcast(c, tensor, before.axes, e.span);
  return result.kind === "tensor" ? { ...result, element: before.element } : result;
}
function fits(from: readonly OwnAxis[], to: readonly OwnAxis[]): boolean {
  const skip = to.length - from.length;
  return from.every((axis, k) => axis.size === to[skip + k]!.size || axis.size === 1);
}
function wholeTensor(c: Context, value: Value): TensorValue | undefined {
  if (value.kind === "number")
    return Number.isSafeInteger(value.value) ? scalar(c.graph.constant(value.value, "i32")) : undefined;
  return value.kind === "tensor" && value.element.kind !== "f32" ? value : undefined;
}
