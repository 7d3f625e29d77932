/** @file Ranges of indices, found from how they subscript: alone, or by the largest affine reads that stay inside. */
import type { Span } from "../base/source.js";
import { affine, intervalOf } from "../ir/affine.js";
import type { Expression, IndexItem, SubscriptItem } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { sequenceRules } from "./diagnostics/sequences.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { wordRules } from "./diagnostics/words.js";
import type { Label, OwnAxis } from "./values.js";
import { isWhole, valueText } from "./values.js";

export interface Binder {
  readonly name: string;
  readonly span: Span;
  /** Written: `a in 3`. */
  readonly range: Expression | undefined;
}
export interface Range {
  readonly size: number;
  readonly label: Label | undefined;
}

/** An index variable of this place or of a reducer inside; inner ones hide outer ones of the same name. */
interface Variable {
  readonly name: string;
  range: Range | undefined;
  /** Axes that it subscripts alone. */
  readonly alone: { readonly axis: OwnAxis; readonly span: Span }[];
}
type Variables = ReadonlyMap<string, Variable>;
/** `constant + low..high + sum of coefficient * variable` must stay in 0 .. size - 1. */
interface Constraint {
  readonly low: number;
  readonly high: number;
  readonly terms: ReadonlyMap<Variable, number>;
  readonly size: number;
}
interface Linear {
  low: number;
  high: number;
  readonly terms: Map<Variable, number>;
}

/** The ranges of indices bound over an expression; undefined after a message. */
export function solveRanges(c: Context, binders: readonly Binder[], body: Expression): Map<string, Range> | undefined {
  const variables = new Map<string, Variable>();
  const every: Variable[] = [];
  const constraints: Constraint[] = [];
  for (const binder of binders) {
    const variable: Variable = { name: binder.name, range: undefined, alone: [] };
    if (binder.range) {
      variable.range = writtenRange(c, binder.range);
      if (!variable.range) return undefined;
    }
    variables.set(binder.name, variable);
    every.push(variable);
  }
  if (binders.some((binder) => !binder.range)) {
    collect(c, body, variables, every, constraints);
    solve(every, constraints);
  }
  const result = new Map<string, Range>();
  for (const binder of binders) {
    const variable = variables.get(binder.name)!;
    const [first] = variable.alone;
    const items = variable.alone.flatMap(({ axis }) => axis.label?.items ?? []);
    const mixed = items.some((other) => other !== items[0]);
    const other = binder.range ? undefined : variable.alone.find(({ axis }) => axis.size !== first!.axis.size);
    if (mixed && !other) {
      c.report(sequenceRules.mixed, binder.span, { what: `the index \`${binder.name}\`` });
      return undefined;
    }
    if (other) {
      c.report(shapeRules.rangeConflict, other.span, {
        index: binder.name,
        first: first!.axis.size,
        second: other.axis.size,
      });
      return undefined;
    }
    if (!variable.range) {
      if (!c.run.budget.exhausted) c.report(shapeRules.rangeUnknown, binder.span, { index: binder.name });
      return undefined;
    }
    result.set(binder.name, variable.range);
  }
  return result;
}

/** `in 3`, `in t`: from 0; ranges of indices have no other start. */
function writtenRange(c: Context, e: Expression): Range | undefined {
  const value = c.evaluate(e);
  if (value.kind === "number" && isWhole(value.value) && value.value >= 1)
    return { size: value.value, label: value.label };
  if (value.kind === "number")
    c.report(shapeRules.notWhole, e.span, { what: "the range of an index", value: value.value });
  else if (value.kind !== "error")
    c.report(wordRules.notConstant, e.span, { what: "the range of an index", actual: valueText(value) });
  return undefined;
}

/** Meets every subscript of the expression in which an open index occurs. */
function collect(c: Context, e: Expression, variables: Variables, every: Variable[], into: Constraint[]): void {
  const inside = (inner: Expression | undefined): void => {
    if (inner) collect(c, inner, variables, every, into);
  };
  switch (e.kind) {
    case "list":
      for (const item of e.items) if (item.kind !== "ellipsis") inside(item);
      break;
    case "unary":
      inside(e.operand);
      break;
    case "binary":
      inside(e.left);
      inside(e.right);
      break;
    case "if":
      inside(e.condition);
      inside(e.then);
      inside(e.otherwise);
      break;
    case "pipe":
      inside(e.value);
      for (const stage of e.stages) inside(stage.word);
      break;
    case "member":
      inside(e.value);
      break;
    case "subscript":
      inside(e.value);
      constrain(c, e.value, e.subscripts, variables, into);
      for (const item of e.subscripts) if (item.kind === "index") inside(item.value);
      break;
    case "call": {
      let scope = variables;
      if (e.callee.kind === "subscript") {
        const inner = new Map(variables);
        for (const item of e.callee.subscripts)
          if (item.kind === "index" && item.value.kind === "name") {
            const variable: Variable = { name: item.value.name, range: undefined, alone: [] };
            if (item.range) {
              const value = quietly(c, item.range);
              if (value?.kind === "number") variable.range = { size: value.value, label: value.label };
            }
            inner.set(item.value.name, variable);
            every.push(variable);
          }
        scope = inner;
      }
      for (const argument of e.arguments) collect(c, argument.value, scope, every, into);
      break;
    }
    case "name":
    case "number":
    case "string":
    case "missing":
  }
}

function constrain(
  c: Context,
  base: Expression,
  items: readonly SubscriptItem[],
  variables: Variables,
  into: Constraint[],
): void {
  const linear = items.map((item) => (item.kind === "index" ? linearForm(c, item.value, variables) : undefined));
  if (!linear.some((form) => form && form.terms.size > 0)) return;
  const axes = axesOf(c, base, variables);
  if (!axes) return;
  const given = items.filter((item) => item.kind !== "ellipsis").length;
  let position = 0;
  items.forEach((item, k) => {
    if (item.kind === "ellipsis") {
      position += Math.max(0, axes.length - given);
      return;
    }
    const axis = axes[position++];
    const form = linear[k];
    if (!axis || !form || form.terms.size === 0) return;
    const alone = item.kind === "index" && item.value.kind === "name" ? variables.get(item.value.name) : undefined;
    if (alone) alone.alone.push({ axis, span: item.span });
    else into.push({ low: form.low, high: form.high, terms: form.terms, size: axis.size });
  });
}

/** Shape of a subscripted expression, without elaborating what depends on open indices. */
function axesOf(c: Context, e: Expression, variables: Variables): readonly OwnAxis[] | undefined {
  if (e.kind === "subscript") {
    const axes = axesOf(c, e.value, variables);
    if (!axes || e.subscripts.some((item) => item.kind === "ellipsis")) return undefined;
    return axes.filter((_, k) => e.subscripts[k] === undefined || e.subscripts[k].kind === "slice");
  }
  const value = quietly(c, e, variables);
  if (value?.kind === "tensor") return value.axes;
  if (value?.kind === "list") return [{ size: value.items.length, label: undefined }];
  return undefined;
}

/** Evaluates what depends on no open index, without messages and without keeping what it makes. */
function quietly(c: Context, e: Expression, variables?: Variables) {
  if (e.kind === "name") return c.scope.find(e.name)?.value ?? c.evaluate(e);
  if (variables && mentions(e, variables)) return undefined;
  // It is evaluated again where it stands: only there it is a step of the model.
  const { onStep } = c.run;
  c.run.onStep = undefined;
  const value = c.evaluate(e);
  c.run.onStep = onStep;
  return value;
}
function mentions(e: Expression, variables: Variables): boolean {
  switch (e.kind) {
    case "name":
      return variables.has(e.name);
    case "list":
      return e.items.some((item) => item.kind !== "ellipsis" && mentions(item, variables));
    case "unary":
      return mentions(e.operand, variables);
    case "binary":
      return mentions(e.left, variables) || mentions(e.right, variables);
    case "if":
      return [e.condition, e.then, e.otherwise].some((part) => mentions(part, variables));
    case "call":
      return mentions(e.callee, variables) || e.arguments.some(({ value }) => mentions(value, variables));
    case "subscript":
      return (
        mentions(e.value, variables) ||
        e.subscripts.some((item: SubscriptItem | IndexItem) => item.kind === "index" && mentions(item.value, variables))
      );
    case "pipe":
      return mentions(e.value, variables) || e.stages.some((stage) => mentions(stage.word, variables));
    case "member":
      return mentions(e.value, variables);
    default:
      return false;
  }
}

/** A subscript as an affine form of open indices and an interval of known ones; undefined if it is none. */
function linearForm(c: Context, e: Expression, variables: Variables): Linear | undefined {
  const constant = (low: number, high = low): Linear => ({ low, high, terms: new Map() });
  switch (e.kind) {
    case "number":
      return constant(e.value);
    case "name": {
      const variable = variables.get(e.name);
      if (variable) return { low: 0, high: 0, terms: new Map([[variable, 1]]) };
      const value = c.scope.find(e.name)?.value ?? c.evaluate(e);
      if (value.kind === "number") return constant(value.value);
      if (value.kind !== "tensor" || value.data.kind !== "scalar") return undefined;
      const form = affine(value.data.expr);
      if (!form) return undefined;
      const { low, high } = intervalOf(form);
      return constant(low, high);
    }
    case "unary": {
      const a = e.operator === "-" ? linearForm(c, e.operand, variables) : undefined;
      return a && scaled(a, -1);
    }
    case "binary": {
      const a = linearForm(c, e.left, variables);
      const b = linearForm(c, e.right, variables);
      if (!a || !b) return undefined;
      const numeric = (form: Linear): number | undefined =>
        form.terms.size === 0 && form.low === form.high ? form.low : undefined;
      switch (e.operator) {
        case "+":
          return sum(a, b);
        case "-":
          return sum(a, scaled(b, -1));
        case "*": {
          const x = numeric(a);
          if (x !== undefined) return scaled(b, x);
          const y = numeric(b);
          return y === undefined ? undefined : scaled(a, y);
        }
        case "/":
        case "^": {
          const x = numeric(a);
          const y = numeric(b);
          return x === undefined || y === undefined ? undefined : constant(e.operator === "/" ? x / y : x ** y);
        }
        default:
          return undefined;
      }
    }
    case "call":
    case "subscript": {
      if (mentions(e, variables)) return undefined;
      const value = c.evaluate(e);
      return value.kind === "number" ? constant(value.value) : undefined;
    }
    default:
      return undefined;
  }
}
function sum(a: Linear, b: Linear): Linear {
  const terms = new Map(a.terms);
  for (const [variable, coefficient] of b.terms) terms.set(variable, (terms.get(variable) ?? 0) + coefficient);
  return { low: a.low + b.low, high: a.high + b.high, terms };
}
function scaled(a: Linear, factor: number): Linear {
  const [low, high] = factor >= 0 ? [a.low * factor, a.high * factor] : [a.high * factor, a.low * factor];
  return { low, high, terms: new Map([...a.terms].map(([variable, coefficient]) => [variable, coefficient * factor])) };
}

/** Alone first; then, as long as some constraint has one open variable left, the largest range that satisfies all of its kind. */
function solve(every: readonly Variable[], constraints: readonly Constraint[]): void {
  for (const variable of every) {
    const axis = variable.alone[0]?.axis;
    if (axis && !variable.range) {
      const labels = variable.alone.flatMap(({ axis }) => axis.label ?? []);
      variable.range = { size: axis.size, label: labels.find(({ items }) => items) ?? labels[0] };
    }
  }
  const limitOf = ({ low, high, terms, size }: Constraint, open: Variable): number | undefined => {
    let most = high;
    let least = low;
    for (const [variable, coefficient] of terms) {
      if (variable === open) continue;
      if (!variable.range) return undefined;
      if (coefficient > 0) most += coefficient * (variable.range.size - 1);
      else least += coefficient * (variable.range.size - 1);
    }
    const coefficient = terms.get(open)!;
    if (coefficient === 0) return Infinity;
    return 1 + (coefficient > 0 ? Math.floor((size - 1 - most) / coefficient) : Math.floor(least / -coefficient));
  };
  for (let progress = true; progress;) {
    progress = false;
    for (const variable of every) {
      if (variable.range) continue;
      const limits = constraints
        .filter(({ terms }) => terms.has(variable))
        .map((constraint) => limitOf(constraint, variable))
        .filter((limit) => limit !== undefined);
      if (limits.length === 0) continue;
      const size = Math.min(...limits);
      if (!Number.isFinite(size)) continue;
      variable.range = { size: Math.max(1, size), label: undefined };
      progress = true;
    }
  }
}
