/** @file Arrays as IDX and NPY files hold them, and their binding to what a model reads. */
import { elementCount, type NumberArray } from "./elements.js";
import { DataError } from "./error.js";

/** Row-major values; the first axis counts examples. */
export interface DataArray {
  readonly shape: readonly number[];
  readonly values: NumberArray;
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/**
 * How many examples an array holds for an input of `shape` per example. Axes of size 1 do not count, and a flat
 * input or file holds the elements of any shape in row-major order.
 * @throws DataError for another shape, or no examples.
 */
function countExamples(array: DataArray, shape: readonly number[], file: string | undefined): number {
  const [examples = 0, ...found] = array.shape;
  const wanted = shape.filter((size) => size !== 1);
  const given = found.filter((size) => size !== 1);
  const sameElements = elementCount(wanted) === elementCount(given);
  const sameAxes = wanted.length === given.length && wanted.every((size, axis) => size === given[axis]);
  if (array.shape.length === 0 || !(sameAxes || (sameElements && (wanted.length === 1 || given.length === 1)))) {
    throw new DataError("the examples have the wrong shape", {
      file,
      expected: `[examples${shape.map((size) => `, ${size}`).join("")}]`,
      found: shapeText(array.shape),
    });
  }
  if (examples === 0) throw new DataError("the file holds no examples", { file, found: shapeText(array.shape) });
  return examples;
}

/**
 * 32-bit floats [examples, ...shape].
 * @throws DataError for another shape, no examples, NaN or infinity (with its row).
 */
export function numericArray(array: DataArray, shape: readonly number[], file?: string): Float32Array {
  const examples = countExamples(array, shape, file);
  const values = new Float32Array(array.values);
  const fractional = array.values instanceof Float32Array || array.values instanceof Float64Array;
  const bad = fractional ? values.findIndex((value) => !Number.isFinite(value)) : -1;
  if (bad >= 0) {
    throw new DataError("not a finite number", {
      file,
      row: Math.floor(bad / (values.length / examples)) + 1,
      found: String(array.values[bad]),
    });
  }
  return values;
}

/**
 * Whole numbers [examples, ...shape] from `low` to `high`.
 * @throws DataError for another shape, no examples, or a value that is not in the range or not whole (with its row).
 */
export function integerArray(
  array: DataArray,
  shape: readonly number[],
  low: number,
  high: number,
  file?: string,
): Int32Array {
  const examples = countExamples(array, shape, file);
  const bad = array.values.findIndex((value) => !Number.isInteger(value) || value < low || value > high);
  if (bad >= 0) {
    throw new DataError("the value is out of range", {
      file,
      row: Math.floor(bad / (array.values.length / examples)) + 1,
      expected: `a whole number from ${low} to ${high}`,
      found: String(array.values[bad]),
    });
  }
  return Int32Array.from(array.values);
}

/** Class indexes from 0 to classes - 1, [examples] unless `shape` says otherwise; errors as `integerArray`. */
export function labelArray(
  array: DataArray,
  classes: number,
  file?: string,
  shape: readonly number[] = [],
): Int32Array {
  return integerArray(array, shape, 0, classes - 1, file);
}
