/** @file NPY files (NumPy's format, versions 1 to 3): read to row-major arrays; written for 32-bit floats and integers. */
import type { DataArray } from "./array.js";
import { elementCount, elementTypes, readElements, type ElementName, type NumberArray } from "./elements.js";
import { DataError, quote } from "./error.js";
import { isZip } from "./zip.js";

/** \x93NUMPY */
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** NumPy's own limit, and as much as a header of version 1 can hold. */
const [mostAxes, mostHeaderBytes] = [64, 0xffff];

/**
 * Reads an NPY file; Fortran order is turned into row-major order.
 * @throws DataError for another format, elements that are no numbers, a damaged header, missing or extra bytes.
 */
export function readNpy(bytes: Uint8Array, file?: string): DataArray {
  const header = readHeader(bytes, file);
  const { description, isFortran, shape } = parseHeader(header.text, file);
  const [, order, type = ""] = /^([<>=|]?)(\w\d+)$/.exec(description) ?? [];
  if (!isElementName(type)) {
    throw new DataError("the elements are no numbers of a known type", {
      file,
      expected: `one of ${Object.keys(elementTypes).join(" ")}`,
      found: description === "[" ? "records" : quote(description),
      help: 'convert the array in NumPy: array.astype("float32")',
    });
  }
  if (shape.length > mostAxes) {
    throw new DataError("the array has too many axes", {
      file,
      expected: `at most ${mostAxes}`,
      found: `${shape.length}`,
    });
  }
  const values = readElements("NPY", type, shape, bytes.subarray(header.end), order !== ">", file);
  if (type === "i8" || type === "u8") {
    const inexact = values.findIndex((value) => !Number.isSafeInteger(value));
    if (inexact >= 0) {
      throw new DataError("a 64-bit integer is beyond 2^53", { file, found: String(values[inexact]) });
    }
  }
  return { shape, values: isFortran && shape.length > 1 ? rowMajor(values, shape) : values };
}

function isElementName(name: string): name is ElementName {
  return Object.hasOwn(elementTypes, name);
}

function readHeader(bytes: Uint8Array, file: string | undefined): { text: string; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [major = 0, minor = 0] = bytes.subarray(6);
  if (!magic.every((byte, i) => bytes[i] === byte) || major < 1 || major > 3 || minor !== 0) {
    throw new DataError("not an NPY file of version 1 to 3", {
      file,
      found: bytes.length === 0 ? "an empty file" : undefined,
      help: isZip(bytes) ? `this is an NPZ archive: read one of its arrays, npz("file.npz", "name")` : undefined,
    });
  }
  // Version 1 counts the header in 2 bytes, later ones in 4.
  const start = major === 1 ? 10 : 12;
  const end =
    bytes.length < start ? Infinity : start + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > bytes.length) {
    throw new DataError("the NPY header is cut off", { file, found: `${bytes.length} bytes` });
  }
  if (end - start > mostHeaderBytes) {
    throw new DataError("the NPY header is too long", {
      file,
      expected: `at most ${mostHeaderBytes} bytes`,
      found: String(end - start),
    });
  }
  return { text: new TextDecoder("utf-8").decode(bytes.subarray(start, end)), end };
}

/** One entry of the header's dictionary; a list is a description of records. */
const entry =
  /(['"])(descr|fortran_order|shape)\1\s*:\s*((?:'[^']*'|"[^"]*"|True|False|\([\dL,\s]*\))(?=\s*[,}])|\[)\s*,?/g;
/** What the header says of each key. Sizes may end in `L`, as Python 2 wrote them. */
const keys = {
  descr: /^['"](.*)['"]$|^\[/,
  fortran_order: /^(True|False)$/,
  shape: /^\(((?:\s*\d+L?\s*,)*(?:\s*\d+L?)?\s*)\)$/,
} as const;

/** Reads a header, a Python dictionary such as {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }. */
function parseHeader(text: string, file: string | undefined) {
  const values = new Map<string, string>();
  let entries = 0;
  const rest = text.replace(entry, (_, __, key: string, value: string) => {
    values.set(key, value);
    entries++;
    return "";
  });
  const damaged = (expected: string) =>
    new DataError("the NPY header is damaged", { file, expected, found: quote(text.trim()) });
  const field = (key: keyof typeof keys): string => {
    const match = keys[key].exec(values.get(key) ?? "");
    if (!match) throw damaged(`'${key}'`);
    return match[1] ?? "[";
  };
  const description = field("descr");
  const isFortran = field("fortran_order") === "True";
  const shape = (field("shape").match(/\d+/g) ?? []).map(Number);
  if (description !== "[" && (entries !== 3 || !/^\s*\{\s*\}\s*$/.test(rest))) {
    throw damaged("a dictionary of 'descr', 'fortran_order' and 'shape'");
  }
  return { description, isFortran, shape };
}

/** From Fortran order, where the first axis varies fastest, to row-major order. */
function rowMajor(values: NumberArray, shape: readonly number[]): NumberArray {
  const result = values.slice();
  const index = shape.map(() => 0);
  for (const value of values) {
    let offset = 0;
    for (let axis = 0; axis < shape.length; axis++) offset = offset * shape[axis]! + index[axis]!;
    result[offset] = value;
    for (let axis = 0; axis < shape.length && ++index[axis]! === shape[axis]; axis++) index[axis] = 0;
  }
  return result;
}

/** Writes an array as an NPY file of version 1, little endian, row-major. */
export function writeNpy(shape: readonly number[], values: Float32Array | Int32Array): Uint8Array {
  if (elementCount(shape) !== values.length) {
    throw new RangeError(`${values.length} values do not fill the shape [${shape.join(", ")}]`);
  }
  const floats = values instanceof Float32Array;
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '<${floats ? "f4" : "i4"}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  // The elements start at a multiple of 64 bytes; the header ends with a line feed.
  const start = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start + 4 * values.length);
  const view = new DataView(bytes.buffer);
  bytes.set([...magic, 1, 0]);
  view.setUint16(8, start - 10, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(start - 11)}\n`), 10);
  values.forEach((value, i) => {
    if (floats) view.setFloat32(start + 4 * i, value, true);
    else view.setInt32(start + 4 * i, value, true);
  });
  return bytes;
}
