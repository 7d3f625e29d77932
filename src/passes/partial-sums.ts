/**
 * @file A sum over the rows of weights that the program updates runs in a fixed number of parts, each of neighbouring rows:
 *
 *     y[i, j] = f(sum[k] W[k, j] x[i, k]),  k < K
 *     P[p, i, j] = sum[l] W[p K/4 + l, j] x[i, p K/4 + l],  l < K/4;   y[i, j] = f(P[0, i, j] + P[1, i, j] + ..)
 *
 * so that a thread reads the weights that it has updated, from its own cache. Shared by example or by unit, threads would read one
 * another's, and the next update would take the cache lines back. The parts do not depend on the number of threads, and neither do the
 * bits.
 */
import { sizeOf } from "../ir/graph.js";
import type { Graph } from "../ir/graph.js";
import { rewriteProgram } from "../ir/traverse.js";
import type { Axis, Compute, Expr, Fold, Program, Read, Tensor } from "../ir/types.js";
import { add, multiply } from "../ops/index.js";
import { foldsOf, withFolds } from "./body.js";
import { partsOfSums } from "./parts.js";

export function withPartialSums(graph: Graph, program: Program, batch: number): Program {
  if (batch === 1) return program;
  const updated = new Set(program.stages.flat().map(({ target }) => target.arena));
  const isUpdated = ({ tensor }: Read) => tensor.kind === "source" && updated.has(tensor.source.arena);
  return rewriteProgram(graph, program, (tensor, { rebuild }) => {
    const made = rebuild(tensor);
    if (made.kind !== "compute" || made.scans.length > 0) return made;
    const sums = foldsOf(made.body);
    const rows = sums.length === 1 ? rowsOf(made, sums[0]!, isUpdated, batch) : undefined;
    return rows ? inParts(graph, made, sums[0]!, rows) : made;
  });
}

/** The index of the weights' rows, where parts move less than half as many numbers between threads as sharing by unit. */
function rowsOf(tensor: Compute, sum: Fold, isUpdated: (read: Read) => boolean, batch: number): Axis | undefined {
  const { reducer, body, axes } = sum;
  if (reducer !== "sum" || body.kind !== "apply" || body.op !== multiply) return undefined;
  const reads = body.arguments.filter((factor) => factor.kind === "read");
  const weights = reads.find(isUpdated);
  const values = reads.find(({ tensor }) => tensor.shape[0] === "batch");
  const [leading, ...rest] = weights?.at ?? [];
  if (!weights || !values || leading?.kind !== "index") return undefined;
  const { axis } = leading;
  const isRow = axes.includes(axis) && !rest.some(({ free }) => free.includes(axis));
  if (!isRow || axis.extent === "batch" || axis.extent % partsOfSums !== 0) return undefined;
  const [all, read, made] = [weights.tensor, values.tensor, tensor].map(({ shape }) => sizeOf(shape, batch));
  return 2 * (read! / 2 + partsOfSums * made!) <= all! / 2 + read! ? axis : undefined;
}

function inParts(graph: Graph, tensor: Compute, sum: Fold, rows: Axis): Tensor {
  const size = (rows.extent as number) / partsOfSums;
  const part = graph.axis(partsOfSums);
  const row = graph.axis(size);
  const start = graph.apply(multiply, graph.index(part), graph.constant(size, "i32"));
  const body = graph.substitute(sum.body, new Map([[rows, graph.apply(add, start, graph.index(row))]]));
  const inner = sum.axes.map((axis) => (axis === rows ? row : axis));
  const parts = graph.compute([part, ...tensor.axes], graph.fold("sum", inner, body), tensor.origin);
  const own = tensor.axes.map((axis) => graph.index(axis));
  const partial = (p: number): Expr => graph.read(parts, [graph.constant(p, "i32"), ...own]);
  const total = Array.from({ length: partsOfSums }, (_, p) => partial(p)).reduce((a, b) => graph.apply(add, a, b));
  return graph.compute(
    tensor.axes,
    withFolds(graph, tensor.body, () => total),
    tensor.origin,
  );
}
