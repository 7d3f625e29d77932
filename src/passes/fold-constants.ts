/** @file Small arrays that depend on no memory and are the same everywhere become that number: the counts of an average pool. */
import type { Graph } from "../ir/graph.js";
import { evaluate } from "../ir/interpret.js";
import { inputsOf, rewrite } from "../ir/traverse.js";
import type { Compute, Expr, Tensor } from "../ir/types.js";
import { countOf, Prices } from "./price.js";

/** Operations spent on one array at compile time. */
const budget = 200_000;

export function foldConstants(graph: Graph, roots: readonly Tensor[]): readonly Tensor[] {
  const prices = new Prices();
  /** New tensors that depend on nothing, and what all of them cost together. */
  const known = new Map<Tensor, number>();
  return roots.map(
    rewrite(graph, roots, (tensor, { rebuild }) => {
      if (tensor.kind !== "compute" || tensor.shape.includes("batch") || tensor.scans.length > 0) return undefined;
      const made = rebuild(tensor);
      if (made.kind !== "compute" || made.body.kind === "const" || usesScalar(made.body)) return made;
      let cost = countOf(made.axes) * prices.of(made.body).total;
      for (const input of inputsOf(made)) cost += known.get(input) ?? Infinity;
      if (!(cost <= budget)) return made;
      const uniform = valueOf(made);
      if (uniform === undefined) {
        known.set(made, cost);
        return made;
      }
      const constant = graph.compute(graph.axesOf(made.shape), graph.constant(uniform, made.type), tensor.origin);
      known.set(constant, 0);
      return constant;
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
function usesScalar(e: Expr): boolean {
  switch (e.kind) {
    case "scalar":
      return true;
    case "apply":
      return e.arguments.some(usesScalar);
    case "fold":
      return e.axes.some(({ extent }) => extent === "batch") || usesScalar(e.body);
    case "read":
      return e.at.some(usesScalar);
    default:
      return false;
  }
}
