/** @file The scalar peak of this machine in this process: multiply-adds of a register tile on Float32Array, in GFLOP/s. */

/** C += A B for one 4 x 4 tile per call: 16 accumulators, the shape that V8 runs fastest. */
const text = `
"use strict";
return function tile(depth, a, b, c) {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0;
  let s10 = 0, s11 = 0, s12 = 0, s13 = 0;
  let s20 = 0, s21 = 0, s22 = 0, s23 = 0;
  for (let k = 0; k < depth; k++) {
    const p = k * 3;
    const q = k * 4;
    const a0 = a[p], a1 = a[p + 1], a2 = a[p + 2];
    const b0 = b[q], b1 = b[q + 1], b2 = b[q + 2], b3 = b[q + 3];
    s00 += a0 * b0; s01 += a0 * b1; s02 += a0 * b2; s03 += a0 * b3;
    s10 += a1 * b0; s11 += a1 * b1; s12 += a1 * b2; s13 += a1 * b3;
    s20 += a2 * b0; s21 += a2 * b1; s22 += a2 * b2; s23 += a2 * b3;
  }
  c[0] = s00; c[1] = s01; c[2] = s02; c[3] = s03;
  c[4] = s10; c[5] = s11; c[6] = s12; c[7] = s13;
  c[8] = s20; c[9] = s21; c[10] = s22; c[11] = s23;
};`;

/** Best of several runs of a tile that stays in the first-level cache; about 0.2 s in all. */
export function scalarPeak(): number {
  const depth = 512;
  const tile = new Function(text)() as (depth: number, a: Float32Array, b: Float32Array, c: Float32Array) => void;
  const a = new Float32Array(depth * 3).fill(0.5);
  const b = new Float32Array(depth * 4).fill(0.25);
  const c = new Float32Array(12);
  const calls = 2000;
  let best = 0;
  for (let round = 0; round < 12; round++) {
    const start = performance.now();
    for (let k = 0; k < calls; k++) tile(depth, a, b, c);
    const seconds = (performance.now() - start) / 1000;
    best = Math.max(best, (calls * depth * 24) / seconds / 1e9);
  }
  return best;
}
