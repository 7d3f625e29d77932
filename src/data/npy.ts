/** @file NPY files (NumPy's format, versions 1 to 3): read to row-major arrays; written for 32-bit floats and integers. */
import type { DataArray } from "./array.js";
import { elementCount, elementTypes, readElements, type ElementName, type NumberArray } from "./elements.js";
import { DataError, quote } from "./error.js";
import { isZip } from "./zip.js";

/** \x93NUMPY */
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Reads an NPY file; Fortran order is turned into row-major order.
 * @throws DataError for another format, elements that are no numbers, a damaged header, missing or extra bytes.
 */
export function readNpy(bytes: Uint8Array, file?: string): DataArray {
  const header = readHeader(bytes, file);
  const description = headerField(header.text, "descr", /'([^']*)'|\[/, file);
  const fortran = headerField(header.text, "fortran_order", /(True|False)\b/, file) === "True";
  const shapeText = headerField(header.text, "shape", /\(([\d\s,]*)\)/, file);
  const type = description.slice(-2);
  if (!isElementName(type)) {
    throw new DataError("the elements are no numbers of a known type", {
      file,
      expected: `one of ${Object.keys(elementTypes).join(" ")}`,
      found: description === "[" ? "records" : quote(description),
      help: 'convert the array in NumPy: array.astype("float32")',
    });
  }
  const shape = (shapeText.match(/\d+/g) ?? []).map(Number);
  const little = !description.startsWith(">");
  const values = readElements("NPY", type, shape, bytes.subarray(header.end), little, file);
  if (type === "i8" || type === "u8") {
    const inexact = values.findIndex((value) => !Number.isSafeInteger(value));
    if (inexact >= 0) {
      throw new DataError("a 64-bit integer is beyond 2^53", { file, found: String(values[inexact]) });
    }
  }
  return { shape, values: fortran && shape.length > 1 ? rowMajor(values, shape) : values };
}

function isElementName(name: string): name is ElementName {
  return Object.hasOwn(elementTypes, name);
}

function readHeader(bytes: Uint8Array, file: string | undefined): { text: string; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6] ?? 0;
  if (!magic.every((byte, i) => bytes[i] === byte) || version < 1 || version > 3) {
    throw new DataError("not an NPY file of version 1 to 3", {
      file,
      found: bytes.length === 0 ? "an empty file" : undefined,
      help: isZip(bytes) ? `this is an NPZ archive: read one of its arrays, npz("file.npz", "name")` : undefined,
    });
  }
  // Version 1 counts the header in 2 bytes, later ones in 4.
  const start = version === 1 ? 10 : 12;
  const end =
    bytes.length < start ? Infinity : start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > bytes.length) {
    throw new DataError("the NPY header is cut off", { file, found: `${bytes.length} bytes` });
  }
  return { text: new TextDecoder("utf-8").decode(bytes.subarray(start, end)), end };
}

/** The value of a key of the header, a Python dictionary such as {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }. */
function headerField(text: string, key: string, value: RegExp, file: string | undefined): string {
  const match = new RegExp(`'${key}'\\s*:\\s*(?:${value.source})`).exec(text);
  if (!match)
    throw new DataError("the NPY header is damaged", { file, expected: `'${key}'`, found: quote(text.trim()) });
  return match[1] ?? "[";
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
