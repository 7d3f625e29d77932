/** @file Random numbers as a function of seed and counters, the same on every engine: as in the compiler's `ir/draws.ts`. */

/** Avalanche of 32 bits, a bijection: Wellons' `lowbias32`. */
export function mixBits(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}

/** Odd numbers near 2^32 / golden ratio and 2^32 / sqrt(2). */
export const rowStride = 0x9e3779b1;
export const elementStride = 0xb504f333;

/** The key of a draw site at a step, i32: `site` is the hash of the site's path. */
export function drawKey(seed: number, site: number, step: number): number {
  return mixBits((mixBits((mixBits(seed | 0) + site) | 0) + Math.imul(step, rowStride)) | 0);
}

/** `rows` in the order of one epoch: Fisher-Yates, each draw a function of seed, epoch and position. */
export function shuffled(rows: Int32Array, seed: number, epoch: number): Int32Array {
  const order = rows.slice();
  const shuffleSite = 0x5348464c;
  const key = drawKey(seed, shuffleSite, epoch);
  for (let k = order.length - 1; k > 0; k--) {
    const bits = mixBits((key + Math.imul(k, elementStride)) | 0) >>> 0;
    const other = Math.floor((bits / 2 ** 32) * (k + 1));
    const value = order[k]!;
    order[k] = order[other]!;
    order[other] = value;
  }
  return order;
}

/** The numbers 0 .. n - 1. */
export function upTo(n: number): Int32Array {
  const numbers = new Int32Array(n);
  for (let k = 0; k < n; k++) numbers[k] = k;
  return numbers;
}
