/** @file What a nest looks like, whatever the numbers of its nodes and the places of its arrays: the name under which schedules know it. */
import { isWithin } from "../ir/affine.js";
import type { Axis, Expr, ScalarOp } from "../ir/types.js";
import { add, and, equal, maximum, minimum, multiply, notEqual, or } from "../ops/index.js";
import { movesOf } from "./access.js";
import type { LoopAxis } from "./access.js";
import { hotFolds } from "./hot.js";
import type { Nest, View } from "./nest.js";

/** Arguments in any order. */
const commutative: ReadonlySet<ScalarOp> = new Set([add, multiply, minimum, maximum, and, or, equal, notEqual]);

/** Loop extents, operations, and how each read and write moves along each index; not constants, offsets or names. */
export function nestKey(nest: Nest, loops: readonly LoopAxis[], batch: number): string {
  const names = new Map<Axis, string>();
  nest.axes.forEach((axis, k) => names.set(axis, `${k}`));
  let depth = nest.axes.length;
  const nameOf = (axis: Axis) => names.get(axis) ?? "scan";
  const texts = new Map<Expr, string>();
  const place = (at: readonly Expr[], shape: View["shape"]): string => {
    const { of, computed } = movesOf(at, shape, batch);
    const moves = [...of].filter(([, step]) => step !== 0).map(([axis, step]) => `${nameOf(axis)}*${step}`);
    const others = computed.map(({ expr, factor }) => `${visit(expr)}*${factor}`);
    return [...moves.sort(), ...others.sort()].join("+");
  };
  const text = (expr: Expr): string => {
    switch (expr.kind) {
      case "const":
        return "c";
      case "index":
        return nameOf(expr.axis);
      case "scalar":
        return expr.name;
      case "read": {
        const inline = nest.inline.get(expr.tensor);
        if (inline) return visit(inline);
        const shape = nest.views.get(expr.tensor)?.shape ?? expr.tensor.shape;
        const guards =
          expr.outside === undefined ? "" : expr.at.map((at, k) => Number(!isWithin(at, shape[k]!))).join("");
        return `${expr.type}[${place(expr.at, shape)}]${guards}`;
      }
      case "apply": {
        const parts = expr.arguments.map(visit);
        return `${expr.op.name}(${(commutative.has(expr.op) ? parts.sort() : parts).join()})`;
      }
      case "fold": {
        expr.axes.forEach((axis, k) => names.set(axis, `${depth + k}`));
        depth += expr.axes.length;
        const body = visit(expr.body);
        depth -= expr.axes.length;
        return `${expr.reducer}{${expr.axes.map(({ extent }) => (extent === "batch" ? `n${batch}` : extent)).join()}}(${body})`;
      }
    }
  };
  /** Long texts by their hash: an expression may be a part of many. */
  const visit = (expr: Expr): string => {
    const known = texts.get(expr);
    if (known !== undefined) return known;
    const made = text(expr);
    const short = made.length > 40 ? hash(made) : made;
    texts.set(expr, short);
    return short;
  };
  const outputs = nest.outputs.map(
    ({ view, at, value, accumulate }) =>
      `${view.buffer.tensor.type}[${place(at, view.shape)}]${accumulate ? "+" : ""}=${visit(value)}`,
  );
  const extents = loops.map(({ extent, batched }) => (batched ? `n${batch}*${extent}` : `${extent}`));
  return hash([extents.join(), ...outputs, nest.lists ? "lists" : "", nest.parts ? "parts" : ""].join(";"));
}

/** 53 bits of a text, in base 36 (cyrb53, public domain). */
function hash(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let k = 0; k < text.length; k++) {
    const code = text.charCodeAt(k);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36).padStart(11, "0");
}

/** `32 x 24 x 64, sum 3 x 3 x 32`, and the product of these numbers. */
export function describeNest(
  nest: Nest,
  loops: readonly LoopAxis[],
  batch: number,
): { readonly description: string; readonly size: number } {
  const extents = loops.map(({ extent, batched }) => (batched ? extent * batch : extent));
  const sums = hotFolds(nest).map(({ fold }) => fold.axes.map(({ extent }) => (extent === "batch" ? batch : extent)));
  const product = (factors: readonly number[]) => factors.reduce((all, factor) => all * factor, 1);
  const terms = sums.reduce((all, sum) => all + product(sum), 0);
  const texts = new Set(sums.map((sum) => `sum ${sum.join(" x ")}`));
  return { description: [extents.join(" x "), ...texts].join(", "), size: product(extents) * Math.max(1, terms) };
}
