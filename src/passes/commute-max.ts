/**
 * @file `max` of a rectified or shifted array is the rectified or shifted `max`: pooling moves before bias and relu. Before
 * differentiation, so that the gradient is masked where it is small, and the array pooled is read by nothing else.
 */
import type { Graph } from "../ir/graph.js";
import { replaced } from "../ir/substitute.js";
import { rewrite, topological, usersOf } from "../ir/traverse.js";
import type { Compute, Expr, Read, Tensor } from "../ir/types.js";
import { foldsOf } from "./body.js";
import { Simplifier } from "./simplify.js";
import { inlined } from "./views.js";

export function commuteMax(graph: Graph, roots: readonly Tensor[]): readonly Tensor[] {
  const users = usersOf(topological(roots));
  const wanted = new Set(roots);
  const simplifier = new Simplifier(graph, { differentiated: false });
  /** An elementwise array that is read by one tensor only. */
  const isPassing = (tensor: Tensor): tensor is Compute =>
    tensor.kind === "compute" &&
    !wanted.has(tensor) &&
    users.get(tensor)?.length === 1 &&
    foldsOf(tensor.body).length === 0;
  const commuted = (tensor: Compute): Expr | undefined => {
    let body: Expr | undefined;
    for (;;) {
      const window = windowOf(body ?? tensor.body);
      if (!window || !isPassing(window.tensor)) return body;
      const within = replaced(
        graph,
        body ?? tensor.body,
        window,
        inlined(graph, window.tensor, window.tensor.body, window.at),
      );
      const made = simplifier.simplify(graph.canonical(tensor.axes, [within]).exprs[0]!);
      // Only what left the window entirely was worth it.
      if (!windowOf(made)) return body;
      body = made;
    }
  };
  return roots.map(
    rewrite(graph, roots, (tensor, { expr }) => {
      const body = tensor.kind === "compute" ? commuted(tensor) : undefined;
      return tensor.kind === "compute" && body ? graph.compute(tensor.axes, expr(body), tensor.origin) : undefined;
    }),
  );
}

/** The plain read that a body takes the largest or smallest of; undefined if there is none, or more than one fold. */
function windowOf(e: Expr): Read | undefined {
  if (e.kind === "fold")
    return (e.reducer === "max" || e.reducer === "min") && e.body.kind === "read" && e.body.outside === undefined
      ? e.body
      : undefined;
  if (e.kind !== "apply") return undefined;
  const folds = e.arguments.filter((argument) => foldsOf(argument).length > 0);
  return folds.length === 1 ? windowOf(folds[0]!) : undefined;
}
