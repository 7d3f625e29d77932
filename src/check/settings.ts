/** @file The `train` and `data` blocks: constants with defaults filled in, readers bound to ports. */
import { suggest } from "../base/suggest.js";
import type { Call, ConfigurationItem, Expression } from "../syntax/ast.js";
import { isAugmentation } from "./augment.js";
import type { Context } from "./context.js";
import { dataRules } from "./diagnostics/data.js";
import { boolOf, natural, numberOf, positive, textOf, unknownKey } from "./entries.js";
import { earlyStop, reduceOnPlateau } from "./monitors.js";
import type { DataBinding, DataSettings, TrainingSettings } from "./model.js";

const defaultTraining: TrainingSettings = {
  batch: 32,
  epochs: 1,
  shuffle: true,
  validation: 0,
  seed: 0,
  accumulate: undefined,
  stop: undefined,
  plateau: undefined,
  checkpoint: undefined,
  terminateOnNan: false,
};
const trainKeys = [
  "batch",
  "epochs",
  "shuffle",
  "validation",
  "seed",
  "accumulate",
  "stop",
  "learning_rate",
  "checkpoint",
  "terminate_on_nan",
];

const fraction = (n: number): boolean => n >= 0 && n < 1;

export function trainingSettings(
  c: Context,
  item: ConfigurationItem | undefined,
  override: number | undefined,
): TrainingSettings {
  let settings: { -readonly [K in keyof TrainingSettings]: TrainingSettings[K] } = { ...defaultTraining };
  for (const entry of item?.entries ?? []) {
    const { value } = entry;
    const key = entry.key.text;
    switch (key) {
      case "batch":
        if (value.kind === "name" && value.name === "all") settings.batch = "all";
        else settings.batch = numberOf(c, key, value, "a whole number or `all`", positive) ?? settings.batch;
        break;
      case "epochs":
        settings.epochs = numberOf(c, key, value, "a whole number", positive) ?? settings.epochs;
        break;
      case "seed":
        settings.seed = numberOf(c, key, value, "a whole number", natural) ?? settings.seed;
        break;
      case "validation":
        settings.validation =
          numberOf(c, key, value, "a part of the rows such as 10%", fraction) ?? settings.validation;
        break;
      case "shuffle":
        settings.shuffle = boolOf(c, key, value) ?? settings.shuffle;
        break;
      case "terminate_on_nan":
        settings.terminateOnNan = boolOf(c, key, value) ?? settings.terminateOnNan;
        break;
      case "learning_rate":
        settings.plateau = reduceOnPlateau(c, value) ?? settings.plateau;
        break;
      case "checkpoint":
        if (value.kind === "name" && value.name === "best") settings.checkpoint = "best";
        else settings.checkpoint = numberOf(c, key, value, "`best` or a whole number of epochs", positive);
        break;
      case "accumulate": {
        if (value.kind === "name" && value.name === "epoch") settings.accumulate = "epoch";
        else {
          const batches = numberOf(c, key, value, "`epoch` or a whole number of batches", positive);
          settings.accumulate = batches === 1 ? undefined : batches;
        }
        break;
      }
      case "stop":
        settings.stop = earlyStop(c, value) ?? settings.stop;
        break;
      default:
        unknownKey(c, "train", entry, trainKeys);
    }
  }
  if (override !== undefined) settings = { ...settings, batch: override };
  return settings;
}

// ---- data

const readers = ["csv", "idx", "npy", "text"];

export function dataSettings(c: Context, item: ConfigurationItem | undefined, ports: readonly string[]): DataSettings {
  const bindings: DataBinding[] = [];
  let testFraction = 0;
  for (const entry of item?.entries ?? []) {
    const { key, name, value } = entry;
    if (isAugmentation(entry)) continue;
    if (key.text === "test" && !name) {
      testFraction = numberOf(c, "test", value, "a part of the rows such as 20%", fraction) ?? testFraction;
      continue;
    }
    if (name && key.text !== "test" && key.text !== "validation") {
      unknownKey(c, "data", entry, ["test", "validation", "augment"]);
      continue;
    }
    const port = name ?? key;
    const part = name ? (key.text as "test" | "validation") : "train";
    if (!ports.includes(port.text)) {
      const suggestion = suggest(port.text, ports);
      c.report(dataRules.unknownPort, port.span, { name: port.text, suggestion });
      continue;
    }
    if (bindings.some((other) => other.port === port.text && other.part === part)) {
      c.report(dataRules.boundTwice, port.span, { port: port.text, part: part === "train" ? "training" : part });
      continue;
    }
    const reader = readerOf(c, value);
    if (reader) bindings.push({ port: port.text, part, location: c.location(value.span), reader });
  }
  return { bindings, testFraction };
}

function readerOf(c: Context, e: Expression): DataBinding["reader"] | undefined {
  const name = e.kind === "call" && e.callee.kind === "name" ? e.callee.name : e.kind === "name" ? e.name : undefined;
  if (name === undefined || !readers.includes(name)) {
    if (e.kind !== "missing")
      c.report(dataRules.unknownReader, e.kind === "call" && name !== undefined ? e.callee.span : e.span, {
        name: name ?? textOf(e, c),
        suggestion: name && suggest(name, readers),
      });
    return undefined;
  }
  const bad = (expected: string): undefined => {
    c.report(dataRules.badEntry, e.span, { key: name, expected, actual: textOf(e, c) });
    return undefined;
  };
  if (e.kind !== "call") return bad(`${name}("file")`);
  const [first] = e.arguments;
  if (!first || first.name || first.value.kind !== "string") return bad(`${name}("file"), the file first`);
  const file = first.value.value;
  const others = e.arguments.slice(1);
  switch (name) {
    case "csv": {
      const columns = csvColumns(c, others);
      return columns === "bad"
        ? bad('csv("file.csv", columns: ["a", "b"]) or csv("file.csv", column: "a")')
        : { kind: "csv", file, columns };
    }
    case "text": {
      const shift = others.length === 1 && others[0]!.name?.text === "shift" ? c.evaluate(others[0]!.value) : undefined;
      if (others.length > 0 && (shift?.kind !== "number" || !natural(shift.value)))
        return bad('text("file.txt", shift: 1)');
      return { kind: "text", file, shift: shift?.kind === "number" ? shift.value : 0 };
    }
    default:
      return others.length > 0 ? bad(`${name}("file")`) : { kind: name as "idx" | "npy", file };
  }
}
function csvColumns(c: Context, others: Call["arguments"]): readonly string[] | undefined | "bad" {
  if (others.length === 0) return undefined;
  const [only] = others;
  if (others.length > 1 || (only!.name?.text !== "columns" && only!.name?.text !== "column")) return "bad";
  const value = c.evaluate(only!.value);
  if (value.kind === "string") return [value.value];
  if (value.kind !== "list") return "bad";
  const names = value.items.flatMap((item) => (item.kind === "string" ? [item.value] : []));
  return names.length === value.items.length && names.length > 0 ? names : "bad";
}
