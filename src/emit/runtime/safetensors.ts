/** @file The safetensors format: a JSON header of names, types, shapes and offsets, then the bytes. */
import { NetWeightsError } from "./errors.js";

declare const TextDecoder: new (label: string, options: { fatal: boolean }) => { decode(bytes: Uint8Array): string };
declare const TextEncoder: new () => { encode(text: string): Uint8Array };

export interface FileTensor {
  readonly type: string;
  readonly shape: readonly number[];
  /** The elements, little-endian. */
  readonly bytes: Uint8Array;
}
export interface WeightsFile {
  readonly tensors: ReadonlyMap<string, FileTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The bytes of a typed array. */
export function bytesOf(values: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

export function writeSafetensors({ tensors, metadata }: WeightsFile): Uint8Array<ArrayBuffer> {
  const entries: string[] = [`"__metadata__":${JSON.stringify(Object.fromEntries(metadata))}`];
  let end = 0;
  for (const [name, { type, shape, bytes }] of tensors) {
    const offsets = [end, (end += bytes.length)];
    entries.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: type, shape, data_offsets: offsets })}`);
  }
  const header = new TextEncoder().encode(`{${entries.join(",")}}`);
  const padded = Math.ceil(header.length / 8) * 8;
  const file = new Uint8Array(8 + padded + end).fill(0x20, 8, 8 + padded);
  new DataView(file.buffer).setUint32(0, padded, true);
  file.set(header, 8);
  let at = 8 + padded;
  for (const { bytes } of tensors.values()) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

function damaged(what: string): NetWeightsError {
  return new NetWeightsError(`not a valid safetensors file: ${what}`);
}
function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function areCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** The format's own limit. */
const maximumHeader = 1e8;
/** The format's types but for BOOL; the first number in a name is how many bits an element has. */
const numberType = /^(?:[IU](?:8|16|32|64)|B?F16|F32|F64|C64|F4|F[68]_E\dM\d(?:FNUZ)?)$/;
const bitsOf = (type: string): number => (type === "BOOL" ? 8 : numberType.test(type) ? Number(/\d+/.exec(type)) : NaN);

/** Checks everything that the format promises; the tensors' bytes are views of `file`. Throws NetWeightsError. */
export function readSafetensors(file: Uint8Array): WeightsFile {
  if (!(file instanceof Uint8Array)) throw damaged("expected a Uint8Array");
  if (file.length < 8) throw damaged(`it has ${file.length} bytes`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > file.length - 8) throw damaged("it is cut short, or its header length is wrong");
  if (headerLength > maximumHeader) throw damaged(`its header has more than ${maximumHeader} bytes`);
  if (file[8] !== 0x7b) throw damaged("its header does not begin with {");
  let header: unknown;
  try {
    // A copy: browsers decode no shared memory.
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file.slice(8, 8 + headerLength)));
  } catch {
    throw damaged("its header is not JSON");
  }
  if (!isRecord(header)) throw damaged("its header is not an object");
  const data = file.subarray(8 + headerLength);
  const metadata = new Map<string, string>();
  const tensors = new Map<string, FileTensor>();
  const ranges: (readonly [number, number, string])[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (!isRecord(entry)) throw damaged(`the entry of ${JSON.stringify(name)} is not an object`);
    if (name === "__metadata__") {
      for (const [key, value] of Object.entries(entry)) {
        if (typeof value !== "string") throw damaged(`the metadata ${JSON.stringify(key)} is not text`);
        metadata.set(key, value);
      }
      continue;
    }
    const type = entry["dtype"];
    const shape = entry["shape"];
    const offsets = entry["data_offsets"];
    if (typeof type !== "string" || !areCounts(shape) || !areCounts(offsets) || offsets.length !== 2) {
      throw damaged(`the entry of ${JSON.stringify(name)} lacks type, shape or offsets`);
    }
    const [from = 0, to = 0] = offsets;
    if (from > to || to > data.length) {
      throw damaged(`${JSON.stringify(name)} has bytes ${from} to ${to} of ${data.length}: it is cut short, or wrong`);
    }
    if (shape.reduce((bits, extent) => bits * extent, bitsOf(type)) !== 8 * (to - from)) {
      throw damaged(`${JSON.stringify(name)}, ${type} [${shape.join(", ")}], cannot have ${to - from} bytes`);
    }
    tensors.set(name, { type, shape, bytes: data.subarray(from, to) });
    ranges.push([from, to, name]);
  }
  ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let end = 0;
  for (const [from, to, name] of ranges) {
    if (from !== end) throw damaged(`the bytes of ${JSON.stringify(name)} overlap others or leave a gap`);
    end = to;
  }
  if (end !== data.length) throw damaged(`${data.length - end} bytes belong to no tensor`);
  return { tensors, metadata };
}
