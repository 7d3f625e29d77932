/** @file What the scheduler hands to the loop maker: loop nests over buffers, and loops around them for scans. */
import type { Lists } from "./lists.js";
import type { Parts } from "./parts.js";
import type { Stream } from "./streams.js";
import { affine } from "../ir/affine.js";
import type { Graph } from "../ir/graph.js";
import { sizeOf } from "../ir/graph.js";
import { type ArrayName, cacheLine } from "../ir/kernel.js";
import { once } from "../ir/once.js";
import type {
  Axis,
  Compute,
  Expr,
  Extent,
  Origin,
  Read,
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
/** Planned buffers start at a multiple of so many elements, so that no two threads write to one cache line. */
const alignment = cacheLine / 4;
export const aligned = (length: number): number => Math.ceil(length / alignment) * alignment;

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
  readonly lists?: Lists | undefined;
  /** Its first index, where that counts parts of the batch. */
  readonly parts?: Parts | undefined;
  /** Of a nest that streams a matrix: what decides which rows count. */
  readonly stream?: Stream | undefined;
}
export interface Loop {
  readonly kind: "loop";
  readonly axis: Axis;
  readonly body: readonly Step[];
  readonly origin: Origin;
  /** Absent: all iterations. */
  readonly cut?: Cut | undefined;
}
/** The iterations before `constant + factor * count`, or those from there on; `count` is one whole number in memory. */
export interface Cut {
  readonly part: "before" | "after";
  readonly count: View;
  readonly constant: number;
  readonly factor: 1 | -1;
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

/** Whatever a step touches. */
export function buffersOf(step: Step): readonly Buffer[] {
  if (step.kind === "loop") return [...(step.cut ? [step.cut.count.buffer] : []), ...step.body.flatMap(buffersOf)];
  const views = [...step.views.values(), ...step.outputs.map(({ view }) => view), ...step.fills];
  if (step.lists) views.push(step.lists.values, step.lists.positions);
  return views.map(({ buffer }) => buffer);
}

/** What a nest reads from memory. */
export function readsOf({ outputs, inline }: Nest): readonly Read[] {
  const found: Read[] = [];
  const seen = new Set<Expr>();
  const visit = (expr: Expr): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.kind === "apply") expr.arguments.forEach(visit);
    else if (expr.kind === "fold") visit(expr.body);
    else if (expr.kind === "read") {
      expr.at.forEach(visit);
      const inlined = inline.get(expr.tensor);
      if (inlined) visit(inlined);
      else found.push(expr);
    }
  };
  for (const { value, at } of outputs) [value, ...at].forEach(visit);
  return found;
}

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

/** What a compute or scatter writes, element by element. A scatter over plain, distinct, complete axes is a compute. */
export interface Written {
  readonly axes: readonly Axis[];
  readonly at: readonly Expr[];
  readonly value: Expr;
  /** Add to what is there, from 0. */
  readonly accumulate: boolean;
}
export function writtenBy(graph: Graph, tensor: Compute | Scatter): Written {
  if (tensor.kind === "compute") {
    const at = tensor.axes.map((axis) => graph.index(axis));
    return { axes: tensor.axes, at, value: tensor.body, accumulate: false };
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
    return { axes: plain, at: tensor.at, value, accumulate: false };
  return { axes: tensor.axes.filter((axis) => used.has(axis)), at: tensor.at, value, accumulate: true };
}

/** Terms per block from which the result may go through memory after each block, and elements that outgrow a first-level cache. */
const leastTerms = 16;
const cached = 8192;

/**
 * A sum over examples and more (a weight's gradient) runs in blocks, adding to memory, where the values that it reads for one
 * block stay in the cache and all together do not. A block is one example or, where the steps of a scan lead, one step.
 */
export function blocked(graph: Graph, written: Written, batch: number): Written {
  const { axes, value } = written;
  if (value.kind !== "fold" || value.reducer !== "sum" || axes.length === 0 || written.accumulate) return written;
  const leading = new Map<Axis, number>();
  for (const { tensor, at } of tensorReads(value.body).values()) {
    const lead = at[0] && [...(affine(at[0])?.terms.keys() ?? [])];
    if (lead?.length !== 1 || !value.axes.includes(lead[0]!) || !tensor.shape.includes("batch")) continue;
    leading.set(lead[0]!, (leading.get(lead[0]!) ?? 0) + sizeOf(tensor.shape, batch));
  }
  const [block] = [...leading].sort(([, a], [, b]) => b - a);
  if (!block || block[1] < cached) return written;
  const rest = value.axes.filter((axis) => axis !== block[0]);
  if (rest.reduce((terms, { extent }) => terms * (extent === "batch" ? batch : extent), 1) < leastTerms) return written;
  return { axes: [block[0], ...axes], at: written.at, value: graph.fold("sum", rest, value.body), accumulate: true };
}
/** The reads of an expression, of each tensor one. */
function tensorReads(expr: Expr): ReadonlyMap<Tensor, Read> {
  const reads = new Map<Tensor, Read>();
  const visit = once((e): void => {
    if (e.kind === "read") reads.set(e.tensor, e);
    else if (e.kind === "apply") e.arguments.forEach(visit);
  });
  visit(expr);
  return reads;
}
