/** @file Every scalar operation, by name and as a list. */
import type { ScalarOp } from "../ir/types.js";
import { abs, add, divide, maximum, minimum, multiply, negate, power, sign, sqrt, subtract } from "./arithmetic.js";
import { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./comparison.js";
import { exp, expm1, log, log1p } from "./exponential.js";
import { and, detach, integer, not, number, or, where } from "./logic.js";
import { randomBits } from "./random.js";
import { ceil, floor, floorDivide, modulo, round } from "./rounding.js";
import { cos, erf, inverseErf, sin, tanh } from "./trigonometric.js";

export { abs, add, divide, maximum, minimum, multiply, negate, power, sign, sqrt, subtract };
export { equal, greater, greaterEqual, less, lessEqual, notEqual };
export { exp, expm1, log, log1p };
export { factorsOf } from "./factors.js";
export { and, detach, integer, not, number, or, where };
export { randomBits };
export { ceil, floor, floorDivide, modulo, round };
export { cos, erf, inverseErf, sin, tanh };

// prettier-ignore
export const allOps: readonly ScalarOp[] = [
  add, subtract, multiply, divide, negate, power, maximum, minimum, abs, sign, sqrt,
  exp, log, log1p, expm1,
  sin, cos, tanh, erf, inverseErf,
  floor, ceil, round, modulo, floorDivide,
  equal, notEqual, less, lessEqual, greater, greaterEqual,
  and, or, not, where, number, integer, detach,
  randomBits,
];
