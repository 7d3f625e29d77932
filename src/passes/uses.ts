/** @file How a program uses its values: what decides whether one may lie inside another, or in another order. */
import { affine, isWithin } from "../ir/affine.js";
import { rootsOf, topological, usersOf } from "../ir/traverse.js";
import type { Axis, Expr, Program, Read, Tensor } from "../ir/types.js";

export interface Uses {
  /** Values that others are views of: their elements stay in row-major order. */
  readonly viewed: ReadonlySet<Tensor>;
  /** Values that are read beyond their axes: they keep their extents. */
  readonly guarded: ReadonlySet<Tensor>;
  /** Values over the batch whose second axis a scan walks. */
  readonly stepwise: ReadonlySet<Tensor>;
  /** Whether anything but the given tensors uses a value. */
  readonly isUsedBeyond: (tensor: Tensor, users: readonly Tensor[]) => boolean;
}

export function usesOf(program: Program): Uses {
  const roots = rootsOf(program);
  const order = topological(roots);
  const scans = new Set(order.flatMap((tensor) => (tensor.kind === "result" ? [tensor.scan.axis] : [])));
  const viewed = new Set<Tensor>();
  const guarded = new Set<Tensor>();
  const stepwise = new Set<Tensor>();
  const users = usersOf(order);
  const seen = new Set<Expr>();
  const note = (read: Read) => {
    const { tensor, at, outside } = read;
    if (outside !== undefined && !at.every((e, k) => isWithin(e, tensor.shape[k]!))) guarded.add(tensor);
    if (tensor.shape[0] === "batch" && at[1] && isStep(at[1], scans)) stepwise.add(tensor);
  };
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.kind === "read") {
      note(e);
      e.at.forEach(walk);
    } else if (e.kind === "apply") e.arguments.forEach(walk);
    else if (e.kind === "fold") walk(e.body);
  };
  for (const tensor of order) {
    if (tensor.kind === "compute" || tensor.kind === "scatter") walk(tensor.body);
    if (tensor.kind === "scatter") tensor.at.forEach(walk);
    if (tensor.kind === "reshape") viewed.add(tensor.of);
    if (tensor.kind === "custom") viewed.add(tensor.value);
    if (tensor.kind === "result") for (const { at } of tensor.scan.rows) walk(at);
  }
  const stored = new Set(roots);
  return {
    viewed,
    guarded,
    stepwise,
    isUsedBeyond: (tensor, allowed) =>
      stored.has(tensor) || (users.get(tensor) ?? []).some((user) => !allowed.includes(user)),
  };
}

/** A scan's index, forwards or backwards. */
function isStep(at: Expr, scans: ReadonlySet<Axis>): boolean {
  const terms = [...(affine(at)?.terms ?? [])];
  return terms.length === 1 && scans.has(terms[0]![0]) && Math.abs(terms[0]![1]) === 1;
}
