/** @file Operations that are no single instruction, by the name of the op, as straight-line code over a target's own operations. */
import { modulo, floorDivide, randomBits, sign } from "./math-lanes.js";
import type { DoubleFunction, LaneFunction } from "./math-ops.js";

export type { DoubleFunction, DoubleOps, LaneFunction, LaneOps } from "./math-ops.js";

/** On f32; `randomBits` on i32. Arguments are those of the op. */
export const laneFunctions: Readonly<Record<string, LaneFunction>> = { modulo, floorDivide, randomBits, sign };

/** On f64. */
export const doubleFunctions: Readonly<Record<string, DoubleFunction>> = {};
