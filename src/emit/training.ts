/** @file What a module says of how its model trains: phases, programs, metrics, defaults. */
import type { CompiledModel, PhasePrograms } from "../backends/model.js";
import type { Metric, Phase, Plateau, Pruning } from "../check/model.js";
import type { ModuleContext } from "./context.js";
import { Code, type Value } from "./literal.js";
import { access, capitalized } from "./names.js";
import type { ProgramFunctions } from "./programs.js";
import { portValue, product, tensorValue } from "./spec.js";

/**
 * The object that each step writes its metrics to; those with axes are views. Of a class of its own, because V8 stores numbers in
 * place only where no other object of the program has had something else under these names.
 */
function createMetrics(context: ModuleContext, type: string, metrics: readonly Metric[]): string {
  const lines = metrics.map(({ name, shape, target }) => {
    const end = target.offset + product(shape);
    const value = shape.length === 0 ? "NaN" : `metrics.subarray(${target.offset}, ${end})`;
    return `      ${field(name)} = ${value};\n`;
  });
  const result = `new Metrics()${context.typed ? ` as ${type}` : ""}`;
  const parameter = metrics.some(({ shape }) => shape.length > 0) ? "metrics" : "";
  return `(${parameter}) => {\n    class Metrics {\n${lines.join("")}    }\n    return ${result};\n  }`;
}
/** A name as a class field: quoted where it is no identifier, or one that classes treat specially. */
function field(name: string): string {
  const member = access(name);
  return member.startsWith(".") && !/^(constructor|prototype|__proto__)$/.test(name)
    ? member.slice(1)
    : `[${JSON.stringify(name)}]`;
}

function refreshMetrics(context: ModuleContext, metrics: readonly Metric[]): string {
  const lines = metrics
    .filter(({ shape }) => shape.length === 0)
    .map(({ name, target }) => `    into${access(name)} = metrics[${target.offset}]${context.typed ? "!" : ""};\n`);
  return `{\n${lines.join("")}  }`;
}

/** The least learning rate is in the programs. */
const plateauValue = ({ monitor, direction, factor, patience, minDelta, cooldown }: Plateau): Value => ({
  monitor,
  direction,
  factor,
  patience,
  minDelta,
  cooldown,
});
/** What `fit` does unless told otherwise. */
function settings({ checked }: CompiledModel): Value {
  const { batch, epochs, shuffle, validation, accumulate, stop, plateau, terminateOnNan } = checked.training;
  return {
    batch,
    epochs,
    shuffle,
    validation,
    ...(accumulate === undefined ? {} : { accumulate }),
    stop: stop && { ...stop },
    ...(plateau ? { plateau: plateauValue(plateau) } : {}),
    ...(terminateOnNan ? { terminateOnNan } : {}),
  };
}

/** What a phase does to the weights before its first step. */
function pruneCode({ sparsity, pools }: Pruning): string {
  const regions = pools.map((pool) => pool.map(({ parameters, masks, length }) => [parameters, masks, length]));
  return `(memory) => pruneSmallest(memory, ${sparsity}, ${JSON.stringify(regions)})`;
}

function phaseValue(functions: ProgramFunctions, phase: Phase, programs: PhasePrograms, k: number): Value {
  const { name, epochs, states, prune } = phase;
  const { begin, update, serve, finish } = programs;
  const suffix = name === undefined ? "" : capitalized(name);
  const comment = `Forward, loss, backward${update ? ": gradients to add up" : ", optimizer: one update"}.`;
  return {
    ...(name === undefined ? {} : { name, epochs }),
    states: states.map((t) => tensorValue(t.path, t.shape, t.source)),
    ...(prune && { prune: new Code(pruneCode(prune)) }),
    ...(begin && { begin: functions.plain(`Begin${suffix}`, "The optimizer as it is at first.", begin) }),
    train: functions.batch(`Train${suffix}`, comment, (of) => (k === 0 ? of.train : of.later[k - 1])),
    ...(update && {
      update: functions.plain(`Update${suffix}`, "One update from the gradients of n examples.", update),
    }),
    ...(serve && { serve: functions.plain(`Serve${suffix}`, "What prediction reads, in place of parameters.", serve) }),
    finish: functions.plain(`Finish${suffix}`, "Metrics from totals.", finish),
  };
}

function surveyValue(functions: ProgramFunctions): { readonly [key: string]: Value } {
  const { checked, programs } = functions.model;
  const { survey, settle } = programs;
  if (!survey || !settle) return {};
  const comment = "Statistics of a batch of the training set, as totals.";
  return {
    survey: functions.batch("Survey", comment, (of) => of.survey),
    settle: functions.plain("Settle", "Buffers from the sums of those totals.", settle),
    ...(checked.survey.largest.length > 0 && { largest: checked.survey.largest }),
  };
}

/** `open`: what lays out the memory; `type`: of the metrics. */
export function trainingValue(
  context: ModuleContext,
  functions: ProgramFunctions,
  open: string,
  initialize: Code,
  type: string,
): Value {
  const { checked, programs } = functions.model;
  return {
    open: new Code(open),
    ports: [...checked.inputs, ...checked.targets].map(portValue),
    initialize,
    phases: checked.phases.map((phase, k) => phaseValue(functions, phase, programs.phases[k]!, k)),
    evaluate: functions.batch("Evaluate", "Loss and metrics of a batch, as totals.", (of) => of.evaluate),
    ...surveyValue(functions),
    settings: settings(functions.model),
    createMetrics: new Code(createMetrics(context, type, checked.metrics)),
    refreshMetrics: new Code(`(metrics, into) => ${refreshMetrics(context, checked.metrics)}`),
  };
}
