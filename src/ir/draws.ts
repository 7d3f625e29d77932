/** @file The counter-based generator: a draw is a hash of key, row and element, so threads and batch splits never enter. */

/**
 * A permutation of the 32-bit numbers in which every input bit flips every output bit about half of the time: Wellons'
 * `lowbias32` (https://nullprogram.com/blog/2018/07/31/). Only i32 operations, so that every target gives the same bits.
 */
export function mixBits(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}

/** Odd numbers near 2^32 / golden ratio and 2^32 / sqrt(2): they spread neighbouring rows and elements. */
const rowStride = 0x9e3779b1;
const elementStride = 0xb504f333;

/** 24 random bits: `mix(mix(key + row * r) + element * e) >>> 8`, r and e odd. */
export function hashBits(key: number, row: number, element: number): number {
  const ofRow = mixBits((key + Math.imul(row, rowStride)) | 0);
  return mixBits((ofRow + Math.imul(element, elementStride)) | 0) >>> 8;
}

/** The key of a draw site at a step, i32: `site` is the hash of the site's path. */
export function drawKey(seed: number, site: number, step: number): number {
  return mixBits((mixBits((mixBits(seed | 0) + site) | 0) + Math.imul(step, rowStride)) | 0);
}

/** i32 hash of a text: FNV-1a over its UTF-16 units, then mixed. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let k = 0; k < text.length; k++) hash = Math.imul(hash ^ text.charCodeAt(k), 0x01000193);
  return mixBits(hash);
}
