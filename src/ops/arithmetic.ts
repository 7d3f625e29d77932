/** @file The four operations, powers, extremes and signs. */
import type { Expr, ExpressionBuilder, ScalarOp } from "../ir/types.js";
import { greater, equal } from "./comparison.js";
import { where } from "./logic.js";
import { arithmetic, like, real } from "./rules.js";

const pairs: readonly (readonly number[])[] = [
  [1.5, 2.25],
  [-3, 0.5],
  [0, -1.25],
  [4, -4],
  [1e3, 1e-3],
];

/** `product`, but exactly 0 where the seed is 0: an infinite partial derivative does not leak through an untaken branch. */
export function guarded(graph: ExpressionBuilder, seed: Expr, product: Expr): Expr {
  const zero = like(graph, seed, 0);
  return graph.apply(where, graph.apply(equal, seed, zero), zero, product);
}

export const add: ScalarOp = {
  name: "add",
  arity: 2,
  type: arithmetic,
  reference: (a, b) => a! + b!,
  gradient: (_graph, _arguments, _out, seed) => [seed, seed],
  cost: 1,
  samples: pairs,
};

export const subtract: ScalarOp = {
  name: "subtract",
  arity: 2,
  type: arithmetic,
  reference: (a, b) => a! - b!,
  gradient: (graph, _arguments, _out, seed) => [seed, graph.apply(negate, seed)],
  cost: 1,
  samples: pairs,
};

export const multiply: ScalarOp = {
  name: "multiply",
  arity: 2,
  type: arithmetic,
  reference: (a, b) => a! * b!,
  integer: Math.imul,
  gradient: (graph, [a, b], _out, seed) => [graph.apply(multiply, seed, b!), graph.apply(multiply, seed, a!)],
  cost: 1,
  samples: pairs,
};

export const divide: ScalarOp = {
  name: "divide",
  arity: 2,
  type: real,
  reference: (a, b) => a! / b!,
  gradient: (graph, [, b], out, seed) => {
    const da = graph.apply(divide, seed, b!);
    if (b!.kind === "const" && b!.value !== 0) return [da, undefined];
    return [guarded(graph, seed, da), guarded(graph, seed, graph.apply(negate, graph.apply(multiply, da, out)))];
  },
  cost: 5,
  samples: [
    [1.5, 2.25],
    [-3, 0.5],
    [0, -1.25],
    [1, 3],
  ],
};

export const negate: ScalarOp = {
  name: "negate",
  arity: 1,
  type: arithmetic,
  reference: (a) => -a!,
  gradient: (graph, _arguments, _out, seed) => [graph.apply(negate, seed)],
  cost: 1,
  samples: [[0], [1.5], [-2]],
};

/** `a ^ b`. The derivative by the exponent is taken as 0 for a base that is not positive. */
export const power: ScalarOp = {
  name: "power",
  arity: 2,
  type: real,
  reference: (a, b) => a! ** b!,
  gradient: (graph, [a, b], out, seed) => {
    const less1 = graph.apply(subtract, b!, like(graph, b!, 1));
    const da = graph.apply(multiply, seed, graph.apply(multiply, b!, graph.apply(power, a!, less1)));
    if (b!.kind === "const") return [b!.value >= 1 ? da : guarded(graph, seed, da), undefined];
    const positive = graph.apply(greater, a!, like(graph, a!, 0));
    const db = graph.apply(multiply, seed, graph.apply(multiply, out, graph.apply(logarithm, a!)));
    return [guarded(graph, seed, da), guarded(graph, seed, graph.apply(where, positive, db, like(graph, seed, 0)))];
  },
  cost: 30,
  samples: [
    [1.5, 2.25],
    [2, 3],
    [0.25, -0.5],
    [4, 0.5],
    [-2, 2],
    [-2, 3],
    [7, 0],
  ],
  tolerance: 2 ** -20,
};

/** Natural logarithm. */
export const logarithm: ScalarOp = {
  name: "log",
  arity: 1,
  type: real,
  reference: (a) => Math.log(a!),
  gradient: (graph, [a], _out, seed) => [guarded(graph, seed, graph.apply(divide, seed, a!))],
  cost: 12,
  samples: [[1e-6], [0.5], [1], [2.718281828], [1e6]],
  tolerance: 2 ** -22,
};

/** The result is stored and tells by itself whether a constant won: relu's mask needs no value from before it. */
const isKnown = (out: Expr, b: Expr): boolean =>
  out.kind === "read" && b.kind === "const" && Math.fround(b.value) === b.value;

/** The larger; equal ones give all of the gradient to b. */
export const maximum: ScalarOp = {
  name: "maximum",
  arity: 2,
  type: arithmetic,
  reference: (a, b) => (a! < b! ? b! : a!),
  gradient: (graph, [a, b], out, seed) => {
    const zero = like(graph, seed, 0);
    const first = isKnown(out, b!) ? graph.apply(greater, out, b!) : graph.apply(greater, a!, b!);
    return [graph.apply(where, first, seed, zero), graph.apply(where, first, zero, seed)];
  },
  cost: 1,
  samples: pairs,
};

/** The smaller; equal ones give all of the gradient to b. */
export const minimum: ScalarOp = {
  name: "minimum",
  arity: 2,
  type: arithmetic,
  reference: (a, b) => (b! < a! ? b! : a!),
  gradient: (graph, [a, b], out, seed) => {
    const zero = like(graph, seed, 0);
    const first = isKnown(out, b!) ? graph.apply(greater, b!, out) : graph.apply(greater, b!, a!);
    return [graph.apply(where, first, seed, zero), graph.apply(where, first, zero, seed)];
  },
  cost: 1,
  samples: pairs,
};

/** Its derivative at 0 is 0. */
export const abs: ScalarOp = {
  name: "abs",
  arity: 1,
  type: arithmetic,
  reference: (a) => Math.abs(a!),
  gradient: (graph, [a], _out, seed) => [graph.apply(multiply, seed, graph.apply(sign, a!))],
  cost: 1,
  samples: [[-2.5], [3], [1e-3]],
};

/** -1, 0 or 1. */
export const sign: ScalarOp = {
  name: "sign",
  arity: 1,
  type: arithmetic,
  reference: (a) => Math.sign(a!),
  cost: 2,
  samples: [[-2.5], [0], [3]],
};

export const sqrt: ScalarOp = {
  name: "sqrt",
  arity: 1,
  type: real,
  reference: (a) => Math.sqrt(a!),
  gradient: (graph, _arguments, out, seed) => [
    guarded(graph, seed, graph.apply(divide, graph.apply(multiply, seed, like(graph, seed, 0.5)), out)),
  ],
  cost: 5,
  samples: [[1e-4], [0.5], [1], [2], [1e6]],
};
