/** @file Zip archives (PKWARE's APPNOTE, with 64-bit sizes, without encryption): what is in them, and one file's bytes. */
import { inflate, maximumBytes } from "./bytes.js";
import { DataError, quote } from "./error.js";

export interface ZipEntry {
  readonly name: string;
  /** 0: as they are, 8: deflated. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly checksum: number;
  readonly packed: number;
  readonly size: number;
  /** Where its local header is. */
  readonly at: number;
}

const endSignature = 0x06054b50;
const directorySignature = 0x02014b50;
const localSignature = 0x04034b50;
const [longEndSignature, longEndLocatorSignature] = [0x06064b50, 0x07064b50];
const [endLength, longEndLength, longEndLocatorLength, directoryLength, localLength] = [22, 56, 20, 46, 30];
/** The extra field of 64-bit numbers. */
const longFields = 1;
/** Says that the number is in a 64-bit field. */
const elsewhere = 0xffffffff;

export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/**
 * The files of an archive, as its directory lists them.
 * @throws DataError for another format, a damaged or cut-off directory, or a name that occurs twice.
 */
export function zipEntries(bytes: Uint8Array, file?: string): readonly ZipEntry[] {
  const view = viewOf(bytes);
  const damaged = (found: string) => new DataError("the zip archive is damaged", { file, found });
  const end = endOf(view);
  if (end === undefined) {
    throw new DataError("not a zip archive", {
      file,
      found: isZip(bytes) ? "no directory at its end" : bytes.length === 0 ? "an empty file" : undefined,
      help: isZip(bytes) ? "the file is damaged or was cut off: copy or download it again" : undefined,
    });
  }
  const directory = directoryOf(view, end);
  if (!directory) throw damaged("no 64-bit record where its locator says");
  const { count } = directory;
  let { at } = directory;
  const entries = new Map<string, ZipEntry>();
  for (let k = 0; k < count; k++) {
    if (at + directoryLength > end || view.getUint32(at, true) !== directorySignature) {
      throw damaged(`${k} of ${count} entries in its directory`);
    }
    const field = (offset: number) => view.getUint32(at + offset, true);
    const start = at + directoryLength;
    const extra = start + view.getUint16(at + 28, true);
    const comment = extra + view.getUint16(at + 30, true);
    const next = comment + view.getUint16(at + 32, true);
    if (next > end) throw damaged("an entry that reaches beyond its directory");
    const name = new TextDecoder("utf-8").decode(bytes.subarray(start, extra));
    const long = longNumbers(view, extra, comment);
    const [size = 0, packed = 0, local = 0] = [24, 20, 42].map((offset) => {
      const number = field(offset) === elsewhere ? long.shift() : field(offset);
      if (number === undefined) throw damaged(`no 64-bit size of ${quote(name)}`);
      return number;
    });
    const entry = {
      name,
      method: view.getUint16(at + 10, true),
      isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
      checksum: field(16),
      packed,
      size,
      at: local,
    };
    if (entries.has(name)) throw damaged(`the name ${quote(name)} twice`);
    entries.set(name, entry);
    at = next;
  }
  return [...entries.values()];
}

/** Where the record at the archive's end begins; a comment of up to 65,535 bytes may follow it. */
function endOf(view: DataView): number | undefined {
  const least = Math.max(0, view.byteLength - endLength - 0xffff);
  for (let at = view.byteLength - endLength; at >= least; at--) {
    const fits = at + endLength + view.getUint16(at + 20, true) === view.byteLength;
    if (fits && view.getUint32(at, true) === endSignature) return at;
  }
  return undefined;
}

/** Where the directory begins and how many entries it has; undefined if the record that says it is not there. */
function directoryOf(view: DataView, end: number): { readonly at: number; readonly count: number } | undefined {
  const locator = end - longEndLocatorLength;
  if (locator < 0 || view.getUint32(locator, true) !== longEndLocatorSignature) {
    return { at: view.getUint32(end + 16, true), count: view.getUint16(end + 10, true) };
  }
  const longEnd = longAt(view, locator + 8);
  if (longEnd + longEndLength > locator || view.getUint32(longEnd, true) !== longEndSignature) return undefined;
  return { at: longAt(view, longEnd + 48), count: longAt(view, longEnd + 32) };
}

/** The 64-bit numbers in the extra fields between `start` and `end`: in order, those of the entry that are elsewhere. */
function longNumbers(view: DataView, start: number, end: number): number[] {
  for (let at = start, next = at; at + 4 <= end; at = next) {
    next = at + 4 + view.getUint16(at + 2, true);
    if (next > end) break;
    if (view.getUint16(at, true) !== longFields) continue;
    return Array.from({ length: Math.floor((next - at - 4) / 8) }, (_, k) => longAt(view, at + 4 + 8 * k));
  }
  return [];
}

/** Beyond 2^53 the number is not exact, and beyond every limit. */
const longAt = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

/**
 * A file's bytes.
 * @throws DataError if it is encrypted, packed in another way than deflate, larger than `limit` bytes, damaged, or not as long as the directory says.
 */
export async function readZipEntry(
  bytes: Uint8Array,
  entry: ZipEntry,
  file?: string,
  limit = maximumBytes,
): Promise<Uint8Array> {
  const { name, method, isEncrypted, packed, size, at, checksum } = entry;
  const wrong = (found: string, expected?: string) =>
    new DataError(`the archive's file ${quote(name)} cannot be read`, { file, expected, found });
  if (isEncrypted) throw wrong("an encrypted file");
  if (method !== 0 && method !== 8) throw wrong(`compression method ${method}`, "none or deflate");
  if (size > limit) throw wrong(`${size} bytes`, `at most ${limit}`);
  const view = viewOf(bytes);
  if (at + localLength > bytes.length || view.getUint32(at, true) !== localSignature) {
    throw wrong("no header where the directory says");
  }
  const start = at + localLength + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (start + packed > bytes.length) throw wrong("an end before its last byte");
  const content = bytes.subarray(start, start + packed);
  const result = method === 0 ? content : await inflate(content, "deflate-raw", file, size);
  if (result.length !== size) throw wrong(`${result.length} bytes`, String(size));
  if (crc32(result) !== checksum) throw wrong("bytes that do not fit their checksum");
  return result;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The cyclic redundancy check of ISO 3309, least significant bit first. */
export function crc32(bytes: Uint8Array): number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
    return rest;
  });
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ table[(sum ^ byte) & 255]!;
  return ~sum >>> 0;
}
