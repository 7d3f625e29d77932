/** @file Training over epochs, in slices, with validation and early stopping. */
import type { BatchReport, EarlyStopping, EpochReport, FitOptions, FitSignal, History } from "./api.js";
import { NetInputError } from "./errors.js";
import { describe } from "./given.js";
import { type Columns, loadRows, readAll } from "./ports.js";
import type { Program } from "./memory.js";
import { createSlices, now, type Slices } from "./pause.js";
import { checkSeed, memoryOf } from "./predictor.js";
import { shuffled, upTo } from "./random.js";
import {
  addTo,
  beginRun,
  checkIdle,
  copyMetrics,
  finishMetrics,
  phaseOf,
  type PlateauSpec,
  settleBuffers,
  stepOn,
  sumRows,
  type Trainer,
  updateFrom,
} from "./trainer.js";

/** Everything decided before the first step. */
interface Plan {
  readonly columns: Columns;
  readonly rows: Int32Array;
  readonly validation: { readonly columns: Columns; readonly rows: Int32Array } | undefined;
  /** Of the phase with this number. */
  readonly epochs: (phase: number) => number;
  readonly batch: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly stop: StopPlan | undefined;
}
interface StopPlan {
  readonly monitor: string;
  readonly minDelta: number;
  readonly patience: number;
  readonly restoreBest: boolean;
  readonly direction: "min" | "max";
}

function demand(holds: boolean, option: string, expected: string, found: unknown): void {
  if (!holds) throw new NetInputError(option, expected, describe(found));
}
/** False for texts, too, which compare as numbers do. */
function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function planStop(stop: EarlyStopping | undefined, metrics: object): StopPlan | undefined {
  if (!stop) return undefined;
  demand(typeof stop === "object", "stop", "an object", stop);
  const monitor = stop.monitor ?? "loss";
  const names = Object.entries(metrics).flatMap(([name, value]) => (isNumber(value) ? [name] : []));
  demand(names.includes(monitor), "stop.monitor", `one of ${names.map((n) => JSON.stringify(n)).join(", ")}`, monitor);
  const { minDelta = 0, patience = 0, restoreBest = false } = stop;
  demand(isNumber(minDelta) && minDelta >= 0, "stop.minDelta", "a number, at least 0", minDelta);
  demand(isNumber(patience) && patience >= 0, "stop.patience", "a number, at least 0", patience);
  const direction = stop.direction ?? (monitor === "loss" ? "min" : "max");
  demand(direction === "min" || direction === "max", "stop.direction", '"min" or "max"', direction);
  return { monitor, minDelta, patience, restoreBest, direction };
}

function plan<Data extends object, Metrics extends object>(
  trainer: Trainer<Metrics>,
  data: Data,
  options: FitOptions<Data, Metrics>,
): Plan {
  const { model, training } = trainer;
  const defaults = training.settings;
  const { shuffle = defaults.shuffle, onBatch, onEpoch } = options;
  demand(typeof shuffle === "boolean", "shuffle", "true or false", shuffle);
  for (const [name, callback] of Object.entries({ onBatch, onEpoch }))
    demand(!callback || typeof callback === "function", name, "a function", callback);
  const given = options.epochs ?? 0;
  demand(Number.isInteger(given) && given >= 0, "epochs", "a whole number, at least 0", given);
  const epochs = (phase: number) => options.epochs ?? training.phases[phase]!.epochs ?? defaults.epochs;
  const seed = checkSeed(options.seed ?? trainer.seed);
  const stop = planStop(options.stop ?? defaults.stop, trainer.metrics);

  const columns: Columns = [];
  let rows = upTo(readAll(training.ports, data, columns));
  let validation: Plan["validation"];
  const part = options.validation ?? defaults.validation;
  if (typeof part === "object") {
    const others: Columns = [];
    validation = { rows: upTo(readAll(training.ports, part, others)), columns: others };
  } else {
    demand(isNumber(part) && part >= 0 && part < 1, "validation", "a fraction from 0, below 1, or data", part);
    const held = part === 0 ? 0 : Math.min(Math.max(1, Math.round(rows.length * part)), rows.length - 1);
    if (held > 0) {
      const drawn = shuffled(rows, seed, -1);
      validation = { columns, rows: drawn.slice(0, held).sort() };
      rows = drawn.slice(held).sort();
    }
  }
  const batch = options.batch ?? (defaults.batch === "all" ? rows.length : defaults.batch);
  const largest = `a whole number from 1 to ${model.batch}, the declared batch`;
  demand(Number.isInteger(batch) && batch >= 1 && batch <= model.batch, "batch", largest, batch);
  const position = options.resume ? trainer.run.position : 0;
  demand(position <= rows.length, "resume", `the data of the run, at least ${position} examples`, rows.length);
  return { columns, rows, validation, epochs, batch, shuffle, seed, stop };
}

/** Notes an epoch's value of the monitored metric, and the weights if it is the best. */
function watch<Metrics extends object>(trainer: Trainer<Metrics>, stop: StopPlan, metrics: Metrics) {
  const { run } = trainer;
  const value = Number((metrics as Record<string, unknown>)[stop.monitor]);
  if (!(gainOf(stop.direction, value, run.best) > stop.minDelta)) {
    run.wait++;
    return;
  }
  run.best = value;
  run.wait = 0;
  trainer.serve?.();
  const { parameters, buffers } = memoryOf(trainer);
  if (stop.restoreBest) run.snapshot = { parameters: parameters.slice(), buffers: buffers.slice() };
}

/** Puts back what the best epoch left, where that was noted. */
function restoreBest<Metrics>(trainer: Trainer<Metrics>): void {
  const { snapshot } = trainer.run;
  if (!snapshot) return;
  trainer.serve?.();
  const memory = memoryOf(trainer);
  memory.parameters.set(snapshot.parameters);
  memory.buffers.set(snapshot.buffers);
}

/** Multiplies the learning rate where the monitored metric has not improved for long enough; as Keras. */
function reduceRate<Metrics extends object>(trainer: Trainer<Metrics>, spec: PlateauSpec, metrics: Metrics): void {
  const { plateau } = trainer.run;
  const value = Number((metrics as Record<string, unknown>)[spec.monitor]);
  if (plateau.pause > 0) {
    plateau.pause--;
    plateau.wait = 0;
  }
  if (gainOf(spec.direction, value, plateau.best) > spec.minDelta) {
    plateau.best = value;
    plateau.wait = 0;
  } else if (plateau.pause === 0 && ++plateau.wait >= spec.patience) {
    memoryOf(trainer).states[0]! *= spec.factor;
    plateau.pause = spec.cooldown;
    plateau.wait = 0;
  }
}
const gainOf = (direction: "min" | "max", value: number, best: number | undefined): number =>
  direction === "min" ? (best ?? Infinity) - value : value - (best ?? -Infinity);

/** Phase after phase, each until its epochs are done or improvement ends; the state is consistent after each step. */
export async function fitNet<Data extends object, Metrics extends object>(
  trainer: Trainer<Metrics>,
  data: Data,
  options: FitOptions<Data, Metrics>,
): Promise<History<Metrics>> {
  checkIdle(trainer);
  memoryOf(trainer);
  demand(typeof options === "object" && options !== null, "options", "an object", options);
  const { budgetMs = 50 } = options;
  demand(isNumber(budgetMs) && budgetMs > 0, "budgetMs", "a number above 0", budgetMs);
  const slices = createSlices(budgetMs);
  trainer.fitting = true;
  try {
    const planned = plan(trainer, data, options);
    if (slices.isDue()) await slices.turn();
    const reports: EpochReport<Metrics>[] = [];
    if (!options.resume) beginRun(trainer, 0);
    for (;;) {
      const stopped = await runEpochs(trainer, planned, options, slices, reports);
      if (stopped === "aborted" || stopped === "nan" || trainer.phase === trainer.training.phases.length - 1) {
        return { epochs: reports, stopped };
      }
      beginRun(trainer, trainer.phase + 1);
    }
  } finally {
    trainer.fitting = false;
    slices.close();
  }
}

/** Waits as long as it says so. */
async function unpaused(signal: FitSignal): Promise<void> {
  for (let wait = signal.paused; wait; wait = signal.paused) await wait;
}

/** One phase. */
async function runEpochs<Data extends object, Metrics extends object>(
  trainer: Trainer<Metrics>,
  { columns, rows, validation, epochs, batch, shuffle, seed, stop }: Plan,
  options: FitOptions<Data, Metrics>,
  slices: Slices,
  reports: EpochReport<Metrics>[],
): Promise<History<Metrics>["stopped"]> {
  const { signal, onBatch, onEpoch } = options;
  const { ports, survey, evaluate } = trainer.training;
  const run = trainer.run;
  const end = run.start + epochs(trainer.phase);
  const { name: phase, update } = phaseOf(trainer);
  const { accumulate = 1, plateau, terminateOnNan } = trainer.training.settings;
  const parts = accumulate === "epoch" ? Infinity : accumulate;
  const batches = Math.ceil(rows.length / batch);
  const batchReport: BatchReport<Metrics> = { phase, epoch: 0, batch: 0, batches, metrics: trainer.metrics };
  const improves = () => !stop || run.wait === 0 || run.wait < stop.patience;

  /** Between slices a pause may be asked for: nothing moves after it, not even the end of an epoch. */
  const turn = async (): Promise<void> => {
    await slices.turn();
    if (signal?.paused) await unpaused(signal);
  };
  /** A program's sums over rows, or undefined if told to stop. */
  const sumOver = async (program: Program, from: Columns, order: Int32Array): Promise<Float64Array | undefined> => {
    const sums = new Float64Array(run.sums.length);
    const size = trainer.model.batch;
    for (let row = 0; row < order.length; row += size) {
      if (signal?.paused) await unpaused(signal);
      if (signal?.aborted) return undefined;
      sumRows(trainer, program, from, order, row, Math.min(size, order.length - row), sums);
      if (slices.isDue()) await turn();
    }
    return sums;
  };
  if (survey && !trainer.surveyed) {
    const sums = await sumOver(survey, columns, rows);
    if (!sums) return "aborted";
    settleBuffers(trainer, memoryOf(trainer), sums);
  }
  while (trainer.epoch < end && improves()) {
    const began = now();
    const order = shuffle ? shuffled(rows, seed, trainer.epoch) : rows;
    while (run.position < rows.length) {
      if (signal?.paused) await unpaused(signal);
      if (signal?.aborted) return "aborted";
      const memory = memoryOf(trainer);
      const n = Math.min(batch, rows.length - run.position);
      loadRows(ports, columns, memory, order, run.position, n);
      const part = Math.floor(run.position / batch) % parts;
      stepOn(trainer, memory, n, part);
      addTo(run.sums, memory.totals);
      run.position += n;
      if (update && (part + 1 === parts || run.position === rows.length)) {
        updateFrom(trainer, memory, part * batch + n);
      }
      if (onBatch || terminateOnNan) finishMetrics(trainer, memory, memory.totals);
      if (terminateOnNan && !Number.isFinite((trainer.metrics as { readonly loss?: number }).loss)) {
        restoreBest(trainer);
        return "nan";
      }
      if (onBatch) {
        batchReport.epoch = trainer.epoch + 1;
        batchReport.batch = Math.ceil(run.position / batch);
        onBatch(batchReport);
      }
      if (slices.isDue()) await turn();
    }

    let validated: Metrics | undefined;
    if (validation) {
      const sums = await sumOver(evaluate, validation.columns, validation.rows);
      if (!sums) return "aborted";
      validated = copyMetrics(finishMetrics(trainer, memoryOf(trainer), sums));
    }
    const metrics = copyMetrics(finishMetrics(trainer, memoryOf(trainer), run.sums));
    trainer.epoch++;
    run.position = 0;
    run.sums.fill(0);
    if (stop) watch(trainer, stop, validated ?? metrics);
    if (plateau) reduceRate(trainer, plateau, validated ?? metrics);
    const report = { phase, epoch: trainer.epoch, metrics, validation: validated, seconds: (now() - began) / 1000 };
    reports.push(report);
    await onEpoch?.(report);
    if (slices.isDue()) await turn();
  }
  restoreBest(trainer);
  return improves() ? "epochs" : "early";
}
