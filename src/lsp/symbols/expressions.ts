/** @file What the names in expressions stand for: values, words, settings, options, indices. */
import { givenNames } from "../../check/given.js";
import { setOf, type WordSet } from "../../check/scope.js";
import type { Argument, Call, Expression, Pipe, Subscript, SubscriptItem } from "../../syntax/ast.js";
import { meant, type Entity, type Recipe } from "./entity.js";
import { asName, bind, type CallSite, declare, type NameLike, occur, type Place, Scope } from "./scope.js";
import { type Part, wordKindOf } from "./words.js";

/** A word found where one is expected; `open`: its settings may still follow in parentheses. */
export interface Callee extends Recipe {
  readonly open: boolean;
  /** Values that it has already, the piped one included. */
  readonly values: number;
}

export function value(p: Place, e: Expression): void {
  switch (e.kind) {
    case "name":
      return named(p, asName(e));
    case "list":
      for (const item of e.items) if (item.kind !== "ellipsis") value(p, item);
      return;
    case "unary":
      return value(p, e.operand);
    case "binary":
      value(p, e.left);
      return value(p, e.right);
    case "if":
      for (const part of [e.condition, e.then, e.otherwise]) value(p, part);
      return;
    case "call":
      return call(p, e);
    case "subscript":
      return subscript(p, e);
    case "member":
      return member(p, e);
    case "pipe":
      return pipe(p, e);
    case "number":
    case "string":
    case "missing":
  }
}

function named(p: Place, name: NameLike): void {
  const found =
    p.scope.find(name.text) ??
    (givenNames.has(name.text) ? p.file.words.given(name.text) : undefined) ??
    p.file.constants.get(name.text) ??
    p.options.get(name.text) ??
    // A word where a value is due is an error, yet it is clear which word.
    p.file.word("word", name.text) ??
    p.file.words.builtin(name.text);
  if (found) occur(p, found, name.span, "read");
}

/** The word that a name means where one is applied. */
function wordNamed(p: Place, name: NameLike, set: WordSet): Callee | undefined {
  const local = p.scope.find(name.text);
  const word =
    (local?.recipe ? local : undefined) ??
    p.file.word(set, name.text) ??
    (set === "word" ? undefined : p.file.word("word", name.text)) ??
    p.file.words.builtin(name.text) ??
    (p.set === "word" ? undefined : p.file.word(p.set, name.text)) ??
    local;
  if (!word) return undefined;
  occur(p, word, name.span, "read");
  if (word.recipe) return { ...word.recipe, open: word.kind !== "instance", values: 0 };
  const sets: readonly WordSet[] = [set, p.set, "word"];
  const target = meant(word).find((entity) => entity.word && sets.includes(setOf(entity.word)));
  return { word: target ?? word, open: true, values: 0 };
}

const partsOf = (p: Place, { word }: Recipe) => (word ? p.file.words.parts(word) : undefined);

// ---- Calls

/** Values by position, settings by name. */
function call(p: Place, e: Call): void {
  const { callee } = e;
  if (callee.kind === "subscript" && callee.value.kind === "name") return reducer(p, e, callee, asName(callee.value));
  const found = callee.kind === "name" || callee.kind === "call" ? recipe(p, callee, "word") : undefined;
  if (callee.kind !== "name" && callee.kind !== "call") value(p, callee);
  applied(p, found, e.arguments, found?.values ?? 0);
}
function applied(p: Place, callee: Callee | undefined, given: readonly Argument[], before: number): void {
  const { settings = [], values = [] } = (callee && partsOf(p, callee)) ?? {};
  meet(p, "values", given, values.slice(before), [...settings, ...values]);
}
/** Arguments meet their parameters, by position or by name. */
function meet(
  p: Place,
  takes: CallSite["takes"],
  given: readonly Argument[],
  positional: readonly Part[],
  named: readonly Part[],
): void {
  let position = 0;
  const pairs = given.map((argument) => {
    const part = argument.name ? named.find(hasName(argument)) : positional[position++];
    passed(p, argument, part);
    return { argument, parameter: part?.parameter };
  });
  // Places in the text of a message count from its own start.
  if (named.length > 0 && p.offset === 0) p.found.calls.push({ takes, arguments: pairs });
}
const hasName =
  ({ name }: Argument) =>
  ({ entity }: Part) =>
    entity.name === name?.text;
function passed(p: Place, { name, value: e }: Argument, part: Part | undefined): void {
  if (name && part) occur(p, part.entity, name.span, "read");
  typed(p, e, part);
}

/** An argument, or a default, read as the parameter's type asks: an option, a word, a value. */
export function typed(p: Place, e: Expression, part: Part | undefined): void {
  const option = e.kind === "name" ? part?.options.get(e.name) : undefined;
  if (option) return occur(p, option, e.span, "read");
  const kind = part && wordKindOf(part.parameter);
  const set = kind && setOf(kind);
  if (!set || (set === "schedule" && !isWord(p, e, set))) return value(p, e);
  recipe(p, e, set);
}
/** Whether an expression reads as a word with settings rather than as arithmetic. */
export function isWord(p: Place, e: Expression, set: WordSet): boolean {
  if (e.kind === "name") {
    const local = p.scope.find(e.name);
    if (local) return local.recipe !== undefined;
    return (p.file.word(set, e.name) ?? (set === "schedule" ? undefined : p.file.word("word", e.name))) !== undefined;
  }
  if (e.kind === "call") return isWord(p, e.callee, set);
  return e.kind === "pipe" && isWord(p, e.value, set);
}

/** `f[k, a in 3](body)`: the indices are names in the body only. */
function reducer(p: Place, e: Call, { subscripts }: Subscript, name: NameLike): void {
  const callee = wordNamed(p, name, "word");
  const [first, ...others] = e.arguments;
  const inner: Place = { ...p, scope: new Scope(p.scope), scanIndex: undefined };
  for (const item of subscripts) {
    if (item.kind !== "index") continue;
    if (item.range) value(p, item.range);
    if (item.value.kind === "name") bind(inner, declare(p, "index", asName(item.value), item.value));
    else value(p, item.value);
  }
  if (first) value(inner, first.value);
  applied(p, callee, others, 1);
}

// ---- Words with settings

/** The word that an expression means where one is expected. */
export function recipe(p: Place, e: Expression, set: WordSet): Callee | undefined {
  switch (e.kind) {
    case "name":
      return wordNamed(p, asName(e), set);
    case "call": {
      const callee = recipe(p, e.callee, set);
      return configured(p, callee, e.arguments);
    }
    case "pipe": {
      const parts = [e.value, ...e.stages.map(({ word }) => word)].map((word) => recipe(p, word, set) ?? {});
      for (const { repeat } of e.stages) if (repeat) value(p, repeat);
      return { stages: parts, open: false, values: 0 };
    }
    case "if":
      value(p, e.condition);
      recipe(p, e.otherwise, set);
      return recipe(p, e.then, set);
    default:
      value(p, e);
      return undefined;
  }
}
/** Parentheses after a word in a stage: its settings, or where it has none left the values after the piped one. */
function configured(p: Place, callee: Callee | undefined, given: readonly Argument[]): Callee | undefined {
  const parts = callee && partsOf(p, callee);
  const hasSettings = (parts?.settings.length ?? 0) > 0;
  if (!callee || !parts || !callee.open || !hasSettings) {
    applied(p, callee, given, (callee?.values ?? 0) + 1);
    return callee && { ...callee, open: false, values: callee.values + given.length };
  }
  meet(p, "settings", given, parts.settings, parts.settings);
  return { ...callee, open: false };
}

function pipe(p: Place, e: Pipe): void {
  p.found.pipes.push(e);
  value(p, e.value);
  for (const stage of e.stages) {
    const callee = recipe(p, stage.word, "word");
    if (stage.repeat) value(p, stage.repeat);
    if (stage.as) bind(p, declare(p, "instance", stage.as, stage, callee ?? {}));
  }
}

// ---- Subscripts and members

function subscript(p: Place, e: Subscript): void {
  value(p, e.value);
  for (const item of e.subscripts) subscriptItem(p, item);
}
function subscriptItem(p: Place, item: SubscriptItem): void {
  if (item.kind === "ellipsis") return;
  for (const part of item.kind === "index" ? [item.value, item.range] : [item.from, item.to]) if (part) value(p, part);
}

/** `head.kernel`, `encoder.dense.kernel`. */
function member(p: Place, e: Expression & { kind: "member" }): void {
  const names: NameLike[] = [];
  let base: Expression = e;
  while (base.kind === "member") {
    names.unshift(base.name);
    base = base.value;
  }
  value(p, base);
  const instance = base.kind === "name" ? p.scope.find(base.name) : undefined;
  if (instance?.recipe) addPath(p, instance.recipe, names);
}
export function addPath(p: Place, base: Recipe | Entity, names: readonly NameLike[]): void {
  const { offset } = p;
  const moved = names.map(({ text, span }) => ({
    text,
    span: { start: span.start + offset, end: span.end + offset },
  }));
  if (names.length > 0) p.found.paths.push({ base, names: moved });
}
