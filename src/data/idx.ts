/** @file IDX files, the format of MNIST: big-endian magic 0 0 type rank, one uint32 per axis, elements row-major. */
import type { DataArray } from "./array.js";
import { decompress } from "./bytes.js";
import { elementCount, readElements, type ElementName } from "./elements.js";
import { DataError } from "./error.js";

const typeNames: ReadonlyMap<number, ElementName> = new Map([
  [0x08, "u1"],
  [0x09, "i1"],
  [0x0b, "i2"],
  [0x0c, "i4"],
  [0x0d, "f4"],
  [0x0e, "f8"],
]);

/**
 * Reads an IDX file, compressed with gzip or not.
 * @throws DataError for another format, or fewer or more bytes than the header promises.
 */
export async function readIdx(bytes: Uint8Array, file?: string): Promise<DataArray> {
  return parseIdx(await decompress(bytes, file), file);
}

/** Reads uncompressed IDX data; see `readIdx`. */
export function parseIdx(bytes: Uint8Array, file?: string): DataArray {
  const type = typeNames.get(bytes[2] ?? 0);
  const rank = bytes[3] ?? 0;
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || !type || rank === 0) {
    const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw new DataError("not an IDX file", {
      file,
      expected: "the bytes 00 00, an element type (08 09 0b 0c 0d 0e) and the number of axes",
      found: bytes.length === 0 ? "an empty file" : start,
    });
  }
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) {
    throw new DataError("the IDX header is cut off", {
      file,
      expected: `${headerBytes} bytes for ${rank} axes`,
      found: `${bytes.length} bytes`,
      help: "the file was cut off: copy or download it again",
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  return { shape, values: readElements("IDX", type, shape, bytes.subarray(headerBytes), false, file) };
}

/** Writes unsigned bytes of the given shape as an IDX file. */
export function writeIdx(shape: readonly number[], values: Uint8Array): Uint8Array {
  if (shape.length === 0 || shape.length > 255 || elementCount(shape) !== values.length) {
    throw new RangeError(`${values.length} values do not fill the shape [${shape.join(", ")}]`);
  }
  const headerBytes = 4 + 4 * shape.length;
  const bytes = new Uint8Array(headerBytes + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(2, 0x08);
  view.setUint8(3, shape.length);
  shape.forEach((size, axis) => view.setUint32(4 + 4 * axis, size));
  bytes.set(values, headerBytes);
  return bytes;
}
