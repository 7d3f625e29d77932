/** @file A checked model becomes kernels: lowering, graph passes, schedule and memory plan, for every program of the model. */
import type { BatchPrograms, CompiledModel, Target } from "../backends/model.js";
import type { CheckedModel } from "../check/model.js";
import type { CompiledProgram } from "../ir/kernel.js";
import type { Program } from "../ir/types.js";
import { lower } from "../lower/programs.js";
import { compileProgram } from "../passes/kernels.js";
import { nominalFlops } from "./cost.js";
import { afterGradient, beforeGradient, runPasses, runPassesOn, type PassOptions } from "../passes/pipeline.js";

export interface CompileOptions extends PassOptions {
  /** Also the program `gradient`, which only gradient checks run. Default false. */
  readonly gradient?: boolean;
  /** What the programs that run on a batch are scheduled for. Default `typescript`. */
  readonly target?: Target;
  /** With another target: the same programs for TypeScript, too. Default false. */
  readonly fallback?: boolean;
}

/** The model must be without errors. Its batch is the largest number of examples in one call. */
export function compileModel(checked: CheckedModel, options: CompileOptions = {}): CompiledModel {
  const { graph, batch } = checked;
  const { programs, arenas, objective, surrogates } = lower(checked, {
    prepare: (graph, tensors) => runPassesOn(graph, beforeGradient, tensors),
  });
  const { target = "typescript", fallback = false } = options;
  // Passes know no target: a fallback costs schedules only.
  const optimised = new Map<Program, Program>();
  const build = (program: Program, of: Target): CompiledProgram => {
    const passed = optimised.get(program) ?? runPasses(graph, afterGradient, program, { ...options, batch });
    optimised.set(program, passed);
    return compileProgram(graph, passed, { batch, target: of });
  };
  const maybe = (program: Program | undefined, of: Target = "typescript") => program && build(program, of);
  const batchPrograms = (of: Target): BatchPrograms => ({
    train: maybe(programs.train, of),
    gradient: options.gradient ? maybe(programs.gradient, of) : undefined,
    evaluate: maybe(programs.evaluate, of),
    predict: build(programs.predict, of),
    survey: maybe(programs.survey, of),
  });
  return {
    checked,
    target,
    batch,
    arenas,
    nominalFlops: programs.gradient ? nominalFlops(programs.gradient, batch) : 0,
    objective,
    surrogates,
    programs: {
      initialize: build(programs.initialize, "typescript"),
      ...batchPrograms(target),
      finish: maybe(programs.finish),
      reset: maybe(programs.reset),
      settle: maybe(programs.settle),
    },
    fallback: fallback && target !== "typescript" ? batchPrograms("typescript") : undefined,
  };
}
