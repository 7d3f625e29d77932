/** @file Expressions where a word is expected: names, words with settings, chains; instances by `use` and `as`. */
import { suggest } from "../base/suggest.js";
import type { Argument, Expression, Parameter, WordKind } from "../syntax/ast.js";
import { wordKinds } from "../syntax/ast.js";
import type { Builtin } from "./builtin.js";
import { builtins } from "./builtins/index.js";
import type { Context } from "./context.js";
import { removeArgument } from "./mending.js";
import { nameRules } from "./diagnostics/names.js";
import { wordRules } from "./diagnostics/words.js";
import type { Word, WordSet } from "./scope.js";
import { setOf } from "./scope.js";
import { meantBy, settingSynonym } from "./synonyms.js";
import { signed } from "./word-page.js";
import {
  type Callable,
  type ChainValue,
  isCallable,
  nameOf,
  type RecipeValue,
  type Value,
  valueText,
} from "./values.js";

/** A word found by name: a value that is one, a word of the set or a fn, a built-in function. */
export function findCallable(c: Context, name: string, set: WordSet): Callable | undefined {
  const value = c.scope.find(name)?.value;
  // Parentheses after a recipe's name change its settings: `inner(go_backwards: true)`.
  if (value?.kind === "recipe") return { ...value, open: true };
  if (isCallable(value)) return value;
  const word = c.file.word(set, name) ?? (set === "word" ? undefined : c.file.word("word", name));
  if (word) return recipe(word);
  const builtin = builtins.get(name);
  return builtin && recipe(builtin);
}
export const recipe = (word: Word | Builtin): RecipeValue => ({
  kind: "recipe",
  word,
  settings: new Map(),
  values: [],
  open: true,
});

const kindNames: Record<WordSet, string> = {
  word: "word",
  optimizer: "optimizer",
  schedule: "schedule",
  initializer: "initializer",
  regularizer: "regularizer",
  constraint: "constraint",
};
export function unknownWord(c: Context, name: string, set: WordSet, span: Expression["span"]): void {
  const known = new Set([...c.file.words(set), ...(set === "word" ? builtins.keys() : [])]);
  c.report(nameRules.unknownWord, span, { name, kind: kindNames[set], ...meantBy(name, known, set === "word") });
}

/** The word that an expression means, with its settings; undefined after a message. */
export function evaluateCallable(c: Context, e: Expression, set: WordSet): Callable | undefined {
  switch (e.kind) {
    case "name": {
      const found = findCallable(c, e.name, set);
      if (found) return found;
      const value = c.scope.find(e.name)?.value;
      if (value?.kind === "error") return undefined;
      if (value) c.report(nameRules.notAWord, e.span, { what: valueText(value) });
      else unknownWord(c, e.name, set, e.span);
      return undefined;
    }
    case "call": {
      const inner = evaluateCallable(c, e.callee, set);
      return inner && withArguments(c, inner, e.arguments, e.argumentsSpan);
    }
    case "pipe": {
      const stages: { recipe: Callable; repeat: number; node: object }[] = [];
      for (const part of [
        { word: e.value, repeat: undefined, node: e.value },
        ...e.stages.map((s) => ({ ...s, node: s })),
      ]) {
        const recipe = evaluateCallable(c, part.word, set);
        if (!recipe) return undefined;
        const repeat = part.repeat ? repeatCount(c, part.repeat) : 1;
        if (repeat === undefined) return undefined;
        stages.push({ recipe, repeat, node: part.node });
      }
      return { kind: "chain", stages } satisfies ChainValue;
    }
    case "if": {
      const value = c.evaluate(e.condition);
      if (value.kind === "bool") return evaluateCallable(c, value.value ? e.then : e.otherwise, set);
      if (value.kind !== "error")
        c.report(wordRules.notConstant, e.condition.span, { what: "the condition of `if`", actual: valueText(value) });
      return undefined;
    }
    case "missing":
      return undefined;
    default: {
      const value = c.evaluate(e);
      if (value.kind !== "error") c.report(nameRules.notAWord, e.span, { what: valueText(value) });
      return undefined;
    }
  }
}

const mostRepeats = 1000;
/** How often `-> word * n` applies its word. */
export function repeatCount(c: Context, e: Expression): number | undefined {
  const value = c.evaluate(e);
  if (value.kind === "number" && Number.isSafeInteger(value.value) && value.value >= 0 && value.value <= mostRepeats)
    return value.value;
  if (value.kind !== "error")
    c.report(wordRules.type, e.span, {
      what: "the number of repetitions",
      expected: `a whole number up to ${mostRepeats}`,
      actual: valueText(value),
    });
  return undefined;
}

/** Parentheses after a word in a stage: settings, or the values after the first. */
function withArguments(
  c: Context,
  callable: Callable,
  given: readonly Argument[],
  span: Expression["span"],
): Callable | undefined {
  if (callable.kind !== "recipe") {
    if (callable.kind === "instance" && callable.recipe.kind === "recipe") {
      const inner = withValues(c, callable.recipe, given);
      return inner && { ...callable, recipe: inner };
    }
    if (given.length === 0) return callable;
    c.report(wordRules.tooMany, span, { word: nameOf(callable), given: given.length, takes: "no arguments here" });
    return undefined;
  }
  const { word } = callable;
  if (word.kind === "builtin") return withValues(c, callable, given);
  const settings = word.declaration.settings;
  if (!settings || !callable.open) return withValues(c, callable, given);
  const bound = bindSettings(c, callable, settings.parameters, given);
  return bound && { ...callable, settings: bound, open: false };
}
function withValues(c: Context, callable: RecipeValue, given: readonly Argument[]): RecipeValue | undefined {
  const { word } = callable;
  const values = [...callable.values];
  const settings = new Map(callable.settings);
  const parameters = word.kind === "builtin" ? [] : (word.declaration.values?.parameters ?? []);
  for (const argument of given) {
    if (argument.name && word.kind === "builtin" && word.settings.includes(argument.name.text)) {
      settings.set(argument.name.text, c.evaluate(argument.value));
      continue;
    }
    if (argument.name) {
      const position = parameters.findIndex((p) => p.name.text === argument.name!.text);
      if (position !== values.length + 1) {
        reportSetting(c, callable, argument);
        return undefined;
      }
    }
    values.push(evaluateTyped(c, argument.value, parameters[values.length + 1], word));
  }
  return { ...callable, values, settings, open: false };
}

/** Settings by position and by name, onto those already bound. */
function bindSettings(
  c: Context,
  callable: RecipeValue,
  parameters: readonly Parameter[],
  given: readonly Argument[],
): Map<string, Value> | undefined {
  const bound = new Map(callable.settings);
  const now = new Set<string>();
  const word = callable.word.name;
  let position = 0;
  for (const argument of given) {
    const parameter = argument.name
      ? parameters.find((p) => p.name.text === argument.name!.text)
      : parameters[position++];
    if (!parameter && argument.name) {
      reportSetting(c, callable, argument);
      return undefined;
    }
    if (!parameter) {
      const takes = `${parameters.length} setting${parameters.length === 1 ? "" : "s"}`;
      c.report(wordRules.tooMany, argument.span, { word, given: given.length, takes }, signed(callable.word));
      return undefined;
    }
    const name = parameter.name.text;
    if (now.has(name)) {
      c.report(
        wordRules.givenTwice,
        argument.span,
        { word, name },
        { ...signed(callable.word), ...removeArgument(c, given, argument) },
      );
      return undefined;
    }
    now.add(name);
    bound.set(name, evaluateTyped(c, argument.value, parameter, callable.word));
  }
  return bound;
}
export function reportSetting(c: Context, callable: RecipeValue, argument: Argument): void {
  const { word } = callable;
  const known =
    word.kind === "builtin" ? word.settings : (word.declaration.settings?.parameters ?? []).map((p) => p.name.text);
  const name = argument.name!.text;
  const synonym = settingSynonym(name, known);
  const suggestion = synonym ?? suggest(name, known);
  c.report(
    wordRules.unknownSetting,
    argument.name!.span,
    {
      word: word.name,
      name,
      suggestion,
      origin: synonym ? name : undefined,
      known: known.map((k) => `\`${k}\``).join(", "),
    },
    signed(word),
  );
}

const kinds: ReadonlySet<string> = new Set(wordKinds);
const isWordKind = (name: string): name is WordKind => kinds.has(name);
/** The set of words that a parameter's type asks for. */
export function wordSetOf(parameter: Parameter | undefined): WordSet | undefined {
  const type = parameter?.type;
  return type?.kind === "named" && type.shapes.length === 0 && isWordKind(type.name.text)
    ? setOf(type.name.text)
    : undefined;
}

/** An argument, read as its parameter's type asks: an option, a word, or a value. `owner`: whose parameter it is, for messages. */
export function evaluateTyped(
  c: Context,
  e: Expression,
  parameter: Parameter | undefined,
  owner?: Word | Builtin,
): Value {
  const type = parameter?.type;
  if (type?.kind === "options" && e.kind === "name" && type.options.some((option) => option.text === e.name))
    return { kind: "option", name: e.name };
  if (type?.kind === "options" && e.kind === "name" && !c.scope.find(e.name)) {
    const options = type.options.map((option) => option.text);
    const suggestion = suggest(e.name, options);
    return c.report(
      wordRules.option,
      e.span,
      { what: `\`${parameter!.name.text}\``, options: options.join(", "), suggestion, actual: `\`${e.name}\`` },
      signed(owner),
    );
  }
  const set = wordSetOf(parameter);
  if (!set) return c.evaluate(e);
  // A number serves as a schedule.
  if (set === "schedule" && !isWordExpression(c, e, set)) return c.evaluate(e);
  return evaluateCallable(c, e, set) ?? { kind: "error" };
}
/** Whether an expression reads as a word with settings rather than as arithmetic. */
export function isWordExpression(c: Context, e: Expression, set: WordSet): boolean {
  if (e.kind === "name") {
    const value = c.scope.find(e.name)?.value;
    if (value) return isCallable(value);
    return c.file.word(set, e.name) !== undefined || (set !== "schedule" && c.file.word("word", e.name) !== undefined);
  }
  if (e.kind === "call") return isWordExpression(c, e.callee, set);
  if (e.kind === "pipe") return isWordExpression(c, e.value, set);
  if (e.kind === "if") {
    const condition = c.evaluate(e.condition);
    return condition.kind === "bool" && isWordExpression(c, condition.value ? e.then : e.otherwise, set);
  }
  return false;
}
