/** @file Edits that lints propose, written so that the text stays readable. */
import type { SourceFile } from "../../base/source.js";
import type { Edit } from "../../diagnostics/diagnostic.js";
import type { Expression } from "../../syntax/ast.js";
import { insertAt, withoutArgument } from "../edits.js";
import { settingsOf, type Application } from "./flow.js";

/** Takes an application out of its pipe, call or settings; undefined where a name or a repetition hangs on it. */
export function remove({ form }: Application, file: SourceFile): readonly Edit[] | undefined {
  if (form.kind === "stage") {
    const { pipe, stage, repeated } = form;
    if (repeated || stage.as) return undefined;
    const place = pipe.stages.indexOf(stage);
    const before = place === 0 ? pipe.value : pipe.stages[place - 1]!;
    return [{ span: { start: before.span.end, end: stage.span.end }, text: "" }];
  }
  if (form.kind === "call") {
    const [only, ...others] = form.call.arguments.filter((argument) => argument.name === undefined);
    if (!only || others.length > 0) return undefined;
    return [{ span: form.call.span, text: file.text.slice(only.span.start, only.span.end) }];
  }
  if (form.kind === "setting") {
    const settings = settingsOf(form.owner);
    const later = settings.slice(settings.indexOf(form.argument) + 1);
    // Positional settings after it would move up.
    if (form.argument.name === undefined && later.some((other) => other.name === undefined)) return undefined;
    return [withoutArgument(settings, form.argument)];
  }
  return undefined;
}

/** Puts another word in place of an application's, without its settings; in a call the value stays. */
export const replace = ({ form, recipe }: Application, word: string): readonly Edit[] => [
  { span: form.kind === "call" ? form.call.callee.span : recipe.span, text: word },
];

/** Gives a word one more setting, by name. */
export function addSetting({ recipe }: Application, setting: string): readonly Edit[] {
  if (recipe.kind !== "call") return [insertAt(recipe.span.end, `(${setting})`)];
  const inner = recipe.callee.kind === "call" ? recipe.callee : recipe;
  const last = inner.arguments.at(-1);
  return [last ? insertAt(last.span.end, `, ${setting}`) : insertAt(inner.argumentsSpan.end - 1, setting)];
}

/** Applies a word to an expression: as one more stage of a pipe, otherwise as a call. */
export function applyTo(e: Expression, word: string): readonly Edit[] {
  if (e.kind === "pipe") return [insertAt(e.span.end, ` -> ${word}`)];
  return [insertAt(e.span.start, `${word}(`), insertAt(e.span.end, ")")];
}
