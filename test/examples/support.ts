/** @file Trains examples as `netc train` does, and small numeric references to compare them with. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { checkFile, instantiate } from "../../src/cli/compile.js";
import { elementsOf, loadDataset, type Dataset, type Examples } from "../../src/cli/dataset.js";
import type { Metrics, ModelModule, Net } from "../../src/cli/module.js";
import { compileModel } from "../../src/compiler/compile.js";

const root = join(import.meta.dirname, "../..");
const shared = join(root, "../shared/data");

export interface Run {
  /** Which model of the file. */
  readonly model?: string;
  /** Folder below ../shared/data; the example's own data without one. */
  readonly data?: string;
  readonly epochs?: number;
  readonly limit?: number;
  readonly seed?: number;
  /** In place of the data that the model binds. */
  readonly dataset?: Dataset;
}
export interface Trained {
  readonly net: Net;
  readonly dataset: Dataset;
  /** Of the test set, or of the training set without one. */
  readonly metrics: Metrics & Readonly<Record<string, number>>;
}

export const exampleFile = (name: string) => join(root, "examples", `${name}.net`);
export const dataFolder = (name: string) => join(shared, name);

/** A test that needs data sets, and says so where they are absent. */
export const testWith = (...folders: readonly string[]) => {
  const absent = folders.filter((folder) => !existsSync(dataFolder(folder)));
  return (name: string, body: () => Promise<void>) =>
    absent.length > 0 ? test.skip(`${name} (absent: ../shared/data/${absent.join(", ")})`, body) : test(name, body);
};

export async function load(name: string, { model, data, limit }: Run = {}): Promise<Dataset> {
  const checked = checkFile(exampleFile(name), model === undefined ? {} : { model });
  return loadDataset(checked, {
    seed: checked.training.seed,
    ...(data !== undefined && { data: dataFolder(data) }),
    ...(limit !== undefined && { limit }),
  });
}

export async function train(name: string, run: Run = {}): Promise<Trained> {
  const file = exampleFile(name);
  const choice = run.model === undefined ? {} : { model: run.model };
  const declared = checkFile(file, choice);
  const dataset = run.dataset ?? (await load(name, run));
  const batch = declared.training.batch === "all" ? dataset.train.rows : declared.training.batch;
  const compiled = compileModel(checkFile(file, { ...choice, batch }), { target: "wasm" });
  const net = (await instantiate(compiled)).create({ seed: run.seed ?? declared.training.seed });
  await net.fit(dataset.train.ports, {
    ...(run.epochs !== undefined && { epochs: run.epochs }),
    ...(dataset.validation && { validation: dataset.validation.ports }),
  });
  const metrics = net.evaluate((dataset.test ?? dataset.train).ports) as Trained["metrics"];
  return { net, dataset, metrics };
}

/** An example whose data a program brings: nets of one module copy from each other. */
export const moduleOf = (name: string, model: string): Promise<ModelModule> =>
  instantiate(compileModel(checkFile(exampleFile(name), { model }), { target: "wasm" }));

/** A parameter by its path. */
export function weights(net: Net, path: string): Float32Array {
  const found = path
    .split(".")
    .reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>>)[name], net.parameters);
  return found as Float32Array;
}

/** A buffer by its path, as the net saves it. */
export function buffer(net: Net, path: string): Float32Array {
  const bytes = net.save();
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Readonly<
    Record<string, { readonly data_offsets: readonly [number, number] }>
  >;
  const entry = header[path] ?? header[`buffers/${path}`];
  if (!entry) throw new Error(`no ${path} among ${Object.keys(header).join(", ")}`);
  const [from, to] = entry.data_offsets;
  return new Float32Array(bytes.slice(8 + length + from, 8 + length + to).buffer);
}

/** A port's values as rows of numbers. */
export function rowsOf({ rows, ports }: Examples, port: string): number[][] {
  const values = elementsOf(ports[port]!);
  const width = values.length / rows;
  return Array.from({ length: rows }, (_, row) => [...values.subarray(row * width, (row + 1) * width)]);
}
export const columnOf = ({ ports }: Examples, port: string): number[] => [...elementsOf(ports[port]!)];

export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
export const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, k) => sum + value * b[k]!, 0);

/** Brings columns to mean 0 and standard deviation 1 as they have it in `basis`. */
export function standardised(
  rows: readonly (readonly number[])[],
  basis: readonly (readonly number[])[] = rows,
): number[][] {
  const columns = basis[0]!.map((_, k) => basis.map((row) => row[k]!));
  const centers = columns.map(mean);
  const spreads = columns.map((column, k) => Math.sqrt(mean(column.map((value) => (value - centers[k]!) ** 2))));
  return rows.map((row) => row.map((value, k) => (value - centers[k]!) / spreads[k]!));
}

/** The solution of a x = b by Gaussian elimination with pivoting. */
export function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const n = b.length;
  const rows = a.map((row, i) => [...row, b[i]!]);
  for (let k = 0; k < n; k++) {
    const best = rows.slice(k).reduce((at, row, i) => (Math.abs(row[k]!) > Math.abs(rows[at]![k]!) ? k + i : at), k);
    [rows[k], rows[best]] = [rows[best]!, rows[k]!];
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j <= n; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  const x = b.map(() => 0);
  for (let k = n - 1; k >= 0; k--) x[k] = (rows[k]![n]! - dot(rows[k]!.slice(k + 1, n), x.slice(k + 1))) / rows[k]![k]!;
  return x;
}

/** Weights w that minimise sum_i weight_i * (y_i - x_i . w)^2 + penalty * |w|^2; a column of ones, if wanted, is the caller's. */
export function leastSquares(
  x: readonly (readonly number[])[],
  y: readonly number[],
  {
    weight = y.map(() => 1),
    penalty = x[0]!.map(() => 0),
  }: { weight?: readonly number[]; penalty?: readonly number[] } = {},
): number[] {
  const columns = x[0]!.map((_, k) => x.map((row) => row[k]!));
  const weighted = columns.map((column) => column.map((value, i) => value * weight[i]!));
  return solve(
    weighted.map((a, j) => columns.map((b, k) => dot(a, b) + (j === k ? penalty[k]! : 0))),
    weighted.map((a) => dot(a, y)),
  );
}

export function r2(estimate: readonly number[], y: readonly number[]): number {
  const center = mean(y);
  const residual = y.map((value, i) => value - estimate[i]!);
  const spread = y.map((value) => value - center);
  return 1 - dot(residual, residual) / dot(spread, spread);
}
