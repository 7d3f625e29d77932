/** @file Calls `f(a, b, over: 0)` and reducers `f[k](body)`: values by position, settings by name. */
import type { Argument, Call, Parameter } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { removeArgument } from "./mending.js";
import { nameRules } from "./diagnostics/names.js";
import { wordRules } from "./diagnostics/words.js";
import { elaborateReducer } from "./index-notation.js";
import { evaluateTyped, findCallable, reportSetting, unknownWord } from "./recipes.js";
import { signed } from "./word-page.js";
import { type Callable, errorValue, nameOf, type RecipeValue, type Value, valueText } from "./values.js";

export function evaluateCall(c: Context, e: Call): Value {
  const { callee } = e;
  if (callee.kind === "missing") return errorValue;
  if (callee.kind === "subscript") {
    if (callee.value.kind !== "name") return c.report(nameRules.notAWord, callee.value.span, { what: "an expression" });
    const found = calleeOf(c, callee.value.name, callee.value.span);
    if (!found) return errorValue;
    const builtin = found.kind === "recipe" && found.word.kind === "builtin" ? found.word.name : undefined;
    return elaborateReducer(c, e, callee.subscripts, builtin, (inner, vector, others) =>
      applyWith(inner, found, [vector], others, e),
    );
  }
  if (callee.kind === "name") {
    const found = calleeOf(c, callee.name, callee.span);
    return found ? applyWith(c, found, [], e.arguments, e) : errorValue;
  }
  if (callee.kind === "call") {
    // `word(settings)(values)` outside a stage.
    const found = c.run.language.callable(c, callee, "word");
    return found ? applyWith(c, found, [], e.arguments, e) : errorValue;
  }
  const value = c.evaluate(callee);
  return value.kind === "error" ? value : c.report(nameRules.notAWord, callee.span, { what: valueText(value) });
}

function calleeOf(c: Context, name: string, span: Call["span"]): Callable | undefined {
  // Words of other kinds are seen, after fns, inside words of their kind.
  const found = findCallable(c, name, "word") ?? (c.wordSet === "word" ? undefined : findCallable(c, name, c.wordSet));
  if (found) return found;
  const value = c.scope.find(name)?.value;
  if (value?.kind === "error") return undefined;
  if (value && ![...c.file.words("word")].includes(name))
    c.report(nameRules.notAWord, span, { what: valueText(value) });
  else unknownWord(c, name, "word", span);
  return undefined;
}

/** Applies a word to values at hand and further arguments. */
function applyWith(
  c: Context,
  callable: Callable,
  first: readonly Value[],
  given: readonly Argument[],
  e: Call,
): Value {
  const parameters = valuesOf(callable);
  const settingsOf = settingNames(callable);
  const own = wordOf(callable);
  const values: Value[] = [...first];
  const settings = new Map<string, Value>();
  for (const argument of given) {
    const { name } = argument;
    if (!name) {
      values.push(evaluateTyped(c, argument.value, parameters?.[values.length], own));
      continue;
    }
    const setting = settingsOf.find((s) => (typeof s === "string" ? s : s.name.text) === name.text);
    if (setting === undefined) {
      const position = parameters?.findIndex((p) => p.name.text === name.text) ?? -1;
      if (position >= 0) {
        if (values[position] !== undefined)
          return c.report(
            wordRules.givenTwice,
            argument.span,
            { word: nameOf(callable), name: name.text },
            { ...signed(own), ...removeArgument(c, given, argument) },
          );
        values[position] = evaluateTyped(c, argument.value, parameters![position], own);
        continue;
      }
      const word =
        callable.kind === "recipe"
          ? callable
          : callable.kind === "instance" && callable.recipe.kind === "recipe"
            ? callable.recipe
            : undefined;
      if (word) reportSetting(c, word, argument);
      else
        c.report(wordRules.unknownSetting, name.span, {
          word: nameOf(callable),
          name: name.text,
          suggestion: undefined,
          origin: undefined,
          known: "",
        });
      return errorValue;
    }
    if (settings.has(name.text))
      return c.report(
        wordRules.givenTwice,
        argument.span,
        { word: nameOf(callable), name: name.text },
        { ...signed(own), ...removeArgument(c, given, argument) },
      );
    settings.set(name.text, evaluateTyped(c, argument.value, typeof setting === "string" ? undefined : setting, own));
  }
  for (let k = 0; k < values.length; k++)
    if (values[k] === undefined) {
      const name = parameters?.[k]?.name.text ?? String(k + 1);
      return c.report(wordRules.missingValue, e.span, { word: nameOf(callable), name: `\`${name}\`` }, signed(own));
    }
  return c.run.language.apply(c, callable, values, { node: e, variant: "", span: e.span, name: undefined, settings });
}

function valuesOf(callable: Callable): readonly Parameter[] | undefined {
  if (callable.kind === "instance") return valuesOf(callable.recipe);
  if (callable.kind === "chain") return callable.stages[0] && valuesOf(callable.stages[0].recipe);
  return callable.word.kind === "builtin" ? undefined : callable.word.declaration.values?.parameters;
}
function wordOf(callable: Callable): RecipeValue["word"] | undefined {
  if (callable.kind === "instance") return wordOf(callable.recipe);
  return callable.kind === "recipe" ? callable.word : undefined;
}
function settingNames(callable: Callable): readonly (string | Parameter)[] {
  if (callable.kind !== "recipe") return [];
  if (callable.word.kind === "builtin") return callable.word.settings;
  return callable.word.declaration.settings?.parameters ?? [];
}
