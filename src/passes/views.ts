/** @file Reads of re-indexed tensors (transposes, slices, paddings, reshapes) as reads of what they re-index. */
import type { Affine } from "../ir/affine.js";
import type { Graph } from "../ir/graph.js";
import { affine, interval, isWithin } from "../ir/affine.js";
import type { Compute, Expr, Extent, Read } from "../ir/types.js";
import { add, floorDivide, modulo, multiply } from "../ops/index.js";

/** The read without one re-indexing layer, or undefined. `simplify` is applied to new subscripts. */
export function readThrough(graph: Graph, read: Read, simplify: (e: Expr) => Expr): Expr | undefined {
  const { tensor } = read;
  if (tensor.kind === "reshape") {
    const at = reshapedSubscripts(graph, read.at, tensor.shape, tensor.of.shape, simplify);
    // A value outside survives only where axes stay as they are.
    const keeps = read.outside === undefined || read.at.every((e) => isZero(e) || at?.includes(e));
    return at && keeps ? graph.read(tensor.of, at, read.outside) : undefined;
  }
  if (tensor.kind !== "compute") return undefined;
  const { body } = tensor;
  if (body.kind === "const" && (read.outside === undefined || read.outside === body.value)) return body;
  if (body.kind !== "read" || !body.at.every((e) => affine(e))) return undefined;
  if (!read.at.every((e) => e.kind === "const" || affine(e)) && body.at.some((e) => e.kind === "apply"))
    return undefined;
  const { outside, possible } = joinedOutside(tensor, body, read);
  if (!possible) return undefined;
  return simplify(inlined(graph, tensor, { ...body, outside }, read.at));
}

const isZero = (e: Expr): boolean => e.kind === "const" && e.value === 0;

/** The body of a compute at subscripts. */
export function inlined(graph: Graph, tensor: Compute, body: Expr, at: readonly Expr[]): Expr {
  if (body.kind === "read")
    return graph.read(
      body.tensor,
      body.at.map((e) => graph.substitute(e, new Map(tensor.axes.map((axis, k) => [axis, at[k]!])))),
      body.outside,
    );
  return graph.substitute(body, new Map(tensor.axes.map((axis, k) => [axis, at[k]!])));
}

/** What a read of a re-indexed tensor gives where either read is outside; not possible where the two differ. */
function joinedOutside(tensor: Compute, body: Read, read: Read): { outside: number | undefined; possible: boolean } {
  if (read.outside === undefined) return { outside: body.outside, possible: true };
  if (body.outside !== undefined && body.outside !== read.outside) return { outside: undefined, possible: false };
  // Every place beyond the re-indexed tensor must be beyond the tensor read, so that one test stands for both.
  const covered = tensor.axes.every((axis) => {
    const places = body.at.flatMap((e, k) => {
      const form = affine(e);
      return form?.terms.get(axis) === 1 && form.terms.size === 1 ? [{ form, extent: body.tensor.shape[k]! }] : [];
    });
    return places.some(({ form, extent }) => reaches(form, axis.extent, extent));
  });
  return { outside: read.outside, possible: covered };
}
function reaches({ constant }: Affine, own: Extent, extent: Extent): boolean {
  if (own === "batch" || extent === "batch") return constant === 0 && own === extent;
  return constant <= 0 && own + constant >= extent;
}

/** Subscripts of a reshape as subscripts of the tensor reshaped, if they are affine or only regroup whole indices. */
function reshapedSubscripts(
  graph: Graph,
  at: readonly Expr[],
  shape: readonly Extent[],
  of: readonly Extent[],
  simplify: (e: Expr) => Expr,
): readonly Expr[] | undefined {
  const result: Expr[] = [];
  let i = 0;
  let j = 0;
  const size = (extent: Extent) => (extent === "batch" ? 0 : extent);
  while (i < shape.length || j < of.length) {
    if (shape[i] === of[j]) {
      result.push(at[i]!);
      i++;
      j++;
    } else if (shape[i] === 1) i++;
    else if (of[j] === 1) {
      result.push(graph.constant(0, "i32"));
      j++;
    } else {
      // The shortest runs of axes with equally many elements.
      const [from, to] = [i, j];
      if (i >= shape.length || j >= of.length || shape[i] === "batch" || of[j] === "batch") return undefined;
      let [a, b] = [size(shape[i++]!), size(of[j++]!)];
      while (a !== b) {
        const next = a < b ? shape[i] : of[j];
        if (next === undefined || next === "batch") return undefined;
        if (a < b) {
          a *= next;
          i++;
        } else {
          b *= next;
          j++;
        }
      }
      const flat = flatten(graph, at.slice(from, i), shape.slice(from, i).map(size));
      const split = splitUp(graph, simplify(flat), of.slice(to, j).map(size), simplify);
      if (!split.every((e) => affine(e))) return undefined;
      result.push(...split);
    }
  }
  return result;
}
function flatten(graph: Graph, at: readonly Expr[], sizes: readonly number[]): Expr {
  let flat = at[0]!;
  for (let k = 1; k < at.length; k++)
    flat = graph.apply(add, graph.apply(multiply, flat, graph.constant(sizes[k]!, "i32")), at[k]!);
  return flat;
}
function splitUp(graph: Graph, flat: Expr, sizes: readonly number[], simplify: (e: Expr) => Expr): Expr[] {
  const result: Expr[] = [];
  let rest = flat;
  for (let k = sizes.length - 1; k >= 0; k--) {
    if (k === 0) result.unshift(rest);
    else {
      const size = graph.constant(sizes[k]!, "i32");
      result.unshift(simplify(graph.apply(modulo, rest, size)));
      rest = simplify(graph.apply(floorDivide, rest, size));
    }
  }
  return result;
}

/** A read that is always inside, without its `outside`; one that never is, as that number. */
export function withoutOutside(graph: Graph, read: Read): Expr | undefined {
  const { tensor, at, outside } = read;
  if (outside === undefined) return undefined;
  if (at.every((e, k) => isWithin(e, tensor.shape[k]!))) return graph.read(tensor, at);
  const isNever = at.some((e, k) => {
    const extent = tensor.shape[k]!;
    const { low, high } = interval(e);
    return extent !== "batch" && (high < 0 || low >= extent);
  });
  return isNever ? graph.constant(outside, tensor.type) : undefined;
}
