/** @file `param` and `buffer`: places in memory by path, initial values, regularizers and constraints. */
import type { Location, Span } from "../base/source.js";
import type { Tensor } from "../ir/types.js";
import type { BufferStatement, Expression, ParamStatement, When } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { modelRules } from "./diagnostics/model.js";
import { nameRules } from "./diagnostics/names.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { wordRules } from "./diagnostics/words.js";
import { constantCondition } from "./expressions.js";
import { Frame } from "./frame.js";
import { bindIndices, closeOver } from "./index-notation.js";
import { plainAxis } from "./items.js";
import { elementwise, realTensor } from "./operators.js";
import { evaluateCallable, isWordExpression } from "./recipes.js";
import { evaluateShape } from "./sizes.js";
import { add } from "../ops/index.js";
import { array, broadcast, dependsOn, f32, materialise, scalar } from "./tensors.js";
import { signed } from "./word-page.js";
import {
  type Callable,
  type ChainValue,
  errorValue,
  list,
  number,
  type OwnAxis,
  type RecipeValue,
  shapeText,
  type TensorValue,
  type Value,
  valueText,
} from "./values.js";

export function declareParameter(c: Context, statement: ParamStatement): void {
  const { registry } = c.run;
  const place = placeOf(c, statement, registry.parameters);
  if (!place) return;
  const { name, location, path, axes, shape } = place;
  let { entry } = place;
  if (!entry) {
    const source = registry.parameterSource(path, shape);
    const constraints = statement.options.flatMap((option): (RecipeValue | ChainValue)[] => {
      const callable = option.kind === "constrain" && evaluateCallable(c, option.value, "constraint");
      return callable && callable.kind !== "instance" ? [callable] : [];
    });
    const tensor = c.graph.source(source, { location, label: path });
    const trainable = statement.options.every(({ kind }) => kind !== "frozen");
    entry = { path, shape, trainable, location, source, tensor, initial: undefined, constraints };
    registry.parameters.set(path, entry);
    entry.initial = initialValue(c, path, axes, statement.initializer, statement.indices);
  }
  const bound = storedValue(c, entry.tensor, axes);
  c.scope.bind(name, bound, location);
  if (c.run.mode === "predict") return;
  for (const option of statement.options) if (option.kind === "regularize") regularize(c, path, bound, option.value);
}

export function declareBuffer(c: Context, statement: BufferStatement): void {
  const { registry } = c.run;
  const place = placeOf(c, statement, registry.buffers);
  if (!place) return;
  const { name, location, path, axes, shape } = place;
  let { entry } = place;
  if (!entry) {
    const source = registry.arenas.buffers.take(path, shape, 1);
    const tensor = c.graph.source(source, { location, label: path });
    entry = { path, shape, location, source, tensor, initial: undefined };
    registry.buffers.set(path, entry);
    c.run.survey = registry.survey;
    const first = initialValue(c, path, axes, statement.initial.value, undefined);
    c.run.survey = undefined;
    entry.initial = first && registry.survey.settle(c, source, first);
  }
  const bound = c.run.buffers.get(path) ?? storedValue(c, entry.tensor, axes);
  c.scope.bind(name, bound, location, "buffer", path);
}

/** Where a declaration is in memory, and what is there already; undefined where its name was bound here, for instance to an error. */
function placeOf<Entry extends { readonly shape: readonly number[]; readonly location: Location }>(
  c: Context,
  statement: ParamStatement | BufferStatement,
  entries: ReadonlyMap<string, Entry>,
) {
  const name = statement.name.text;
  const location = c.location(statement.name.span);
  const failed = (): undefined => {
    c.scope.bind(name, errorValue, location);
    return undefined;
  };
  const axes = evaluateShape(c, statement.shape)?.map(plainAxis);
  if (!axes) return failed();
  if (statement.when) {
    const absent = absentValue(c, statement.when, axes, `\`${statement.kind} ${name}\``);
    if (absent) {
      c.scope.bind(name, absent, location, "absent");
      return undefined;
    }
  }
  if (c.caller && c.caller.word.declaration.word !== "layer") {
    const where = `a ${c.caller.word.declaration.word}`;
    c.report(wordRules.notHere, statement.span, { what: `\`${statement.kind}\``, where });
    return failed();
  }
  const path = c.frame.join(name);
  const shape = axes.map(({ size }) => size);
  const entry = entries.get(path);
  if (entry && shapeText(entry.shape) !== shapeText(shape)) {
    const shapes = { first: shapeText(entry.shape), second: shapeText(shape) };
    c.report(shapeRules.instanceShape, statement.shape.span, { path, ...shapes });
    return failed();
  }
  if (entry && entry.location.span.start !== statement.name.span.start) {
    c.report(nameRules.duplicateName, statement.name.span, { name });
    return failed();
  }
  return { name, location, path, axes, shape, entry };
}
const storedValue = (c: Context, tensor: Tensor, axes: readonly OwnAxis[]): TensorValue =>
  axes.length > 0 ? array(tensor, [], axes, f32) : scalar(c.graph.read(tensor, []));

/** With `when c else v` and c false: the constant v in the shape. */
function absentValue(c: Context, when: When, axes: readonly OwnAxis[], what: string): Value | undefined {
  const condition = constantCondition(c, when.condition, `the condition of ${what}`);
  if (condition === undefined) return errorValue;
  if (condition) return undefined;
  const value = when.otherwise ? c.evaluate(when.otherwise) : number(0);
  const tensor = realTensor(c, value, "else", when.span);
  return tensor ? broadcast(c, tensor, axes, when.span) : errorValue;
}

// ---- initial values

/** Keras' fans: the last two axes, times the product of those before them. */
export function fans(shape: readonly number[]): readonly [number, number] {
  const last = shape.at(-1) ?? 1;
  if (shape.length < 2) return [last, last];
  const receptive = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  return [shape.at(-2)! * receptive, last * receptive];
}

/** The tensor that `create` stores; undefined after a message. */
function initialValue(
  c: Context,
  path: string,
  axes: readonly OwnAxis[],
  e: Expression,
  indices: ParamStatement["indices"],
): Tensor | undefined {
  const inner = c.with({
    perExample: false,
    drawPath: path,
    indices: [],
    iterations: [],
    scan: undefined,
    frame: new Frame(path),
    step: path,
  });
  const value = indices
    ? indexedInitial(inner, axes, e, indices)
    : isWordExpression(inner, e, "initializer")
      ? applyInitializer(inner, axes, e)
      : inner.evaluate(e);
  if (value.kind === "error") return undefined;
  const tensor = stored(c, value, axes, e.span);
  const on = tensor && c.run.registry.survey.dependence(tensor);
  if (on === undefined) return tensor;
  c.report(modelRules.dataDepends, e.span, { what: `the first value of \`${path}\``, on });
  return undefined;
}
/** A shared value in the given shape, as a tensor of the graph. */
export function stored(c: Context, value: Value, axes: readonly OwnAxis[], span: Span): Tensor | undefined {
  const tensor = realTensor(c, value, "an initial value", span);
  if (!tensor) return undefined;
  const depends = dependsOn(c.run, tensor).length > 0;
  const skip = axes.length - tensor.axes.length;
  const fits = skip >= 0 && tensor.axes.every((axis, k) => axis.size === axes[skip + k]!.size || axis.size === 1);
  if (depends || !fits) {
    c.report(depends ? modelRules.perExample : modelRules.notAParameter, span, {
      what: depends ? "an initial value" : valueText(value),
    });
    return undefined;
  }
  const plain = { ...tensor, axes: tensor.axes.map(({ size }) => ({ size, label: undefined })) };
  const result = broadcast(
    c,
    plain,
    axes.map(({ size }) => ({ size, label: undefined })),
    span,
  );
  return result.kind === "tensor" ? materialise(c, result, span).tensor : undefined;
}
function indexedInitial(
  c: Context,
  axes: readonly OwnAxis[],
  e: Expression,
  indices: NonNullable<ParamStatement["indices"]>,
): Value {
  const binders = indices.flatMap((item) =>
    item.kind === "index" && item.value.kind === "name"
      ? [{ name: item.value.name, span: item.span, range: undefined }]
      : [],
  );
  if (binders.length !== indices.length || binders.length !== axes.length)
    return c.report(shapeRules.subscripts, e.span, {
      given: indices.length,
      rank: axes.length,
      value: shapeText(axes),
    });
  const ranges = new Map(binders.map((binder, k) => [binder.name, axes[k]!]));
  const bound = bindIndices(c, binders, ranges);
  const value = bound.inner.evaluate(e);
  const tensor = realTensor(bound.inner, value, "an initial value", e.span);
  return tensor ? closeOver(c, tensor, bound.axes, bound.own, 0, e.span) : errorValue;
}
function applyInitializer(c: Context, axes: readonly OwnAxis[], e: Expression): Value {
  const callable = evaluateCallable(c, e, "initializer");
  if (!callable) return errorValue;
  const shape = axes.map(({ size }) => size);
  const [fanIn, fanOut] = fans(shape);
  const given = new Map<string, Value>([
    ["shape", list(shape.map((size) => number(size)))],
    ["fan_in", number(fanIn)],
    ["fan_out", number(fanOut)],
  ]);
  return applyGiven(c, callable, given, e, e.span);
}

/** Applies a word whose values are given by name: initializers, regularizers, constraints. */
export function applyGiven(
  c: Context,
  callable: Callable,
  given: ReadonlyMap<string, Value>,
  node: object,
  span: Span,
): Value {
  if (callable.kind === "chain") {
    const [name] = [...given.keys()];
    let value = errorValue;
    let current = given;
    for (const stage of callable.stages) {
      value = applyGiven(c, stage.recipe, current, stage.node, span);
      current = new Map(given).set(name!, value);
    }
    return value;
  }
  const recipe = callable.kind === "instance" ? callable.recipe : callable;
  if (recipe.kind === "chain") return applyGiven(c, recipe, given, node, span);
  const { word } = recipe;
  const values: Value[] = [];
  if (word.kind === "builtin") values.push(...[...given.values()].slice(0, word.values[0]));
  else
    for (const [k, parameter] of (word.declaration.values?.parameters ?? []).entries()) {
      // A fn takes the first given value whatever its own name for it.
      const value = given.get(parameter.name.text) ?? (k === 0 ? [...given.values()][0] : undefined);
      if (value) values.push(value);
      else if (!parameter.default)
        return c.report(
          wordRules.missingValue,
          span,
          { word: word.name, name: `\`${parameter.name.text}\`` },
          signed(word),
        );
    }
  return c.run.language.apply(c, recipe, values, { node, variant: "given", span, name: undefined });
}

// ---- regularizers

function regularize(c: Context, path: string, value: TensorValue, e: Expression): void {
  if (c.run.regularized.has(`${path}:${e.span.start}`)) return;
  c.run.regularized.add(`${path}:${e.span.start}`);
  const callable = evaluateCallable(c, e, "regularizer");
  if (!callable) return;
  const inner = c.with({ perExample: false, drawPath: path, indices: [], iterations: [], scan: undefined });
  const result = applyGiven(inner, callable, new Map([["w", value]]), e, e.span);
  if (result.kind === "error" || (result.kind === "number" && result.value === 0)) return;
  const tensor = realTensor(c, result, "a regularizer", e.span);
  if (!tensor) return;
  if (tensor.axes.length > 0) {
    c.report(wordRules.type, e.span, {
      what: "a regularizer's result",
      expected: "a number",
      actual: valueText(result),
    });
    return;
  }
  const sum = c.run.regularization;
  c.run.regularization = sum ? elementwise(c, add, [sum, tensor], "+", e.span) : tensor;
}
