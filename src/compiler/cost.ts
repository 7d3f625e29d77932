/** @file What a program costs on paper: the dense operations of its contractions, before any pass saves some. */
import type { CheckedModel } from "../check/model.js";
import { sizeOf } from "../ir/graph.js";
import { rootsOf, topological } from "../ir/traverse.js";
import type { Axis, Expr, Program, Tensor } from "../ir/types.js";

/** Whether an expression multiplies things that are read: then each point of the sum is a multiplication and an addition. */
const isProduct = (expr: Expr): boolean => expr.kind === "apply" && expr.op.name === "multiply";

const points = (axes: readonly Axis[], batch: number) =>
  sizeOf(
    axes.map((axis) => axis.extent),
    batch,
  );

/** Floating-point operations of the sums of products in an expression evaluated at `times` points. */
function foldFlops(expr: Expr, times: number, batch: number): number {
  switch (expr.kind) {
    case "fold": {
      const inner = times * points(expr.axes, batch);
      return (expr.reducer === "sum" && isProduct(expr.body) ? 2 * inner : 0) + foldFlops(expr.body, inner, batch);
    }
    case "apply":
      return expr.arguments.reduce((sum, argument) => sum + foldFlops(argument, times, batch), 0);
    default:
      return 0;
  }
}

function tensorFlops(tensor: Tensor, batch: number): number {
  if (tensor.kind !== "compute" && tensor.kind !== "scatter") return 0;
  const iterations = tensor.scans.reduce((product, scan) => product * points([scan.axis], batch), 1);
  const times = iterations * points(tensor.axes, batch);
  const own = tensor.kind === "scatter" && isProduct(tensor.body) ? 2 * times : 0;
  return own + foldFlops(tensor.body, times, batch);
}

/**
 * Nominal dense operations of one example's prediction (without outputs, of its evaluation), by the step that they belong to. Words
 * applied inside a layer count with the layer; of a function that is applied several times, all count together.
 */
export function forwardFlops({ forward }: Pick<CheckedModel, "forward">): ReadonlyMap<string, number> {
  const { predict, evaluate } = forward;
  const roots = predict.outputs.length > 0 ? predict.outputs : evaluate.loss ? [evaluate.loss] : [];
  const found = new Map<string, number>();
  for (const tensor of topological(roots)) {
    const flops = tensorFlops(tensor, 1);
    if (flops > 0) found.set(tensor.origin.label, (found.get(tensor.origin.label) ?? 0) + flops);
  }
  return found;
}

/**
 * Nominal dense operations (multiply-add counts 2) of a program for a full batch: forward, input- and weight-gradients of every
 * contraction at its full size. Elementwise work does not count.
 */
export function nominalFlops(program: Program, batch: number): number {
  return topological(rootsOf(program)).reduce((sum, tensor) => sum + tensorFlops(tensor, batch), 0);
}
