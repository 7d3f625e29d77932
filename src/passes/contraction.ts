/** @file The contraction scheduler: which output indices form the register tile of a nest. */
import type { Axis } from "../ir/types.js";
import type { LoopAxis } from "./access.js";
import type { Nest } from "./nest.js";

export function chooseTiles(_nest: Nest, _loops: readonly LoopAxis[], _batch: number): ReadonlyMap<Axis, number> {
  return new Map();
}
