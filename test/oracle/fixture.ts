/** @file The fixtures of `make.py`: their format, the numbers they stand for, and how results are compared. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** An array by formula or written out; see README.md. */
export type ArraySpec = { readonly shape: readonly number[] } & (
  | { readonly values: readonly number[] }
  | { readonly seed: number; readonly classes: number }
  | { readonly seed: number; readonly scale: number; readonly offset: number }
);
/** Every k-th element, and the sum of all. */
export interface Sample {
  readonly every: number;
  readonly values: readonly number[];
  readonly sum: number;
}
type Samples = Readonly<Record<string, Sample>>;
export interface Case {
  readonly name: string;
  readonly source: string;
  readonly parameters: Readonly<Record<string, ArraySpec>>;
  readonly data: Readonly<Record<string, ArraySpec>>;
  readonly fresh: boolean;
  readonly tolerance: number;
  readonly expected: {
    readonly before: Samples;
    readonly losses: readonly number[];
    readonly parameters: Samples;
    readonly after: Samples;
    readonly metrics?: Samples;
  };
}

const folder = join(import.meta.dirname, "fixtures");

/** All fixtures, by name of their script. */
export function fixtures(): readonly { readonly name: string; readonly cases: readonly Case[] }[] {
  return readdirSync(folder).map((file) => ({
    name: file.replace(/\.json$/, ""),
    cases: (JSON.parse(readFileSync(join(folder, file), "utf8")) as { cases: Case[] }).cases,
  }));
}

/** Added to a seed for each step. */
const freshness = 1000;

/** The elements of an array, row-major; numbers are exact in 32 bits. */
export function elementsOf(spec: ArraySpec, step = 0): number[] {
  if ("values" in spec) return spec.values.map(Math.fround);
  const count = spec.shape.reduce((size, extent) => size * extent, 1);
  let x = Number((BigInt(spec.seed + freshness * step) * 2654435761n + 12345n) & 0xffffffffn);
  return Array.from({ length: count }, () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    const u = x / 2 ** 32;
    return "classes" in spec ? Math.floor(spec.classes * u) : Math.fround(spec.offset + spec.scale * (2 * u - 1));
  });
}

/** The data of a step. */
export function batchOf(example: Case, step: number): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(example.data).map(([port, spec]) => [port, elementsOf(spec, example.fresh ? step : 0)]),
  );
}
export const batchSize = (example: Case): number => Object.values(example.data)[0]!.shape[0]!;

/** What a model under test gives: by the generated module, or by the interpreter. */
export interface Net {
  setParameter(path: string, values: readonly number[]): void;
  parameter(path: string): ArrayLike<number>;
  predict(data: Readonly<Record<string, readonly number[]>>): Readonly<Record<string, ArrayLike<number>>>;
  /** Gives the loss before the update. */
  trainStep(data: Readonly<Record<string, readonly number[]>>): number;
  /** The metrics, the loss among them. */
  evaluate(data: Readonly<Record<string, readonly number[]>>): Readonly<Record<string, ArrayLike<number>>>;
}

/** Where a result is too far from a fixture, in words; empty if nowhere. */
export function differences(example: Case, net: Net, tolerance = example.tolerance): string[] {
  const found: string[] = [];
  const near = (what: string, actual: number | undefined, expected: number, scale = 1) => {
    const error = Math.abs((actual ?? NaN) - expected);
    if (!(error <= tolerance * (1 + Math.abs(expected)) * scale))
      found.push(`${what}: ${actual}, expected ${expected} (off by ${error})`);
  };
  const compare = (what: string, actual: ArrayLike<number> | undefined, { every, values, sum }: Sample) => {
    if (!actual) return found.push(`${what} is missing`);
    values.forEach((value, k) => near(`${what}[${k * every}]`, actual[k * every], value));
    const total = Array.from(actual).reduce((a, b) => a + b, 0);
    near(`sum of ${what}`, total, sum, actual.length);
    return found.length;
  };
  const { before, losses, parameters, after, metrics = {} } = example.expected;
  for (const [path, spec] of Object.entries(example.parameters)) net.setParameter(path, elementsOf(spec));
  const predicted = net.predict(batchOf(example, 0));
  for (const [name, sample] of Object.entries(before)) compare(`${name} before training`, predicted[name], sample);
  const measured = Object.keys(metrics).length > 0 ? net.evaluate(batchOf(example, 0)) : {};
  for (const [name, sample] of Object.entries(metrics)) compare(`metric ${name}`, measured[name], sample);
  losses.forEach((loss, step) => near(`loss of step ${step + 1}`, net.trainStep(batchOf(example, step)), loss));
  for (const [path, sample] of Object.entries(parameters)) compare(path, net.parameter(path), sample);
  const trained = Object.keys(after).length > 0 ? net.predict(batchOf(example, 0)) : {};
  for (const [name, sample] of Object.entries(after)) compare(`${name} after training`, trained[name], sample);
  return found;
}
