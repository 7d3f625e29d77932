/**
 * @file Folds in a scan's body that need the iteration but nothing carried (`x[s] @ kernel`) are computed before the scan, with
 * the iteration as one more axis: one large contraction instead of many small ones. What needs not even the iteration is outside
 * by birth.
 */
import type { Graph } from "../ir/graph.js";
import { once } from "../ir/once.js";
import { rewrite, topological } from "../ir/traverse.js";
import type { Rewriting } from "../ir/traverse.js";
import type { Compute, Expr, Row, Scan, Tensor } from "../ir/types.js";
import { foldsOf } from "./body.js";

export function splitScan(graph: Graph, roots: readonly Tensor[]): readonly Tensor[] {
  const early = earlyTensors(topological(roots));
  if (early.size === 0) return roots;
  const whole = new Map<Tensor, Tensor>();
  return roots.map(
    rewrite(graph, roots, (tensor, rewriting) => {
      const row = tensor.kind === "result" && tensor.output === "row" ? tensor.scan.rows[tensor.index]! : undefined;
      if (row && early.has(row.value) && isWhole(row)) {
        rewriting.rebuild(tensor);
        return whole.get(row.value);
      }
      if (!early.has(tensor) || tensor.kind !== "compute") return undefined;
      const scan = tensor.scans.at(-1)!;
      const made = overIterations(graph, tensor, scan, rewriting, whole);
      whole.set(tensor, made);
      const now = rewriting.expr(graph.index(scan.axis));
      const at = tensor.axes.map((axis) => graph.index(axis));
      return graph.compute(tensor.axes, graph.read(made, at.toSpliced(positionOf(tensor), 0, now)), tensor.origin);
    }),
  );
}

/** Whether the row of an early tensor is that tensor for every iteration. */
function isWhole({ at, extent, position, value }: Row): boolean {
  const axis = value.scans.at(-1)!.axis;
  return at.kind === "index" && at.axis === axis && extent === axis.extent && position === positionOf(value);
}

/** Tensors to compute before their scan: folds, and what those need. */
function earlyTensors(order: readonly Tensor[]): ReadonlySet<Tensor> {
  const free = new Set<Tensor>();
  for (const tensor of order) {
    const scan = tensor.scans.at(-1);
    if (tensor.kind !== "compute" || !scan || tensor.type === "f64") continue;
    if (tensor.reads.every((input) => free.has(input) || !input.scans.includes(scan))) free.add(tensor);
  }
  const early = new Set<Tensor>();
  for (const tensor of order.toReversed()) {
    if (tensor.kind !== "compute" || !free.has(tensor)) continue;
    if (!early.has(tensor) && foldsOf(tensor.body).length === 0) continue;
    early.add(tensor);
    const scan = tensor.scans.at(-1);
    for (const input of tensor.reads) if (free.has(input) && input.scans.at(-1) === scan) early.add(input);
  }
  return early;
}

/** The tensor for every iteration, the iteration's axis after the batch. */
function overIterations(
  graph: Graph,
  tensor: Compute,
  scan: Scan,
  { of, expr }: Rewriting,
  whole: ReadonlyMap<Tensor, Tensor>,
): Tensor {
  const iteration = graph.axis(scan.axis.extent);
  const go = once((e): Expr => {
    switch (e.kind) {
      case "index":
        return e.axis === scan.axis ? graph.index(iteration) : expr(e);
      case "read": {
        const before = whole.get(e.tensor);
        const at = e.at.map(go);
        return before
          ? graph.read(before, at.toSpliced(positionOf(e.tensor), 0, graph.index(iteration)), e.outside)
          : graph.read(of(e.tensor), at, e.outside);
      }
      case "apply":
        return graph.apply(e.op, ...e.arguments.map(go));
      case "fold":
        return graph.fold(e.reducer, e.axes, go(e.body));
      default:
        return e;
    }
  });
  const axes = tensor.axes.toSpliced(positionOf(tensor), 0, iteration);
  return graph.compute(axes, go(tensor.body), tensor.origin);
}

const positionOf = ({ shape }: Tensor): number => (shape[0] === "batch" ? 1 : 0);
