/** @file Rounding and whole-number division; flat almost everywhere, so their gradient is 0. */
import type { ScalarOp } from "../ir/types.js";
import { arithmetic, real } from "./rules.js";
import { multiply, negate } from "./arithmetic.js";

const numbers: readonly (readonly number[])[] = [[-2.5], [-1.2], [-0.5], [0], [0.5], [1.5], [2.75], [1e6]];
const quotients: readonly (readonly number[])[] = [
  [7, 3],
  [-7, 3],
  [7, -3],
  [6, 3],
  [0, 5],
  [5.5, 2.25],
  [-5.5, 2.25],
];

/** Whole numbers keep their type. */
const rounded = (types: Parameters<typeof arithmetic>[0]): ReturnType<typeof arithmetic> => arithmetic(types);

export const floor: ScalarOp = {
  name: "floor",
  arity: 1,
  type: rounded,
  reference: (a) => Math.floor(a!),
  cost: 1,
  samples: numbers,
};

export const ceil: ScalarOp = {
  name: "ceil",
  arity: 1,
  type: rounded,
  reference: (a) => Math.ceil(a!),
  cost: 1,
  samples: numbers,
};

function toEven(a: number): number {
  const below = Math.floor(a);
  const over = a - below;
  return over < 0.5 || (over === 0.5 && below % 2 === 0) ? below : below + 1;
}

/** To the nearest whole number, halves to even. */
export const round: ScalarOp = {
  name: "round",
  arity: 1,
  type: rounded,
  reference: (a) => toEven(a!),
  cost: 1,
  samples: numbers,
};

/** `a - b * floor(a / b)`: has the sign of b. */
export const modulo: ScalarOp = {
  name: "modulo",
  arity: 2,
  type: arithmetic,
  reference: (a, b) => a! - b! * Math.floor(a! / b!),
  gradient: (graph, [a, b], _out, seed) => [
    seed,
    graph.apply(negate, graph.apply(multiply, seed, graph.apply(floorDivide, a!, b!))),
  ],
  cost: 8,
  samples: quotients,
};

/** `floor(a / b)`. */
export const floorDivide: ScalarOp = {
  name: "floorDivide",
  arity: 2,
  type: (types) => (arithmetic(types) === "i32" ? "i32" : real(types)),
  reference: (a, b) => Math.floor(a! / b!),
  cost: 8,
  samples: quotients,
};
