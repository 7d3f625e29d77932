/** @file Trigonometric and sigmoidal functions. */
import type { ScalarOp } from "../ir/types.js";
import { guarded, multiply, negate, subtract } from "./arithmetic.js";
import { exp } from "./exponential.js";
import { like, real } from "./rules.js";

const numbers: readonly (readonly number[])[] = [[-3], [-1], [-0.25], [0], [1e-4], [0.5], [1.5], [4]];

export const sin: ScalarOp = {
  name: "sin",
  arity: 1,
  type: real,
  reference: (a) => Math.sin(a!),
  gradient: (graph, [a], _out, seed) => [graph.apply(multiply, seed, graph.apply(cos, a!))],
  cost: 15,
  samples: numbers,
  tolerance: 2 ** -22,
};

export const cos: ScalarOp = {
  name: "cos",
  arity: 1,
  type: real,
  reference: (a) => Math.cos(a!),
  gradient: (graph, [a], _out, seed) => [graph.apply(negate, graph.apply(multiply, seed, graph.apply(sin, a!)))],
  cost: 15,
  samples: numbers,
  tolerance: 2 ** -22,
};

export const tanh: ScalarOp = {
  name: "tanh",
  arity: 1,
  type: real,
  reference: (a) => Math.tanh(a!),
  gradient: (graph, _arguments, out, seed) => [
    graph.apply(multiply, seed, graph.apply(subtract, like(graph, out, 1), graph.apply(multiply, out, out))),
  ],
  cost: 15,
  samples: numbers,
  tolerance: 2 ** -22,
};

const rootOfPi = Math.sqrt(Math.PI);

/** erf(x) = 2 / sqrt(pi) * exp(-x^2) * sum 2^n x^(2n+1) / (2n+1)!!: all terms of one sign, so nothing cancels. */
function errorFunction(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / rootOfPi) * Math.exp(-x * x) * sum;
}

/** Winitzki's approximation, then Newton's steps on erf. */
function inverseErrorFunction(y: number): number {
  if (Math.abs(y) >= 1) return Math.abs(y) === 1 ? y * Infinity : NaN;
  const log = Math.log1p(-y * y);
  const half = 2 / (Math.PI * 0.147) + log / 2;
  let x = Math.sign(y) * Math.sqrt(Math.sqrt(half * half - log / 0.147) - half);
  for (let n = 0; n < 4; n++) x -= ((errorFunction(x) - y) * rootOfPi * Math.exp(x * x)) / 2;
  return x;
}

export const erf: ScalarOp = {
  name: "erf",
  arity: 1,
  type: real,
  reference: (a) => errorFunction(a!),
  gradient: (graph, [a], _out, seed) => [
    graph.apply(
      multiply,
      graph.apply(multiply, seed, like(graph, seed, 2 / rootOfPi)),
      graph.apply(exp, graph.apply(negate, graph.apply(multiply, a!, a!))),
    ),
  ],
  cost: 20,
  samples: numbers,
  tolerance: 2 ** -20,
};

export const inverseErf: ScalarOp = {
  name: "inverseErf",
  arity: 1,
  type: real,
  reference: (a) => inverseErrorFunction(a!),
  gradient: (graph, _arguments, out, seed) => [
    guarded(
      graph,
      seed,
      graph.apply(
        multiply,
        graph.apply(multiply, seed, like(graph, seed, rootOfPi / 2)),
        graph.apply(exp, graph.apply(multiply, out, out)),
      ),
    ),
  ],
  cost: 30,
  samples: [[-0.99], [-0.5], [0], [0.1], [0.75], [0.999]],
  tolerance: 2 ** -18,
};
