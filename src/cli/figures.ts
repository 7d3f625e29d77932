/** @file What a compiled model amounts to: per step and in all, in parameters, operations and bytes. */
import type { CompiledModel } from "../backends/model.js";
import { sizeOf } from "../ir/graph.js";
import type { CompiledProgram } from "../ir/kernel.js";
import { memoryUse } from "../compiler/memory.js";

export interface StepFigures {
  readonly name: string;
  readonly word: string;
  /** Of one example. */
  readonly output: readonly number[];
  readonly parameters: number;
  readonly activationBytes: number;
}
export interface Figures {
  readonly steps: readonly StepFigures[];
  readonly parameters: number;
  readonly trainable: number;
  /** Floating-point operations per example, as scheduled. */
  readonly flopsPredict: number;
  readonly flopsTrain: number;
  readonly batch: number;
  /** Weights, slots and ports. */
  readonly arenaBytes: number;
  /** Intermediate values, by program. */
  readonly workspaceBytes: Readonly<Record<string, number>>;
  /** In all, and the least that lifetimes allow. */
  readonly memoryBytes: number;
  readonly memoryLowerBound: number;
}

const flopsOf = (program: CompiledProgram | undefined) =>
  program?.kernels.reduce((sum, kernel) => sum + kernel.flops, 0) ?? 0;

export function figuresOf(compiled: CompiledModel): Figures {
  const { checked, programs, batch } = compiled;
  const sizes = new Map(checked.parameters.map((parameter) => [parameter.path, sizeOf(parameter.shape, 1)]));
  const total = (parameters: readonly { readonly shape: readonly number[] }[]) =>
    parameters.reduce((sum, { shape }) => sum + sizeOf(shape, 1), 0);
  const memory = memoryUse(compiled);
  return {
    steps: checked.steps.map((step) => ({
      name: step.name,
      word: step.word,
      output: step.output,
      parameters: step.parameters.reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0),
      activationBytes: sizeOf(step.output, 1) * 4,
    })),
    parameters: total(checked.parameters),
    trainable: total(checked.parameters.filter(({ trainable }) => trainable)),
    flopsPredict: flopsOf(programs.predict),
    flopsTrain: flopsOf(programs.train),
    batch,
    arenaBytes: memory.arenas,
    workspaceBytes: memory.workspaces,
    memoryBytes: memory.all,
    memoryLowerBound: memory.least,
  };
}
