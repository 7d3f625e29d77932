/** @file Pruning by magnitude: small weights become 0, and their masks with them. */
import { Floats } from "./floats.js";
import type { Memory } from "./memory.js";

/** Parameters whose elements compete: where each begins, where its mask begins, and how many elements it has. */
export type Pool = readonly (readonly [parameters: number, masks: number, length: number])[];

/**
 * Prunes the given part of each pool's elements, the smallest by absolute value; of equals, those that come first. What was pruned
 * before is 0 and so among the smallest.
 */
export function pruneSmallest({ parameters, masks }: Memory, sparsity: number, pools: readonly Pool[]): void {
  for (const pool of pools) {
    const sizes = new Floats(pool.reduce((sum, [, , length]) => sum + length, 0));
    let at = 0;
    for (const [from, , length] of pool) {
      for (let k = 0; k < length; k++) sizes[at++] = Math.abs(parameters[from + k]!);
    }
    const count = Math.round(sparsity * sizes.length);
    const sorted = sizes.slice().sort();
    const limit = count > 0 ? sorted[count - 1]! : -1;
    let equals = count - sorted.findIndex((size) => size === limit);
    at = 0;
    for (const [from, mask, length] of pool) {
      for (let k = 0; k < length; k++) {
        const size = sizes[at++]!;
        const pruned = size < limit || (size === limit && equals-- > 0);
        masks[mask + k] = pruned ? 0 : 1;
        if (pruned) parameters[from + k] = 0;
      }
    }
  }
}
