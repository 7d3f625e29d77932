/** @file Seeded division of rows into a training and a test part, and taking rows out of arrays. */
import { uniform } from "./random.js";

/** Row indexes 0..count-1 in an order fixed by the seed (Fisher-Yates). */
export function permutation(count: number, seed: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniform(seed, i) * (i + 1));
    const moved = order[i]!;
    order[i] = order[j]!;
    order[j] = moved;
  }
  return order;
}

export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * Divides rows at random: `round(count * testFraction)` of them are for the test, both parts shuffled.
 * With a fraction above 0 and two rows or more, neither part is empty.
 * @throws RangeError if the fraction is not in [0, 1).
 */
export function splitRows(count: number, testFraction: number, seed: number): Split {
  if (!(testFraction >= 0 && testFraction < 1)) {
    throw new RangeError(`the test fraction ${testFraction} is not in [0, 1)`);
  }
  const order = permutation(count, seed);
  const tests = testRows(count, testFraction);
  return { test: order.slice(0, tests), train: order.slice(tests) };
}

function testRows(count: number, testFraction: number): number {
  const wanted = Math.round(count * testFraction);
  return testFraction === 0 ? 0 : Math.min(Math.max(wanted, count > 1 ? 1 : 0), Math.max(count - 1, 0));
}

/** Divides rows where they stand, the last of them for the test, as many as `splitRows` would take: for series. */
export function splitLast(count: number, testFraction: number): Split {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const train = count - testRows(count, testFraction);
  return { train: order.slice(0, train), test: order.slice(train) };
}

/** The given rows of a row-major array whose rows have `width` elements. */
export function takeRows<T extends Float32Array | Int32Array>(values: T, width: number, rows: Int32Array): T {
  const Values = values.constructor as new (length: number) => T;
  const result = new Values(rows.length * width);
  rows.forEach((row, i) => result.set(values.subarray(row * width, (row + 1) * width), i * width));
  return result;
}
