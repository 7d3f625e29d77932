/** @file The state of training: one step, metrics, saving and loading. */
import type { CreateOptions } from "./api.js";
import { NetInputError, NetStateError, NetWeightsError } from "./errors.js";
import { Floats, floatType } from "./floats.js";
import type { Memory, Open, Program } from "./memory.js";
import { type Columns, loadRows, type PortSpec, readColumns } from "./ports.js";
import { checkSeed, type Core, memoryOf, type ModelSpec, resetMemories, seedOf, setOwn } from "./predictor.js";
import { elementStride, rowStride } from "./random.js";
import { bytesOf, type FileTensor, readSafetensors, writeSafetensors } from "./safetensors.js";
import { copyBytes, matchFile, runPrefix, statePrefix, type TensorSpec, toFile } from "./weights.js";

/** What training needs to know of a model. */
export interface TrainingSpec<Metrics> {
  /** Memory for prediction too. */
  readonly open: Open;
  /** Inputs, then targets. */
  readonly ports: readonly PortSpec[];
  /** Also of what only training needs. */
  readonly initialize: Program;
  /** At least one. */
  readonly phases: readonly PhaseSpec[];
  readonly evaluate: Program;
  /** Totals of a batch of the training set, and buffers from their sums; for models that take buffers from it. */
  readonly survey?: Program;
  readonly settle?: Program;
  /** Sums of which batches give not terms but candidates for the largest. */
  readonly largest?: readonly number[];
  readonly settings: TrainingDefaults;
  /** An object of the metrics in memory; those with axes are views. */
  readonly createMetrics: (metrics: Float64Array) => Metrics;
  readonly refreshMetrics: (metrics: Float64Array, into: Metrics) => void;
}
/** How one phase trains; what is optional is there if the model has phases. */
export interface PhaseSpec {
  readonly name?: string;
  readonly epochs?: number;
  /** Of the optimizer, which starts anew with each phase. */
  readonly states: readonly TensorSpec[];
  /** Puts small weights and their masks to 0, as the phase begins. */
  readonly prune?: (memory: Memory) => void;
  readonly begin?: Program;
  readonly train: Program;
  /** If `train` only adds to the gradients: the update from those of `n` examples, which leaves zeros. */
  readonly update?: Program;
  /** Writes what prediction reads over parameters. */
  readonly serve?: Program;
  readonly finish: Program;
}
export interface TrainingDefaults {
  readonly batch: number | "all";
  readonly epochs: number;
  readonly shuffle: boolean;
  readonly validation: number;
  /** Batches of one update. Default 1. */
  readonly accumulate?: number | "epoch";
  readonly stop:
    | {
        readonly monitor: string;
        readonly minDelta: number;
        readonly patience: number;
        readonly restoreBest: boolean;
        readonly direction: "min" | "max" | undefined;
      }
    | undefined;
  /** The first of the optimizer's states scales its learning rate. */
  readonly plateau?: PlateauSpec;
  /** Default false. */
  readonly terminateOnNan?: boolean;
}
export interface PlateauSpec {
  readonly monitor: string;
  readonly direction: "min" | "max";
  readonly factor: number;
  readonly patience: number;
  readonly minDelta: number;
  readonly cooldown: number;
}

/** Where a run of `fit` stands. */
export interface Run {
  /** The epoch in which it began. */
  start: number;
  /** Examples used in the current epoch. */
  position: number;
  /** Sums of the current epoch. */
  sums: Float64Array;
  /** Best value of the monitored metric, and epochs since. */
  best: number | undefined;
  wait: number;
  /** The same for the learning rate's plateau, and the epochs in which none are counted yet. */
  plateau: { best: number | undefined; wait: number; pause: number };
  /** Weights and buffers of the best epoch. */
  snapshot: { readonly parameters: Floats; readonly buffers: Floats } | undefined;
}

export interface Trainer<Metrics> extends Core {
  readonly training: TrainingSpec<Metrics>;
  /** Epochs completed. */
  epoch: number;
  /** Number of the current phase. */
  phase: number;
  /** Updates made before it. */
  origin: number;
  run: Run;
  fitting: boolean;
  /** Whether the buffers that come from the training set have been taken from it, or loaded. */
  surveyed: boolean;
  /** The parameters that training moves, while in memory there is what prediction reads. */
  moved: Floats | undefined;
  /** Reused from call to call. */
  readonly columns: Columns;
  readonly metrics: Metrics;
}

function newRun(start: number, sums: number): Run {
  const plateau = { best: undefined, wait: 0, pause: 0 };
  return { start, position: 0, sums: new Float64Array(sums), best: undefined, wait: 0, plateau, snapshot: undefined };
}

export function createTrainer<Metrics>(model: ModelSpec, training: TrainingSpec<Metrics>, options: CreateOptions) {
  const seed = seedOf(model, options);
  const { threads = 1 } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    throw new NetInputError("threads", "a whole number from 1 to 64", String(threads));
  }
  const memory = training.open(options);
  const trainer: Trainer<Metrics> = {
    model,
    training,
    memory,
    seed,
    step: 0,
    epoch: 0,
    phase: 0,
    origin: 0,
    run: newRun(0, memory.sums.length),
    fitting: false,
    surveyed: false,
    moved: undefined,
    columns: [],
    metrics: training.createMetrics(memory.metrics),
    serve: training.phases.some(({ serve }) => serve) ? () => serveWeights(trainer) : undefined,
  };
  memory.masks.fill(1);
  training.initialize(memory, 0, 0, seed);
  resetMemories(trainer);
  return trainer;
}

/** Throws NetStateError while `fit` runs. */
export function checkIdle(trainer: { readonly fitting: boolean }): void {
  if (trainer.fitting) throw new NetStateError("a fit is running: abort it first, and await it");
}

/** Starts over, as `create` did. */
export function initializeNet<Metrics>(trainer: Trainer<Metrics>, seed: number): void {
  const memory = memoryOf(trainer);
  trainer.seed = checkSeed(seed);
  trainer.step = 0;
  trainer.epoch = 0;
  trainer.phase = 0;
  trainer.origin = 0;
  trainer.surveyed = false;
  trainer.moved = undefined;
  trainer.run = newRun(0, memory.sums.length);
  memory.gradients.fill(0);
  memory.masks.fill(1);
  trainer.training.initialize(memory, 0, 0, seed);
  resetMemories(trainer);
}

export function phaseOf<Metrics>({ training, phase }: Trainer<Metrics>): PhaseSpec {
  return training.phases[phase]!;
}

function serveWeights<Metrics>(trainer: Trainer<Metrics>): void {
  const { serve } = phaseOf(trainer);
  const { step, origin, seed } = trainer;
  if (!serve || trainer.moved || step === origin) return;
  const memory = memoryOf(trainer);
  trainer.moved = memory.parameters.slice();
  serve(memory, 0, step - origin, seed);
}
/** Before anything that training does. */
function moveWeights<Metrics>(trainer: Trainer<Metrics>): void {
  if (trainer.moved) memoryOf(trainer).parameters.set(trainer.moved);
  trainer.moved = undefined;
}
/** Averages begin with the weights that were put in place. */
export function beginAverages<Metrics>(trainer: Trainer<Metrics>): void {
  const { begin, serve } = phaseOf(trainer);
  trainer.moved = undefined;
  if (!begin || !serve) return;
  trainer.origin = trainer.step;
  begin(memoryOf(trainer), 0, 0, trainer.seed);
}

/** A run, and where there are phases, one from its start: its optimizer as at first. */
export function beginRun<Metrics>(trainer: Trainer<Metrics>, phase: number): void {
  const memory = memoryOf(trainer);
  moveWeights(trainer);
  trainer.run = newRun(trainer.epoch, memory.sums.length);
  memory.gradients.fill(0);
  trainer.phase = phase;
  phaseOf(trainer).prune?.(memory);
  if (trainer.training.phases.length === 1) return;
  trainer.origin = trainer.step;
  phaseOf(trainer).begin?.(memory, 0, 0, trainer.seed);
}

/**
 * One update from the first `n` examples in memory; leaves the batch's totals there. In models that accumulate: their gradients are
 * added to those before, as batch number `part` of an update.
 */
export function stepOn<Metrics>(trainer: Trainer<Metrics>, memory: Memory, n: number, part = 0): void {
  const { step, origin, phase, seed } = trainer;
  const { train, update } = phaseOf(trainer);
  moveWeights(trainer);
  // Steps count from the start of the phase; the draws of phases and parts are their own.
  const draws = (seed + Math.imul(phase, rowStride) + Math.imul(part, elementStride)) >>> 0;
  train(memory, n, step - origin + 1, draws);
  if (!update) trainer.step++;
}
/** The update from the gradients of `n` examples. */
export function updateFrom<Metrics>(trainer: Trainer<Metrics>, memory: Memory, n: number): void {
  const { step, origin, seed } = trainer;
  moveWeights(trainer);
  phaseOf(trainer).update?.(memory, n, step - origin + 1, seed);
  trainer.step++;
}

/** Buffers from the sums over the training set. */
export function settleBuffers<Metrics>(trainer: Trainer<Metrics>, memory: Memory, sums: Float64Array): void {
  memory.sums.set(sums);
  trainer.training.settle?.(memory, 0, trainer.step, trainer.seed);
  // Epochs add up all totals: none may be left from here.
  memory.totals.fill(0);
  trainer.surveyed = true;
}

/** Metrics from sums, into the reused object. */
export function finishMetrics<Metrics>(trainer: Trainer<Metrics>, memory: Memory, sums: Float64Array): Metrics {
  memory.sums.set(sums);
  phaseOf(trainer).finish(memory, 0, trainer.step, trainer.seed);
  trainer.training.refreshMetrics(memory.metrics, trainer.metrics);
  return trainer.metrics;
}

/** A copy that later calls do not change. */
export function copyMetrics<Metrics extends object>(metrics: Metrics): Metrics {
  const copy = {};
  for (const [name, value] of Object.entries(metrics)) {
    setOwn(copy, name, value instanceof Float64Array ? value.slice() : value);
  }
  return copy as Metrics;
}

export function addTo(sums: Float64Array, totals: Float64Array): void {
  for (let k = 0; k < totals.length; k++) sums[k]! += totals[k]!;
}

export function trainStep<Metrics>(trainer: Trainer<Metrics>, data: object): Metrics {
  const memory = memoryOf(trainer);
  checkIdle(trainer);
  const { training, columns } = trainer;
  const n = readColumns(training.ports, data, columns, trainer.model.batch);
  loadRows(training.ports, columns, memory, undefined, 0, n);
  if (training.survey && !trainer.surveyed) {
    training.survey(memory, n, trainer.step, trainer.seed);
    settleBuffers(trainer, memory, memory.totals);
  }
  stepOn(trainer, memory, n);
  if (phaseOf(trainer).update) updateFrom(trainer, memory, n);
  return finishMetrics(trainer, memory, memory.totals);
}

/** Adds a program's totals of `n` examples, the first where `from` is 0, to `sums`, updating nothing else. */
export function sumRows<Metrics>(
  trainer: Trainer<Metrics>,
  program: Program,
  columns: Columns,
  order: Int32Array | undefined,
  from: number,
  n: number,
  sums: Float64Array,
): void {
  const memory = memoryOf(trainer);
  trainer.serve?.();
  loadRows(trainer.training.ports, columns, memory, order, from, n);
  program(memory, n, trainer.step, trainer.seed);
  const { totals } = memory;
  const known = from > 0 ? trainer.training.largest?.map((k) => Math.max(sums[k]!, totals[k]!)) : undefined;
  addTo(sums, totals);
  known?.forEach((value, k) => (sums[trainer.training.largest![k]!] = value));
}

export function evaluateAll<Metrics extends object>(trainer: Trainer<Metrics>, data: object): Metrics {
  const memory = memoryOf(trainer);
  const { batch } = trainer.model;
  const columns: Columns = [];
  const rows = readColumns(trainer.training.ports, data, columns, Infinity);
  const sums = new Float64Array(memory.sums.length);
  for (let from = 0; from < rows; from += batch) {
    sumRows(trainer, trainer.training.evaluate, columns, undefined, from, Math.min(batch, rows - from), sums);
  }
  return copyMetrics(finishMetrics(trainer, memory, sums));
}

export const fileFormat = "netc 1";

export function saveNet<Metrics>(trainer: Trainer<Metrics>): Uint8Array<ArrayBuffer> {
  const { model, training, run } = trainer;
  const memory = memoryOf(trainer);
  trainer.serve?.();
  const flat = (name: string, type: string, values: Float32Array | Float64Array): [string, FileTensor] => [
    runPrefix + name,
    { type, shape: [values.length], bytes: bytesOf(values) },
  ];
  const tensors = new Map<string, FileTensor>([
    ...toFile(memory, model.weights, ""),
    ...toFile(memory, phaseOf(trainer).states, statePrefix),
  ]);
  if (run.snapshot) {
    tensors.set(...flat("parameters", floatType, run.snapshot.parameters));
    tensors.set(...flat("buffers", floatType, run.snapshot.buffers));
  }
  if (memory.masks.length > 0) tensors.set(...flat("masks", floatType, memory.masks));
  if (trainer.moved) tensors.set(...flat("moved", floatType, trainer.moved));
  if (run.position > 0) tensors.set(...flat("sums", "F64", run.sums));
  if (run.position > 0 && phaseOf(trainer).update) tensors.set(...flat("gradients", floatType, memory.gradients));
  const metadata = new Map<string, string>([
    ["format", fileFormat],
    ["model", model.name],
    ["signature", model.signature],
    ["seed", String(trainer.seed)],
    ["step", String(trainer.step)],
    ["epoch", String(trainer.epoch)],
    ["start", String(run.start)],
    ["position", String(run.position)],
    ["wait", String(run.wait)],
  ]);
  if (training.phases.length > 1) metadata.set("phase", String(trainer.phase)).set("origin", String(trainer.origin));
  if (training.survey && trainer.surveyed) metadata.set("surveyed", "true");
  const { best, wait, pause } = run.plateau;
  if (training.settings.plateau) metadata.set("plateau", [best ?? "", wait, pause].join());
  if (run.best !== undefined) metadata.set("best", String(run.best));
  return writeSafetensors({ tensors, metadata });
}

/** The elements of a flat tensor that only some files hold. */
function optionalArray<Values extends Float32Array | Float64Array>(
  tensor: FileTensor | undefined,
  type: string,
  values: Values,
): Values | undefined {
  if (!tensor) return undefined;
  if (tensor.type !== type || tensor.bytes.length !== values.byteLength) {
    throw new NetWeightsError("the file's state of the run is damaged, or of another model");
  }
  bytesOf(values).set(tensor.bytes);
  return values;
}

function plateauFrom(text: string | undefined): Run["plateau"] {
  const [best = "", wait, pause] = (text ?? "").split(",");
  return { best: best === "" ? undefined : Number(best), wait: Number(wait ?? 0), pause: Number(pause ?? 0) };
}

/** Takes the whole state of training; a file that `save` did not make gives weights only, and training starts anew. */
export function loadNet<Metrics>(trainer: Trainer<Metrics>, bytes: Uint8Array): void {
  const memory = memoryOf(trainer);
  const { model, training } = trainer;
  const file = readSafetensors(bytes);
  const isOurs = file.metadata.get("format") === fileFormat;
  const count = (name: string, otherwise = ""): number => {
    const text = file.metadata.get(name) ?? otherwise;
    if (!/^\d{1,15}$/.test(text)) throw new NetWeightsError(`the file's metadata ${JSON.stringify(name)} is no count`);
    return Number(text);
  };
  const phase = training.phases[isOurs ? count("phase", "0") : 0];
  if (!phase) throw new NetWeightsError("the file was saved in a phase that the model does not have");
  const specs = isOurs ? [...model.weights, ...phase.states] : model.weights;
  const found = matchFile(
    file,
    model.signature,
    specs,
    (spec) => (spec.arena === "states" ? statePrefix : ""),
    (name) => isOurs && name.startsWith(runPrefix),
  );
  if (!isOurs) {
    initializeNet(trainer, trainer.seed);
    copyBytes(memory, specs, found);
    beginAverages(trainer);
    trainer.surveyed = true;
    resetMemories(trainer);
    return;
  }
  const best = file.metadata.get("best");
  const tensor = (name: string) => file.tensors.get(runPrefix + name);
  const floats = (name: string, { length }: Floats) => optionalArray(tensor(name), floatType, new Floats(length));
  const sums = optionalArray(tensor("sums"), "F64", new Float64Array(memory.sums.length));
  const parameters = floats("parameters", memory.parameters);
  const buffers = floats("buffers", memory.buffers);
  const gradients = floats("gradients", memory.gradients);
  const masks = floats("masks", memory.masks);
  const moved = floats("moved", memory.parameters);
  const run: Run = {
    ...newRun(count("start"), memory.sums.length),
    position: count("position"),
    wait: count("wait"),
    best: best === undefined ? undefined : Number(best),
    plateau: plateauFrom(file.metadata.get("plateau")),
    snapshot: parameters && buffers ? { parameters, buffers } : undefined,
  };
  if (sums) run.sums = sums;
  const [seed, step, epoch, origin] = [count("seed"), count("step"), count("epoch"), count("origin", "0")];
  if (seed >= 2 ** 32) throw new NetWeightsError("the file's seed is too large");
  copyBytes(memory, specs, found);
  memory.gradients.fill(0);
  if (gradients) memory.gradients.set(gradients);
  if (masks) memory.masks.set(masks);
  else memory.masks.fill(1);
  const surveyed = file.metadata.has("surveyed");
  Object.assign(trainer, { seed, step, epoch, run, surveyed, origin, moved, phase: training.phases.indexOf(phase) });
  resetMemories(trainer);
}
