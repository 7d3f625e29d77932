/** @file Logic, choice and conversion. */
import type { ScalarOp } from "../ir/types.js";
import { join, like, logical, truth } from "./rules.js";

const bits: readonly (readonly number[])[] = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

export const and: ScalarOp = {
  name: "and",
  arity: 2,
  type: logical,
  reference: (a, b) => truth(a !== 0 && b !== 0),
  cost: 1,
  samples: bits,
};

export const or: ScalarOp = {
  name: "or",
  arity: 2,
  type: logical,
  reference: (a, b) => truth(a !== 0 || b !== 0),
  cost: 1,
  samples: bits,
};

export const not: ScalarOp = {
  name: "not",
  arity: 1,
  type: logical,
  reference: (a) => truth(a === 0),
  cost: 1,
  samples: [[0], [1]],
};

/** `where(condition, a, b)`: a choice, so the branch not taken contributes exactly 0. */
export const where: ScalarOp = {
  name: "where",
  arity: 3,
  type: ([, a, b]) => join([a!, b!]),
  reference: (condition, a, b) => (condition !== 0 ? a! : b!),
  gradient: (graph, [condition, a, b], _out, seed) => [
    undefined,
    graph.apply(where, condition!, seed, like(graph, a!, 0)),
    graph.apply(where, condition!, like(graph, b!, 0), seed),
  ],
  cost: 1,
  samples: [
    [1, 2.5, -3],
    [0, 2.5, -3],
    [1, 0, Infinity],
  ],
};

/** As f32. */
export const number: ScalarOp = {
  name: "number",
  arity: 1,
  type: () => "f32",
  reference: (a) => a!,
  gradient: (_graph, _arguments, _out, seed) => [seed],
  cost: 1,
  samples: [[0], [1], [-7], [2.5]],
};

/** As i32, towards zero. */
export const integer: ScalarOp = {
  name: "integer",
  arity: 1,
  type: () => "i32",
  reference: (a) => a! | 0,
  cost: 1,
  samples: [[0], [1.75], [-1.75], [1000]],
};

/** The value without its gradient. */
export const detach: ScalarOp = {
  name: "detach",
  arity: 1,
  type: ([a]) => a!,
  reference: (a) => a!,
  cost: 0,
  samples: [[0], [-2.5]],
};
