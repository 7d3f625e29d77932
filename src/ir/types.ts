/**
 * @file The tensor graph: every value is an array defined, element by element, by a scalar expression over index variables.
 *
 * One node kind, `compute`, is elementwise arithmetic, broadcasting, transposition, slicing, padding, gathering, reduction and
 * contraction alike: `out[p] = body(p)`, where the body reads other tensors at expressions of the indices and may fold
 * (sum, max, ..) over indices of its own. A contraction is a `compute` whose body is `fold(sum, k, read * read)`; its gradient is
 * a `scatter` (`out[at(p)] += body(p)`), again of that form. The batch is an index like any other, always the leading axis.
 */
import type { Location } from "../base/source.js";

/** `bool` is stored as i32 0 or 1; `f64` only in the arena of sums and in run-time scalars. */
export type ScalarType = "f32" | "i32" | "bool" | "f64";

/** A size known at compile time, or the run-time number of examples (at most the declared batch). */
export type Extent = number | "batch";

/** An index variable, ranging over 0 .. extent - 1. Identity is the object. */
export interface Axis {
  readonly id: number;
  readonly extent: Extent;
}

// ---- Scalar operations (defined in src/ops; a node points at its operation) ------------------------------------------

export interface ScalarOp {
  readonly name: string;
  readonly arity: number;
  readonly type: (arguments_: readonly ScalarType[]) => ScalarType;
  /** The definition, in f64; booleans are 0 or 1. */
  readonly reference: (...arguments_: number[]) => number;
  /** The definition on i32, where `reference` followed by `| 0` would lose bits. */
  readonly integer?: (...arguments_: number[]) => number;
  /**
   * For each argument the expression of its adjoint, or undefined where the derivative is 0.
   * Where a partial derivative can be infinite, a zero seed still gives exactly 0.
   */
  readonly gradient?: (
    graph: ExpressionBuilder,
    arguments_: readonly Expr[],
    out: Expr,
    seed: Expr,
  ) => readonly (Expr | undefined)[];
  /** Rough price, in multiplications: decides what is recomputed and what is stored. */
  readonly cost: number;
  /** Argument rows on which every back end is compared with `reference`, and the gradient with finite differences. */
  readonly samples: readonly (readonly number[])[];
  /** Stated error of the back ends against `reference`, relative to max(1, |result|); default 2^-23. */
  readonly tolerance?: number;
}

/** How a fold combines. `argmax`/`argmin` give the row-major number of the first winning position, as i32. */
export type Reducer = "sum" | "product" | "max" | "min" | "argmax" | "argmin";

// ---- Expressions -----------------------------------------------------------------------------------------------------

interface ExprBase {
  readonly id: number;
  readonly type: ScalarType;
  /** Index variables that occur free in it, ordered by id. */
  readonly free: readonly Axis[];
}
export type Expr = Const | Index | RunTimeScalar | Read | Apply | Fold;

export interface Const extends ExprBase {
  readonly kind: "const";
  readonly value: number;
}
/** The value of an index variable, i32. */
export interface Index extends ExprBase {
  readonly kind: "index";
  readonly axis: Axis;
}
/**
 * A number known when a program starts: `step` (1 at the first update), `batch` (examples in this call), `key` (the random
 * key of a draw site: a hash of seed, site and step, as i32).
 */
export interface RunTimeScalar extends ExprBase {
  readonly kind: "scalar";
  readonly name: "step" | "batch" | "key";
  /** For `key`: the hash of the draw site's path. */
  readonly site: number;
}
/** `tensor[at]`. With `outside`, a read beyond an axis gives that number instead (zero padding is `outside: 0`). */
export interface Read extends ExprBase {
  readonly kind: "read";
  readonly tensor: Tensor;
  readonly at: readonly Expr[];
  readonly outside: number | undefined;
}
export interface Apply extends ExprBase {
  readonly kind: "apply";
  readonly op: ScalarOp;
  readonly arguments: readonly Expr[];
}
export interface Fold extends ExprBase {
  readonly kind: "fold";
  readonly reducer: Reducer;
  readonly axes: readonly Axis[];
  readonly body: Expr;
}

// ---- Tensors ---------------------------------------------------------------------------------------------------------

/** Where a node came from: its `.net` place and the step's name, for comments and profiles. */
export interface Origin {
  readonly location: Location | undefined;
  readonly label: string;
}

interface TensorBase {
  readonly id: number;
  readonly type: ScalarType;
  readonly shape: readonly Extent[];
  /** Scans whose index or carried values it depends on: it is computed inside them. Outermost first. */
  readonly scans: readonly Scan[];
  readonly origin: Origin;
}
export type Tensor = SourceTensor | Compute | Scatter | Reshape | Custom | Placeholder | CarriedTensor | ScanResult;

/** Memory that exists before a program runs. */
export interface SourceTensor extends TensorBase {
  readonly kind: "source";
  readonly source: Source;
}
/** `out[axes] = body`; its shape is the axes' extents. */
export interface Compute extends TensorBase {
  readonly kind: "compute";
  readonly axes: readonly Axis[];
  readonly body: Expr;
  /** The tensors that the body reads, each once. */
  readonly reads: readonly Tensor[];
}
/** `out` starts at 0; for every point of `axes`: `out[at] += body`. An index beyond `shape` is skipped. */
export interface Scatter extends TensorBase {
  readonly kind: "scatter";
  readonly axes: readonly Axis[];
  readonly at: readonly Expr[];
  readonly body: Expr;
  /** The tensors that body and subscripts read, each once. */
  readonly reads: readonly Tensor[];
}
/** The same elements in row-major order under another shape (a leading batch axis stays). */
export interface Reshape extends TensorBase {
  readonly kind: "reshape";
  readonly of: Tensor;
}
/** `value`, but differentiated by the given graphs, in which `seed` stands for the adjoint of the value. */
export interface Custom extends TensorBase {
  readonly kind: "custom";
  readonly value: Tensor;
  readonly inputs: readonly Tensor[];
  readonly seed: Placeholder;
  /** One adjoint per input, of the input's shape; undefined: none. */
  readonly gradients: readonly (Tensor | undefined)[];
  /** True for `surrogate`: not the true derivative, so gradient checks leave it out. */
  readonly surrogate: boolean;
}
/** A leaf to be substituted. */
export interface Placeholder extends TensorBase {
  readonly kind: "placeholder";
}
/** Inside a scan's body: the value carried into this iteration. */
export interface CarriedTensor extends TensorBase {
  readonly kind: "carried";
  readonly scan: Scan;
  readonly index: number;
}
/** After a scan: the last value of a carried name, or the rows written. */
export interface ScanResult extends TensorBase {
  readonly kind: "result";
  readonly scan: Scan;
  readonly output: "carry" | "row";
  readonly index: number;
}

/**
 * A loop with carried values. Iterations are numbered 0 .. extent - 1 by `axis`; a reversed or shifted range is arithmetic on it.
 * `carries` and `rows` are filled when the body is complete.
 */
export interface Scan {
  readonly id: number;
  readonly axis: Axis;
  readonly carries: readonly Carry[];
  readonly rows: readonly Row[];
  readonly origin: Origin;
}
export interface Carry {
  readonly leaf: CarriedTensor;
  readonly init: Tensor;
  readonly next: Tensor;
}
/** `result[.., at, ..] = value` in each iteration, the row axis inserted at `position`; rows never written are 0. */
export interface Row {
  readonly value: Tensor;
  readonly at: Expr;
  readonly extent: number;
  readonly position: number;
}

// ---- Memory and programs ---------------------------------------------------------------------------------------------

/**
 * `inputs` f32 and `classes` i32 hold one batch; `parameters`, `gradients` (same offsets), `states` (optimizer slots), `masks` (1, or 0 for a
 * weight that was pruned) and `buffers` are flat f32; `totals` f64 are sums over the examples of one call, accumulated by the runtime into `sums` f64 over an
 * epoch; `outputs` f32 and `decisions` i32 are what predict returns; `memories` f32 are what it keeps
 * for the next call, row by row; `metrics` f64 are finished metrics.
 */
export type ArenaName =
  | "inputs"
  | "classes"
  | "parameters"
  | "gradients"
  | "states"
  | "masks"
  | "buffers"
  | "totals"
  | "sums"
  | "outputs"
  | "decisions"
  | "memories"
  | "metrics";

/** A named region of an arena, row-major, offset in elements. The batch axis, if any, leads and takes the declared batch. */
export interface Source {
  readonly name: string;
  readonly arena: ArenaName;
  readonly type: ScalarType;
  readonly offset: number;
  readonly shape: readonly Extent[];
  /** Values are whole and below this: class numbers, which the runtime checks on their way in. */
  readonly limit?: number;
}
export interface Store {
  readonly target: Source;
  readonly value: Tensor;
}
/** Stages run in order; within a stage every value is computed from what memory held before the stage's stores. */
export interface Program {
  readonly name: string;
  readonly stages: readonly (readonly Store[])[];
}

/** The constructors of expressions; `Graph` implements them with hash-consing: equal structure is the same object. */
export interface ExpressionBuilder {
  /** A fresh index variable. */
  axis(extent: Extent): Axis;
  constant(value: number, type?: ScalarType): Expr;
  index(axis: Axis): Expr;
  scalar(name: RunTimeScalar["name"], site?: number): Expr;
  read(tensor: Tensor, at: readonly Expr[], outside?: number): Expr;
  apply(op: ScalarOp, ...arguments_: readonly Expr[]): Expr;
  fold(reducer: Reducer, axes: readonly Axis[], body: Expr): Expr;
}
