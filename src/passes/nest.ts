/** @file What the scheduler hands to the loop maker: loop nests over buffers, and loops around them for scans. */
import type { Lists } from "./lists.js";
import type { Graph } from "../ir/graph.js";
import { sizeOf, tensorsOf } from "../ir/graph.js";
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
  /** Non-zero factors of its sum that are listed first. */
  readonly lists?: Lists;
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

/**
 * Where a compute or scatter writes, and what. A scatter over plain, distinct, complete axes is a compute. With a batch, large
 * sums over it may become sums in memory (`accumulate`, from 0).
 */
export function outputOf(
  graph: Graph,
  tensor: Compute | Scatter,
  view: View,
  batch: number | undefined,
): { axes: readonly Axis[]; output: Output } {
  if (tensor.kind === "compute") {
    const at = tensor.axes.map((axis) => graph.index(axis));
    return perExample(graph, tensor.axes, { view, at, value: tensor.body, accumulate: false }, batch);
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
    return perExample(graph, plain, { view, at: tensor.at, value, accumulate: false }, batch);
  const axes = tensor.axes.filter((axis) => used.has(axis));
  return { axes, output: { view, at: tensor.at, value, accumulate: true } };
}

/** Terms per example from which the result may go through memory after each example, and elements that outgrow a first-level cache. */
const leastTerms = 16;
const cached = 8192;

/**
 * A sum over examples and more (a weight's gradient) runs example by example, adding to memory, where the values that it reads
 * for one example stay in the cache and those of the batch do not.
 */
function perExample(
  graph: Graph,
  axes: readonly Axis[],
  output: Output,
  batch: number | undefined,
): { axes: readonly Axis[]; output: Output } {
  const { value } = output;
  const unchanged = { axes, output };
  if (value.kind !== "fold" || value.reducer !== "sum" || axes.length === 0 || !batch) return unchanged;
  const examples = value.axes.filter(({ extent }) => extent === "batch");
  const rest = value.axes.filter(({ extent }) => extent !== "batch");
  const terms = rest.reduce((product, { extent }) => product * (extent as number), 1);
  if (examples.length !== 1 || terms < leastTerms) return unchanged;
  let elements = 0;
  for (const tensor of tensorsOf(value.body)) if (tensor.shape[0] === "batch") elements += sizeOf(tensor.shape, batch);
  if (elements < cached) return unchanged;
  return {
    axes: [...examples, ...axes],
    output: { ...output, value: graph.fold("sum", rest, value.body), accumulate: true },
  };
}
