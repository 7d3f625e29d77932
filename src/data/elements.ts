/** @file The number types of binary array files, by NumPy's kind and size, and how to read a run of them. */
import { DataError } from "./error.js";

export type NumberArray =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** A type of file elements: its size in the file, the array that holds its values, one value's reading. */
interface ElementType {
  readonly bytes: number;
  readonly create: (count: number) => NumberArray;
  readonly read: (view: DataView, offset: number, little: boolean) => number;
}

export type ElementName = "b1" | "u1" | "i1" | "u2" | "i2" | "u4" | "i4" | "u8" | "i8" | "f2" | "f4" | "f8";

const u1: ElementType = { bytes: 1, create: (n) => new Uint8Array(n), read: (view, at) => view.getUint8(at) };

/** 64-bit integers become doubles, which are exact up to 2^53. */
export const elementTypes: Readonly<Record<ElementName, ElementType>> = {
  b1: { ...u1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
  u1,
  i1: { bytes: 1, create: (n) => new Int8Array(n), read: (view, at) => view.getInt8(at) },
  u2: { bytes: 2, create: (n) => new Uint16Array(n), read: (view, at, little) => view.getUint16(at, little) },
  i2: { bytes: 2, create: (n) => new Int16Array(n), read: (view, at, little) => view.getInt16(at, little) },
  u4: { bytes: 4, create: (n) => new Uint32Array(n), read: (view, at, little) => view.getUint32(at, little) },
  i4: { bytes: 4, create: (n) => new Int32Array(n), read: (view, at, little) => view.getInt32(at, little) },
  u8: {
    bytes: 8,
    create: (n) => new Float64Array(n),
    read: (view, at, little) => Number(view.getBigUint64(at, little)),
  },
  i8: {
    bytes: 8,
    create: (n) => new Float64Array(n),
    read: (view, at, little) => Number(view.getBigInt64(at, little)),
  },
  f2: { bytes: 2, create: (n) => new Float32Array(n), read: (view, at, little) => half(view.getUint16(at, little)) },
  f4: { bytes: 4, create: (n) => new Float32Array(n), read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, create: (n) => new Float64Array(n), read: (view, at, little) => view.getFloat64(at, little) },
};

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/**
 * Copies the elements of a file of the given format out of `bytes`, all that follows its header.
 * @throws DataError if there are fewer or more bytes than the shape needs; nothing is allocated before that check.
 */
export function readElements(
  format: string,
  name: ElementName,
  shape: readonly number[],
  bytes: Uint8Array,
  little: boolean,
  file: string | undefined,
): NumberArray {
  const type = elementTypes[name];
  const count = elementCount(shape);
  const length = count * type.bytes;
  if (bytes.length !== length) {
    const size = `${name} elements of shape [${shape.join(", ")}]`;
    throw new DataError(`the ${format} file is ${bytes.length > length ? "longer" : "shorter"} than its header says`, {
      file,
      expected: Number.isNaN(length) ? size : `${length} bytes for ${size}`,
      found: `${bytes.length} bytes after the header`,
      help: "the file is damaged or was cut off: copy or download it again",
    });
  }
  const values = type.create(count);
  if (name === "u1" || name === "i1") {
    values.set(bytes);
    return values;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i++) values[i] = type.read(view, i * type.bytes, little);
  return values;
}

/** Number of elements of a shape; NaN if it is beyond what a double counts exactly. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  return Number.isSafeInteger(count) ? count : NaN;
}
