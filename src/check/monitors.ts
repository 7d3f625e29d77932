/** @file What follows a metric from epoch to epoch: `early_stop(..)` and `reduce_on_plateau(..)` in a `train` block. */
import { suggest } from "../base/suggest.js";
import type { Expression } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { dataRules } from "./diagnostics/data.js";
import type { EarlyStop, Monitor, Plateau } from "./model.js";
import { boolOf, natural, numberOf, textOf } from "./entries.js";

/** Reads one option's value; undefined after a message. */
type Reader = (c: Context, key: string, value: Expression) => number | boolean | string | undefined;

const number =
  (expected: string, good: (n: number) => boolean): Reader =>
  (c, key, value) =>
    numberOf(c, key, value, expected, good);
const atLeast0 = number("a number, at least 0", (n) => n >= 0);
const epochs = number("a whole number of epochs", natural);
const factor = number("a number above 0, below 1", (n) => n > 0 && n < 1);
const bool: Reader = boolOf;
const name =
  (expected: string, good: (name: string) => boolean): Reader =>
  (c, key, value) => {
    if (value.kind === "name" && good(value.name)) return value.name;
    if (value.kind !== "missing") c.report(dataRules.badEntry, value.span, { key, expected, actual: textOf(value, c) });
    return undefined;
  };
const metric = name("the name of the loss or a metric", () => true);
const direction = name("min or max", (given) => given === "min" || given === "max");

/** The options of `word(..)`, defaults filled in; undefined after a message. */
function options<Options extends Monitor>(
  c: Context,
  entry: string,
  word: string,
  e: Expression,
  defaults: Options,
  readers: Readonly<Record<string, readonly [keyof Options, Reader]>>,
): Options | undefined {
  if (e.kind !== "call" || e.callee.kind !== "name" || e.callee.name !== word) {
    const expected = `${word}(monitor: loss, patience: 3)`;
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

const monitored = { monitor: ["monitor", metric], direction: ["direction", direction] } as const;

export const earlyStop = (c: Context, e: Expression): EarlyStop | undefined =>
  options<EarlyStop>(
    c,
    "stop",
    "early_stop",
    e,
    { monitor: "loss", direction: undefined, minDelta: 0, patience: 0, restoreBest: false },
    {
      ...monitored,
      min_delta: ["minDelta", atLeast0],
      patience: ["patience", epochs],
      restore_best: ["restoreBest", bool],
    },
  );

/** Defaults of Keras. */
export const reduceOnPlateau = (c: Context, e: Expression): Plateau | undefined =>
  options<Plateau>(
    c,
    "learning_rate",
    "reduce_on_plateau",
    e,
    { monitor: "loss", direction: undefined, factor: 0.1, patience: 10, minDelta: 1e-4, cooldown: 0, least: 0 },
    {
      ...monitored,
      factor: ["factor", factor],
      patience: ["patience", epochs],
      min_delta: ["minDelta", atLeast0],
      cooldown: ["cooldown", epochs],
      min_learning_rate: ["least", atLeast0],
    },
  );
