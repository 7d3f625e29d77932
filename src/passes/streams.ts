/**
 * @file A product of one vector and a matrix that outgrows the cache nearest to the processor goes through the matrix in the order
 * in which it lies there, some rows at a time, and adds to sums in memory:
 *
 *     y[j] = sum[k](x[k] * w[k, j])   =   for each group of rows k .. k + 7: y[j] += x[k] * w[k, j] + .. + x[k + 7] * w[k + 7, j]
 *
 * A tile of columns would fetch one line of each row at a time, and wait for most of them. Programs of one example do this; with
 * more, a tile of examples uses what it fetches often enough. Rows whose factors are all 0 (the margins of an image) are not
 * fetched at all: they add 0.
 */
import type { Graph } from "../ir/graph.js";
import { once } from "../ir/once.js";
import type { Axis, Expr, Fold, Read } from "../ir/types.js";
import { add, multiply } from "../ops/index.js";
import { stridesAt } from "./access.js";
import { hasGuard } from "./guards.js";
import type { Nest, Step, View } from "./nest.js";

/** What a nest that streams a matrix multiplies its rows by. */
export interface Stream {
  /** Counts groups of `rowsAtOnce` rows. */
  readonly group: Axis;
  /** The row's index, by which `factor` has it. */
  readonly row: Axis;
  readonly factor: Expr;
}

/** Rows at a time: their factors and elements are in registers together. */
export const rowsAtOnce = 8;
/** Elements of a matrix from which this pays: what the nearest cache holds. */
const leastElements = 8192;

export function withStreams(graph: Graph, steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((step): readonly Step[] =>
    step.kind === "loop" ? [{ ...step, body: withStreams(graph, step.body) }] : streamed(graph, step),
  );
}

function streamed(graph: Graph, nest: Nest): readonly Nest[] {
  const { axes, outputs, inline, lists } = nest;
  const several = axes.filter(({ extent }) => extent !== "batch" && extent > 1);
  const [column] = several;
  if (several.length !== 1 || lists || inline.size > 1 || outputs.some(({ accumulate }) => accumulate)) return [nest];
  const before: Nest[] = [];
  const views = new Map(nest.views);
  const replace = once((expr): Expr => {
    if (expr.kind === "apply") return graph.apply(expr.op, ...expr.arguments.map(replace));
    const factor = expr.kind === "fold" ? factorOf(nest, expr, column!) : undefined;
    if (!factor) return expr;
    const { made, sums } = stream(graph, nest, expr as Fold, column!, factor);
    before.push(made);
    views.set(sums.buffer.tensor, sums);
    return graph.read(sums.buffer.tensor, [graph.index(column!)]);
  });
  const replaced = outputs.map((output) => ({ ...output, value: replace(output.value) }));
  return before.length === 0 ? [nest] : [...before, { ...nest, outputs: replaced, views }];
}

/** What a sum multiplies the matrix by, if it is one to stream. */
function factorOf(nest: Nest, { reducer, type, axes, body, free }: Fold, column: Axis): Expr | undefined {
  const [row] = axes;
  if (reducer !== "sum" || type !== "f32" || axes.length !== 1 || body.kind !== "apply" || body.op !== multiply)
    return undefined;
  const rows = row!.extent;
  if (typeof rows !== "number" || rows % rowsAtOnce !== 0 || !free.includes(column) || hasGuard(body, axes))
    return undefined;
  const columns = column.extent as number;
  const isMatrix = (part: Expr): part is Read => {
    if (part.kind !== "read") return false;
    const shape = nest.views.get(part.tensor)?.shape ?? part.tensor.shape;
    const strides = stridesAt(part.at, shape, 1);
    return strides.get(column) === 1 && strides.get(row!) === columns;
  };
  const matrix = body.arguments.findIndex(isMatrix);
  return rows * columns >= leastElements && matrix >= 0 ? body.arguments[1 - matrix] : undefined;
}

function stream(
  graph: Graph,
  nest: Nest,
  fold: Fold,
  column: Axis,
  factor: Expr,
): { readonly made: Nest; readonly sums: View } {
  const [row] = fold.axes as [Axis];
  const held = graph.placeholder([column.extent]);
  const length = column.extent as number;
  const sums: View = {
    buffer: { tensor: held, array: "activations", length, fixed: undefined },
    shape: [length],
  };
  const group = graph.axis((row.extent as number) / rowsAtOnce);
  const start = graph.apply(multiply, graph.index(group), graph.constant(rowsAtOnce, "i32"));
  const products = Array.from({ length: rowsAtOnce }, (_, k) =>
    graph.substitute(fold.body, new Map([[row, graph.apply(add, start, graph.constant(k, "i32"))]])),
  );
  const value = products.reduce((a, b) => graph.apply(add, a, b));
  const others = nest.axes.filter((axis) => axis !== column);
  const made: Nest = {
    kind: "nest",
    axes: [...others, group, column],
    outputs: [{ view: sums, at: [graph.index(column)], value, accumulate: true }],
    fills: [sums],
    views: nest.views,
    inline: new Map(),
    origins: nest.origins,
    ...(!factor.free.includes(column) && { stream: { group, row: row!, factor } }),
  };
  return { made, sums };
}
