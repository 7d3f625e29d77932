/** @file What the scheduler hands to the loop maker: loop nests over buffers, and loops around them for scans. */
import type { Graph } from "../ir/graph.js";
import { sizeOf } from "../ir/graph.js";
import type { ArrayName } from "../ir/kernel.js";
import type {
  Axis,
  Compute,
  Expr,
  Extent,
  Origin,
  Scan,
  ScanResult,
  Scatter,
  ScalarType,
  Source,
  Tensor,
} from "../ir/types.js";

/** Memory of one value; the same tensor computed again in a later stage has another. */
export interface Buffer {
  readonly tensor: Tensor;
  readonly array: ArrayName;
  readonly length: number;
  /** A region of an arena; undefined: the memory plan decides. */
  readonly fixed: number | undefined;
}
/** A buffer's elements, row-major, under a shape; the declared batch counts where `batch` is not the leading axis. */
export interface View {
  readonly buffer: Buffer;
  readonly shape: readonly Extent[];
}
/** `view[at] = value` or `+=` at every point of the nest. */
export interface Output {
  readonly view: View;
  readonly at: readonly Expr[];
  readonly value: Expr;
  readonly accumulate: boolean;
}
export interface Nest {
  readonly kind: "nest";
  readonly axes: readonly Axis[];
  readonly outputs: readonly Output[];
  /** Zeroed before. */
  readonly fills: readonly View[];
  /** Where the tensors that it reads are. */
  readonly views: ReadonlyMap<Tensor, View>;
  /** Values computed at the same point: read at plain indices, they stand for their bodies. */
  readonly inline: ReadonlyMap<Tensor, Expr>;
  readonly origins: readonly Origin[];
}
export interface Loop {
  readonly kind: "loop";
  readonly axis: Axis;
  readonly body: readonly Step[];
  readonly origin: Origin;
}
export type Step = Nest | Loop;

/** What is computed at one place in the order: nests of one or several computes, a scatter, or a scan with its body. */
export type Unit = readonly (Compute | Scatter)[] | ScanUnit;
export interface ScanUnit {
  readonly scan: Scan;
  readonly results: readonly ScanResult[];
  readonly body: readonly Unit[];
}
export const isScanUnit = (unit: Unit): unit is ScanUnit => !Array.isArray(unit);

/** Row-major strides of a shape. */
export function stridesOf(shape: readonly Extent[], batch: number): readonly number[] {
  const strides: number[] = [];
  let stride = 1;
  for (let k = shape.length - 1; k >= 0; k--) {
    strides[k] = stride;
    stride *= shape[k] === "batch" ? batch : (shape[k] as number);
  }
  return strides;
}

export const arrayFor = (type: ScalarType): ArrayName =>
  type === "i32" || type === "bool" ? "integers" : "activations";

export function fixedBuffer(tensor: Tensor, source: Source, batch: number): Buffer {
  return { tensor, array: source.arena, length: sizeOf(source.shape, batch), fixed: source.offset };
}
export function overlap(a: Buffer, b: Buffer): boolean {
  return (
    a === b ||
    (a.fixed !== undefined &&
      b.fixed !== undefined &&
      a.array === b.array &&
      a.fixed < b.fixed + b.length &&
      b.fixed < a.fixed + a.length)
  );
}

/** Through views to the tensor that owns the memory. */
export function owner(tensor: Tensor): Tensor {
  if (tensor.kind === "reshape") return owner(tensor.of);
  return tensor.kind === "custom" ? owner(tensor.value) : tensor;
}

/** Where a compute or scatter writes, and what. A scatter over plain, distinct, complete axes is a compute. */
export function outputOf(
  graph: Graph,
  tensor: Compute | Scatter,
  view: View,
): { axes: readonly Axis[]; output: Output } {
  if (tensor.kind === "compute") {
    const at = tensor.axes.map((axis) => graph.index(axis));
    return { axes: tensor.axes, output: { view, at, value: tensor.body, accumulate: false } };
  }
  const used = new Set(tensor.at.flatMap((at) => at.free));
  const value = graph.fold(
    "sum",
    tensor.axes.filter((axis) => !used.has(axis)),
    tensor.body,
  );
  const plain = tensor.at.flatMap((at, k) =>
    at.kind === "index" && at.axis.extent === tensor.shape[k] ? [at.axis] : [],
  );
  if (plain.length === tensor.at.length && new Set(plain).size === plain.length)
    return { axes: plain, output: { view, at: tensor.at, value, accumulate: false } };
  const axes = tensor.axes.filter((axis) => used.has(axis));
  return { axes, output: { view, at: tensor.at, value, accumulate: true } };
}
