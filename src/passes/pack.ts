/**
 * @file Copies small operands of scatters into the order in which the scatter walks them. A scattered gradient multiplies the
 * same weights for every example; in their own layout the innermost steps may be far apart, which costs a cache line each.
 */
import type { Graph } from "../ir/graph.js";
import { sizeOf } from "../ir/graph.js";
import type { Axis, Compute, Expr, Read, Scatter } from "../ir/types.js";

/** A copy pays when each of its elements is read at least so often. */
const leastUse = 16;

export function packed(
  graph: Graph,
  scatter: Scatter,
  batch: number,
): { copies: readonly Compute[]; scatter: Scatter } {
  const copies: Compute[] = [];
  const work = sizeOf(
    scatter.axes.map(({ extent }) => extent),
    batch,
  );
  const replace = (read: Read): Expr => {
    const axes = plainAxes(read);
    if (!axes || work < leastUse * sizeOf(read.tensor.shape, batch) || scatter.at.every((at) => isPlainSum(at)))
      return read;
    const order = scatter.axes.filter((axis) => axes.includes(axis));
    if (order.at(-1) === axes.at(-1) || order.at(-1) !== scatter.axes.at(-1)) return read;
    const copy = graph.compute(order, read, { ...read.tensor.origin, label: `${read.tensor.origin.label} reordered` });
    if (copy.kind !== "compute") return read;
    copies.push(copy);
    return graph.at(copy, order);
  };
  const body = replaceFactors(graph, scatter.body, replace);
  if (copies.length === 0) return { copies, scatter };
  return { copies, scatter: { ...scatter, body } };
}

/** The read's index variables, if it reads a whole shared tensor, each index once. */
function plainAxes({ tensor, at }: Read): readonly Axis[] | undefined {
  const axes = at.flatMap((e, k) => (e.kind === "index" && e.axis.extent === tensor.shape[k] ? [e.axis] : []));
  const isWhole = axes.length === at.length && new Set(axes).size === axes.length && axes.length > 1;
  return isWhole && !axes.some(({ extent }) => extent === "batch") && tensor.scans.length === 0 ? axes : undefined;
}
function isPlainSum(at: Expr): boolean {
  if (at.kind === "index" || at.kind === "const") return true;
  return at.kind === "apply" && at.arguments.every(isPlainSum);
}
function replaceFactors(graph: Graph, expr: Expr, replace: (read: Read) => Expr): Expr {
  if (expr.kind === "read") return replace(expr);
  if (expr.kind !== "apply" || expr.op.name !== "multiply") return expr;
  return graph.apply(expr.op, ...expr.arguments.map((argument) => replaceFactors(graph, argument, replace)));
}
