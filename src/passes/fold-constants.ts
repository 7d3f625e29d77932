/** @file Small arrays that depend on no memory and are the same everywhere become that number: the counts of an average pool. */
import type { Graph } from "../ir/graph.js";
import { evaluate } from "../ir/interpret.js";
import { once } from "../ir/once.js";
import { rewrite, topological } from "../ir/traverse.js";
import type { Compute, Expr, Tensor } from "../ir/types.js";
import { countOf, Prices } from "./price.js";

/** Operations spent on one array at compile time. */
const budget = 200_000;

export function foldConstants(graph: Graph, roots: readonly Tensor[]): readonly Tensor[] {
  const prices = new Prices();
  /** Tensors that depend on nothing, and what all of each costs. */
  const known = new Map<Tensor, number>();
  const uniform = new Map<Tensor, number>();
  for (const tensor of topological(roots)) {
    if (tensor.kind !== "compute" || tensor.shape.includes("batch") || tensor.scans.length > 0) continue;
    let cost = tensor.reads.reduce((sum, input) => sum + (known.get(input) ?? Infinity), 0);
    if (cost > budget || usesScalar(tensor.body)) continue;
    cost += countOf(tensor.axes) * prices.of(tensor.body).total;
    if (cost > budget) continue;
    known.set(tensor, cost);
    const value = tensor.body.kind === "const" ? undefined : valueOf(tensor);
    if (value !== undefined) uniform.set(tensor, value);
  }
  if (uniform.size === 0) return roots;
  return roots.map(
    rewrite(graph, roots, (tensor) => {
      const value = uniform.get(tensor);
      return value === undefined
        ? undefined
        : graph.compute(graph.axesOf(tensor.shape), graph.constant(value, tensor.type), tensor.origin);
    }),
  );
}

/** The one number that an array holds. */
function valueOf(tensor: Compute): number | undefined {
  const [values] = evaluate([tensor], { memory: {}, batch: 1, step: 1, seed: 0 });
  const [first] = values!;
  return values!.every((value) => Object.is(value, first)) ? first : undefined;
}
/** Whether it depends on the run: on the step, a key, or the number of examples. */
function usesScalar(expr: Expr): boolean {
  const uses = once((e): boolean => {
    switch (e.kind) {
      case "scalar":
        return true;
      case "apply":
        return e.arguments.some(uses);
      case "fold":
        return e.axes.some(({ extent }) => extent === "batch") || uses(e.body);
      case "read":
        return e.at.some(uses);
      default:
        return false;
    }
  });
  return uses(expr);
}
