/** @file A checked model becomes kernels: lowering, graph passes, schedule and memory plan, for every program of the model. */
import type { CompiledModel } from "../backends/model.js";
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
}

/** The model must be without errors. Its batch is the largest number of examples in one call. */
export function compileModel(checked: CheckedModel, options: CompileOptions = {}): CompiledModel {
  const { graph, batch } = checked;
  const { programs, arenas, objective, surrogates } = lower(checked, {
    prepare: (graph, tensors) => runPassesOn(graph, beforeGradient, tensors),
  });
  const build = (program: Program): CompiledProgram =>
    compileProgram(graph, runPasses(graph, afterGradient, program, options), { batch });
  const maybe = (program: Program | undefined) => program && build(program);
  return {
    checked,
    batch,
    arenas,
    nominalFlops: programs.gradient ? nominalFlops(programs.gradient, batch) : 0,
    objective,
    surrogates,
    programs: {
      initialize: build(programs.initialize),
      train: maybe(programs.train),
      gradient: options.gradient ? maybe(programs.gradient) : undefined,
      evaluate: maybe(programs.evaluate),
      predict: build(programs.predict),
      finish: maybe(programs.finish),
      reset: maybe(programs.reset),
      survey: maybe(programs.survey),
      settle: maybe(programs.settle),
    },
  };
}
