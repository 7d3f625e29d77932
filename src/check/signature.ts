/** @file Signatures: settings and values of an application matched with types, sizes solved, axes labelled. */
import type { Expression, Parameter, Shape, TypeExpression, WordDeclaration } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { sequenceRules } from "./diagnostics/sequences.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { wordRules } from "./diagnostics/words.js";
import { addSetting } from "./mending.js";
import { type Match, wrongRow, wrongShape, wrongSize, wrongType } from "./match.js";
import { listToTensor } from "./lists.js";
import { evaluateTyped, wordSetOf } from "./recipes.js";
import { solveSize } from "./sizes.js";
import { signed } from "./word-page.js";
import { broadcast, elementAt, f32, fromBody, oneHot, scalar, toBool, toF32 } from "./tensors.js";
import {
  isCallable,
  isWhole,
  type Label,
  number,
  type OwnAxis,
  sameAxes,
  type TensorValue,
  type Value,
  valueText,
} from "./values.js";

/** Binds the settings in the word's scope; false after a message. */
export function matchSettings(
  c: Context,
  m: Match,
  declaration: WordDeclaration,
  given: ReadonlyMap<string, Value>,
): boolean {
  for (const parameter of declaration.settings?.parameters ?? []) {
    const name = parameter.name.text;
    let value = given.get(name);
    if (!value) {
      if (!parameter.default) {
        const mended = addSetting(c, m.span, m.word, parameter);
        c.report(
          wordRules.missingSetting,
          m.span,
          { word: m.word, name },
          { ...signed(m.inner.caller?.word), ...mended },
        );
        return false;
      }
      value = evaluateTyped(m.inner, parameter.default, parameter);
    }
    const checked = checkConstant(c, m, parameter, value);
    if (!checked || checked.kind === "error") return false;
    m.inner.scope.bind(name, checked, m.inner.location(parameter.name.span));
  }
  return true;
}

/** Options of a word's parameters are names in its text. */
export function declareOptions(m: Match, declaration: WordDeclaration): void {
  for (const group of [declaration.settings, declaration.values])
    for (const { type } of group?.parameters ?? [])
      if (type?.kind === "options") for (const option of type.options) m.inner.scope.options.add(option.text);
}

/** A setting against its type; patterns `[kh, kw]` bind their names. */
function checkConstant(c: Context, m: Match, parameter: Parameter, value: Value): Value | undefined {
  const { type } = parameter;
  if (!type || value.kind === "error") return value;
  switch (type.kind) {
    case "options":
      if (value.kind === "option" && type.options.some((option) => option.text === value.name)) return value;
      c.report(
        wordRules.option,
        m.span,
        {
          what: `\`${parameter.name.text}\` of \`${m.word}\``,
          options: type.options.map((option) => option.text).join(", "),
          suggestion: undefined,
          actual: valueText(value),
        },
        signed(m.inner.caller?.word),
      );
      return undefined;
    case "shape":
      return matchPattern(c, m, parameter, type.shape, value);
    case "named":
      return checkNamed(c, m, parameter, type, value);
  }
}
function checkNamed(
  c: Context,
  m: Match,
  parameter: Parameter,
  type: TypeExpression & { kind: "named" },
  value: Value,
): Value | undefined {
  const what = `\`${parameter.name.text}\` of \`${m.word}\``;
  if (wordSetOf(parameter)) {
    if (isCallable(value)) return value;
    if (type.name.text === "schedule" && (value.kind === "number" || value.kind === "tensor")) return value;
    return wrongType(c, m, parameter, `a ${type.name.text}`, value);
  }
  switch (type.name.text) {
    case "int":
      if (value.kind !== "number") return wrongType(c, m, parameter, "a whole number", value);
      if (isWhole(value.value)) return value;
      c.report(shapeRules.notWhole, m.span, { what, value: value.value }, signed(m.inner.caller?.word));
      return undefined;
    case "f32":
    case "number":
      return value.kind === "number" || value.kind === "tensor" ? value : wrongType(c, m, parameter, "a number", value);
    case "bool":
      return value.kind === "bool" ? value : wrongType(c, m, parameter, "true or false", value);
    case "list":
      return value.kind === "list" ? value : wrongType(c, m, parameter, "a list", value);
    case "range":
      if (value.kind === "number") return { kind: "range", from: -value.value, to: value.value, reversed: false };
      return value.kind === "range" ? value : wrongType(c, m, parameter, "a range", value);
    case "string":
      return value.kind === "string" ? value : wrongType(c, m, parameter, "a text", value);
    default:
      m.inner.report(wordRules.unknownType, type.name.span, { name: type.name.text });
      return undefined;
  }
}
/** `kernel_size: [kh, kw]`: one number fills all. */
function matchPattern(c: Context, m: Match, parameter: Parameter, shape: Shape, value: Value): Value | undefined {
  const count = shape.axes.length;
  const items =
    value.kind === "number" ? Array.from({ length: count }, () => value) : value.kind === "list" ? value.items : [];
  const numbers = items.filter((item) => item.kind === "number");
  if (numbers.length !== count) return wrongType(c, m, parameter, `a whole number or a list of ${count}`, value);
  const bad = numbers.find((item) => !isWhole(item.value));
  if (bad) {
    const what = `\`${parameter.name.text}\` of \`${m.word}\``;
    c.report(shapeRules.notWhole, m.span, { what, value: bad.value }, signed(m.inner.caller?.word));
    return undefined;
  }
  shape.axes.forEach((axis, k) => {
    if (axis.kind === "name") m.inner.scope.bind(axis.name, numbers[k]!, m.inner.location(axis.span));
  });
  return { kind: "list", items: numbers };
}

/** Binds the values in the word's scope; false after a message. */
export function matchValues(c: Context, m: Match, parameters: readonly Parameter[], values: readonly Value[]): boolean {
  if (values.length > parameters.length) {
    const takes = `${parameters.length} value${parameters.length === 1 ? "" : "s"}`;
    c.report(wordRules.tooMany, m.span, { word: m.word, given: values.length, takes }, signed(m.inner.caller?.word));
    return false;
  }
  const later: { parameter: Parameter; shape: Shape; value: TensorValue }[] = [];
  const constants: { parameter: Parameter; value: Value }[] = [];
  for (const [k, parameter] of parameters.entries()) {
    const given = values[k] ?? (parameter.default && evaluateTyped(m.inner, parameter.default, parameter));
    if (!given) {
      const name = `\`${parameter.name.text}\``;
      c.report(wordRules.missingValue, m.span, { word: m.word, name }, signed(m.inner.caller?.word));
      return false;
    }
    if (given.kind === "error") return false;
    const shape = shapeOf(parameter.type);
    if (!shape) {
      const value = plainValue(c, m, parameter, given);
      if (!value) return false;
      m.inner.scope.bind(parameter.name.text, value, m.inner.location(parameter.name.span));
      continue;
    }
    if (given.kind === "number" || given.kind === "bool") {
      constants.push({ parameter, value: given });
      continue;
    }
    const value = convert(c, m, parameter, given);
    if (!value) return false;
    const matched = matchAxes(c, m, parameter, shape, value, given);
    if (!matched) return false;
    m.inner.scope.bind(parameter.name.text, matched, m.inner.location(parameter.name.span));
    later.push({ parameter, shape, value: matched });
  }
  for (const { parameter, shape, value } of later) if (!solveAxes(c, m, parameter, shape, value)) return false;
  for (const { parameter, value } of constants) {
    const stretched = stretchConstant(c, m, parameter, value);
    if (!stretched) return false;
    m.inner.scope.bind(parameter.name.text, stretched, m.inner.location(parameter.name.span));
  }
  return true;
}

/** The tensor shape that a parameter's type asks for, if any: `[..., n]`, `f32[n]`, `bool[t, s]`, `class[v][t]`. */
export function shapeOf(type: TypeExpression | undefined): Shape | undefined {
  if (type?.kind === "shape") return type.shape;
  if (type?.kind !== "named") return undefined;
  switch (type.name.text) {
    case "class":
      return type.shapes[1] ?? { axes: [], span: type.span };
    case "f32":
    case "bool":
    case "int":
      return type.shapes[0];
    default:
      return undefined;
  }
}
/** Values without a shape in their type: `target: bool` of any shape. */
function plainValue(c: Context, m: Match, parameter: Parameter, value: Value): Value | undefined {
  const { type } = parameter;
  const scalarType = type?.kind === "named" && ["bool", "int", "f32"].includes(type.name.text);
  return scalarType && value.kind === "tensor"
    ? convert(c, m, parameter, value)
    : checkConstant(c, m, parameter, value);
}

/** The value with the element type that the parameter asks for. */
function convert(c: Context, m: Match, parameter: Parameter, given: Value): TensorValue | undefined {
  const value = given.kind === "list" ? listToTensor(c, given, m.span) : given;
  if (value.kind !== "tensor") return wrongType(c, m, parameter, "a tensor", value);
  const { type } = parameter;
  const wanted = type?.kind === "named" ? type.name.text : "f32";
  const { element } = value;
  const signature = (expected: string): undefined => wrongShape(c, m, parameter, expected, value, value);
  if (wanted === "class") {
    if (element.kind !== "class") return signature("a class");
    const axis = type?.kind === "named" ? type.shapes[0]?.axes[0] : undefined;
    if (
      axis &&
      axis.kind !== "rest" &&
      axis.kind !== "from" &&
      !matchSize(c, m, axis, { size: element.size, label: undefined }, parameter, given)
    )
      return undefined;
    return value;
  }
  if (wanted === "bool") {
    if (element.kind === "bool") return value;
    if (element.kind !== "class" || element.size !== 2) return signature("true or false");
    return tensorOr(
      fromBody(c, value.axes, (at) => toBool(c, elementAt(c, value, at)), m.span),
      value,
    );
  }
  if (wanted === "int") return element.kind === "int" || element.kind === "bool" ? value : signature("whole numbers");
  if (element.kind === "f32") return value;
  if (element.kind === "class") return tensorOr(oneHot(c, value, m.span), value);
  return tensorOr(
    fromBody(c, value.axes, (at) => toF32(c, elementAt(c, value, at)), m.span, f32),
    value,
  );
}
const tensorOr = (value: Value, before: TensorValue): TensorValue | undefined =>
  value.kind === "tensor" ? { ...value, trail: value.trail ?? before.trail } : undefined;

/** Number of axes, the row `...`, and sizes that are plain names. The result carries the signature's labels. */
function matchAxes(
  c: Context,
  m: Match,
  parameter: Parameter,
  shape: Shape,
  value: TensorValue,
  given: Value,
): TensorValue | undefined {
  const rest = shape.axes.findIndex((axis) => axis.kind === "rest");
  const fixed = shape.axes.length - (rest >= 0 ? 1 : 0);
  if (rest >= 0 ? value.axes.length < fixed : value.axes.length !== fixed) {
    const expected = m.inner.file.source.text.slice(shape.span.start, shape.span.end) || "[]";
    return wrongShape(c, m, parameter, expected, given, value, shape.axes.length < value.axes.length);
  }
  const rowLength = value.axes.length - fixed;
  if (c.flat && fixed > 0 && value.axes.some((axis) => axis.label === c.flat!.label)) c.flat.violated = true;
  const axes: OwnAxis[] = [...value.axes];
  if (rest >= 0) {
    const row = value.axes.slice(rest, rest + rowLength);
    if (!m.row) m.row = { axes: row, by: parameter.name.text, value: given };
    else if (!sameAxes(m.row.axes, row)) return wrongRow(c, m, parameter, row, value, given);
    else if (row.some((axis, k) => isMixed(axis.label?.items, m.row!.axes[k]!.label?.items)))
      return mixed(c, m, `\`...\` of \`${m.word}\``);
  }
  for (const [k, axis] of shape.axes.entries()) {
    if (axis.kind !== "name") continue;
    const position = rest >= 0 && k > rest ? k - 1 + rowLength : k;
    const label = matchSize(c, m, axis, value.axes[position]!, parameter, given);
    if (!label) return undefined;
    axes[position] = { size: axes[position]!.size, label: label.label };
  }
  return { ...value, axes };
}
/** A plain name in a shape: a size known already, or bound here. Gives the label; undefined after a message. */
function matchSize(
  c: Context,
  m: Match,
  axis: Expression,
  actual: OwnAxis,
  parameter: Parameter,
  given: Value,
): { readonly label: Label | undefined } | undefined {
  if (axis.kind !== "name") {
    const value = m.inner.evaluate(axis);
    if (value.kind === "number" && value.value === actual.size) return { label: undefined };
    if (value.kind === "number")
      wrongSize(
        c,
        m,
        m.inner.file.source.text.slice(axis.span.start, axis.span.end),
        value.value,
        "the signature",
        actual.size,
        parameter,
        given,
      );
    return undefined;
  }
  const known = m.sizes.get(axis.name);
  if (known) {
    if (known.size === actual.size)
      return sameItems(c, m, axis.name, known.label, actual) ? { label: known.label } : undefined;
    wrongSize(c, m, axis.name, known.size, `\`${known.by}\``, actual.size, parameter, given, known.value);
    return undefined;
  }
  const bound = m.inner.scope.names.get(axis.name)?.value ?? fileConstant(m.inner, axis);
  if (bound?.kind === "number") {
    if (bound.value === actual.size) return { label: undefined };
    wrongSize(c, m, axis.name, bound.value, "its setting", actual.size, parameter, given);
    return undefined;
  }
  const label: Label = { name: axis.name, items: actual.label?.items };
  m.labels.set(label, actual.label);
  m.sizes.set(axis.name, { label, size: actual.size, by: parameter.name.text, value: given });
  m.inner.scope.bind(axis.name, number(actual.size, label), m.inner.location(axis.span));
  return { label };
}
const isMixed = (a: Label["items"], b: Label["items"]): boolean => a !== undefined && b !== undefined && a !== b;
function mixed(c: Context, m: Match, what: string): undefined {
  c.report(sequenceRules.mixed, m.span, { what }, signed(m.inner.caller?.word));
}
/** Of two axes of one name the items, if either has them, are those of both; false after a message. */
function sameItems(c: Context, m: Match, name: string, label: Label, actual: OwnAxis): boolean {
  const items = actual.label?.items;
  if (isMixed(items, label.items)) mixed(c, m, `\`${name}\` of \`${m.word}\``);
  if (isMixed(items, label.items)) return false;
  if (items && !label.items) m.labels.set(label, actual.label);
  label.items ??= items;
  return true;
}
function fileConstant(inner: Context, axis: Expression & { kind: "name" }): Value | undefined {
  return inner.file.constants.has(axis.name) ? inner.evaluate(axis) : undefined;
}
/** Sizes that are expressions: compared, or solved for their one unknown name. */
function solveAxes(c: Context, m: Match, parameter: Parameter, shape: Shape, value: TensorValue): boolean {
  const rest = shape.axes.findIndex((axis) => axis.kind === "rest");
  const rowLength = value.axes.length - (shape.axes.length - (rest >= 0 ? 1 : 0));
  for (const [k, axis] of shape.axes.entries()) {
    if (axis.kind === "name" || axis.kind === "rest" || axis.kind === "from") continue;
    const { size } = value.axes[rest >= 0 && k > rest ? k - 1 + rowLength : k]!;
    const text = m.inner.file.source.text.slice(axis.span.start, axis.span.end);
    const solved = solveSize(m.inner, axis, size);
    if (solved === "unsolvable") {
      c.report(shapeRules.unsolvable, m.span, { size: text });
      return false;
    }
    if (solved.kind === "unknown") {
      const label: Label = { name: solved.name };
      m.labels.set(label, undefined);
      m.sizes.set(solved.name, { label, size: solved.value, by: parameter.name.text, value });
      m.inner.scope.bind(solved.name, number(solved.value, label), m.inner.location(axis.span));
    } else if (solved.value !== size) {
      wrongSize(c, m, text, solved.value, "the signature", size, parameter, value);
      return false;
    }
  }
  return true;
}

/** `allowed: bool[t, s] = true`: a constant stretches to the shape that the other values decided. */
function stretchConstant(c: Context, m: Match, parameter: Parameter, value: Value): Value | undefined {
  const shape = shapeOf(parameter.type)!;
  const axes: OwnAxis[] = [];
  for (const axis of shape.axes) {
    if (axis.kind === "rest") axes.push(...(m.row?.axes ?? []));
    else if (axis.kind !== "from") {
      const size = axis.kind === "name" && !m.inner.scope.find(axis.name) ? undefined : m.inner.evaluate(axis);
      if (size?.kind !== "number") return wrongType(c, m, parameter, "a tensor", value);
      axes.push({ size: size.value, label: size.label });
    }
  }
  if (axes.length === 0) return value;
  const constant =
    value.kind === "bool"
      ? scalar(c.graph.constant(value.value ? 1 : 0, "bool"))
      : scalar(c.graph.constant(value.kind === "number" ? value.value : 0));
  const stretched = broadcast(c, constant, axes, m.span);
  return stretched.kind === "tensor" ? stretched : undefined;
}
