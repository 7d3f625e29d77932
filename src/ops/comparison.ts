/** @file Comparisons: bool, with zero gradient. */
import type { ScalarOp } from "../ir/types.js";
import { logical, truth } from "./rules.js";

const pairs: readonly (readonly number[])[] = [
  [1, 2],
  [2, 1],
  [2, 2],
  [0, -0],
  [-1.5, 3.25],
];

function comparison(name: string, holds: (a: number, b: number) => boolean): ScalarOp {
  return { name, arity: 2, type: logical, reference: (a, b) => truth(holds(a!, b!)), cost: 1, samples: pairs };
}

export const equal = comparison("equal", (a, b) => a === b);
export const notEqual = comparison("notEqual", (a, b) => a !== b);
export const less = comparison("less", (a, b) => a < b);
export const lessEqual = comparison("lessEqual", (a, b) => a <= b);
export const greater = comparison("greater", (a, b) => a > b);
export const greaterEqual = comparison("greaterEqual", (a, b) => a >= b);
