/** @file Bytes before they have a format: gzip and UTF-8. */
import { DataError } from "./error.js";

/** Decompressed data above this many bytes is refused (a guard against decompression bombs). */
export const maximumBytes = 2 ** 31;
/** What fits in one string of V8, whatever its characters. */
const maximumText = 2 ** 29 - 24;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Decompresses with the web standard's DecompressionStream: gzip, or deflate without a header.
 * @throws DataError if the data is damaged, cut off, or larger than `limit` bytes when decompressed.
 */
export async function inflate(
  bytes: Uint8Array,
  format: "gzip" | "deflate-raw",
  file?: string,
  limit = maximumBytes,
): Promise<Uint8Array> {
  const source = new Blob([new Uint8Array(bytes)]).stream();
  const reader = source.pipeThrough(new DecompressionStream(format)).getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    let chunk: Uint8Array | undefined;
    try {
      chunk = (await reader.read()).value;
    } catch (error) {
      throw new DataError(`not valid ${format === "gzip" ? "gzip" : "deflated"} data`, {
        file,
        found: `${bytes.length} bytes that fail to decompress after ${length} (${(error as Error).message})`,
        help: "the file is damaged or was cut off: copy or download it again",
      });
    }
    if (!chunk) break;
    length += chunk.length;
    if (length > limit) {
      await reader.cancel();
      throw new DataError("too large when decompressed", { file, expected: `at most ${limit} bytes` });
    }
    chunks.push(chunk);
  }
  const result = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    result.set(chunk, offset);
    offset += chunk.length;
  }
  return result;
}

export const gunzip = (bytes: Uint8Array, file?: string, limit?: number): Promise<Uint8Array> =>
  inflate(bytes, "gzip", file, limit);

/** The bytes themselves, or what they decompress to if they start with gzip's magic bytes. */
export async function decompress(bytes: Uint8Array, file?: string): Promise<Uint8Array> {
  return isGzip(bytes) ? inflate(bytes, "gzip", file) : bytes;
}

/**
 * Text from UTF-8 bytes; a byte order mark is dropped.
 * @throws DataError with the line of the first byte that is not UTF-8, or for more than `limit` bytes.
 */
export function decodeUtf8(bytes: Uint8Array, file?: string, limit = maximumText): string {
  if (bytes.length > limit) {
    throw new DataError("the text is too long", {
      file,
      expected: `at most ${limit} bytes`,
      found: String(bytes.length),
      help: "split the file, or save its numbers as NPY",
    });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new DataError("not UTF-8 text", { file, line: firstBadLine(bytes), help: "save the file as UTF-8" });
  }
}

/** The first line, from 1, with a byte that is not UTF-8; no character of several bytes holds a line feed's. */
function firstBadLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  try {
    for (let start = 0, end; ; start = end + 1, line++) {
      end = bytes.indexOf(10, start);
      decoder.decode(bytes.subarray(start, end < 0 ? undefined : end));
      if (end < 0) return line;
    }
  } catch {
    return line;
  }
}
