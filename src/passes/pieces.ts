/**
 * @file Arrays that are other arrays side by side (a concatenation; the gradient of a split): a compute whose body, cut along one
 * axis, is something simpler in each piece. Each piece is computed by a nest of its own, without a choice per element.
 */
import { affine } from "../ir/affine.js";
import type { Graph } from "../ir/graph.js";
import type { Axis, Compute, Expr, Tensor } from "../ir/types.js";
import { add, equal, greater, greaterEqual, less, lessEqual } from "../ops/index.js";
import { Simplifier } from "./simplify.js";

/** `whole[.., start + k, ..] = value[.., k, ..]`, k an index of axis number `axis`. */
export interface Piece {
  readonly value: Tensor;
  readonly axis: number;
  readonly start: number;
}
const mostPieces = 16;
const comparisons = new Set([less, lessEqual, greater, greaterEqual, equal]);

export function piecesOf(graph: Graph, tensor: Compute): readonly Piece[] | undefined {
  for (const [k, axis] of tensor.axes.entries()) {
    const cuts = cutsOf(tensor.body, axis);
    if (!cuts) continue;
    const simplifier = new Simplifier(graph, { differentiated: true, scheduled: true });
    return cuts.slice(0, -1).map((start, n) => {
      const own = graph.axis(cuts[n + 1]! - start);
      const index = graph.apply(add, graph.index(own), graph.constant(start, "i32"));
      const body = graph.substitute(tensor.body, new Map([[axis, start === 0 ? graph.index(own) : index]]));
      const axes = tensor.axes.map((other) => (other === axis ? own : other));
      const canonical = graph.canonical(axes, [body]);
      const value = graph.compute(canonical.axes, simplifier.simplify(canonical.exprs[0]!), tensor.origin);
      return { value, axis: k, start };
    });
  }
  return undefined;
}

/** Where pieces start, and the end; undefined unless every guarded read belongs to one piece, and several pieces have one. */
function cutsOf(body: Expr, axis: Axis): readonly number[] | undefined {
  const { extent } = axis;
  if (extent === "batch" || !body.free.includes(axis)) return undefined;
  const cuts = new Set([0, extent]);
  const ranges: { readonly from: number; readonly to: number }[] = [];
  const cut = (at: number) => at > 0 && at < extent && cuts.add(at);
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e) || !e.free.includes(axis)) return;
    seen.add(e);
    if (e.kind === "apply") {
      e.arguments.forEach(walk);
      const [a, b] = e.arguments;
      const shift = a && comparisons.has(e.op) ? shiftOf(a, axis) : undefined;
      if (shift === undefined || b?.kind !== "const") return;
      const at = b.value - shift;
      if (e.op !== greater && e.op !== lessEqual) cut(at);
      if (e.op !== less && e.op !== greaterEqual) cut(at + 1);
    } else if (e.kind === "fold") walk(e.body);
    else if (e.kind === "read") {
      e.at.forEach((at, k) => {
        walk(at);
        const shift = e.outside === undefined ? undefined : shiftOf(at, axis);
        const size = e.tensor.shape[k]!;
        if (shift === undefined || size === "batch" || (shift >= 0 && extent + shift <= size)) return;
        const [from, to] = [Math.max(0, -shift), Math.min(extent, size - shift)];
        cut(from);
        cut(to);
        ranges.push({ from, to });
      });
    }
  };
  walk(body);
  if (cuts.size < 3 || cuts.size > mostPieces + 1) return undefined;
  const sorted = [...cuts].sort((a, b) => a - b);
  const isOne = ({ from, to }: (typeof ranges)[number]) => sorted.indexOf(to) === sorted.indexOf(from) + 1;
  const several = new Set(ranges.map(({ from }) => from)).size > 1;
  return several && ranges.every(isOne) ? sorted : undefined;
}

/** c, if the subscript is `axis + c`. */
function shiftOf(at: Expr, axis: Axis): number | undefined {
  if (!at.free.includes(axis)) return undefined;
  const form = affine(at);
  return form?.terms.size === 1 && form.terms.get(axis) === 1 ? form.constant : undefined;
}
