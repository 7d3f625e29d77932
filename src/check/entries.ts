/** @file Entries of the blocks of a model: `key: value` with a constant. */
import { suggest } from "../base/suggest.js";
import type { ConfigurationEntry, Expression, Name } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { dataRules } from "./diagnostics/data.js";
import { valueText } from "./values.js";

export const textOf = (e: Expression, c: Context): string => c.file.source.text.slice(e.span.start, e.span.end);
/** A number; undefined after a message. */
export function numberOf(
  c: Context,
  key: string,
  e: Expression,
  expected: string,
  good: (n: number) => boolean,
): number | undefined {
  const value = c.evaluate(e);
  if (value.kind === "number" && good(value.value)) return value.value;
  if (value.kind !== "error") c.report(dataRules.badEntry, e.span, { key, expected, actual: valueText(value) });
  return undefined;
}
/** A truth value; undefined after a message. */
export function boolOf(c: Context, key: string, e: Expression): boolean | undefined {
  const on = c.evaluate(e);
  if (on.kind === "bool") return on.value;
  if (on.kind !== "error")
    c.report(dataRules.badEntry, e.span, { key, expected: "true or false", actual: valueText(on) });
  return undefined;
}
export const positive = (n: number): boolean => Number.isSafeInteger(n) && n >= 1;
export const fraction = (n: number): boolean => n >= 0 && n < 1;
export const natural = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;

/** The items of a list; anything else is one item. */
export const itemsOf = (e: Expression): readonly Expression[] =>
  e.kind === "list" ? e.items.flatMap((item) => (item.kind === "ellipsis" ? [] : [item])) : [e];

/** `head.kernel` as a path. */
export function pathOf(e: Expression): readonly Name[] | undefined {
  if (e.kind === "name") return [{ text: e.name, span: e.span }];
  const outer = e.kind === "member" ? pathOf(e.value) : undefined;
  return outer && e.kind === "member" ? [...outer, e.name] : undefined;
}

export function unknownKey(c: Context, block: string, entry: ConfigurationEntry, known: readonly string[]): void {
  const suggestion = suggest(entry.key.text, known);
  c.report(dataRules.unknownKey, entry.key.span, {
    block,
    key: entry.key.text,
    suggestion,
    known: known.join(", "),
  });
}
