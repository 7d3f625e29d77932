/** @file `word(option: value, ..)` as an entry of a block: `early_stop(..)`, `reduce_on_plateau(..)`, `magnitude(..)`. */
import { suggest } from "../base/suggest.js";
import type { Expression } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { dataRules } from "./diagnostics/data.js";
import { boolOf, natural, numberOf, textOf } from "./entries.js";

/** Reads one option's value; undefined after a message. */
export type Reader<Value = unknown> = (c: Context, key: string, value: Expression) => Value | undefined;

export const number =
  (expected: string, good: (n: number) => boolean): Reader<number> =>
  (c, key, value) =>
    numberOf(c, key, value, expected, good);
export const atLeast0 = number("a number, at least 0", (n) => n >= 0);
export const epochs = number("a whole number of epochs", natural);
export const bool: Reader<boolean> = boolOf;
export const name =
  (expected: string, good: (name: string) => boolean): Reader<string> =>
  (c, key, value) => {
    if (value.kind === "name" && good(value.name)) return value.name;
    if (value.kind !== "missing") c.report(dataRules.badEntry, value.span, { key, expected, actual: textOf(value, c) });
    return undefined;
  };

/** The options of `word(..)`, defaults filled in; undefined after a message. `example` shows how it is written. */
export function options<Options extends object>(
  c: Context,
  entry: string,
  word: string,
  example: string,
  e: Expression,
  defaults: Options,
  readers: Readonly<Record<string, readonly [keyof Options, Reader]>>,
): Options | undefined {
  if (e.kind !== "call" || e.callee.kind !== "name" || e.callee.name !== word) {
    const expected = `${word}(${example})`;
    if (e.kind !== "missing") c.report(dataRules.badEntry, e.span, { key: entry, expected, actual: textOf(e, c) });
    return undefined;
  }
  const known = Object.keys(readers);
  let found = defaults;
  for (const { name: key, value, span } of e.arguments) {
    const reader = key && Object.hasOwn(readers, key.text) ? readers[key.text] : undefined;
    if (key && reader) {
      const read = reader[1](c, key.text, value);
      if (read !== undefined) found = { ...found, [reader[0]]: read };
      continue;
    }
    const suggestion = key && suggest(key.text, known);
    const text = key?.text ?? textOf(value, c);
    c.report(dataRules.unknownKey, key?.span ?? span, { block: word, key: text, suggestion, known: known.join(", ") });
  }
  return found;
}
