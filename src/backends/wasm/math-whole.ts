/** @file Signs, whole quotients and random bits, which are exact. */
import type { Float } from "./math-format.js";
import type { LaneOps } from "./math-ops.js";

/** -1, 0 or 1; NaN and -0 stay what they are. */
export function sign<V>({ ops, number }: Float<V>, x: V): V {
  return ops.choose(ops.less(number(0), ops.abs(x)), ops.copySign(number(1), x), x);
}

/** To the nearest whole number, halves to even. */
export function round<V>({ ops }: Float<V>, x: V): V {
  return ops.nearest(x);
}

export function floorDivide<V>({ ops }: Float<V>, a: V, b: V): V {
  return ops.floor(ops.divide(a, b));
}

/** `a - b * floor(a / b)`. */
export function modulo<V>(float: Float<V>, a: V, b: V): V {
  const { ops } = float;
  return ops.subtract(a, ops.multiply(b, floorDivide(float, a, b)));
}

/** As `mixBits` of `ir/draws.ts`. */
function mixBits<V>(ops: LaneOps<V>, x: V): V {
  x = ops.multiplyInt(ops.xorBits(x, ops.shiftRightLogical(x, 16)), ops.i32(0x7feb352d));
  x = ops.multiplyInt(ops.xorBits(x, ops.shiftRightLogical(x, 15)), ops.i32(0x846ca68b | 0));
  return ops.xorBits(x, ops.shiftRightLogical(x, 16));
}

/** As `hashBits` of `ir/draws.ts`, to the bit; all i32. */
export function randomBits<V>(ops: LaneOps<V>, key: V, row: V, element: V): V {
  const ofRow = mixBits(ops, ops.addInt(key, ops.multiplyInt(row, ops.i32(0x9e3779b1 | 0))));
  const bits = mixBits(ops, ops.addInt(ofRow, ops.multiplyInt(element, ops.i32(0xb504f333 | 0))));
  return ops.shiftRightLogical(bits, 8);
}
