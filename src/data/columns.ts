/** @file CSV columns as what a model reads: numbers, or indexes of classes. */
import { suggest } from "../base/suggest.js";
import type { Table } from "./csv.js";
import { DataError, listNames, quote, type DataErrorDetails } from "./error.js";

/** Decimal notation only: no hexadecimal, no thousands separators, no words for infinity. Digits match in one way, so that long cells take linear time. */
export const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const wholeNumber = /^\d+$/;

/**
 * Position of a column.
 * @throws DataError naming the columns there are, with the nearest name, if it is missing or occurs twice.
 */
export function columnIndex(table: Table, name: string): number {
  const index = table.columns.indexOf(name);
  const { file, columns } = table;
  if (index < 0) {
    const near = suggest(name, columns);
    throw new DataError(`there is no column ${quote(name)}`, {
      file,
      line: 1,
      found: `the columns ${listNames(columns)}`,
      help:
        near !== undefined
          ? `did you mean ${quote(near)}?`
          : columns.length === 1 && /[;\t|]/.test(columns[0]!)
            ? "cells must be separated by commas"
            : undefined,
    });
  }
  if (columns.includes(name, index + 1)) {
    throw new DataError(`the header names the column ${quote(name)} twice`, { file, line: 1 });
  }
  return index;
}

/**
 * The named columns as one row-major array [rows, names.length] of 32-bit floats.
 * @throws DataError at the first cell that is empty, not a number, or not finite in 32 bits.
 */
export function numericColumns(table: Table, names: readonly string[]): Float32Array {
  return readColumns(table, names, new Float32Array(table.lines.length * names.length), (cell, row, name) => {
    const value = decimal.test(cell) ? Math.fround(Number(cell)) : NaN;
    if (!Number.isFinite(value)) throw notNumber(table, row, name, cell);
    return value;
  });
}

/**
 * The named columns as one row-major array [rows, names.length] of whole numbers from `low` to `high`.
 * @throws DataError at the first cell that is empty, not a whole number, or out of range.
 */
export function integerColumns(
  table: Table,
  names: readonly string[],
  low = -(2 ** 31),
  high = 2 ** 31 - 1,
): Int32Array {
  return readColumns(table, names, new Int32Array(table.lines.length * names.length), (cell, row, name) => {
    if (!decimal.test(cell)) throw notNumber(table, row, name, cell);
    const value = Number(cell);
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new DataError("the value is out of range", {
        ...placeOf(table, row, name),
        expected: `a whole number from ${low} to ${high}`,
        found: quote(cell),
      });
    }
    return value;
  });
}

/** Fills row-major `values` from the trimmed cells of the named columns. */
function readColumns<T extends Float32Array | Int32Array>(
  table: Table,
  names: readonly string[],
  values: T,
  read: (cell: string, row: number, name: string) => number,
): T {
  names.forEach((name, offset) => {
    const cells = table.cells[columnIndex(table, name)]!;
    for (let row = 0; row < cells.length; row++) {
      values[row * names.length + offset] = read(cells[row]!.trim(), row, name);
    }
  });
  return values;
}

function placeOf(table: Table, row: number, column: string): DataErrorDetails {
  return { file: table.file, line: table.lines[row], row: row + 1, column };
}

function notNumber(table: Table, row: number, column: string, cell: string): DataError {
  const place = placeOf(table, row, column);
  if (cell === "") {
    return new DataError("the cell is empty", { ...place, expected: "a number", help: "fill in or remove the row" });
  }
  if (decimal.test(cell)) {
    return new DataError("the number is too large for 32-bit floats", { ...place, found: quote(cell) });
  }
  return new DataError("not a number", {
    ...place,
    found: quote(cell),
    help: /^[+-]?\d+,\d+$/.test(cell)
      ? "write decimals with a point"
      : /^[+-]?(nan|na|n\/a|null|none|inf(inity)?|\?)$/i.test(cell)
        ? "missing and infinite values cannot be trained on: fill in or remove the row"
        : undefined,
  });
}

/**
 * A label column as class indexes.
 * @param classes The class names, or how many classes there are if they have no names; then cells are 0..classes-1.
 * A column of named classes may hold indexes instead, if no name is itself a whole number: its first cell decides.
 * @throws DataError at the first cell that is no class, with the classes.
 */
export function labelColumn(table: Table, name: string, classes: readonly string[] | number): Int32Array {
  const cells = table.cells[columnIndex(table, name)]!;
  const count = typeof classes === "number" ? classes : classes.length;
  const names = typeof classes === "number" ? [] : classes;
  const indexOf = new Map(names.map((label, index) => [label, index]));
  const byIndex = wholeNumber.test(cells[0]!.trim()) && !names.some((label) => wholeNumber.test(label));
  const labels = new Int32Array(cells.length);
  cells.forEach((raw, row) => {
    const cell = raw.trim();
    const index = byIndex || names.length === 0 ? classNumber(cell, count) : (indexOf.get(raw) ?? indexOf.get(cell));
    if (index === undefined) {
      const near = suggest(cell, names);
      throw new DataError(cell === "" ? "the cell is empty" : "not one of the classes", {
        ...placeOf(table, row, name),
        expected: [
          ...(names.length > 0 ? [`one of ${listNames(names)}`] : []),
          ...(byIndex || names.length === 0 ? [`a whole number from 0 to ${count - 1}`] : []),
        ].join(" as "),
        found: quote(raw),
        help: near === undefined || byIndex ? undefined : `did you mean ${quote(near)}?`,
      });
    }
    labels[row] = index;
  });
  return labels;
}

/** `3` and `3.0` (as table programs write integers beside a missing value) are class 3. */
function classNumber(cell: string, count: number): number | undefined {
  if (!/^\d+(\.0*)?$/.test(cell)) return undefined;
  const value = Number(cell);
  return value < count ? value : undefined;
}
