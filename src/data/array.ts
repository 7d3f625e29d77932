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
 * Values for an input of `shape` per example: 32-bit floats [examples, ...shape].
 * Axes of size 1 do not count, and a flat input or file holds the elements of any shape in row-major order.
 * @throws DataError for another shape, no examples, NaN or infinity (with its row).
 */
export function numericArray(array: DataArray, shape: readonly number[], file?: string): Float32Array {
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
  const values = Float32Array.from(array.values);
  const bad = values.findIndex((value) => !Number.isFinite(value));
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
 * Class indexes, one per example.
 * @throws DataError if there is more than one number per example, or one is not a whole number in 0..classes-1.
 */
export function labelArray(array: DataArray, classes: number, file?: string): Int32Array {
  const examples = array.shape[0] ?? 0;
  if (array.values.length !== examples || array.shape.length === 0) {
    throw new DataError("labels need one number per example", {
      file,
      expected: "[examples]",
      found: shapeText(array.shape),
    });
  }
  if (examples === 0) throw new DataError("the file holds no labels", { file });
  const labels = new Int32Array(examples);
  array.values.forEach((value, row) => {
    if (!Number.isInteger(value) || value < 0 || value >= classes) {
      throw new DataError("the label is no class", {
        file,
        row: row + 1,
        expected: `a whole number from 0 to ${classes - 1}`,
        found: String(value),
      });
    }
    labels[row] = value;
  });
  return labels;
}
