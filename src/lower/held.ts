/** @file A loss in which what `stop_gradient` stops stays as it was while parameters move: its differences are what its gradient says. */
import type { Graph } from "../ir/graph.js";
import { once } from "../ir/once.js";
import { rewrite } from "../ir/traverse.js";
import type { Expr, Tensor } from "../ir/types.js";
import { detach } from "../ops/index.js";
import { Replacer } from "./replace.js";

/**
 * The loss over two copies of the parameters: stopped values read the second, `copies`, by parameter. In the body of a scan they
 * move with the loss.
 */
export function held(graph: Graph, loss: Tensor, copies: ReadonlyMap<Tensor, Tensor>): Tensor {
  const still = new Replacer(graph, { tensors: copies });
  return rewrite(graph, [loss], (tensor, { of }) => {
    if (tensor.scans.length > 0 || tensor.kind !== "compute") return undefined;
    const go: (e: Expr) => Expr = once((e) => {
      switch (e.kind) {
        case "const":
        case "scalar":
        case "index":
          return e;
        case "read":
          return graph.read(of(e.tensor), e.at.map(go), e.outside);
        case "apply":
          return graph.apply(e.op, ...(e.op === detach ? e.arguments.map((a) => still.expr(a)) : e.arguments.map(go)));
        case "fold":
          return graph.fold(e.reducer, e.axes, go(e.body));
      }
    });
    return graph.compute(tensor.axes, go(tensor.body), tensor.origin);
  })(loss);
}
