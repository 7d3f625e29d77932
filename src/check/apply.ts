/** @file Applies words: chains, instances, built-in functions, and words expanded with their settings and shapes known. */
import type { Parameter, WordDeclaration, WordKind } from "../syntax/ast.js";
import type { Caller, Context, Site } from "./context.js";
import { nameRules } from "./diagnostics/names.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { wordRules } from "./diagnostics/words.js";
import type { Frame } from "./frame.js";
import { differentiated } from "./gradients.js";
import { trailOf } from "./operators.js";
import type { Match } from "./match.js";
import { declareOptions, matchSettings, matchValues } from "./signature.js";
import { evaluateShape } from "./sizes.js";
import { Scope, setOf, type Word } from "./scope.js";
import { constantCondition } from "./expressions.js";
import { shared } from "./tensors.js";
import {
  type Callable,
  type ChainValue,
  errorValue,
  type InstanceValue,
  type Label,
  nameOf,
  type RecipeValue,
  shapeText,
  type TensorValue,
  type Trail,
  type Value,
  valueText,
} from "./values.js";

/** Words inside words, and words applied in one model: far above what any network needs. */
const deepest = 100;
const mostApplications = 50_000;

export function apply(c: Context, callable: Callable, values: readonly Value[], site: Site): Value {
  const result = applied(c, callable, values, site);
  if (c.run.trace && !c.file.inLibrary) {
    const place = {
      location: c.location(site.span),
      word: nameOf(callable),
      kind: kindOf(callable),
      isStage: site.stage !== undefined,
    };
    c.run.trace.apply(c.caller, place, values, result);
  }
  return result;
}
function kindOf(callable: Callable): WordKind {
  if (callable.kind === "instance") return kindOf(callable.recipe);
  return callable.kind === "recipe" && callable.word.kind === "word" ? callable.word.declaration.word : "fn";
}

function applied(c: Context, callable: Callable, values: readonly Value[], site: Site): Value {
  const { budget } = c.run;
  if (budget.exhausted) return errorValue;
  if (++budget.applications > mostApplications) {
    budget.exhausted = true;
    return c.report(wordRules.tooDeep, site.span, {});
  }
  switch (callable.kind) {
    case "chain":
      return applyChain(c, callable, values, site, undefined);
    case "instance":
      return applyInstance(c, callable, values, site);
    case "recipe":
      return callable.word.kind === "builtin"
        ? applyBuiltin(c, callable, values, site)
        : applyWord(c, callable, callable.word, values, site, undefined);
  }
}

function applyInstance(c: Context, { recipe, frame }: InstanceValue, values: readonly Value[], site: Site): Value {
  if (recipe.kind === "chain") return applyChain(c, recipe, values, site, frame);
  if (recipe.word.kind === "builtin") return applyBuiltin(c, recipe, values, site);
  return applyWord(c, recipe, recipe.word, values, site, frame);
}

function applyChain(
  c: Context,
  chain: ChainValue,
  values: readonly Value[],
  site: Site,
  own: Frame | undefined,
): Value {
  const name = site.name === undefined ? undefined : (c.frame.named(site.node, site.name) ?? c.frame);
  const frame = own ?? name ?? c.frame.transparent(site.node, site.variant);
  const inner = c.with({ frame });
  let current = [...values];
  for (const stage of chain.stages)
    for (let k = 0; k < stage.repeat; k++) {
      const variant = k === 0 ? "" : String(k);
      current = [apply(inner, stage.recipe, current, { node: stage.node, variant, span: site.span, name: undefined })];
    }
  return current[0] ?? errorValue;
}

function applyBuiltin(c: Context, recipe: RecipeValue, given: readonly Value[], site: Site): Value {
  const { word } = recipe;
  if (word.kind !== "builtin") return errorValue;
  const values = [...given, ...recipe.values];
  const settings = new Map([...recipe.settings, ...(site.settings ?? [])]);
  if (values.some((value) => value.kind === "error")) return errorValue;
  for (const value of settings.values()) if (value.kind === "error") return errorValue;
  const [least, most] = word.values;
  if (values.length < least)
    return c.report(wordRules.missingValue, site.span, { word: word.name, name: `: \`${word.signature}\`` });
  if (values.length > most)
    return c.report(wordRules.tooMany, site.span, {
      word: word.name,
      given: values.length,
      takes: `\`${word.signature}\``,
    });
  const result = word.elaborate(c, { values, settings, span: site.span });
  if (c.caller) return result;
  const location = c.location(site.span);
  const step = { frame: c.frame, word: word.name, kind: "fn", location, inputs: values, output: result } as const;
  // Stages are steps; calls such as `exp(x)` are arithmetic.
  return withTrail(c, result, values, site, recipe, undefined, site.stage && c.run.onStep?.(step));
}

function applyWord(
  c: Context,
  recipe: RecipeValue,
  word: Word,
  given: readonly Value[],
  site: Site,
  own: Frame | undefined,
): Value {
  const { declaration } = word;
  if (c.run.recursive.has(word)) return errorValue;
  let depth = 0;
  let same = 0;
  for (let caller = c.caller; caller; caller = caller.outer) {
    depth++;
    if (caller.word === word) same++;
  }
  if (same > 12 || depth > deepest) {
    c.run.recursive.add(word);
    return c.report(nameRules.recursion, site.span, { name: word.name });
  }

  const owns = declaration.word === "layer" && own === undefined;
  const frame =
    own ??
    (site.name !== undefined ? c.frame.named(site.node, site.name) : undefined) ??
    (owns ? c.frame.child(site.node, site.variant, word.name) : c.frame.transparent(site.node, site.variant));
  const caller: Caller = {
    word,
    location: c.location(site.span),
    inLibrary: c.file.inLibrary,
    outer: c.caller,
  };
  const step = c.caller ? c.step : declaration.word === "layer" ? frame.path : word.name;
  const inner = c.with({
    scope: new Scope(undefined),
    file: word.file,
    frame,
    row: undefined,
    caller,
    scan: undefined,
    step,
    wordSet: setOf(declaration.word),
  });
  const result = expand(c, inner, recipe, word, given, site);
  if (c.caller) return result;
  const location = c.location(site.span);
  const name = c.run.onStep?.({
    frame,
    word: word.name,
    kind: declaration.word,
    location,
    inputs: given,
    output: result,
  });
  return withTrail(c, result, given, site, recipe, word, name);
}

/** The word's body with its settings and values bound. */
function expand(
  c: Context,
  inner: Context,
  recipe: RecipeValue,
  word: Word,
  given: readonly Value[],
  site: Site,
): Value {
  const { declaration } = word;
  const match: Match = {
    inner,
    word: word.name,
    span: site.span,
    sizes: new Map(),
    labels: new Map(),
    row: undefined,
  };
  declareOptions(match, declaration);
  const settings = new Map([...recipe.settings, ...(site.settings ?? [])]);
  for (const value of settings.values()) if (value.kind === "error") return errorValue;
  if (!matchSettings(c, match, declaration, settings)) return errorValue;
  const values = [...given, ...recipe.values].map((value) => shared(c, value, site.span));
  const parameters: readonly Parameter[] = declaration.values?.parameters ?? [];
  if (!matchValues(c, match, parameters, values)) return errorValue;
  if (c.run.trace && !word.file.inLibrary) traceNames(inner, declaration);
  const body = inner.with({ row: match.row?.axes });
  const value = c.run.language.body(body, declaration.body);
  if (value.kind === "error") return value;
  const checked = checkResult(c, body, word, value, site);
  const result = declaration.gradients.length > 0 ? differentiated(body, word, checked, site.span) : checked;
  return renamed(result, match.labels);
}

/** What the names of a signature were given. */
function traceNames({ run, caller, scope }: Context, { settings, values }: WordDeclaration): void {
  for (const { name } of [...(settings?.parameters ?? []), ...(values?.parameters ?? [])]) {
    const bound = scope.find(name.text);
    if (bound?.location) run.trace?.bind(caller, bound.location, bound.value);
  }
}

/** Compares with the shape written after `->`. */
function checkResult(c: Context, inner: Context, word: Word, value: Value, site: Site): Value {
  let { result } = word.declaration;
  while (result?.kind === "if") {
    const condition = constantCondition(inner, result.condition, "the condition of `if`");
    if (condition === undefined) return errorValue;
    result = condition ? result.then : result.otherwise;
  }
  if (!result) return value;
  const axes = evaluateShape(inner, result.shape);
  if (!axes) return errorValue;
  const own = value.kind === "tensor" ? value.axes : value.kind === "number" || value.kind === "bool" ? [] : undefined;
  if (own && own.length === axes.length && own.every((axis, k) => axis.size === axes[k]!.size)) return value;
  return c.report(
    shapeRules.result,
    site.span,
    { word: word.name, expected: shapeText(axes), actual: valueText(value) },
    value.kind === "tensor" ? { related: trailOf(value) } : {},
  );
}

/** Labels of the signature become the caller's again. */
function renamed(value: Value, labels: ReadonlyMap<Label, Label | undefined>): Value {
  if (value.kind === "list") return { kind: "list", items: value.items.map((item) => renamed(item, labels)) };
  if (value.kind === "number")
    return value.label && labels.has(value.label) ? { kind: "number", value: value.value } : value;
  if (value.kind !== "tensor" || !value.axes.some(({ label }) => label && labels.has(label))) return value;
  const axes = value.axes.map((axis) =>
    axis.label && labels.has(axis.label) ? { size: axis.size, label: labels.get(axis.label) } : axis,
  );
  return { ...value, axes };
}

/** The step remembered with its result: what shape messages tell. */
function withTrail(
  c: Context,
  result: Value,
  values: readonly Value[],
  site: Site,
  recipe: RecipeValue,
  word: Word | undefined,
  step: string | undefined,
): Value {
  if (result.kind !== "tensor") return result;
  const input = values.find((value): value is TensorValue => value.kind === "tensor");
  const first = word?.declaration.values?.parameters[0]?.type;
  const items = first?.kind === "shape" ? first.shape.axes : undefined;
  const trail: Trail = {
    name: site.name ?? nameOf(recipe),
    step: step ?? nameOf(recipe),
    location: c.location(site.span),
    axes: result.axes,
    text: valueText(result),
    before: input?.trail,
    anyRank: word !== undefined && (items === undefined || items[0]?.kind === "rest"),
    mixing: word?.declaration.word === "layer" && items !== undefined && items[0]?.kind === "rest" && items.length > 1,
    stage: site.stage,
  };
  return { ...result, trail };
}
