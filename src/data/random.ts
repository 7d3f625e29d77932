/** @file Random numbers as a function of seed and counter: the same on every engine, in any order. */

/**
 * Avalanche of 32 bits: xor-shift and multiply, twice (constants: "lowbias32", Chris Wellons, hash-prospector).
 * A bijection; result in 0..2^32-1.
 */
export function hash32(value: number): number {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The draw number `counter` of the stream `seed`, uniform in [0, 1) with 32 bits. */
export function uniform(seed: number, counter: number): number {
  return hash32(hash32(seed) ^ hash32(counter + 0x9e3779b9)) / 2 ** 32;
}
