/** @file A checked model becomes kernels: lowering, graph passes, schedule and memory plan, for every program of the model. */
import type { BatchPrograms, CompiledModel, Target } from "../backends/model.js";
import type { CheckedModel } from "../check/model.js";
import type { CompiledProgram } from "../ir/kernel.js";
import type { Program } from "../ir/types.js";
import { lower } from "../lower/programs.js";
import { compileProgram } from "../passes/kernels.js";
import type { KernelOptions } from "../passes/kernels.js";
import { nominalFlops } from "./cost.js";
import type { Schedules } from "../passes/schedules.js";
import { afterGradient, beforeGradient, runPasses, runPassesOn, type PassOptions } from "../passes/pipeline.js";

export interface CompileOptions extends PassOptions {
  /** Also the program `gradient`, which only gradient checks run, with copies of the parameters. Default false. */
  readonly gradient?: boolean;
  /** What the programs that run on a batch are scheduled for. Default `typescript`. */
  readonly target?: Target;
  /** With another target: the same programs for TypeScript, too. Default false. */
  readonly fallback?: boolean;
  /**
   * Multiply and add in one instruction where the engine has relaxed SIMD: faster on most machines, but whether a product is rounded
   * before it is added is for each machine to say. Default false: the same bits everywhere.
   */
  readonly relaxed?: boolean;
  /** Tilings of the batch programs for WebAssembly, chosen by measurement. Default: the cost model decides. */
  readonly schedules?: Schedules;
}

/** How a program is compiled where it differs from the rest. */
type Form = Pick<PassOptions, "exact"> & Partial<Pick<KernelOptions, "batch" | "target" | "short" | "alone">>;

/** Operations of one example's prediction from which threads share it, about half a millisecond: to wake one takes a tenth. */
const leastShared = 2 ** 24;

/** The model must be without errors. Its batch is the largest number of examples in one call. */
export function compileModel(checked: CheckedModel, options: CompileOptions = {}): CompiledModel {
  const { graph, batch } = checked;
  const { programs, arenas, objective, surrogates } = lower(checked, {
    prepare: (graph, tensors) => runPassesOn(graph, beforeGradient, tensors),
    copies: options.gradient ?? false,
  });
  const { target = "typescript", fallback = false } = options;
  const { schedules } = options;
  const build = (program: Program, how: Form = {}): CompiledProgram =>
    compileProgram(graph, runPasses(graph, afterGradient, program, { ...options, batch, ...how }), {
      batch,
      schedules,
      ...how,
    });
  const maybe = (program: Program | undefined) => program && build(program);
  const batchPrograms = (form: Form): BatchPrograms => {
    const forBatch = (program: Program | undefined) => program && build(program, form);
    // Tiles of several examples go to waste on one. Beside kernels for more, Winograd's would cost the reference CNN a kilobyte, and
    // save it a tenth of the time.
    const one =
      form.target === "wasm"
        ? build(programs.predict, {
            ...form,
            ...(batch > 1 && { exact: true }),
            batch: 1,
            alone: nominalFlops(programs.predict, 1) < leastShared,
          })
        : undefined;
    return {
      train: forBatch(programs.train),
      later: programs.later.map((program) => build(program, form)),
      gradient: options.gradient ? forBatch(programs.gradient) : undefined,
      evaluate: forBatch(programs.evaluate),
      predict: batch === 1 && one ? one : build(programs.predict, form),
      predictOne: batch > 1 ? one : undefined,
      survey: forBatch(programs.survey),
    };
  };
  const finish = maybe(programs.finish);
  return {
    checked,
    target,
    relaxed: target === "wasm" && (options.relaxed ?? false),
    batch,
    arenas,
    nominalFlops: programs.gradient ? nominalFlops(programs.gradient, batch) : 0,
    objective,
    surrogates,
    programs: {
      initialize: build(programs.initialize),
      ...batchPrograms({ target }),
      finish,
      phases: programs.phases.map((phase) => ({
        begin: programs.phases.length > 1 || phase.serve ? maybe(phase.begin) : undefined,
        serve: maybe(phase.serve),
        update: maybe(phase.update),
        finish: phase.finish === programs.finish ? finish : maybe(phase.finish),
      })),
      reset: maybe(programs.reset),
      settle: maybe(programs.settle),
    },
    // Speed is not its purpose: in the direct form, which is shorter, and without large tiles.
    fallback: fallback && target !== "typescript" ? batchPrograms({ exact: true, short: true }) : undefined,
  };
}
