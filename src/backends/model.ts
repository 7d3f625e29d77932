/** @file A compiled model: what the emitter prints, `summary` lists and `bench` counts. */
import type { CheckedModel } from "../check/model.js";
import type { ArenaName, ScalarType, Source } from "../ir/types.js";
import type { CompiledProgram } from "../ir/kernel.js";

export interface Arena {
  readonly name: ArenaName;
  readonly type: ScalarType;
  /** In elements; per-example arenas take the declared batch. */
  readonly length: number;
}

/** What kernels are scheduled for and printed as. */
export type Target = "typescript" | "wasm";

/** The programs of a model, in kernels. Absent: the model does not train, has no metrics, .. */
export interface Programs {
  /** Values of parameters, buffers and optimizer states; called once at `create`. */
  readonly initialize: CompiledProgram;
  /** Forward, loss, backward, optimizer: one step; also this batch's totals. */
  readonly train: CompiledProgram | undefined;
  /** As `train`, of the phases after the first. */
  readonly later: readonly CompiledProgram[];
  /** As `train` without the optimizer: leaves gradients in arena `gradients`, for gradient checks; made on request. */
  readonly gradient: CompiledProgram | undefined;
  /** This batch's totals, in evaluation mode. */
  readonly evaluate: CompiledProgram | undefined;
  readonly predict: CompiledProgram;
  /** `predict` for one example alone, where that is scheduled otherwise. */
  readonly predictOne: CompiledProgram | undefined;
  /** Arena `metrics` from arena `sums`. */
  readonly finish: CompiledProgram | undefined;
  /** In order; at least one. */
  readonly phases: readonly PhasePrograms[];
  /** Kept values as they are before the first prediction, in all rows. */
  readonly reset: CompiledProgram | undefined;
  /** Totals of a batch of the training set, taken once before the first step. */
  readonly survey: CompiledProgram | undefined;
  /** Buffers from the sums of `survey`. */
  readonly settle: CompiledProgram | undefined;
}

export interface PhasePrograms {
  /** Optimizer states as the phase finds them. */
  readonly begin: CompiledProgram | undefined;
  /** The optimizer, from the gradients that `train` added up over n examples; absent where each `train` is an update. */
  readonly update: CompiledProgram | undefined;
  /** Puts what prediction reads in the place of parameters. */
  readonly serve: CompiledProgram | undefined;
  /** Metrics from sums, where `loss` is what the phase minimises. */
  readonly finish: CompiledProgram | undefined;
}

/** Programs that run on a batch of examples; the others prepare or conclude, and are TypeScript on every target. */
export type BatchPrograms = Pick<
  Programs,
  "train" | "later" | "gradient" | "evaluate" | "predict" | "predictOne" | "survey"
>;

export interface CompiledModel {
  readonly checked: CheckedModel;
  /** Of the batch programs. */
  readonly target: Target;
  /** Products of vectors are added by one instruction where the engine has relaxed SIMD; WebAssembly only. */
  readonly relaxed: boolean;
  /** Largest number of examples in one call. */
  readonly batch: number;
  readonly arenas: readonly Arena[];
  readonly programs: Programs;
  /** The batch programs for TypeScript, where engines that lack the target's features shall run the model too. */
  readonly fallback: BatchPrograms | undefined;
  /** Dense operations of one training step's contractions at the full batch, before any pass saved some; 0 without training. */
  readonly nominalFlops: number;
  /** Where `gradient` leaves the loss that is differentiated. */
  readonly objective: Source | undefined;
  /** Paths of parameters whose gradient passes a `surrogate`. */
  readonly surrogates: readonly string[];
}
