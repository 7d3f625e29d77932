/** @file Fixes that add or remove something: a setting, an argument, an optimizer. */
import { LParen, RParen } from "../../grammar/tokens.js";
import type { Span } from "../base/source.js";
import type { Edit, Extra } from "../diagnostics/diagnostic.js";
import { type Argument, type ModelDeclaration, type OptimizerItem, type Parameter, wordKinds } from "../syntax/ast.js";
import { tokensOf } from "../syntax/parse.js";
import type { Context } from "./context.js";
import { insertAt, lineAfter, statementSpan, withoutArgument } from "./edits.js";

/** Nothing where the place is in the library's text: that is not the user's to mend. */
function fix(c: Context, title: string, edits: readonly Edit[]): Extra {
  return c.file.inLibrary ? {} : { fix: { title, edits } };
}

/** Gives a word that is applied at a place a setting that it lacks, with a value to begin with. */
export function addSetting(c: Context, span: Span, word: string, parameter: Parameter): Extra {
  const value = beginning(parameter);
  const text = c.file.source.text.slice(span.start, span.end);
  // Elsewhere the word has another name, or its settings stand at another place: `use`, a setting.
  if (value === undefined || !new RegExp(`^${word}\\s*(\\(|$)`).test(text)) return {};
  const setting = `${parameter.name.text}: ${value}`;
  const { tokens } = tokensOf(text);
  let depth = 0;
  const close = tokens.findIndex(({ tokenType }) => {
    depth += tokenType === LParen ? 1 : tokenType === RParen ? -1 : 0;
    return tokenType === RParen && depth === 0;
  });
  const isEmpty = tokens[close - 1]?.tokenType === LParen;
  const edit =
    close < 0
      ? insertAt(span.start + word.length, `(${setting})`)
      : insertAt(span.start + tokens[close]!.startOffset, isEmpty ? setting : `, ${setting}`);
  return fix(c, `add \`${setting}\``, [edit]);
}
/** The simplest value that a setting's type allows; undefined where only the user knows a word. */
function beginning({ type }: Parameter): string | undefined {
  if (type?.kind === "options") return type.options[0]?.text;
  if (type?.kind !== "named") return "1";
  switch (type.name.text) {
    case "bool":
      return "true";
    case "list":
      return "[1]";
    case "string":
      return '""';
    default:
      return wordKinds.some((kind) => kind === type.name.text) ? undefined : "1";
  }
}

export const removeArgument = (c: Context, given: readonly Argument[], argument: Argument): Extra =>
  fix(c, "remove it here", [withoutArgument(given, argument)]);

/** Below the last loss. */
export function addOptimizer(c: Context, { items }: ModelDeclaration): Extra {
  const loss = items.findLast((item) => item.kind === "loss");
  const optimizer = "optimizer adam(1e-3)";
  return loss ? fix(c, `add \`${optimizer}\``, [lineAfter(loss, c.file.source, optimizer)]) : {};
}
export const removeOptimizer = (c: Context, item: OptimizerItem): Extra =>
  fix(c, "remove the optimizer", [{ span: statementSpan(item, c.file.source), text: "" }]);
