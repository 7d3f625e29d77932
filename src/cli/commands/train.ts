/** @file `netc train FILE`: compile in memory, train with progress, validate, test, save. */
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type { CheckedModel, TrainingSettings } from "../../check/model.js";
import type { Target } from "../../backends/model.js";
import { sizeOf } from "../../ir/graph.js";
import type { Register } from "../command-line.js";
import { checkFile, demandTraining, instantiate } from "../compile.js";
import type { CompiledModel } from "../../backends/model.js";
import { compileModel } from "../../compiler/compile.js";
import { type Dataset, type Examples, loadDataset } from "../dataset.js";
import { exitCodes, InputFault, UsageFault } from "../fault.js";
import { crossValidate, type Folds } from "../folds.js";
import { demandWritable, nodeHost, writeAtomic } from "../../host/files.js";
import { type BatchReport, type EpochReport, type Metrics, metricsJson, type Net } from "../module.js";
import { seedOf, whole } from "../numbers.js";
import { load, migrate, reportMigration } from "../weights.js";
import { checkRelaxed, noteExact, relaxedFlag, relaxedHelp } from "../relaxed.js";
import { schedulesBeside } from "../../compiler/schedule-file.js";
import { defaultTarget, exactFlag, exactHelp, targetFlag, targetHelp, targetOf } from "../target.js";
import { duration, grouped, type Terminal } from "../terminal.js";
import { weightsOf } from "../trained.js";
import { TrainingLog } from "../training-log.js";

interface TrainOptions {
  readonly target: Target;
  readonly threads?: number;
  readonly exact?: true;
  readonly relaxed?: true;
  readonly data?: string;
  readonly model?: string;
  readonly epochs?: number;
  readonly batch?: number;
  readonly seed?: number;
  readonly limit?: number;
  readonly steps?: number;
  readonly save?: string;
  readonly resume?: string;
  readonly csv?: string;
  readonly plot?: string;
  readonly folds?: number;
  readonly strict?: true;
  readonly json?: true;
}

const number = (value: number) => (Math.abs(value) >= 1e-3 || value === 0 ? value.toFixed(4) : value.toExponential(2));
/** A model with at most so many weights prints them when it is trained. */
const shownWeights = 32;
const weight = (value: number) => String(Number(value.toPrecision(5)));
const metricsText = (metrics: Metrics, prefix = "") =>
  Object.entries(metrics)
    .flatMap(([name, value]) => (typeof value === "number" ? [`${prefix}${name} ${number(value)}`] : []))
    .join("  ");

/** One line: `epoch 2/5 [#####.....] loss 0.1 accuracy 0.97 12,345 examples/s 0:12 left`. */
function progressLine(report: BatchReport, epochs: number, rate: number, examplesLeft: number): string {
  const width = 20;
  const phase = report.phase === undefined ? "" : `${report.phase}  `;
  const filled = Math.round((width * report.batch) / report.batches);
  const bar = "█".repeat(filled) + "░".repeat(width - filled);
  return `${phase}epoch ${report.epoch}/${epochs} ${bar} ${metricsText(report.metrics)}  ${grouped(rate)} examples/s  ${duration(examplesLeft / rate)} left`;
}

export const train: Register = (program, terminal, done) => {
  program
    .command("train")
    .description("train a model on the data that it binds")
    .argument("<file>", ".net file")
    .option("--data <path>", "folder of the data files (default: the model's folder), or the one file it reads")
    .option("--model <name>", "which model of the file")
    .option("--epochs <n>", "passes over the training set (default: the model's)", whole(0))
    .option("--batch <n>", "examples per step (default: the model's)", whole(1))
    .option("--seed <n>", "seed of weights, shuffling and dropout (default: the model's)", seedOf)
    .option(targetFlag, targetHelp, targetOf, defaultTarget)
    .option(exactFlag, exactHelp)
    .option(relaxedFlag, relaxedHelp)
    .option("--threads <n>", "how many threads compute; the result is the same (default: what pays)", whole(1, 64))
    .option("--limit <n>", "use the first n training examples only", whole(1))
    .option("--steps <n>", "stop after n steps", whole(1))
    .option("--save <path>", "write weights, optimizer state and position as safetensors")
    .option("--resume <path>", "continue from a saved file; of an edited model: with the weights that still fit")
    .option("--strict", "with --resume: refuse a file that does not fit wholly")
    .option(
      "--folds <k>",
      "train k times, each on all but one of k parts, and give metrics of the part held out",
      whole(2, 1000),
    )
    .option("--csv <path>", "write loss and metrics of each epoch as a table")
    .option("--plot <path>", "draw loss and metrics of each epoch as SVG")
    .option("--json", "print one JSON object per epoch and a last one with the test result")
    .addHelpText(
      "after",
      "\nExamples:\n  netc train examples/iris.net\n  netc train examples/mnist.net --data mnist --epochs 5 --save mnist.safetensors\n  netc train examples/mnist.net --data mnist --resume mnist.safetensors --epochs 10",
    )
    .action(async (file: string, options: TrainOptions) => done(await run(file, options, terminal)));
};

/** What the options ask for can be had, as far as that can be told before anything is read. */
function checkOptions(file: string, options: TrainOptions): void {
  checkRelaxed(options);
  if (options.strict && options.resume === undefined) throw new UsageFault("--strict needs --resume");
  const written = [options.save, options.csv, options.plot].filter((path) => path !== undefined);
  if (options.folds !== undefined && (written.length > 0 || options.resume !== undefined))
    throw new UsageFault("--folds trains several nets, of which none is saved, resumed or drawn");
  if (new Set([file, ...written].map((path) => resolve(path))).size <= written.length)
    throw new UsageFault("--save, --csv and --plot each need a file of their own");
  for (const path of written) demandWritable(path);
}

interface Setup {
  readonly checked: CheckedModel;
  readonly compiled: CompiledModel;
  readonly dataset: Dataset;
  readonly net: Net;
  readonly seed: number;
}
async function prepare(file: string, options: TrainOptions, terminal: Terminal): Promise<Setup> {
  const checked = checkFile(file, options);
  demandTraining(checked);
  const seed = options.seed ?? checked.training.seed;
  const dataset = await loadDataset(checked, { ...options, seed: checked.training.seed });
  const { rows } = dataset.train;
  if (options.folds !== undefined && options.folds > rows)
    throw new InputFault(`${rows} examples do not make ${options.folds} parts`);
  const whole = checked.training.batch === "all" ? rows : checked.training.batch;
  const compiled = compileModel(checkFile(file, { ...options, batch: options.batch ?? whole }), {
    ...options,
    schedules: schedulesBeside(nodeHost, file, terminal.note),
  });
  const module = await instantiate(compiled);
  const net = module.create({ seed, threads: options.threads ?? threadsFor(compiled) });
  if (options.resume !== undefined) {
    if (options.strict) load(net, options.resume);
    else reportMigration(migrate(net, options.resume), options, terminal);
  }
  return { checked, compiled, dataset, net, seed };
}

async function run(file: string, options: TrainOptions, terminal: Terminal): Promise<number> {
  checkOptions(file, options);
  noteExact(options, terminal);
  const { checked, compiled, dataset, net, seed } = await prepare(file, options, terminal);
  const epochs = checked.phases.reduce((sum, phase) => sum + (options.epochs ?? phase.epochs), 0);
  const stop = new AbortController();
  let steps = 0;
  let interrupted = false;
  const interrupt = () => {
    if (interrupted) process.exit(exitCodes.interrupted);
    interrupted = true;
    stop.abort();
  };
  process.on("SIGINT", interrupt);
  const started = performance.now();
  const size = compiled.batch;
  const validation = dataset.validation?.ports ?? checked.training.validation;
  const perEpoch = Math.ceil((dataset.train.rows * (typeof validation === "number" ? 1 - validation : 1)) / size);
  let drawn = 0;
  const checkpoint = file.replace(/(\.net)?$/, ".checkpoint.safetensors");
  const isDue = checkpoints(checked.training);
  const log = new TrainingLog(checked.name, options);
  /** A disk that is full for a while is no reason to lose what was learnt. */
  const tryTo = (write: () => void) => {
    try {
      write();
    } catch (error) {
      if (!(error instanceof InputFault)) throw error;
      terminal.note(error.message);
    }
  };
  const fit = (examples: Examples) =>
    net.fit(examples.ports, {
      epochs: options.epochs,
      batch: size,
      shuffle: checked.training.shuffle,
      validation,
      resume: options.resume !== undefined,
      signal: stop.signal,
      onBatch(report) {
        steps++;
        if (options.steps !== undefined && steps >= options.steps) stop.abort();
        const now = performance.now();
        if (!terminal.interactive || now - drawn < 80) return;
        drawn = now;
        const rate = (steps * size) / ((now - started) / 1e3);
        const left = ((epochs - report.epoch) * perEpoch + report.batches - report.batch) * size;
        terminal.status(progressLine(report, epochs, rate, left));
      },
      onEpoch(report) {
        if (options.folds !== undefined) return;
        printEpoch(report, epochs, options, terminal);
        tryTo(() => log.add(report));
        if (isDue(report)) tryTo(() => writeAtomic(checkpoint, net.save()));
      },
    });
  if (options.folds !== undefined) {
    const result = await crossValidate(
      net,
      dataset.train,
      [...checked.inputs, ...checked.targets],
      options.folds,
      seed,
      async (examples) => (await fit(examples)).stopped !== "aborted",
      (fold, metrics) => {
        if (!options.json) terminal.out(`${terminal.paint("bold", `part ${fold}`)}  ${metricsText(metrics)}`);
      },
    );
    printFolds(result, options, terminal);
  } else {
    const { stopped } = await fit(dataset.train);
    const seconds = (performance.now() - started) / 1e3;
    const saved = options.save ?? (interrupted ? checkpoint : undefined);
    if (saved !== undefined) writeAtomic(saved, net.save());
    if (interrupted) terminal.err(`interrupted: saved ${saved}; go on with --resume ${saved}`);
    log.write();
    if (stopped === "nan") terminal.err("stopped: the loss of the last step is no finite number");
    process.off("SIGINT", interrupt);
    printEnd(
      { checked, dataset, net },
      { steps, seconds, examplesPerSecond: (steps * size) / seconds },
      options,
      terminal,
    );
  }
  process.off("SIGINT", interrupt);
  net.dispose();
  return interrupted ? exitCodes.interrupted : exitCodes.ok;
}

interface Effort {
  readonly steps: number;
  readonly seconds: number;
  readonly examplesPerSecond: number;
}
/** What came of the training. */
function printEnd(
  { checked, dataset, net }: Pick<Setup, "checked" | "dataset" | "net">,
  { steps, seconds, examplesPerSecond }: Effort,
  { json }: TrainOptions,
  terminal: Terminal,
): void {
  const test: Metrics | undefined = dataset.test ? net.evaluate(dataset.test.ports) : undefined;
  const parameters = checked.parameters.reduce((sum, parameter) => sum + sizeOf(parameter.shape, 1), 0);
  const weightsSha256 = hashWeights(net);
  const weights = parameters <= shownWeights ? weightsOf(net, checked) : undefined;
  const shown = weights && [...weights].map(([path, values]) => [path, Array.from(values)] as const);
  if (json) {
    const effort = { seconds: round(seconds), examplesPerSecond: round(examplesPerSecond), steps };
    const small = shown && { weights: Object.fromEntries(shown) };
    terminal.out(metricsJson({ test, ...effort, parameters, ...small, weightsSha256 }));
    return;
  }
  if (test) terminal.out(`${terminal.paint("bold", "test")}  ${metricsText(test)}`);
  for (const [path, values] of shown ?? []) terminal.out(`${path}  ${values.map(weight).join("  ")}`);
  terminal.out(
    `${grouped(steps)} steps in ${seconds.toFixed(1)} s, ${grouped(examplesPerSecond)} examples/s, ${grouped(parameters)} parameters`,
  );
  terminal.out(`weights sha256 ${weightsSha256}`);
}

/** After which epochs a file is due. What is best follows what `stop` monitors, else the loss, anew in each phase. */
function checkpoints({ checkpoint, stop }: TrainingSettings): (report: EpochReport) => boolean {
  const { monitor = "loss", direction = "min" } = stop ?? {};
  let best: number | undefined;
  let current: string | undefined;
  return ({ epoch, phase, metrics, validation }) => {
    if (checkpoint !== "best") return checkpoint !== undefined && epoch % checkpoint === 0;
    const value = Number((validation ?? metrics)[monitor]);
    const isBetter = best === undefined || phase !== current || (direction === "min" ? value < best : value > best);
    if (isBetter) [best, current] = [value, phase];
    return isBetter;
  };
}

/** Operations of a step below which another thread's part is not worth the meetings between kernels. */
const operationsPerThread = 2e6;

/** More than eight have too little to do each. */
function threadsFor({ programs, batch }: CompiledModel): number {
  const flops = (programs.train?.kernels ?? []).reduce((sum, kernel) => sum + kernel.flops * batch, 0);
  return Math.max(1, Math.min(8, availableParallelism(), Math.floor(flops / operationsPerThread)));
}

const round = (value: number) => Math.round(value * 1e3) / 1e3;

function printEpoch(report: EpochReport, epochs: number, options: TrainOptions, terminal: Terminal): void {
  const { phase, epoch, metrics, validation } = report;
  if (options.json) terminal.out(metricsJson({ phase, epoch, ...metrics, ...(validation ? { validation } : {}) }));
  else if (epochs <= 50 || epoch === 1 || epoch % Math.ceil(epochs / 20) === 0)
    terminal.out(
      `${phase === undefined ? "" : `${phase}  `}epoch ${epoch}/${epochs}  ${metricsText(metrics)}${validation ? `  ${metricsText(validation, "val_")}` : ""}`,
    );
}

function printFolds({ folds, mean, deviation }: Folds, options: TrainOptions, terminal: Terminal): void {
  if (options.json) terminal.out(metricsJson({ folds, mean, deviation }));
  else
    for (const name of Object.keys(mean))
      terminal.out(`${name}  ${number(mean[name]!)}, standard deviation ${number(deviation[name]!)}`);
}

/** Of the saved bytes without metadata: the tensors in order. */
function hashWeights(net: Net): string {
  const bytes = net.save();
  const header = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return createHash("sha256")
    .update(bytes.subarray(8 + header))
    .digest("hex");
}
