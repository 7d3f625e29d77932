/** @file Windows over the rows of a series: what a forecast reads, and what it is compared with. */
import { DataError } from "./error.js";

/**
 * Example i is rows i + shift to i + shift + window - 1 of row-major `values`, whose rows have `width` elements: as many examples as
 * there are such rows.
 * @throws DataError if there are none.
 */
export function slidingWindows<T extends Float32Array | Int32Array>(
  values: T,
  width: number,
  window: number,
  shift: number,
  file?: string,
): T {
  const rows = values.length / width;
  const count = rows - shift - window + 1;
  if (count < 1) {
    throw new DataError("the series is too short", { file, expected: `${shift + window} rows`, found: String(rows) });
  }
  const Values = values.constructor as new (length: number) => T;
  const result = new Values(count * window * width);
  for (let i = 0; i < count; i++) {
    result.set(values.subarray((i + shift) * width, (i + shift + window) * width), i * window * width);
  }
  return result;
}
