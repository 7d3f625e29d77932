/** @file Exponentials and logarithms. */
import type { ScalarOp } from "../ir/types.js";
import { add, divide, guarded, multiply } from "./arithmetic.js";
import { like, real } from "./rules.js";

export { logarithm as log } from "./arithmetic.js";

/** e ^ a. Overflows to infinity, so its gradient is guarded like those of log and sqrt. */
export const exp: ScalarOp = {
  name: "exp",
  arity: 1,
  type: real,
  reference: (a) => Math.exp(a!),
  gradient: (graph, _arguments, out, seed) => [guarded(graph, seed, graph.apply(multiply, seed, out))],
  cost: 12,
  samples: [[-20], [-1], [0], [0.5], [1], [10]],
  tolerance: 2 ** -21,
};

/** log(1 + a), exact near 0. */
export const log1p: ScalarOp = {
  name: "log1p",
  arity: 1,
  type: real,
  reference: (a) => Math.log1p(a!),
  gradient: (graph, [a], _out, seed) => [
    guarded(graph, seed, graph.apply(divide, seed, graph.apply(add, a!, like(graph, a!, 1)))),
  ],
  cost: 16,
  samples: [[-0.5], [1e-6], [0], [0.5], [1], [1e6]],
  tolerance: 2 ** -22,
};

/** e ^ a - 1, exact near 0. */
export const expm1: ScalarOp = {
  name: "expm1",
  arity: 1,
  type: real,
  reference: (a) => Math.expm1(a!),
  gradient: (graph, _arguments, out, seed) => [
    guarded(graph, seed, graph.apply(multiply, seed, graph.apply(add, out, like(graph, out, 1)))),
  ],
  cost: 16,
  samples: [[-20], [-1], [1e-6], [0], [1], [10]],
  tolerance: 2 ** -21,
};
