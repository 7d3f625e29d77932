/** @file The `data` block: which file each port is read from, and how. */
import { suggest } from "../base/suggest.js";
import type { Call, ConfigurationItem, Expression } from "../syntax/ast.js";
import { isAugmentation } from "./augment.js";
import type { Context } from "./context.js";
import { dataRules } from "./diagnostics/data.js";
import { fraction, natural, numberOf, positive, textOf, unknownKey } from "./entries.js";
import type { DataBinding, DataSettings, SequenceForm } from "./model.js";

const readers = ["csv", "idx", "npy", "npz", "text", "lines", "conllu"];
const ways = ["words", "characters", "hashes"] as const;
/** Columns of CoNLL-U, in its order. */
const fields = ["id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc"];

export function dataSettings(c: Context, item: ConfigurationItem | undefined, ports: readonly string[]): DataSettings {
  const bindings: DataBinding[] = [];
  let testFraction = 0;
  let testLast = false;
  for (const entry of item?.entries ?? []) {
    const { key, name, value } = entry;
    if (isAugmentation(entry)) continue;
    if (key.text === "test" && !name) {
      const last = lastOf(value);
      testLast = last !== undefined;
      const expected = "a part of the rows such as 20% or last(20%)";
      testFraction = numberOf(c, "test", last ?? value, expected, fraction) ?? testFraction;
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
  return { bindings, testFraction, testLast };
}

/** What `last(..)` encloses. */
function lastOf(e: Expression): Expression | undefined {
  const isLast = e.kind === "call" && e.callee.kind === "name" && e.callee.name === "last";
  return isLast && e.arguments.length === 1 && !e.arguments[0]!.name ? e.arguments[0]!.value : undefined;
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
      const form = formOf(c, others, ["columns", "column", "window", "shift"]);
      const settings = form && csvSettings(c, form.own);
      return form && settings
        ? { kind: "csv", file, ...settings, ...form.form }
        : bad(
            'csv("file.csv", columns: ["a", "b"]) or csv("file.csv", column: "a"), with `window: 12, shift: 0` for series and `by: words` for sequences',
          );
    }
    case "lines": {
      const form = formOf(c, others, []);
      return form ? { kind: "lines", file, ...form.form } : bad('lines("file.txt", by: characters, before: ".")');
    }
    case "conllu": {
      const form = formOf(c, others, ["field"]);
      const field = form?.own[0] ? c.evaluate(form.own[0].value) : undefined;
      const at = field?.kind === "string" ? fields.indexOf(field.value) : -1;
      return form && at >= 0
        ? { kind: "conllu", file, field: at, ...form.form }
        : bad(`conllu("file.conllu", field: "form"), a field being one of ${fields.join(", ")}`);
    }
    case "npz": {
      const [array] = others;
      return others.length === 1 && !array!.name && array!.value.kind === "string"
        ? { kind: "npz", file, array: array!.value.value }
        : bad('npz("file.npz", "array")');
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
/** `by`, `before`, `after`, and the reader's own settings; undefined where one is not right. */
function formOf(
  c: Context,
  others: Call["arguments"],
  own: readonly string[],
): { readonly form: SequenceForm; readonly own: Call["arguments"] } | undefined {
  const seen = new Set<string>();
  const rest: Call["arguments"][number][] = [];
  let by: SequenceForm["by"] | undefined = "words";
  const ends: Record<string, string | undefined> = {};
  for (const argument of others) {
    const key = argument.name?.text;
    if (key === undefined || seen.has(key)) return undefined;
    seen.add(key);
    if (own.includes(key)) rest.push(argument);
    else if (key === "by") {
      const { value } = argument;
      by = ways.find((way) => value.kind === "name" && value.name === way);
      if (!by) return undefined;
    } else if (key === "before" || key === "after") {
      const end = c.evaluate(argument.value);
      if (end.kind !== "string") return undefined;
      ends[key] = end.value;
    } else return undefined;
  }
  return { form: { by, before: ends.before, after: ends.after }, own: rest };
}
/** Undefined: not as they must be. */
function csvSettings(c: Context, own: Call["arguments"]) {
  let columns: readonly string[] | undefined;
  let window: number | undefined;
  let shift = 0;
  for (const { name, value: e } of own) {
    const key = name!.text;
    const value = c.evaluate(e);
    const isColumns = key === "column" || key === "columns";
    if (isColumns && columns) return undefined;
    if (isColumns && value.kind === "string") columns = [value.value];
    else if (isColumns && value.kind === "list") {
      columns = value.items.flatMap((item) => (item.kind === "string" ? [item.value] : []));
      if (columns.length !== value.items.length || columns.length === 0) return undefined;
    } else if (key === "window" && value.kind === "number" && positive(value.value)) window = value.value;
    else if (key === "shift" && value.kind === "number" && natural(value.value)) shift = value.value;
    else return undefined;
  }
  return { columns, window, shift };
}
