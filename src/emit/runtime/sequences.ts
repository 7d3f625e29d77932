/** @file Sequences with padding: each example's own number of items, from nested arrays or beside a padded one. */
import { NetInputError } from "./errors.js";
import { describe, isArray } from "./given.js";
import type { PortSpec } from "./ports.js";

/** Padded rows, and how many items of each are real; between a call's checks and its work the caller may change both. */
export interface Rows {
  readonly values: ArrayLike<unknown>;
  readonly lengths: ArrayLike<number>;
}

/** Elements of one item. */
const widthOf = ({ size, shape }: PortSpec): number => size / shape[0]!;

function expected({ shape }: PortSpec): string {
  const item = shape.length > 1 ? `items [${shape.slice(1).join(", ")}]` : "items";
  return `1 to ${shape[0]!} ${item} per example`;
}

export function isLength(port: PortSpec, length: unknown): length is number {
  return typeof length === "number" && length >= 1 && length <= port.shape[0]! && length === Math.floor(length);
}

/** The rows as given, padded by the caller or here. Throws NetInputError. */
export function readSequences(port: PortSpec, given: unknown): Rows {
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
function padded(port: PortSpec, given: ArrayLike<unknown>): Rows {
  const width = widthOf(port);
  const values = Array.from<unknown>({ length: given.length * port.size }).fill(0);
  const lengths: number[] = [];
  for (let row = 0; row < given.length; row++) {
    const items = given[row];
    if (!isArray(items)) throw new NetInputError(port.name, expected(port), describe(items), row);
    const flat = flattened(items);
    const length = flat.length / width;
    if (!isLength(port, length)) throw new NetInputError(port.name, expected(port), itemsText(flat.length, width), row);
    for (let k = 0; k < flat.length; k++) values[row * port.size + k] = flat[k];
    lengths.push(length);
  }
  return { values, lengths };
}
const itemsText = (elements: number, width: number): string =>
  width === 1 ? `${elements} items` : `${elements} elements in items of ${width}`;

function flattened(items: ArrayLike<unknown>): ArrayLike<unknown> {
  if (!isArray(items[0])) return items;
  const out: unknown[] = [];
  for (let k = 0; k < items.length; k++) {
    const item = items[k];
    if (isArray(item)) out.push(...Array.from(flattened(item)));
    else out.push(item);
  }
  return out;
}
