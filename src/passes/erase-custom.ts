/** @file Once gradients are taken, a value with a gradient of its own is just its value. */
import type { Graph } from "../ir/graph.js";
import { rewrite, topological } from "../ir/traverse.js";
import type { Tensor } from "../ir/types.js";

export function eraseCustom(graph: Graph, roots: readonly Tensor[]): readonly Tensor[] {
  if (!topological(roots).some(({ kind }) => kind === "custom")) return roots;
  return roots.map(
    rewrite(graph, roots, (tensor, { of }) => (tensor.kind === "custom" ? of(tensor.value) : undefined)),
  );
}
