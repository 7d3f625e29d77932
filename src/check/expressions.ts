/** @file Evaluates expressions: constants exactly, tensors into the graph. */
import { suggest } from "../base/suggest.js";
import * as ops from "../ops/index.js";
import type { Binary, Conditional, Expression, Member } from "../syntax/ast.js";
import { builtins } from "./builtins/index.js";
import { evaluateCall } from "./calls.js";
import type { Context } from "./context.js";
import { nameRules } from "./diagnostics/names.js";
import { wordRules } from "./diagnostics/words.js";
import { givenNames, givenValues } from "./given.js";
import { matrixProduct } from "./matrix-product.js";
import { binaryOps, elementwise } from "./operators.js";
import { evaluatePipe } from "./pipe.js";
import { evaluateSubscript } from "./subscripts.js";
import { array } from "./tensors.js";
import { bool, errorValue, list, number, type Value, valueText } from "./values.js";

/** Expressions open at once. */
const deepest = 600;

export function evaluate(c: Context, e: Expression): Value {
  const { budget } = c.run;
  if (budget.exhausted) return errorValue;
  if (budget.depth >= deepest) {
    budget.exhausted = true;
    return c.report(wordRules.tooDeep, e.span, {});
  }
  budget.depth++;
  const value = evaluateKind(c, e);
  budget.depth--;
  return value;
}

function evaluateKind(c: Context, e: Expression): Value {
  switch (e.kind) {
    case "missing":
      return errorValue;
    case "number":
      return number(e.value);
    case "string":
      return { kind: "string", value: e.value };
    case "name":
      return evaluateName(c, e.name, e.span);
    case "list":
      return list(e.items.map((item): Value => (item.kind === "ellipsis" ? { kind: "rest" } : c.evaluate(item))));
    case "unary": {
      const operand = c.evaluate(e.operand);
      return elementwise(c, e.operator === "-" ? ops.negate : ops.not, [operand], e.operator, e.span);
    }
    case "binary":
      return evaluateBinary(c, e);
    case "if":
      return evaluateConditional(c, e);
    case "call":
      return evaluateCall(c, e);
    case "subscript":
      return evaluateSubscript(c, e);
    case "member":
      return evaluateMember(c, e);
    case "pipe":
      return evaluatePipe(c, e);
  }
}

function evaluateName(c: Context, name: string, span: Expression["span"]): Value {
  const binding = c.scope.find(name);
  if (binding) return binding.value;
  if (name === "training") {
    c.run.readsTraining = true;
    return bool(c.run.mode === "train");
  }
  const known = givenValues.get(name);
  if (known) return known;
  const constant = c.file.constants.get(name);
  if (constant) return evaluateConstant(c, name, constant);
  if (c.scope.hasOption(name)) return { kind: "option", name };
  if (c.file.word("word", name) || builtins.has(name)) return c.report(nameRules.wordAsValue, span, { name });
  const candidates = new Set([...c.scope.visible(), ...givenNames, ...c.file.constants.keys()]);
  return c.report(nameRules.unknownName, span, { name, suggestion: suggest(name, candidates) });
}
function evaluateConstant(
  c: Context,
  name: string,
  { declaration, file }: NonNullable<ReturnType<Context["file"]["constants"]["get"]>>,
): Value {
  const { constants } = c.run;
  const known = constants.get(declaration);
  if (known === "open") return c.report(nameRules.recursion, declaration.name.span, { name });
  if (known) return known;
  constants.set(declaration, "open");
  const value = c.with({ ...c.run.top, file }).evaluate(declaration.value);
  constants.set(declaration, value);
  return value;
}

function evaluateBinary(c: Context, e: Binary): Value {
  const left = c.evaluate(e.left);
  // The second operand of `and`, `or` may be meaningless when the first decides.
  if (left.kind === "bool" && e.operator === "and" && !left.value) return left;
  if (left.kind === "bool" && e.operator === "or" && left.value) return left;
  const right = c.evaluate(e.right);
  if (left.kind === "error" || right.kind === "error") return errorValue;
  if (e.operator === "@") return matrixProduct(c, left, right, e.span);
  if (e.operator === "..") {
    if (left.kind === "number" && right.kind === "number")
      return { kind: "range", from: left.value, to: right.value, reversed: false, label: right.label };
    const bad = left.kind === "number" ? right : left;
    return c.report(wordRules.notConstant, e.span, { what: "an end of a range", actual: valueText(bad) });
  }
  return elementwise(c, binaryOps[e.operator]!, [left, right], e.operator, e.span);
}

/** A condition that decides at compile time; undefined after a message. */
export function constantCondition(c: Context, e: Expression, what: string): boolean | undefined {
  const value = c.evaluate(e);
  if (value.kind === "bool") return value.value;
  if (value.kind === "error") return undefined;
  if (value.kind === "tensor")
    c.report(
      wordRules.notConstant,
      e.span,
      { what, actual: valueText(value) },
      { help: "a choice by data is `where(condition, a, b)`" },
    );
  else c.report(wordRules.type, e.span, { what, expected: "true or false", actual: valueText(value) });
  return undefined;
}
function evaluateConditional(c: Context, e: Conditional): Value {
  const condition = constantCondition(c, e.condition, "the condition of `if`");
  if (condition === undefined) return errorValue;
  return c.evaluate(condition ? e.then : e.otherwise);
}

/** `head.kernel`: a parameter of an instance, also through nested instances (`encoder.dense.kernel`). */
function evaluateMember(c: Context, e: Member): Value {
  const names: string[] = [];
  let base: Expression = e;
  while (base.kind === "member") {
    names.unshift(base.name.text);
    base = base.value;
  }
  const value = c.evaluate(base);
  if (value.kind === "error") return errorValue;
  if (value.kind !== "instance")
    return c.report(nameRules.notAnInstance, base.span, { name: base.kind === "name" ? base.name : valueText(value) });
  const path = [value.frame.path, ...names].join(".");
  const entry = c.run.registry.parameters.get(path) ?? c.run.registry.buffers.get(path);
  if (entry)
    return array(
      entry.tensor,
      [],
      entry.shape.map((size) => ({ size, label: undefined })),
      { kind: "f32" },
    );
  const own = [...c.run.registry.parameters.keys()]
    .filter((key) => key.startsWith(`${value.frame.path}.`))
    .map((key) => key.slice(value.frame.path.length + 1));
  const name = names.join(".");
  return c.report(nameRules.unknownMember, e.name.span, { of: value.frame.path, name, suggestion: suggest(name, own) });
}
