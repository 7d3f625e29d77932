/**
 * @file An index that decides a choice by what number it is (`where(i == 0, a, where(i == 1, b, c))`) is written out: each number is
 * an output of its own, in one nest with what they share.
 */
import { tensorsOf } from "../ir/graph.js";
import type { Graph } from "../ir/graph.js";
import { once } from "../ir/once.js";
import type { Axis, Expr, Tensor } from "../ir/types.js";
import { equal, where } from "../ops/index.js";
import type { Output } from "./nest.js";
import { Simplifier } from "./simplify.js";
import { withReads } from "./body.js";

/** Numbers of an index, and outputs of a nest, that are written out at most. */
const largestAxis = 4;
const largestNest = 16;

export function unrolled(
  graph: Graph,
  axes: readonly Axis[],
  outputs: readonly Output[],
  inline: ReadonlyMap<Tensor, Expr>,
): { readonly axes: readonly Axis[]; readonly outputs: readonly Output[] } {
  const deciding = new Set<Axis>();
  const seen = new Set<Expr>();
  for (const { value } of outputs) findDeciding(value, deciding, seen);
  const written = axes.filter((axis) => deciding.has(axis));
  const count = written.reduce((product, { extent }) => product * (extent as number), outputs.length);
  if (written.length === 0 || count > largestNest) return { axes, outputs };
  // Values that stand for others of the nest are over its own indices.
  const standing = (value: Expr): Expr =>
    withReads(graph, value, (read) => {
      const body = inline.get(read.tensor);
      return body ? standing(body) : read;
    });
  const decided = decidingChoices(graph);
  let made: readonly Output[] = outputs.map((output) => ({ ...output, value: standing(output.value) }));
  for (const axis of written)
    made = Array.from({ length: axis.extent as number }, (_, k) => new Map([[axis, graph.constant(k, "i32")]])).flatMap(
      (number) =>
        made.map((output) => ({
          ...output,
          at: output.at.map((e) => graph.substitute(e, number)),
          value: graph.substitute(output.value, number),
        })),
    );
  return {
    axes: axes.filter((axis) => !deciding.has(axis)),
    outputs: made.map((output) => ({ ...output, value: decided(output.value) })),
  };
}

/** Gives expressions without choices that are made. Reads stay as they are: their tensors have places. */
function decidingChoices(graph: Graph): (expr: Expr) => Expr {
  const simplifier = new Simplifier(graph, { differentiated: true, scheduled: true });
  const put = once((part): Expr => {
    switch (part.kind) {
      case "read":
        return graph.read(part.tensor, part.at.map(put), part.outside);
      case "fold":
        return graph.fold(part.reducer, part.axes, put(part.body));
      case "apply": {
        const [first] = part.arguments;
        if (part.op !== where || tensorsOf(first!).size > 0) return graph.apply(part.op, ...part.arguments.map(put));
        const condition = simplifier.simplify(first!);
        if (condition.kind === "const") return put(part.arguments[condition.value !== 0 ? 1 : 2]!);
        return graph.apply(where, condition, ...part.arguments.slice(1).map(put));
      }
      default:
        return part;
    }
  });
  return put;
}

/** Indices compared with a constant in the conditions of choices. */
function findDeciding(e: Expr, into: Set<Axis>, seen: Set<Expr>): void {
  if (e.kind !== "apply" || seen.has(e)) return;
  seen.add(e);
  if (e.op === where) {
    const [condition] = e.arguments;
    if (condition?.kind === "apply" && condition.op === equal) {
      const [index, number] = condition.arguments;
      if (index?.kind === "index" && number?.kind === "const" && isShort(index.axis)) into.add(index.axis);
    }
  }
  for (const argument of e.arguments) findDeciding(argument, into, seen);
}
const isShort = ({ extent }: Axis): boolean => extent !== "batch" && extent <= largestAxis;
