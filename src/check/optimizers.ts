/** @file Optimizers: chains elaborated once per group of parameters, as one flat vector where the body allows it. */
import { suggest } from "../base/suggest.js";
import type { Span } from "../base/source.js";
import type { Store, Tensor } from "../ir/types.js";
import { subtract } from "../ops/index.js";
import type {
  Expression,
  Name,
  OptimizerItem,
  ServeStatement,
  StateStatement,
  WordDeclaration,
} from "../syntax/ast.js";
import { type Caller, type Context, type FlatTrial, Sink } from "./context.js";
import { modelRules } from "./diagnostics/model.js";
import { nameRules } from "./diagnostics/names.js";
import { wordRules } from "./diagnostics/words.js";
import { constantCondition } from "./expressions.js";
import { Frame } from "./frame.js";
import type { Phase, Slot } from "./model.js";
import { elementwise, realTensor } from "./operators.js";
import { applyGiven, stored } from "./parameters.js";
import { evaluateCallable, evaluateTyped } from "./recipes.js";
import type { ParameterEntry } from "./registry.js";
import type { Match } from "./match.js";
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

export interface Group {
  readonly item: OptimizerItem;
  readonly parameters: readonly ParameterEntry[];
}

/** Each trainable parameter's optimizer; undefined after a message. */
export function groupParameters(
  c: Context,
  items: readonly OptimizerItem[],
  parameters: readonly ParameterEntry[],
): readonly Group[] | undefined {
  const trainable = parameters.filter((parameter) => parameter.trainable);
  const owner = new Map<ParameterEntry, OptimizerItem>();
  let failed = false;
  for (const item of items)
    for (const path of item.paths) {
      const mine = parametersAt(c, path, parameters);
      if (!mine) failed = true;
      for (const parameter of mine ?? [])
        if (owner.has(parameter) && owner.get(parameter) !== item) {
          failed = true;
          c.report(modelRules.twoOptimizers, spanOf(path), { path: parameter.path });
        } else owner.set(parameter, item);
    }
  const general = items.filter((item) => item.paths.length === 0);
  if (general.length > 1 && trainable.length > 0) {
    c.report(modelRules.twoOptimizers, general[1]!.span, { path: trainable[0]!.path });
    failed = true;
  }
  for (const parameter of trainable) {
    if (owner.has(parameter)) continue;
    if (general[0]) owner.set(parameter, general[0]);
    else if (items[0] && !failed) {
      c.report(modelRules.withoutOptimizer, items[0].span, { path: parameter.path });
      failed = true;
    }
  }
  if (failed) return undefined;
  return items.map((item) => ({ item, parameters: trainable.filter((p) => owner.get(p) === item) }));
}
const spanOf = (path: readonly Name[]): Span => ({ start: path[0]!.span.start, end: path.at(-1)!.span.end });

/** The parameters that a path names, alone or as an instance's; undefined after a message. */
export function parametersAt(
  c: Context,
  path: readonly Name[],
  parameters: readonly ParameterEntry[],
): readonly ParameterEntry[] | undefined {
  const text = path.map((name) => name.text).join(".");
  const mine = parameters.filter((p) => p.path === text || p.path.startsWith(`${text}.`));
  if (mine.length > 0) return mine;
  const value = c.scope.find(path[0]!.text)?.value;
  if (value && value.kind !== "instance" && value.kind !== "error")
    c.report(nameRules.notAnInstance, spanOf(path), { name: text });
  else if (value?.kind !== "error") {
    const known = new Set(parameters.flatMap((p) => prefixes(p.path)));
    c.report(modelRules.unknownPath, spanOf(path), { path: text, suggestion: suggest(text, known) });
  }
  return undefined;
}
const prefixes = (path: string): string[] => {
  const parts = path.split(".");
  return parts.map((_, k) => parts.slice(0, k + 1).join("."));
};

/** The order of parameters in memory: group by group, frozen ones last. */
export function memoryOrder(
  groups: readonly Group[],
  parameters: readonly ParameterEntry[],
): readonly ParameterEntry[] {
  const grouped = groups.flatMap((group) => group.parameters);
  const seen = new Set(grouped);
  const rest = parameters.filter((p) => !seen.has(p));
  return [...grouped, ...rest.filter((p) => p.trainable), ...rest.filter((p) => !p.trainable)];
}

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Where gradients lie in arena `gradients`: one behind the other, as the parameters do that move. */
export type GradientPlaces = ReadonlyMap<ParameterEntry, number>;
export function gradientPlaces(parameters: readonly ParameterEntry[]): GradientPlaces {
  const places = new Map<ParameterEntry, number>();
  let offset = 0;
  for (const parameter of byOffset(parameters)) {
    places.set(parameter, offset);
    offset += count(parameter.shape);
  }
  return places;
}
const byOffset = (parameters: readonly ParameterEntry[]): readonly ParameterEntry[] =>
  [...parameters].sort((a, b) => a.source.offset - b.source.offset);

/** Runs of parameters that are neighbours in memory, between which nothing lies that does not move. */
function neighbours(parameters: readonly ParameterEntry[]): readonly ParameterEntry[][] {
  const runs: ParameterEntry[][] = [];
  for (const parameter of byOffset(parameters)) {
    const last = runs.at(-1)?.at(-1);
    if (last && last.source.offset + count(last.shape) === parameter.source.offset) runs.at(-1)!.push(parameter);
    else runs.push([parameter]);
  }
  return runs;
}

/** Update and constraints of all groups, and the states they keep, from the first place among the states. */
export function elaborateOptimizers(
  c: Context,
  groups: readonly Group[],
  places: GradientPlaces,
): Pick<Phase, "update" | "states" | "served"> {
  const stores: Store[] = [];
  const after: Store[] = [];
  const states: Slot[] = [];
  const served: Store[] = [];
  c.run.registry.arenas.states.size = 0;
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
    for (const run of neighbours(parameters)) {
      const chain: Chain = { stages, gradients, span: item.span, states };
      const outcome = flatForm(top, chain, run) ?? eachForm(top, chain, run);
      stores.push(...outcome.stores);
      served.push(...outcome.served);
      const rate = outcome.learningRate;
      for (const parameter of run) after.push(...constraintsOf(top, parameter, rate, item.span));
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
interface Chain {
  readonly stages: readonly RecipeValue[];
  readonly gradients: Gradients;
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
  if (flat.violated) {
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
  arena: "parameters" | "gradients" | "states",
  name: string,
  { offset, axes }: Region,
): TensorValue {
  const tensor = c.graph.source({ name, arena, type: "f32", offset, shape: sizesOf(axes) });
  return axes.length > 0 ? array(tensor, [], axes, f32) : scalar(c.graph.read(tensor, []));
}

/** The stages of a chain over neighbours as one tensor. */
function elaborateChain(
  c: Context,
  { stages, gradients: { places, all }, span, states }: Chain,
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
  const step = scalar(c.graph.scalar("step"), f32);
  const learningRate = chainRate(c, stages, step, span);
  const stores: Store[] = [];
  let served: Store[] = [];
  for (const recipe of stages) {
    const { word } = recipe;
    if (word.kind === "builtin" || word.declaration.word !== "optimizer") {
      c.report(nameRules.notAWord, span, { what: `\`${word.name}\`, which is no optimizer` });
      break;
    }
    const inner = enter(c, word, span);
    const match: Match = { inner, word: word.name, span, sizes: new Map(), labels: new Map(), row: undefined };
    declareOptions(match, word.declaration);
    if (!matchSettings(c, match, word.declaration, recipe.settings)) break;
    resolveSchedules(inner, word.declaration, step, span);
    const given = new Map<string, [Value, "param" | "grad" | undefined]>([
      ["param", [param, "param"]],
      ["grad", [grad, "grad"]],
      ["step", [step, undefined]],
      ["learning_rate", [learningRate ?? errorValue, undefined]],
    ]);
    for (const parameter of word.declaration.values?.parameters ?? []) {
      const found = given.get(parameter.name.text);
      if (found) inner.scope.bind(parameter.name.text, found[0], inner.location(parameter.name.span), found[1]);
      else
        c.report(wordRules.missingValue, span, {
          word: word.name,
          name: `\`${parameter.name.text}\`: optimizers are given param, grad, step and learning_rate`,
        });
    }
    const gradients = grad === own && own.kind === "tensor" ? { own, all } : undefined;
    const body = inner.with({ gradients });
    const result = runBody(body, word, parameters, region, states);
    if (!result) break;
    param = inner.scope.names.get("param")?.value ?? param;
    grad = inner.scope.names.get("grad")?.value ?? grad;
    stores.push(...result.stores);
    if (result.served) served = [{ target: source, value: result.served }];
  }
  const moved = tensorOf(c, param, region.axes, span);
  if (moved && moved !== c.graph.source(source)) stores.unshift({ target: source, value: moved });
  else if (moved && stages.length > 0 && served.length === 0)
    c.report(modelRules.stageOrder, span, { name: stages.at(-1)!.word.name });
  return { stores, served, learningRate };
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
/** Settings of kind schedule become numbers of the step. */
function resolveSchedules(inner: Context, declaration: WordDeclaration, step: Value, span: Span): void {
  for (const { name, type } of declaration.settings?.parameters ?? []) {
    if (type?.kind !== "named" || type.name.text !== "schedule") continue;
    const value = inner.scope.names.get(name.text)?.value;
    if (isCallable(value)) inner.scope.bind(name.text, scheduled(inner, value, step, span));
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
function constraintsOf(c: Context, parameter: ParameterEntry, rate: Value | undefined, span: Span): Store[] {
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
  const tensor = tensorOf(c, value, axes, span);
  return tensor ? [{ target: parameter.source, value: tensor }] : [];
}
