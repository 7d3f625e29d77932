/**
 * @file Sequences with padding: each example's own number of items, from nested arrays or beside a padded one. Only modules with
 * such ports have this text: it is reached through their `sequence`.
 */
import { NetInputError } from "./errors.js";
import type { Floats } from "./floats.js";
import { describe, isArray } from "./given.js";
import type { Memory } from "./memory.js";
import { asGiven, checkValues, type Columns, convert, isFlat, type PortSpec } from "./ports.js";

export interface SequencePort {
  /** Of the dimension: ports of one have one length in each example. */
  readonly name: string;
  /** Where the lengths are in `classes`. */
  readonly offset: number;
  readonly read: typeof readItems;
  readonly load: typeof loadItems;
  readonly give: typeof giveItems;
}

/** Padded rows, and how many items of each are real; between a call's checks and its work the caller may change both. */
interface SequenceRows {
  readonly values: ArrayLike<unknown>;
  readonly lengths: ArrayLike<number>;
}

/** Elements of one item. */
const widthOf = ({ size, shape }: PortSpec): number => size / shape[0]!;

function expected({ shape }: PortSpec): string {
  const item = shape.length > 1 ? `items [${shape.slice(1).join(", ")}]` : "items";
  return `1 to ${shape[0]!} ${item} per example`;
}

function isLength(port: PortSpec, length: unknown): length is number {
  return typeof length === "number" && length >= 1 && length <= port.shape[0]! && length === Math.floor(length);
}

/** The rows as given, padded by the caller or here. Throws NetInputError. */
function readSequences(port: PortSpec, given: unknown): SequenceRows {
  if (isArray(given)) return padded(port, given);
  if (typeof given !== "object" || given === null) {
    throw new NetInputError(
      port.name,
      "an array with one array of items per example, or { values, lengths }",
      describe(given),
    );
  }
  const { values, lengths } = given as { readonly values?: unknown; readonly lengths?: unknown };
  if (!isArray(values) || !isArray(lengths)) {
    throw new NetInputError(port.name, "{ values, lengths }, both arrays", describe(given));
  }
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row];
    if (!isLength(port, length))
      throw new NetInputError(port.name, expected(port), `the length ${describe(length)}`, row);
  }
  const wanted = lengths.length * port.size;
  if (values.length !== wanted) {
    const rows = `${port.size} values for each of ${lengths.length} examples, padded: ${wanted}`;
    throw new NetInputError(port.name, rows, `${values.length}`);
  }
  return { values, lengths: lengths as ArrayLike<number> };
}

/** One array of items per example; items of several elements are arrays, or lie side by side. */
function padded(port: PortSpec, given: ArrayLike<unknown>): SequenceRows {
  const width = widthOf(port);
  const values = Array.from<unknown>({ length: given.length * port.size }).fill(0);
  const lengths: number[] = [];
  for (let row = 0; row < given.length; row++) {
    const items = given[row];
    if (!isArray(items)) throw new NetInputError(port.name, expected(port), describe(items), row);
    const flat = isArray(items[0]) ? flattened(items, port.shape.length, []) : items;
    const length = flat.length / width;
    if (!isLength(port, length)) throw new NetInputError(port.name, expected(port), itemsText(flat.length, width), row);
    for (let k = 0; k < flat.length; k++) values[row * port.size + k] = flat[k];
    lengths.push(length);
  }
  return { values, lengths };
}
const itemsText = (elements: number, width: number): string =>
  width === 1 ? `${elements} items` : `${elements} elements in items of ${width}`;

/** Appends the elements of arrays nested at most so deep. */
function flattened(value: unknown, depth: number, out: unknown[]): unknown[] {
  if (depth === 0 || !isArray(value)) out.push(value);
  else for (let k = 0; k < value.length; k++) flattened(value[k], depth - 1, out);
  return out;
}

/** The values of port `p` as flat, padded numbers, checked; its lengths go to their place in `columns`. Throws NetInputError. */
export function readItems(ports: readonly PortSpec[], p: number, given: unknown, columns: Columns): ArrayLike<number> {
  const port = ports[p]!;
  const { values, lengths } = readSequences(port, given);
  if (lengths.length === 0) throw new NetInputError(port.name, "at least one example", "an empty array");
  checkLengths(ports, p, lengths, columns);
  const numbers = isFlat(values) && !Array.isArray(values) ? values : convert(port, values);
  // What lies in padding does not matter.
  for (let row = 0; row < lengths.length; row++) {
    const start = row * port.size;
    checkValues(port, numbers, start, start + lengths[row]! * widthOf(port));
  }
  return numbers;
}
/** Ports of one dimension have one length in each example. */
function checkLengths(ports: readonly PortSpec[], p: number, lengths: ArrayLike<number>, columns: Columns): void {
  const port = ports[p]!;
  columns[ports.length + p] = lengths;
  const first = ports.findIndex((other) => other.sequence?.name === port.sequence?.name);
  const others = columns[ports.length + first]!;
  for (let row = 0; row < Math.min(lengths.length, others.length); row++) {
    if (lengths[row] !== others[row]) {
      const name = JSON.stringify(ports[first]!.name);
      throw new NetInputError(port.name, `${others[row]} items, as in ${name}`, `${lengths[row]}`, row);
    }
  }
}

/** What is in padding stays as it was: nobody reads it. */
export function loadItems(
  port: PortSpec,
  values: ArrayLike<number>,
  lengths: ArrayLike<number>,
  memory: Memory,
  order: Int32Array | undefined,
  from: number,
  n: number,
): void {
  const { size, offset, arena, sequence } = port;
  const target = memory[arena];
  for (let k = 0; k < n; k++) {
    const row = order?.[from + k] ?? from + k;
    const length = lengths[row];
    if (!isLength(port, length))
      throw new NetInputError(port.name, "the lengths checked before", describe(length), row);
    memory.classes[sequence!.offset + k] = length;
    for (let i = 0; i < length * widthOf(port); i++) target[offset + k * size + i] = values[row * size + i]!;
  }
}

/** An output's values as one array per example, as long as the inputs of its dimension are. */
export function giveItems(
  port: PortSpec,
  inputs: readonly PortSpec[],
  columns: Columns,
  values: Floats | Int32Array,
): object {
  const input = inputs.findIndex((other) => other.sequence?.name === port.sequence!.name);
  return Array.from(columns[inputs.length + input]!, (length, row) =>
    asGiven(port, values.slice(row * port.size, row * port.size + length * widthOf(port))),
  );
}
