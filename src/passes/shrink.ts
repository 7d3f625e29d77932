/** @file Elements that nothing reads are not computed: an axis ends where the last read of it ends (pooling that drops a border). */
import { interval, isWithin } from "../ir/affine.js";
import type { Graph } from "../ir/graph.js";
import { inputsAndGradients, rewrite, topological } from "../ir/traverse.js";
import type { Axis, Compute, Expr, Extent, Read, Tensor } from "../ir/types.js";

export function shrink(graph: Graph, roots: readonly Tensor[]): readonly Tensor[] {
  const order = topological(roots, inputsAndGradients);
  /** Tensors whose shape others rely on. */
  const whole = new Set(roots);
  for (const tensor of order) {
    if (tensor.kind === "compute" || tensor.kind === "scatter") continue;
    for (const input of inputsAndGradients(tensor)) whole.add(input);
  }
  const ends = new Map<Tensor, Extent[]>();
  const shrunk = new Map<Tensor, { readonly axes: readonly Axis[]; readonly body: Expr }>();
  const note = (read: Read) => {
    if (read.tensor.kind !== "compute" || whole.has(read.tensor)) return;
    const known = ends.get(read.tensor) ?? read.tensor.shape.map((extent): Extent => (extent === "batch" ? extent : 0));
    ends.set(
      read.tensor,
      read.tensor.shape.map((extent, k) => later(known[k]!, endOf(read.at[k]!, extent))),
    );
  };
  // Readers first: what they no longer compute they no longer read.
  for (const tensor of order.toReversed()) {
    if (tensor.kind !== "compute" && tensor.kind !== "scatter") continue;
    const end = ends.get(tensor);
    let { body } = tensor;
    if (tensor.kind === "compute" && end?.some((extent, k) => extent !== tensor.shape[k])) {
      const made = cut(graph, tensor, end);
      shrunk.set(tensor, made);
      ({ body } = made);
    }
    const seen = new Set<Expr>();
    readsOf(body, seen, note);
    if (tensor.kind === "scatter") for (const at of tensor.at) readsOf(at, seen, note);
  }
  if (shrunk.size === 0) return roots;
  return roots.map(
    rewrite(graph, roots, (tensor, { expr }) => {
      const made = shrunk.get(tensor);
      return made && graph.compute(made.axes, expr(made.body), tensor.origin);
    }),
  );
}

function later(a: Extent, b: Extent): Extent {
  return a === "batch" || b === "batch" ? "batch" : Math.max(a, b);
}
/** One past the last place that a subscript reaches; the whole extent where that is not known. */
function endOf(at: Expr, extent: Extent): Extent {
  if (extent === "batch" || !isWithin(at, extent)) return extent;
  return interval(at).high + 1;
}
function cut(graph: Graph, tensor: Compute, end: readonly Extent[]): { axes: readonly Axis[]; body: Expr } {
  const axes = tensor.axes.map((axis, k) => (axis.extent === end[k] ? axis : graph.axis(end[k]!)));
  const map = new Map(
    tensor.axes.flatMap((axis, k) => (axis === axes[k] ? [] : [[axis, graph.index(axes[k]!)] as const])),
  );
  return { axes, body: graph.substitute(tensor.body, map) };
}
function readsOf(e: Expr, seen: Set<Expr>, note: (read: Read) => void): void {
  if (seen.has(e)) return;
  seen.add(e);
  if (e.kind === "read") {
    note(e);
    for (const at of e.at) readsOf(at, seen, note);
  } else if (e.kind === "apply") for (const argument of e.arguments) readsOf(argument, seen, note);
  else if (e.kind === "fold") readsOf(e.body, seen, note);
}
