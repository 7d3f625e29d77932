/** @file Sequences: lines, words, characters and tagged sentences as padded rows of class indexes or numbers, with their lengths. */
import { suggest } from "../base/suggest.js";
import type { Table } from "./csv.js";
import { columnIndex, decimal } from "./columns.js";
import { DataError, type DataErrorDetails, listNames, quote } from "./error.js";

/** Row-major [rows, longest]: 0 after the items of each row. */
export interface Sequences<Values extends Float32Array | Int32Array = Float32Array | Int32Array> {
  readonly values: Values;
  readonly lengths: Int32Array;
}
/** The items of one example as text, and where they are. */
export interface ItemRow {
  readonly items: readonly string[];
  readonly place: DataErrorDetails;
}
export interface SequenceOptions {
  /** `hashes`: words, each a class by its hash. */
  readonly by: "words" | "characters" | "hashes";
  /** Items to add to each row. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}
/** This class, where there is one, stands for all words that are none. */
export const unknownWord = "<unknown>";

const itemsOf = (text: string, by: SequenceOptions["by"]): readonly string[] =>
  by === "characters" ? [...text] : text.split(/\s+/).filter((word) => word !== "");

/** A row for each line that is not blank; a line's end is no part of it. */
export function lineRows(text: string, by: SequenceOptions["by"], file?: string): ItemRow[] {
  const rows = text
    .replace(/^\ufeff/, "")
    .split(/\r\n|\n|\r/)
    .map((line, k) => ({ items: itemsOf(line, by), place: { file, line: k + 1 } }))
    .filter(({ items }) => items.length > 0);
  if (rows.length === 0) throw new DataError("the file is empty", { file });
  return rows;
}
/** A row for each cell of a column. */
export function cellRows(table: Table, name: string, by: SequenceOptions["by"]): ItemRow[] {
  return table.cells[columnIndex(table, name)]!.map((cell, row) => ({
    items: itemsOf(cell, by),
    place: { file: table.file, line: table.lines[row], row: row + 1, column: name },
  }));
}
/** A row for each sentence of CoNLL-U text, of one of its ten fields; words that others are written as (ranges, empty nodes) are left out. */
export function sentenceRows(text: string, field: number, file?: string): ItemRow[] {
  const rows: { items: string[]; place: DataErrorDetails }[] = [];
  let open: (typeof rows)[number] | undefined;
  text.split(/\r\n|\n|\r/).forEach((line, k) => {
    if (line.trim() === "") open = undefined;
    if (line.trim() === "" || line.startsWith("#")) return;
    const cells = line.split("\t");
    if (cells.length !== 10) {
      const found = `${cells.length} cells`;
      throw new DataError("not a line of CoNLL-U", { file, line: k + 1, expected: "ten cells between tabs", found });
    }
    if (!/^\d+$/.test(cells[0]!)) return;
    if (!open) rows.push((open = { items: [], place: { file, line: k + 1, row: rows.length + 1 } }));
    open.items.push(cells[field]!);
  });
  if (rows.length === 0) throw new DataError("the file holds no sentences", { file });
  return rows;
}

/**
 * Class indexes of rows.
 * @param classes The class names, or how many classes there are if items are hashed or are numbers.
 * @throws DataError at the first row that is empty or too long, and at the first item that is no class.
 */
export function classSequences(
  rows: readonly ItemRow[],
  classes: readonly string[] | number,
  longest: number,
  options: SequenceOptions,
): Sequences<Int32Array> {
  if (typeof classes === "number") {
    const read = options.by === "hashes" ? hashed(classes) : numbered(classes);
    return padded(rows, longest, options, new Int32Array(rows.length * longest), read);
  }
  const indexOf = new Map(classes.map((name, index) => [name, index]));
  const unknown = indexOf.get(unknownWord);
  return padded(rows, longest, options, new Int32Array(rows.length * longest), (item, place) => {
    const index = indexOf.get(item) ?? unknown;
    if (index !== undefined) return index;
    const near = suggest(item, classes);
    throw new DataError("not one of the classes", {
      ...place,
      expected: `one of ${listNames(classes)}`,
      found: quote(item),
      help:
        near === undefined
          ? `add it to the classes, or a class ${quote(unknownWord)} that stands for all such`
          : `did you mean ${quote(near)}?`,
    });
  });
}
/** Numbers of rows. @throws DataError as classSequences, and at the first item that is no number. */
export function numberSequences(rows: readonly ItemRow[], longest: number): Sequences<Float32Array> {
  return padded(rows, longest, { by: "words" }, new Float32Array(rows.length * longest), (item, place) => {
    const value = decimal.test(item) ? Math.fround(Number(item)) : NaN;
    if (Number.isFinite(value)) return value;
    throw new DataError("not a number", { ...place, found: quote(item) });
  });
}

function numbered(classes: number) {
  return (item: string, place: DataErrorDetails): number => {
    const value = Number(item);
    if (/^\d+$/.test(item) && value < classes) return value;
    const expected = `a whole number from 0 to ${classes - 1}`;
    const help = "classes without names are numbers: name them, or read the words with by: hashes";
    throw new DataError("not one of the classes", { ...place, expected, found: quote(item), help });
  };
}
/** FNV-1a of the UTF-8 bytes, modulo the number of classes (feature hashing, Weinberger et al., 2009). */
function hashed(classes: number) {
  const encoder = new TextEncoder();
  return (item: string): number => {
    let hash = 0x811c9dc5;
    for (const byte of encoder.encode(item)) hash = Math.imul(hash ^ byte, 0x01000193);
    return (hash >>> 0) % classes;
  };
}

function padded<Values extends Float32Array | Int32Array>(
  rows: readonly ItemRow[],
  longest: number,
  { before, after }: SequenceOptions,
  values: Values,
  read: (item: string, place: DataErrorDetails) => number,
): Sequences<Values> {
  const whole = rows.map(({ items }) => [
    ...(before === undefined ? [] : [before]),
    ...items,
    ...(after === undefined ? [] : [after]),
  ]);
  const most = whole.reduce((n, { length }) => Math.max(n, length), 0);
  const lengths = Int32Array.from(whole, (items, row) => {
    const { place } = rows[row]!;
    if (items.length === 0)
      throw new DataError("the sequence is empty", {
        ...place,
        expected: `1 to ${longest} items`,
        help: "remove the row",
      });
    if (items.length > longest)
      throw new DataError("the sequence is too long", {
        ...place,
        expected: `1 to ${longest} items`,
        found: String(items.length),
        help: `the longest here has ${most}: declare [t <= ${most}]`,
      });
    items.forEach((item, k) => (values[row * longest + k] = read(item, place)));
    return items.length;
  });
  return { values, lengths };
}
