/** @file Inputs and targets: reading, checking and copying what the caller gives. */
import { NetInputError } from "./errors.js";
import type { Floats } from "./floats.js";
import { describe, isArray } from "./given.js";
import type { Memory } from "./memory.js";
import type { SequencePort } from "./sequences.js";

export interface PortSpec {
  readonly name: string;
  readonly kind: "f32" | "int" | "bool" | "class";
  /** Of one example. */
  readonly shape: readonly number[];
  /** Elements of one example. */
  readonly size: number;
  readonly arena: "inputs" | "classes" | "outputs" | "decisions";
  readonly offset: number;
  /** Number of classes. */
  readonly classes?: number;
  readonly labels?: readonly string[];
  /** Of the first axis, if examples have lengths of their own. */
  readonly sequence?: SequencePort;
}

/** The values of each port, flat and checked, in the order of the ports; then as many lengths, of those that have some. */
export type Columns = ArrayLike<number>[];

const largest = 3.4028234663852886e38;

/** Flat numbers; labels not yet looked up. */
export function isFlat(value: ArrayLike<unknown>): value is ArrayLike<number> {
  return typeof value[0] !== "object" && typeof value[0] !== "string" && typeof value[0] !== "boolean";
}
function perExample(port: PortSpec): string {
  return port.shape.length === 0 ? "one value per example" : `[${port.shape.join(", ")}] per example`;
}
function oneElement(port: PortSpec): string {
  switch (port.kind) {
    case "f32":
      return "a finite 32-bit number";
    case "int":
      return "a whole 32-bit number";
    case "bool":
      return "true, false, 0 or 1";
    case "class": {
      const indices = `a class from 0 to ${(port.classes ?? 0) - 1}`;
      if (!port.labels) return indices;
      const shown = port.labels.slice(0, 12).map((label) => JSON.stringify(label));
      return `${indices}, or one of ${shown.join(", ")}${port.labels.length > 12 ? ", .." : ""}`;
    }
  }
}

/** Appends the elements of nested arrays to `out`. */
function flatten(port: PortSpec, value: unknown, depth: number, row: number, out: unknown[]): void {
  if (depth === port.shape.length) {
    out.push(value);
    return;
  }
  const wanted = port.shape[depth]!;
  const flatRow = depth === 0 && isArray(value) && value.length === port.size && !isArray(value[0]);
  if (!isArray(value) || (value.length !== wanted && !flatRow)) {
    throw new NetInputError(port.name, perExample(port), `${describe(value)} at depth ${depth + 1}`, row);
  }
  for (let k = 0; k < value.length; k++) flatten(port, value[k], flatRow ? port.shape.length : depth + 1, row, out);
}

/** Labels and truth values as numbers. */
export function convert(port: PortSpec, elements: ArrayLike<unknown>): ArrayLike<number> {
  const labels = new Map(port.labels?.map((label, index) => [label, index]));
  const numbers = Array.from<number>({ length: elements.length });
  for (let k = 0; k < elements.length; k++) {
    const element = elements[k];
    const number =
      typeof element === "string"
        ? labels.get(element)
        : typeof element === "boolean" && port.kind === "bool"
          ? Number(element)
          : element;
    if (typeof number !== "number") {
      throw new NetInputError(port.name, oneElement(port), describe(element), Math.floor(k / port.size));
    }
    numbers[k] = number;
  }
  return numbers;
}

function numbersOf(port: PortSpec, given: unknown): ArrayLike<number> {
  if (!isArray(given)) throw new NetInputError(port.name, "an array", describe(given));
  if (given.length === 0) throw new NetInputError(port.name, "at least one example", "an empty array");
  if (typeof given[0] !== "object") {
    const mayMix = Array.isArray(given) && (port.labels !== undefined || port.kind === "bool");
    return isFlat(given) && !mayMix ? given : convert(port, given);
  }
  const elements: unknown[] = [];
  for (let row = 0; row < given.length; row++) flatten(port, given[row], 0, row, elements);
  return convert(port, elements);
}

function fail(port: PortSpec, values: ArrayLike<unknown>, at: number, row = Math.floor(at / port.size)): never {
  throw new NetInputError(port.name, oneElement(port), describe(values[at]), row);
}
/** 0 times a number is 0, times NaN or infinity it is NaN. */
function areFinite(values: ArrayLike<number>, from: number, to: number): boolean {
  let sum = 0;
  for (let k = from; k < to; k++) sum += 0 * values[k]!;
  return sum === 0;
}
function areFiniteIn({ inputs, wasm }: Memory, from: number, to: number): boolean {
  return wasm
    ? wasm.finite(inputs.byteOffset + 4 * from, inputs.byteOffset + 4 * to) === 1
    : areFinite(inputs, from, to);
}
/** The first place from `from` up to `to` that holds none of the port's numbers, or -1. */
function findUnfit({ kind, classes = 0 }: PortSpec, values: ArrayLike<number>, from: number, to: number): number {
  const isFloat = kind === "f32";
  const below = kind === "class" ? classes : kind === "bool" ? 2 : 2 ** 31;
  const least = isFloat ? -largest : kind === "int" ? -below : 0;
  const most = isFloat ? largest : below - 1;
  for (let k = from; k < to; k++) {
    const value = values[k];
    if (typeof value !== "number" || !(value <= most && value >= least)) return k;
    if (!isFloat && value !== Math.floor(value)) return k;
  }
  return -1;
}
export function checkValues(port: PortSpec, values: ArrayLike<number>, from: number, to: number): void {
  const unfit = findUnfit(port, values, from, to);
  if (unfit >= 0) fail(port, values, unfit);
}
/** Whether `loadRows` can check the values: they arrive in memory as they were given. */
function arrivesUnchanged({ kind, sequence }: PortSpec, values: ArrayLike<number>): boolean {
  return kind === "f32" && !sequence && !(Array.isArray(values) || values instanceof Float64Array);
}
/** Names of the data given, for messages. */
function namesOf(data: object): string {
  const names = Object.keys(data);
  return names.length === 0 ? "no data" : `only ${names.map((name) => JSON.stringify(name)).join(", ")}`;
}

/**
 * Reads the ports' values into `columns`, and checks what `loadRows` cannot; flat numbers are not copied.
 * @returns the number of examples, the same for all ports, 1 .. limit.
 */
export function readColumns(ports: readonly PortSpec[], data: object, columns: Columns, limit: number): number {
  let rows = -1;
  for (let p = 0; p < ports.length; p++) {
    const port = ports[p]!;
    if (typeof data !== "object" || data === null) throw new NetInputError(port.name, "an object", describe(data));
    if (!Object.hasOwn(data, port.name)) throw new NetInputError(port.name, "data for it", namesOf(data));
    const given: unknown = (data as Record<string, unknown>)[port.name];
    const values = port.sequence ? port.sequence.read(ports, p, given, columns) : numbersOf(port, given);
    const count = values.length / port.size;
    if (count !== Math.floor(count)) {
      throw new NetInputError(
        port.name,
        `${perExample(port)}, a multiple of ${port.size} numbers`,
        `${values.length} numbers`,
        Math.floor(count),
      );
    }
    if (rows < 0) rows = count;
    else if (count !== rows) {
      throw new NetInputError(port.name, `${rows} examples, as in ${JSON.stringify(ports[0]!.name)}`, `${count}`);
    }
    if (rows > limit) {
      throw new NetInputError(port.name, `at most ${limit} examples, the declared batch`, `${rows}`, limit);
    }
    if (!port.sequence && !arrivesUnchanged(port, values)) checkValues(port, values, 0, values.length);
    columns[p] = values;
  }
  return rows;
}

/** Any number of examples, all checked before the first is used; as `readColumns`. */
export function readAll(ports: readonly PortSpec[], data: object, columns: Columns): number {
  const rows = readColumns(ports, data, columns, Infinity);
  ports.forEach((port, p) => {
    const values = columns[p]!;
    const { length } = values;
    if (arrivesUnchanged(port, values) && !areFinite(values, 0, length)) checkValues(port, values, 0, length);
  });
  return rows;
}

/**
 * Copies `n` examples into memory: rows `order[from ..]`, or `from ..` without an order. They are checked where they arrive:
 * there it is fast, and while a `fit` runs, its caller may change the arrays, and kernels write where classes point.
 */
export function loadRows(
  ports: readonly PortSpec[],
  columns: Columns,
  memory: Memory,
  order: Int32Array | undefined,
  from: number,
  n: number,
): void {
  for (let p = 0; p < ports.length; p++) {
    const port = ports[p]!;
    const { size, offset, arena } = port;
    const values = columns[p]!;
    const target = memory[arena];
    if (port.sequence) port.sequence.load(port, values, columns[ports.length + p]!, memory, order, from, n);
    else if (order === undefined && values.length === n * size) target.set(values, offset);
    else {
      for (let row = 0; row < n; row++) {
        const source = (order?.[from + row] ?? from + row) * size;
        const start = offset + row * size;
        for (let k = 0; k < size; k++) target[start + k] = values[source + k]!;
      }
    }
    const end = offset + n * size;
    // Padding may hold anything.
    if (port.kind === "f32" && (port.sequence || areFiniteIn(memory, offset, end))) continue;
    const unfit = findUnfit(port, target, offset, end);
    if (unfit < 0) continue;
    const row = from + Math.floor((unfit - offset) / size);
    fail(port, target, unfit, order?.[row] ?? row);
  }
}

/** Results as their type says: numbers, labels or truth values. */
export function asGiven({ kind, labels }: PortSpec, values: Floats | Int32Array): object {
  if (labels) return Array.from(values, (index) => labels[index]);
  return kind === "bool" ? Array.from(values, Boolean) : values;
}
