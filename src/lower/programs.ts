/** @file The programs of a checked model, as stores of tensors: initial values, training step, evaluation, prediction, metrics. */
import type { CheckedModel, Forward, Kept, Phase, Trained } from "../check/model.js";
import type { Graph } from "../ir/graph.js";
import { sizeOf } from "../ir/graph.js";
import { inputsOf, rewriteProgram, rootsOf, topological } from "../ir/traverse.js";
import type { ArenaName, Expr, Program, ScalarType, Source, Store, Tensor } from "../ir/types.js";
import { abs, add, divide, less, multiply, number, where } from "../ops/index.js";
import { differentiate } from "./autodiff.js";
import { held } from "./held.js";

/** Absent programs: the model has no loss and no buffers to train, nothing to evaluate, no metrics. */
export interface LoweredPrograms {
  /** Parameters and buffers, then optimizer states, which may start from them. */
  readonly initialize: Program;
  /** Gradients, buffer updates and totals in the first stage, then the optimizer's stages. */
  readonly train: Program | undefined;
  /** As `train`, of the phases after the first. */
  readonly later: readonly Program[];
  /** Gradients and totals, and the differentiated loss in `objective`; no buffer changes. */
  readonly gradient: Program | undefined;
  readonly evaluate: Program | undefined;
  readonly predict: Program;
  readonly finish: Program | undefined;
  /** In order; at least one. */
  readonly phases: readonly PhasePrograms[];
  /** Kept values as they are before the first prediction, in all rows; absent if the model keeps nothing. */
  readonly reset: Program | undefined;
  /** Totals of a batch of the training set, for `settle`; absent if no buffer is taken from it. */
  readonly survey: Program | undefined;
  /** Buffers from the sums of `survey`. */
  readonly settle: Program | undefined;
}

export interface PhasePrograms {
  /** Optimizer states as the phase finds them. */
  readonly begin: Program | undefined;
  /** The optimizer, from the gradients that `train` added up over n examples; absent where each `train` is an update. */
  readonly update: Program | undefined;
  /** Puts what prediction reads in the place of parameters. */
  readonly serve: Program | undefined;
  /** Metrics from sums. */
  readonly finish: Program | undefined;
}

export interface Lowered {
  readonly programs: LoweredPrograms;
  /** Of every arena that a program touches, in elements. */
  readonly arenas: readonly { readonly name: ArenaName; readonly type: ScalarType; readonly length: number }[];
  /** Where `gradient` leaves the mean loss with regularization: one element of arena `totals`, after all totals. */
  readonly objective: Source | undefined;
  /** Paths of trainable parameters that the loss does not depend on: their gradient is 0. */
  readonly unreached: readonly string[];
  /** Paths of parameters whose gradient passes a `surrogate`, so it is not the true derivative. */
  readonly surrogates: readonly string[];
}

export interface LowerOptions {
  /** Rewrites the tensors of the training step, and those of evaluation, all at once, before differentiation: where `log(softmax)` becomes stable. */
  readonly prepare?: (graph: Graph, tensors: readonly Tensor[]) => readonly Tensor[];
  /**
   * For finite differences: in the loss that `gradient` leaves, what `stop_gradient` stops reads copies of the parameters, which
   * follow the gradients in their arena. Default false.
   */
  readonly copies?: boolean;
  /** Largest number of examples in one call, where the model leaves it open; default: the model's. */
  readonly batch?: number;
}

export function lower(
  model: CheckedModel,
  { prepare = (_, tensors) => tensors, copies = false, batch }: LowerOptions = {},
): Lowered {
  const { graph, forward } = model;
  const whole = {
    loss: forward.train.loss,
    trained: model.parameters
      .filter(({ trainable }) => trainable)
      .map(({ path, source }) => ({ path, source, gradient: { ...source, arena: "gradients" as const } })),
  };
  const step = trainingStep(model, whole, prepare);
  const totals = (of: Pick<Forward, "totals">): readonly Store[] => {
    const values = prepare(
      graph,
      of.totals.map(({ value }) => value),
    );
    return of.totals.map(({ target }, k) => ({ target, value: values[k]! }));
  };
  const program = (name: string, ...stages: readonly (readonly Store[])[]): Program | undefined => {
    const kept = stages.filter((stage) => stage.length > 0);
    return kept.length === 0 ? undefined : withoutCustom(graph, { name, stages: kept });
  };
  const initials = (list: readonly { readonly source: Source; readonly initial: Tensor }[]): readonly Store[] =>
    list.map(({ source, initial }) => ({ target: source, value: initial }));
  const outputs = model.outputs.map(({ source }, k) => ({ target: source, value: forward.predict.outputs[k]! }));
  const kept = (value: (kept: Kept) => Tensor): readonly Store[] =>
    model.kept.map((k) => ({ target: k.source, value: value(k) }));

  const normal = (stage: readonly Store[]): readonly Store[] =>
    stage.map((store) =>
      store.target.arena === "states" ? { ...store, value: withoutSubnormals(graph, store.value) } : store,
    );

  const accumulates = model.training.accumulate !== undefined;
  const suffix = (k: number) => (k === 0 ? "" : `_${k + 1}`);
  const train = (phase: Phase, k: number): Program | undefined => {
    const isWhole = phase.loss === whole.loss && phase.trained.length === whole.trained.length;
    const { gradients, buffers, totals } = isWhole ? step : trainingStep(model, phase, prepare);
    if (gradients.length + buffers.length === 0) return undefined;
    const others = [...buffers, ...totals];
    return accumulates
      ? program(`train${suffix(k)}`, [...gradients.map((store) => added(graph, store)), ...others])
      : program(`train${suffix(k)}`, [...gradients, ...others], ...phase.update.map(normal));
  };
  const steps = model.phases.map(train);
  const phases = model.phases.map(({ states, metrics, trained, update, served }, k): PhasePrograms => ({
    begin: program(`begin${suffix(k)}`, initials(states)),
    update:
      accumulates && trained.length > 0
        ? program(`update${suffix(k)}`, ...averaged(graph, trained, update.map(normal)))
        : undefined,
    serve: program(`serve${suffix(k)}`, served),
    finish: program(
      `finish${suffix(k)}`,
      metrics.map(({ target, result }) => ({ target, value: result })),
    ),
  }));

  const programs: LoweredPrograms = {
    initialize: program("initialize", initials([...model.parameters, ...model.buffers]), initials(model.states)) ?? {
      name: "initialize",
      stages: [],
    },
    train: steps[0],
    later: steps.slice(1).map((made, k) => made ?? { name: `train_${k + 2}`, stages: [] }),
    gradient:
      step.objective &&
      program("gradient", [
        ...step.gradients,
        ...step.totals,
        copies ? { ...step.objective, value: held(graph, step.objective.value, copiesOf(model)) } : step.objective,
      ]),
    evaluate: program("evaluate", totals(forward.evaluate)),
    predict: program("predict", [...outputs, ...kept((k) => k.next)]) ?? { name: "predict", stages: [] },
    finish: phases[0]?.finish,
    phases,
    reset: program(
      "reset",
      kept((k) => k.start),
    ),
    survey: program("survey", totals(model.survey)),
    settle: program("settle", model.survey.buffers),
  };
  return {
    programs,
    arenas: arenasOf(model, programs, batch ?? model.batch),
    objective: step.objective?.target,
    unreached: step.unreached,
    surrogates: step.surrogates,
  };
}

/** The smallest number of f32 with all its digits. */
const leastNormal = 2 ** -126;

/**
 * Averages that decay would end among the subnormal numbers, with which processors calculate up to a hundred times slower; there
 * they become 0.
 */
function withoutSubnormals(graph: Graph, value: Tensor): Tensor {
  if (value.type !== "f32") return value;
  const axes = graph.axesOf(value.shape);
  const x = graph.at(value, axes);
  const isTiny = graph.apply(less, graph.apply(abs, x), graph.constant(leastNormal));
  return graph.compute(axes, graph.apply(where, isTiny, graph.constant(0), x), value.origin);
}

/** A batch's gradient, of its mean loss, added to those before as that of its sum. */
function added(graph: Graph, { target, value }: Store): Store {
  const axes = graph.axesOf(target.shape);
  const weighted = graph.apply(multiply, graph.at(value, axes), graph.apply(number, graph.scalar("batch")));
  const sum = graph.apply(add, graph.at(graph.source(target), axes), weighted);
  return { target, value: graph.compute(axes, sum, value.origin) };
}

/** An update from the sum of the gradients of n examples, which then is 0 again. */
function averaged(
  graph: Graph,
  trained: readonly Trained[],
  update: readonly (readonly Store[])[],
): readonly (readonly Store[])[] {
  const length = Math.max(...trained.map(({ gradient: { offset, shape } }) => offset + sizeOf(shape, 0)));
  const target: Source = { name: "gradients", arena: "gradients", type: "f32", offset: 0, shape: [length] };
  const axes = graph.axesOf([length]);
  const mean = graph.apply(divide, graph.at(graph.source(target), axes), graph.apply(number, graph.scalar("batch")));
  const all = (value: Expr): readonly Store[] => [{ target, value: graph.compute(axes, value) }];
  return [all(mean), ...update, all(graph.constant(0))];
}

interface TrainingStep {
  readonly gradients: readonly Store[];
  readonly buffers: readonly Store[];
  readonly totals: readonly Store[];
  readonly objective: Store | undefined;
  readonly unreached: readonly string[];
  readonly surrogates: readonly string[];
}

function trainingStep(
  model: CheckedModel,
  { loss: perExample, trained }: Pick<Phase, "loss" | "trained">,
  prepare: NonNullable<LowerOptions["prepare"]>,
): TrainingStep {
  const { graph } = model;
  const { totals, buffers } = model.forward.train;
  const stores: readonly Store[] = [...buffers, ...totals];
  const loss = meanLoss(graph, { ...model.forward.train, loss: perExample });
  const values = stores.map(({ value }) => value);
  const restored = (made: readonly Tensor[]) => {
    const all = stores.map(({ target }, k) => ({ target, value: made[k]! }));
    return { buffers: all.slice(0, buffers.length), totals: all.slice(buffers.length) };
  };
  if (!loss) {
    const none = { gradients: [], objective: undefined, unreached: [], surrogates: [] };
    return { ...none, ...restored(prepare(graph, values)) };
  }
  const prepared = prepare(graph, [loss, ...values]);
  const leaves = trained.map(({ source }) => graph.source(source));
  const { gradients, others } = differentiate(graph, prepared[0]!, leaves, prepared);
  const behind = behindSurrogates(prepared[0]!);
  return {
    gradients: trained.map(({ source, gradient }, k) => ({
      target: gradient,
      value: gradients[k] ?? graph.compute(graph.axesOf(source.shape), graph.constant(0)),
    })),
    ...restored(others.slice(1)),
    objective: { target: objectiveSource(model), value: others[0]! },
    unreached: trained.filter((_, k) => !gradients[k]).map(({ path }) => path),
    surrogates: trained.filter((_, k) => behind.has(leaves[k]!)).map(({ path }) => path),
  };
}

/** The batch's mean loss and the regularizers: what is differentiated. */
function meanLoss(graph: Graph, { loss, regularization }: Forward): Tensor | undefined {
  const origin = loss?.origin ?? regularization?.origin;
  if (!loss) return regularization;
  const example = graph.axis("batch");
  const sum = graph.compute([], graph.fold("sum", [example], graph.at(loss, [example])), origin);
  const mean = graph.compute([], graph.apply(divide, graph.at(sum, []), graph.scalar("batch")), origin);
  return regularization ? graph.map(add, [mean, regularization], origin) : mean;
}

/** For each parameter the place of its copy. */
function copiesOf({ graph, parameters }: CheckedModel): ReadonlyMap<Tensor, Tensor> {
  const length = Math.max(0, ...parameters.map(({ source: { offset, shape } }) => offset + sizeOf(shape, 0)));
  return new Map(
    parameters.map(({ source }) => [
      graph.source(source),
      graph.source({ ...source, name: `copy of ${source.name}`, arena: "gradients", offset: length + source.offset }),
    ]),
  );
}

function objectiveSource({ forward, survey }: CheckedModel): Source {
  const ends = [...forward.train.totals, ...forward.evaluate.totals, ...survey.totals].map(
    ({ target }) => target.offset + sizeOf(target.shape, 0),
  );
  return { name: "objective", arena: "totals", type: "f64", offset: Math.max(0, ...ends), shape: [] };
}

/** What the loss reads only, or also, through a derivative that is not the true one. */
function behindSurrogates(loss: Tensor): ReadonlySet<Tensor> {
  const surrogates = topological([loss]).filter((tensor) => tensor.kind === "custom" && tensor.surrogate);
  return new Set(topological(surrogates));
}

/** Own gradients have done their work: only the values are left. */
function withoutCustom(graph: Graph, program: Program): Program {
  if (!topological(rootsOf(program)).some(({ kind }) => kind === "custom")) return program;
  return rewriteProgram(graph, program, (tensor, { of }) => (tensor.kind === "custom" ? of(tensor.value) : undefined));
}

const types: { readonly [name in ArenaName]: ScalarType } = {
  inputs: "f32",
  classes: "i32",
  parameters: "f32",
  gradients: "f32",
  states: "f32",
  masks: "f32",
  buffers: "f32",
  totals: "f64",
  sums: "f64",
  outputs: "f32",
  decisions: "i32",
  memories: "f32",
  metrics: "f64",
};

export function programsOf({ later, phases, ...single }: LoweredPrograms): readonly Program[] {
  const all = [
    ...Object.values(single),
    ...later,
    ...phases.flatMap((phase) => [phase.begin, phase.update, phase.serve, phase.finish]),
  ];
  return [...new Set(all.flatMap((program: Program | undefined) => program ?? []))];
}

function arenasOf(model: CheckedModel, programs: LoweredPrograms, batch: number): Lowered["arenas"] {
  const lengths = new Map<ArenaName, number>();
  const need = ({ arena, offset, shape }: Source) =>
    lengths.set(arena, Math.max(lengths.get(arena) ?? 0, offset + sizeOf(shape, batch)));
  const slots = [...model.buffers, ...model.phases.flatMap(({ states }) => states)];
  for (const { source } of [...model.inputs, ...model.targets, ...model.outputs, ...slots]) need(source);
  for (const { sequence } of [...model.inputs, ...model.targets]) if (sequence) need(sequence.lengths);
  for (const { source } of model.parameters) {
    need(source);
    if (programs.gradient) need({ ...source, arena: "gradients" });
  }
  for (const { target } of model.metrics) need(target);
  for (const program of programsOf(programs)) {
    for (const { target } of program.stages.flat()) {
      need(target);
      // Totals are added to sums position by position.
      if (target.arena === "totals") need({ ...target, arena: "sums" });
    }
    for (const tensor of topological(rootsOf(program), inputsOf)) if (tensor.kind === "source") need(tensor.source);
  }
  return (Object.keys(types) as ArenaName[]).flatMap((name) => {
    const length = lengths.get(name);
    return length === undefined ? [] : [{ name, type: types[name], length }];
  });
}
