/** @file What a tensor reads: targets, or other examples of the batch. */
import { once } from "../ir/once.js";
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
  const folds = once((e): boolean => {
    switch (e.kind) {
      case "fold":
        return e.axes.some(({ extent }) => extent === "batch") || folds(e.body);
      case "apply":
        return e.arguments.some(folds);
      case "read":
        return e.at.some(folds);
      default:
        return false;
    }
  });
  return folds(expr);
}
