/** @file The data that a model's `data` block binds, read into typed arrays. */
import { existsSync, statSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { CheckedModel, DataBinding, Port, SequenceForm } from "../check/model.js";
import {
  cellRows,
  characterWindows,
  classSequences,
  DataError,
  decodeUtf8,
  decompress,
  integerArray,
  integerColumns,
  labelArray,
  labelColumn,
  lineRows,
  numericArray,
  numericColumns,
  numberSequences,
  parseCsv,
  parseIdx,
  readNpy,
  readNpz,
  sentenceRows,
  slidingWindows,
  splitLast,
  splitRows,
  takeRows,
  type ItemRow,
  type Sequences,
  type Table,
} from "../data/index.js";
import { InputFault } from "./fault.js";
import { readBytes } from "../host/files.js";

export type Values = Float32Array | Int32Array | Sequences;
/** Rows of every port, by name. */
export interface Examples {
  readonly rows: number;
  readonly ports: Readonly<Record<string, Values>>;
}
export interface Dataset {
  readonly train: Examples;
  readonly validation: Examples | undefined;
  readonly test: Examples | undefined;
}
export interface DatasetOptions {
  /** Folder of the data files (default: the model's), or the one file that the model reads. */
  readonly data?: string;
  /** Use the first so many training examples. */
  readonly limit?: number;
  readonly seed: number;
}

const widthOf = (port: Port) => port.shape.reduce((size, extent) => size * extent, 1);

/** Files are read once, however many ports they serve. */
class Files {
  readonly #bytes = new Map<string, Promise<Uint8Array>>();
  readonly #tables = new Map<string, Promise<Table>>();
  constructor(readonly locate: (file: string) => string) {}

  bytes(file: string): Promise<Uint8Array> {
    const path = this.locate(file);
    let bytes = this.#bytes.get(path);
    if (!bytes) this.#bytes.set(path, (bytes = decompress(readBytes(path, "the data file"), path)));
    return bytes;
  }
  async text(file: string): Promise<string> {
    return decodeUtf8(await this.bytes(file), this.locate(file));
  }
  table(file: string): Promise<Table> {
    const path = this.locate(file);
    let table = this.#tables.get(path);
    if (!table) this.#tables.set(path, (table = this.text(file).then((text) => parseCsv(text, path))));
    return table;
  }
}

/** The items of each row as the port's elements. */
function readItems(port: Port, rows: readonly ItemRow[], form: SequenceForm): Sequences {
  const { element, shape, sequence } = port;
  const isNumber = element.kind === "f32" || element.kind === "int";
  if (!sequence || shape.length > 1 || isNumber !== (element.kind === "f32"))
    throw new InputFault(
      `${port.name} is read item by item, so its type must be class[..][t <= 40] or f32[t <= 40]`,
      sequence ? undefined : "one value per row is read from a CSV column",
    );
  const { longest } = sequence;
  if (isNumber) return numberSequences(rows, longest);
  const classes = element.kind === "class" ? (element.labels ?? element.size) : ["false", "true"];
  return classSequences(rows, classes, longest, form);
}

type CsvReader = DataBinding["reader"] & { readonly kind: "csv" };

async function readCsv(port: Port, reader: CsvReader, files: Files): Promise<Values> {
  const { file, columns = [port.name], window, shift } = reader;
  const table = await files.table(file);
  const { element } = port;
  if (port.sequence && columns.length === 1) return readItems(port, cellRows(table, columns[0]!, reader.by), reader);
  const width = columns.length;
  if (width * (window ?? 1) !== widthOf(port)) {
    const bound = `${width} column${width === 1 ? " is" : "s are"} bound to it`;
    throw new InputFault(
      `${port.name} takes ${widthOf(port)} values per example, but ${bound}${window === undefined ? "" : `, in windows of ${window} rows`}`,
    );
  }
  const values =
    element.kind === "f32"
      ? numericColumns(table, columns)
      : element.kind === "int"
        ? integerColumns(table, columns)
        : labelColumns(table, columns, element.kind === "class" ? (element.labels ?? element.size) : ["false", "true"]);
  return isSeries(reader) ? slidingWindows(values, width, window ?? 1, shift, files.locate(file)) : values;
}
/** Row-major. */
function labelColumns(table: Table, columns: readonly string[], classes: readonly string[] | number): Int32Array {
  const read = columns.map((column) => labelColumn(table, column, classes));
  const width = columns.length;
  return Int32Array.from({ length: table.lines.length * width }, (_, k) => read[k % width]![Math.floor(k / width)]!);
}
/** Whether rows follow each other in time. */
const isSeries = (reader: DataBinding["reader"]): boolean =>
  reader.kind === "csv" && (reader.window !== undefined || reader.shift > 0);

async function readText(port: Port, file: string, shift: number, files: Files): Promise<Values> {
  const { element, shape } = port;
  if (element.kind !== "class" || !element.labels || shape.length !== 1)
    throw new InputFault(`${port.name} is read as text, so its type must be class["a", "b", ..][length]`);
  const windows = characterWindows(await files.text(file), element.labels, shape[0]!, files.locate(file));
  return shift === 0 ? windows.inputs : windows.targets;
}

async function readBinding(port: Port, { reader }: DataBinding, files: Files): Promise<Values> {
  switch (reader.kind) {
    case "csv":
      return readCsv(port, reader, files);
    case "lines":
      return readItems(port, lineRows(await files.text(reader.file), reader.by, files.locate(reader.file)), reader);
    case "conllu":
      return readItems(
        port,
        sentenceRows(await files.text(reader.file), reader.field, files.locate(reader.file)),
        reader,
      );
    case "text":
      return readText(port, reader.file, reader.shift, files);
    case "idx":
    case "npy":
    case "npz": {
      const path = files.locate(reader.file);
      const bytes = await files.bytes(reader.file);
      const array =
        reader.kind === "npz"
          ? await readNpz(bytes, reader.array, path)
          : reader.kind === "idx"
            ? parseIdx(bytes, path)
            : readNpy(bytes, path);
      const { element } = port;
      if (element.kind === "f32") return numericArray(array, port.shape, path);
      if (element.kind === "int") return integerArray(array, port.shape, -(2 ** 31), 2 ** 31 - 1, path);
      return labelArray(array, element.kind === "class" ? element.size : 2, path, port.shape);
    }
  }
}

/** Arrays without lengths hold sequences of the largest length. */
function asSequences(port: Port, values: Values): Values {
  if (!port.sequence || "lengths" in values) return values;
  return { values, lengths: new Int32Array(values.length / widthOf(port)).fill(port.sequence.longest) };
}
/** Arrays of examples changed, with the lengths of sequences. */
function mapped(
  values: Values,
  width: number,
  change: <T extends Float32Array | Int32Array>(values: T, width: number) => T,
): Values {
  return "lengths" in values
    ? { values: change(values.values, width), lengths: change(values.lengths, 1) }
    : change(values, width);
}
/** Row-major, padding included. */
export const elementsOf = (values: Values): Float32Array | Int32Array => ("lengths" in values ? values.values : values);

export function take(examples: Examples, ports: readonly Port[], rows: Int32Array): Examples {
  const taken = ports.map(
    (port) =>
      [port.name, mapped(examples.ports[port.name]!, widthOf(port), (v, width) => takeRows(v, width, rows))] as const,
  );
  return { rows: rows.length, ports: Object.fromEntries(taken) };
}

/** The first `count` rows, in place. */
export function first(examples: Examples, ports: readonly Port[], count: number): Examples {
  if (count >= examples.rows) return examples;
  const cut = ports.map(
    (port) =>
      [
        port.name,
        mapped(examples.ports[port.name]!, widthOf(port), (v, width) => v.subarray(0, count * width) as typeof v),
      ] as const,
  );
  return { rows: count, ports: Object.fromEntries(cut) };
}

/** Where files are: beside the model, or where `option` says. */
function locator(
  modelFile: string,
  bindings: readonly DataBinding[],
  option: "--data" | "--input",
  data: string | undefined,
) {
  const folder = data ?? dirname(modelFile);
  let isFolder = true;
  if (data !== undefined) {
    const found = statSync(data, { throwIfNoEntry: false });
    if (!found) throw new InputFault(`cannot read ${option} ${data}: no such file or folder`);
    isFolder = found.isDirectory();
    if (!isFolder && new Set(bindings.map((binding) => binding.reader.file)).size > 1)
      throw new InputFault(
        `${option} ${data} is one file, but the model reads several`,
        "give the folder that holds them",
      );
  }
  return (file: string) => {
    if (!isFolder) return folder;
    const path = isAbsolute(file) ? file : join(folder, file);
    // Data sets are passed around compressed or not; both names find either.
    const other = path.endsWith(".gz") ? path.slice(0, -".gz".length) : `${path}.gz`;
    return !existsSync(path) && existsSync(other) ? other : path;
  };
}

/** Reads every port's values; all must have as many rows. */
async function readPart(
  ports: readonly Port[],
  bindings: readonly DataBinding[],
  files: Files,
  part: string,
): Promise<Examples> {
  const read: [string, Values][] = [];
  const counts: number[] = [];
  // Of a series there are as many examples as have all their values.
  const series = bindings.some(({ reader }) => isSeries(reader));
  for (const port of ports) {
    const binding = bindings.find((candidate) => candidate.port === port.name);
    if (!binding) throw new InputFault(`the data block binds no ${part}values to ${port.name}`);
    const values = asSequences(port, await readBinding(port, binding, files));
    const count = elementsOf(values).length / Math.max(1, widthOf(port));
    const [before = count] = counts;
    if (before !== count && !series)
      throw new DataError(`${port.name} has ${count} examples but ${ports[0]!.name} has ${before}`, {
        file: files.locate(binding.reader.file),
      });
    counts.push(count);
    read.push([port.name, values]);
  }
  const examples = { rows: Math.max(0, ...counts), ports: Object.fromEntries(read) };
  return first(examples, ports, Math.min(examples.rows, ...counts));
}

/** Reads the inputs alone (no targets), as the training part binds them, from `path` in place of the bound files. */
export async function loadInputs(model: CheckedModel, path: string): Promise<Examples> {
  const bindings = model.data.bindings.filter(
    ({ part, port }) => part === "train" && model.inputs.some((input) => input.name === port),
  );
  const files = new Files(locator(model.location.file.name, bindings, "--input", path));
  return readPart(model.inputs, bindings, files, "");
}

/** Reads what `model.data` binds. `ports` limits it to some (predict needs no targets). */
export async function loadDataset(model: CheckedModel, options: DatasetOptions): Promise<Dataset> {
  const ports = [...model.inputs, ...model.targets];
  const { bindings, testFraction, testLast } = model.data;
  if (bindings.length === 0)
    throw new InputFault(
      `${model.name} has no data block, so there is nothing to read`,
      `add one, such as: data { ${ports[0]!.name}: csv("file.csv") }`,
    );
  const files = new Files(locator(model.location.file.name, bindings, "--data", options.data));
  const part = async (name: DataBinding["part"]): Promise<Examples | undefined> => {
    const own = bindings.filter((binding) => binding.part === name);
    return own.length === 0 ? undefined : readPart(ports, own, files, name === "train" ? "" : `${name} `);
  };
  const all = await part("train");
  if (!all) throw new InputFault(`the data block of ${model.name} binds no training values`);
  let train = all;
  let test = await part("test");
  if (!test && testFraction > 0) {
    const split = testLast ? splitLast(all.rows, testFraction) : splitRows(all.rows, testFraction, options.seed);
    train = take(all, ports, split.train);
    test = take(all, ports, split.test);
  }
  if (options.limit !== undefined) train = first(train, ports, options.limit);
  return { train, validation: await part("validation"), test };
}
