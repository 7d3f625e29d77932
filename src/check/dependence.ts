/** @file What a tensor reads: targets, or other examples of the batch. */
import { topological } from "../ir/traverse.js";
import type { Expr, Source, Tensor } from "../ir/types.js";

/** Names the first forbidden thing that a value depends on: a target, or a reduction over the batch. */
export function dependence(value: Tensor, isTarget: (source: Source) => boolean): string | undefined {
  for (const tensor of topological([value])) {
    if (tensor.kind === "source" && isTarget(tensor.source)) return `the target \`${tensor.source.name}\``;
    if ((tensor.kind === "compute" || tensor.kind === "scatter") && foldsBatch(tensor.body))
      return "the whole batch (`over: batch`)";
  }
  return undefined;
}
function foldsBatch(expr: Expr): boolean {
  switch (expr.kind) {
    case "fold":
      return expr.axes.some(({ extent }) => extent === "batch") || foldsBatch(expr.body);
    case "apply":
      return expr.arguments.some(foldsBatch);
    case "read":
      return expr.at.some(foldsBatch);
    default:
      return false;
  }
}
