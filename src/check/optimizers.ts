/** @file Optimizers: chains elaborated once per group of parameters, as one flat vector where the body allows it. */
import type { Span } from "../base/source.js";
import type { Store, Tensor } from "../ir/types.js";
import { maximum, minimum, multiply, subtract } from "../ops/index.js";
import type { Expression, Name, ServeStatement, StateStatement, WordDeclaration } from "../syntax/ast.js";
import { type Caller, type Context, type FlatTrial, Sink } from "./context.js";
import { modelRules } from "./diagnostics/model.js";
import { nameRules } from "./diagnostics/names.js";
import { wordRules } from "./diagnostics/words.js";
import { count, type GradientPlaces, type Group, neighbours } from "./groups.js";
import type { MaskPlaces } from "./pruning.js";
import { constantCondition } from "./expressions.js";
import { Frame } from "./frame.js";
import type { Phase, Plateau, Slot } from "./model.js";
import { elementwise, realTensor } from "./operators.js";
import { applyGiven, stored } from "./parameters.js";
import { evaluateCallable, evaluateTyped } from "./recipes.js";
import type { ParameterEntry } from "./registry.js";
import type { Match } from "./match.js";
import { bindGiven, type Given, restored } from "./optimizer-values.js";
import { declareOptions, matchSettings } from "./signature.js";
import { evaluateShape } from "./sizes.js";
import { Scope, setOf, type Word } from "./scope.js";
import { array, broadcast, f32, materialise, scalar, unlabelled } from "./tensors.js";
import {
  type Callable,
  errorValue,
  isCallable,
  type Label,
  number,
  type OwnAxis,
  type RecipeValue,
  type TensorValue,
  type Value,
} from "./values.js";

/**
 * Update and constraints of all groups, and the states they keep, from the first place among the states. Parameters with masks are
 * multiplied by them wherever they change.
 */
export function elaborateOptimizers(
  c: Context,
  groups: readonly Group[],
  places: GradientPlaces,
  masks: MaskPlaces,
  plateau: Plateau | undefined,
): Pick<Phase, "update" | "states" | "served"> {
  const stores: Store[] = [];
  const after: Store[] = [];
  const states: Slot[] = [];
  const served: Store[] = [];
  c.run.registry.arenas.states.size = 0;
  const rate: Rate = plateau ? reducedRate(c, plateau, states) : (value) => value;
  const trainable = groups.flatMap((group) => group.parameters);
  const total = trainable.reduce((n, p) => n + count(p.shape), 0);
  const every = c.graph.source({ name: "gradients", arena: "gradients", type: "f32", offset: 0, shape: [total] });
  const gradients: Gradients = { places, all: array(every, [], unlabelled([total]), f32) };
  for (const { item, parameters } of groups) {
    const top = c.with({
      perExample: false,
      frame: new Frame(""),
      drawPath: "optimizer",
      wordSet: "optimizer",
      scan: undefined,
    });
    const callable = evaluateCallable(top, item.value, "optimizer");
    const stages = callable && stagesOf(callable);
    if (!stages || parameters.length === 0) continue;
    for (const run of neighbours(parameters, (parameter) => masks.has(parameter))) {
      const chain: Chain = { stages, gradients, masks, rate, span: item.span, states };
      const outcome = flatForm(top, chain, run) ?? eachForm(top, chain, run);
      stores.push(...outcome.stores);
      served.push(...outcome.served);
      for (const parameter of run) after.push(...constraintsOf(top, parameter, masks, outcome.learningRate, item.span));
    }
  }
  return { update: [stores, after].filter((stage) => stage.length > 0), states, served };
}

function stagesOf(callable: Callable): readonly RecipeValue[] {
  if (callable.kind === "chain") return callable.stages.flatMap((stage) => stagesOf(stage.recipe));
  if (callable.kind === "instance") return stagesOf(callable.recipe);
  return [callable];
}

interface Gradients {
  readonly places: GradientPlaces;
  /** Of all parameters that move, as one vector. */
  readonly all: TensorValue;
}
/** The learning rate in use, from what the text says. */
type Rate = (value: Value, span: Span) => Value;
interface Chain {
  readonly stages: readonly RecipeValue[];
  readonly gradients: Gradients;
  readonly masks: MaskPlaces;
  readonly rate: Rate;
  readonly span: Span;
  /** Those of the chains so far: new ones are added. */
  readonly states: Slot[];
}
interface Outcome {
  readonly stores: readonly Store[];
  readonly served: readonly Store[];
  readonly learningRate: Value | undefined;
}

/** Neighbours as one vector; undefined if the body looks at more than single elements. */
function flatForm(c: Context, chain: Chain, parameters: readonly ParameterEntry[]): Outcome | undefined {
  const label: Label = { name: "parameters" };
  const flat: FlatTrial = { label, violated: false };
  const size = parameters.reduce((n, p) => n + count(p.shape), 0);
  const { arenas } = c.run.registry;
  const before = [arenas.states.size, chain.states.length] as const;
  const sink = new Sink();
  const trial = c.with({ flat, run: { ...c.run, sink } });
  const outcome = elaborateChain(trial, chain, parameters, [{ size, label }]);
  // A body that asks for the axes of a matrix is told of one long vector: each parameter by itself may be what it wants.
  if (flat.violated || sink.diagnostics.hasErrors) {
    [arenas.states.size, chain.states.length] = before;
    return undefined;
  }
  for (const entry of sink.diagnostics.list) c.run.sink.add(entry);
  return outcome;
}
/** One parameter after the other. */
function eachForm(c: Context, chain: Chain, parameters: readonly ParameterEntry[]): Outcome {
  const outcomes = parameters.map((parameter) => elaborateChain(c, chain, [parameter], unlabelled(parameter.shape)));
  return {
    stores: outcomes.flatMap(({ stores }) => stores),
    served: outcomes.flatMap(({ served }) => served),
    learningRate: outcomes[0]?.learningRate,
  };
}

interface Region {
  readonly offset: number;
  readonly axes: readonly OwnAxis[];
}
const sizesOf = (axes: readonly OwnAxis[]): number[] => axes.map(({ size }) => size);
function valueAt(
  c: Context,
  arena: "parameters" | "gradients" | "states" | "masks",
  name: string,
  { offset, axes }: Region,
): TensorValue {
  const tensor = c.graph.source({ name, arena, type: "f32", offset, shape: sizesOf(axes) });
  return axes.length > 0 ? array(tensor, [], axes, f32) : scalar(c.graph.read(tensor, []));
}

/** The stages of a chain over neighbours as one tensor. */
function elaborateChain(
  c: Context,
  { stages, gradients: { places, all }, masks, rate, span, states }: Chain,
  parameters: readonly ParameterEntry[],
  axes: readonly OwnAxis[],
): Outcome {
  const region: Region = { offset: parameters[0]!.source.offset, axes };
  const name = parameters.length === 1 ? parameters[0]!.path : "parameters";
  const source = {
    name,
    arena: "parameters",
    type: "f32",
    offset: region.offset,
    shape: sizesOf(region.axes),
  } as const;
  let param: Value = valueAt(c, "parameters", name, region);
  const own = valueAt(c, "gradients", name, { offset: places.get(parameters[0]!)!, axes });
  let grad: Value = own;
  const mask = maskOf(c, masks, parameters[0]!, axes);
  const step = scalar(c.graph.scalar("step"), f32);
  const written = chainRate(c, stages, step, span);
  const learningRate = written && rate(written, span);
  // After a message: what a broken chain would not do is no news.
  const nothing: Outcome = { stores: [], served: [], learningRate };
  const stores: Store[] = [];
  let served: Store[] = [];
  for (const recipe of stages) {
    const { word } = recipe;
    if (word.kind === "builtin" || word.declaration.word !== "optimizer") {
      c.report(nameRules.notAWord, span, { what: `\`${word.name}\`, which is no optimizer` });
      return nothing;
    }
    const inner = enter(c, word, span);
    const match: Match = { inner, word: word.name, span, sizes: new Map(), labels: new Map(), row: undefined };
    declareOptions(match, word.declaration);
    if (!matchSettings(c, match, word.declaration, recipe.settings)) return nothing;
    resolveSchedules(inner, word.declaration, step, rate, span);
    const given: Given = new Map<string, Value>([
      ["param", param],
      ["grad", grad],
      ["step", step],
      ...(learningRate ? [["learning_rate", learningRate] as const] : []),
    ]);
    const seen = bindGiven(c, match, word.declaration.values?.parameters ?? [], given, axes);
    if (!seen) return nothing;
    const bound = (name: string): Value | undefined => inner.scope.names.get(name)?.value;
    const [before, slope] = [bound("param"), bound("grad")];
    const gradients = grad === own && slope?.kind === "tensor" ? { own: slope, all } : undefined;
    const body = inner.with({ gradients, row: match.row?.axes });
    const result = runBody(body, word, parameters, { offset: region.offset, axes: seen }, states);
    if (!result) return nothing;
    const after = (name: string, start: Value | undefined, value: Value): Value => {
      const changed = bound(name);
      if (!changed || changed === start) return value;
      return seen === axes ? changed : restored(c, changed, seen, axes, span);
    };
    const changed = after("param", before, param);
    param = changed === param || !mask ? changed : elementwise(c, multiply, [changed, mask], "*", span);
    grad = after("grad", slope, grad);
    stores.push(...result.stores);
    if (result.served) served = [{ target: { ...source, shape: result.served.shape }, value: result.served }];
  }
  const moved = tensorOf(c, param, region.axes, span);
  if (moved && moved !== c.graph.source(source)) stores.unshift({ target: source, value: moved });
  else if (moved && stages.length > 0 && served.length === 0)
    c.report(modelRules.stageOrder, span, { name: stages.at(-1)!.word.name });
  return { stores, served, learningRate };
}

function maskOf(c: Context, masks: MaskPlaces, parameter: ParameterEntry, axes: readonly OwnAxis[]) {
  const place = masks.get(parameter);
  return place && valueAt(c, "masks", parameter.path, { offset: place.offset, axes });
}
function enter(c: Context, word: Word, span: Span): Context {
  const caller: Caller = { word, location: c.location(span), inLibrary: c.file.inLibrary, outer: c.caller };
  return c.with({
    scope: new Scope(undefined),
    file: word.file,
    caller,
    row: undefined,
    indices: [],
    iterations: [],
    step: word.name,
    wordSet: setOf(word.declaration.word),
  });
}
/** The runtime multiplies the first of the states, at first 1, where a metric no longer improves. */
function reducedRate(c: Context, { least }: Plateau, states: Slot[]): Rate {
  const path = "learning_rate/scale";
  const source = c.run.registry.arenas.states.take(path, [], 1);
  states.push({ path, shape: [], source, initial: c.graph.compute([], c.graph.constant(1)) });
  const scale = scalar(c.graph.read(c.graph.source(source), []));
  return (value, span) => {
    const scaled = elementwise(c, multiply, [value, scale], "*", span);
    if (least === 0) return scaled;
    const floor = elementwise(c, minimum, [value, number(least)], "min", span);
    return elementwise(c, maximum, [scaled, floor], "max", span);
  };
}
/** Settings of kind schedule become numbers of the step. */
function resolveSchedules(inner: Context, declaration: WordDeclaration, step: Value, rate: Rate, span: Span): void {
  for (const { name, type } of declaration.settings?.parameters ?? []) {
    if (type?.kind !== "named" || type.name.text !== "schedule") continue;
    const value = inner.scope.names.get(name.text)?.value;
    if (!value) continue;
    const now = isCallable(value) ? scheduled(inner, value, step, span) : value;
    inner.scope.bind(name.text, name.text === "learning_rate" ? rate(now, span) : now);
  }
}
function scheduled(c: Context, callable: Callable, step: Value, span: Span): Value {
  const before = elementwise(c, subtract, [step, number(1)], "-", span);
  return applyGiven(c.with({ wordSet: "schedule" }), callable, new Map([["step", before]]), callable, span);
}
/** The learning rate that all stages of a chain share: that of the first one that has it. */
function chainRate(c: Context, stages: readonly RecipeValue[], step: Value, span: Span): Value | undefined {
  for (const { word, settings } of stages) {
    if (word.kind === "builtin") continue;
    const parameter = word.declaration.settings?.parameters.find((p) => p.name.text === "learning_rate");
    if (!parameter) continue;
    const inner = enter(c, word, span);
    const value =
      settings.get("learning_rate") ?? (parameter.default && evaluateTyped(inner, parameter.default, parameter));
    if (!value) return undefined;
    return isCallable(value) ? scheduled(inner, value, step, span) : value;
  }
  return undefined;
}

/** Runs an optimizer's statements; the stores of its states and what it serves, or undefined after a message. */
function runBody(
  c: Context,
  word: Word,
  parameters: readonly ParameterEntry[],
  region: Region,
  states: Slot[],
): { readonly stores: readonly Store[]; readonly served: Tensor | undefined } | undefined {
  const { body } = word.declaration;
  if (!("statements" in body)) {
    c.report(wordRules.notHere, body.span, {
      what: "an expression",
      where: "an optimizer, whose body is a block of assignments",
    });
    return undefined;
  }
  let served: Region | undefined;
  const kept: { readonly name: string; readonly region: Region; readonly span: Span }[] = [];
  /** A state as it is after the update; another value is kept as one. */
  const serve = ({ value, span }: ServeStatement): Region | undefined => {
    const state = value.kind === "name" && kept.find(({ name }) => name === value.name);
    if (state) return state.region;
    const result = c.evaluate(value);
    const param: Expression = { kind: "name", name: "param", span };
    const name: Name = { text: "served", span };
    const copy: StateStatement = {
      kind: "state",
      name,
      shape: undefined,
      value: param,
      when: undefined,
      documentation: undefined,
      span,
    };
    const place = declareState(c, word, copy, parameters, region, states);
    if (!place) return undefined;
    c.scope.bind(name.text, result);
    kept.push({ name: name.text, region: place, span });
    return place;
  };
  for (const statement of body.statements) {
    if (statement.kind === "state") {
      const made = declareState(c, word, statement, parameters, region, states);
      if (made) kept.push({ name: statement.name.text, region: made, span: statement.span });
    } else if (statement.kind === "serve") served = serve(statement);
    else if (statement.kind === "return")
      c.report(wordRules.notHere, statement.span, { what: "`return`", where: "an optimizer" });
    else c.run.language.execute(c, [statement]);
  }
  const stores = kept.flatMap(({ name, region: place, span }): Store[] => {
    const value = c.scope.names.get(name)?.value;
    const tensor = value && tensorOf(c, value, place.axes, span);
    const target = { name, arena: "states", type: "f32", offset: place.offset, shape: sizesOf(place.axes) } as const;
    return tensor && tensor !== c.graph.source(target) ? [{ target, value: tensor }] : [];
  });
  const tensor = served && tensorOf(c, valueAt(c, "states", "served", served), region.axes, body.span);
  return { stores, served: tensor };
}

/** A state's place and its start, for each parameter of the region; undefined if it is absent or wrong. */
function declareState(
  c: Context,
  word: Word,
  statement: StateStatement,
  parameters: readonly ParameterEntry[],
  region: Region,
  states: Slot[],
): Region | undefined {
  const name = statement.name.text;
  const location = c.location(statement.name.span);
  const written = statement.shape && evaluateShape(c, statement.shape);
  if (statement.shape && !written) {
    c.scope.bind(name, errorValue, location);
    return undefined;
  }
  const axes = written ?? region.axes;
  if (statement.when) {
    const condition = constantCondition(c, statement.when.condition, "the condition of `state`");
    if (condition !== true) {
      const otherwise =
        condition === undefined
          ? errorValue
          : statement.when.otherwise
            ? c.evaluate(statement.when.otherwise)
            : number(0);
      const constant = realTensor(c, otherwise, "else", statement.when.span);
      c.scope.bind(name, constant ? broadcast(c, constant, axes, statement.span) : errorValue, location, "absent");
      return undefined;
    }
  }
  const { states: arena } = c.run.registry.arenas;
  const offset = arena.size;
  const slot = (path: string, shape: readonly number[], inner: Context): void => {
    let free = path;
    for (let k = 2; states.some((other) => other.path === free); k++) free = `${path}_${k}`;
    const source = arena.take(free, shape, 1);
    const initial = stored(inner, inner.evaluate(statement.value), unlabelled(shape), statement.value.span);
    if (initial) states.push({ path: source.name, shape, source, initial });
  };
  if (written) slot(`${parameters.length === 1 ? parameters[0]!.path : word.name}/${name}`, sizesOf(axes), c);
  else
    for (const parameter of parameters) {
      // Its start may be the parameter's: `state average = param`.
      const scope = new Scope(c.scope);
      const own = { offset: parameter.source.offset, axes: unlabelled(parameter.shape) };
      scope.bind("param", valueAt(c, "parameters", parameter.path, own));
      slot(
        `${parameter.path}/${name}`,
        parameter.shape,
        c.with({ scope, flat: undefined, drawPath: `${parameter.path}/${name}` }),
      );
    }
  const place: Region = { offset, axes };
  c.scope.bind(name, valueAt(c, "states", name, place), location, "state");
  return place;
}

/** A value as a tensor of given axes; undefined after a message. */
function tensorOf(c: Context, value: Value, axes: readonly OwnAxis[], span: Span) {
  if (value.kind === "error") return undefined;
  const real = realTensor(c, value, "<-", span);
  const stretched = real && broadcast(c, real, axes, span);
  return stretched?.kind === "tensor" ? materialise(c, stretched, span).tensor : undefined;
}

/** What follows a parameter's update. */
function constraintsOf(
  c: Context,
  parameter: ParameterEntry,
  masks: MaskPlaces,
  rate: Value | undefined,
  span: Span,
): Store[] {
  if (parameter.constraints.length === 0) return [];
  const axes = unlabelled(parameter.shape);
  let value: Value = valueAt(c, "parameters", parameter.path, { offset: parameter.source.offset, axes });
  for (const constraint of parameter.constraints) {
    const given = new Map<string, Value>([["w", value]]);
    if (rate) given.set("learning_rate", rate);
    value = applyGiven(
      c.with({ wordSet: "constraint", drawPath: parameter.path }),
      constraint,
      given,
      constraint,
      span,
    );
  }
  const mask = maskOf(c, masks, parameter, axes);
  const tensor = tensorOf(c, mask ? elementwise(c, multiply, [value, mask], "*", span) : value, axes, span);
  return tensor ? [{ target: parameter.source, value: tensor }] : [];
}
