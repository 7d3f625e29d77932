/**
 * @file Kernel IR: loop nests over scalar (or 4-lane vector) statements on flat arrays. The scheduler makes it, back ends print it.
 * Register tiles are several named accumulators (`var`) in one loop body; a vector axis is statements of type f32x4.
 */
import type { ArenaName, Origin, RunTimeScalar, ScalarOp, ScalarType, Tensor } from "./types.js";

/** Bytes that a processor's cores hand to one another in one piece: what different threads write lies apart by as many. */
export const cacheLine = 64;

/** Every array a kernel may touch: the program's arenas, and the two that hold intermediate values. */
export type ArrayName = ArenaName | "activations" | "integers";
/** Vectors of four lanes; `b32x4` holds truth values, in arrays stored as i32 0 or 1. */
export type VectorType = "f32x4" | "i32x4" | "b32x4";
export type LaneType = ScalarType | VectorType;

export type KernelExpr =
  | { readonly kind: "const"; readonly type: LaneType; readonly value: number }
  /** A loop variable, `let` or `var` of the kernel; `n` is the number of examples in this call. */
  | { readonly kind: "local"; readonly type: LaneType; readonly name: string }
  | Linear
  | { readonly kind: "scalar"; readonly type: ScalarType; readonly name: RunTimeScalar["name"]; readonly site: number }
  /** `index` counts elements from the start of the array; a vector type loads consecutive lanes. */
  | { readonly kind: "load"; readonly type: LaneType; readonly array: ArrayName; readonly index: KernelExpr }
  | {
      readonly kind: "apply";
      readonly type: LaneType;
      readonly op: ScalarOp;
      readonly arguments: readonly KernelExpr[];
    }
  /** Only the branch taken is evaluated: it guards loads. With a condition of lanes both are, and lanes are chosen. */
  | {
      readonly kind: "select";
      readonly type: LaneType;
      readonly condition: KernelExpr;
      readonly yes: KernelExpr;
      readonly no: KernelExpr;
    }
  /** `0 <= value < below`. */
  | { readonly kind: "inside"; readonly type: "bool"; readonly value: KernelExpr; readonly below: KernelExpr }
  /** Loop bounds on i32: the smaller, the larger, or `a / b` rounded towards zero. */
  | {
      readonly kind: "bound";
      readonly type: "i32";
      readonly op: "min" | "max" | "divide";
      readonly a: KernelExpr;
      readonly b: KernelExpr;
    }
  /** All lanes equal; of a load, one instruction. */
  | { readonly kind: "splat"; readonly type: VectorType; readonly value: KernelExpr }
  /** Four scalars side by side. */
  | { readonly kind: "lanes"; readonly type: VectorType; readonly values: readonly KernelExpr[] }
  /** One lane of a vector. */
  | { readonly kind: "lane"; readonly type: ScalarType; readonly value: KernelExpr; readonly lane: number }
  /** Lanes combined as (0 . 2) . (1 . 3). */
  | {
      readonly kind: "across";
      readonly type: ScalarType;
      readonly op: "sum" | "product" | "max" | "min";
      readonly value: KernelExpr;
    }
  /** Lane k is the sum across `values[k]`, added in the order of `across`. */
  | { readonly kind: "sums"; readonly type: "f32x4"; readonly values: readonly KernelExpr[] };

/** Index arithmetic, `constant + sum of factor * local`: back ends fold the constant into the address. */
export interface Linear {
  readonly kind: "linear";
  readonly type: "i32";
  readonly constant: number;
  readonly terms: readonly { readonly name: string; readonly factor: number }[];
}

export type KernelStatement = StatementForm & {
  /** The step that it computes, for source maps. */
  readonly origin?: Origin | undefined;
};
type StatementForm =
  /**
   * `for (variable = from; variable < to; variable += step)`; `to` is a constant or a local. With `split`, threads share the
   * iterations, of which no two write the same element; loops around it are run by all threads and write nothing themselves,
   * unless they have `meets`: what their body writes is seen by all before the next statement that reads it.
   */
  | {
      readonly kind: "for";
      readonly split?: true;
      readonly meets?: true;
      readonly variable: string;
      readonly from: KernelExpr;
      readonly to: KernelExpr;
      readonly step: number;
      readonly body: readonly KernelStatement[];
    }
  /** An immutable name. */
  | { readonly kind: "let"; readonly name: string; readonly value: KernelExpr }
  /** An accumulator, assigned later. */
  | { readonly kind: "var"; readonly name: string; readonly type: LaneType; readonly value: KernelExpr }
  | { readonly kind: "assign"; readonly name: string; readonly value: KernelExpr }
  | {
      readonly kind: "store";
      readonly array: ArrayName;
      readonly index: KernelExpr;
      readonly value: KernelExpr;
      /** Add to what is there. */
      readonly accumulate: boolean;
    }
  /** Elements from .. to - 1 become 0. */
  | {
      readonly kind: "fill";
      readonly array: ArrayName;
      readonly from: KernelExpr;
      readonly to: KernelExpr;
    }
  | {
      readonly kind: "if";
      readonly condition: KernelExpr;
      readonly body: readonly KernelStatement[];
    };

export interface Kernel {
  /** A JavaScript identifier, unique in the module; made by the compiler, never taken verbatim from `.net` text. */
  readonly name: string;
  /** What it computes, and from which `.net` line: the comment above it. */
  readonly origins: readonly Origin[];
  readonly body: readonly KernelStatement[];
  /** Floating-point operations per example of the batch, as scheduled (multiply-add counts 2). */
  readonly flops: number;
}

/** A program as kernels, called in order. */
export interface CompiledProgram {
  readonly name: string;
  readonly kernels: readonly Kernel[];
  /** Elements it needs in the arrays of intermediate values. */
  readonly activations: number;
  readonly integers: number;
  /** The same for the best plan conceivable: what is alive at the worst moment. */
  readonly lowerBound: { readonly activations: number; readonly integers: number };
  /** Where each intermediate value lives: for `summary` and for tests. */
  readonly regions: readonly Region[];
}
export interface Region {
  readonly tensor: Tensor;
  readonly array: ArrayName;
  readonly offset: number;
  readonly length: number;
  /** Positions (in the order of loop nests) of the first write and the last read. */
  readonly from: number;
  readonly to: number;
}
