/** @file The public types of a net, shared by every model. */
import type { Floats } from "./floats.js";

/** Nested arrays, one level per axis, examples first. */
export type NetNested<T> = readonly (T | NetNested<T> | ArrayLike<T>)[];
/** The numbers of n examples: flat in row-major order (typed array or array), or nested. */
export type NetNumbers = ArrayLike<number> | NetNested<number>;
/** The classes of n examples, as indices from 0. */
export type NetIndices = NetNumbers;
/** The classes of n examples, as labels or as indices from 0. */
export type NetLabels<Label extends string> = NetNumbers | NetNested<Label | number>;
/** The truth values of n examples; 0 and 1 do as well. */
export type NetTruths = NetNumbers | NetNested<boolean | number>;

/**
 * n sequences, each with its own number of items: an array per example, or all of them padded to the largest number, flat in
 * row-major order, and how many items of each are real. What is in the padding does not matter.
 */
export type NetSequences<Item> =
  | readonly (ArrayLike<Item> | NetNested<Item>)[]
  | { readonly values: ArrayLike<number>; readonly lengths: ArrayLike<number> };

/** Parameters by name: views of the net's memory, row-major; what is written there is used. */
export interface NetParameters {
  readonly [name: string]: Floats | NetParameters;
}

export interface PredictorOptions {
  /** 0 .. 2^32 - 1, default the model's: decides initial weights, order of examples, and draws. */
  readonly seed?: number | undefined;
  /** A safetensors file to load, as `save` gives. */
  readonly weights?: Uint8Array | undefined;
  /**
   * What runs the net. Default: WebAssembly if the module has it and the engine can, else TypeScript if the module has that.
   * `create` throws NetTargetError where the one asked for, or both, cannot be had.
   */
  readonly target?: "typescript" | "wasm" | undefined;
}
export interface CreateOptions extends PredictorOptions {
  /**
   * How many threads compute, 1 .. 64; the results do not depend on it, bit for bit. Default 1. The others are workers, ended by
   * `dispose`; they join in when they have started: in browsers after a return to the event loop. In pages that are not
   * cross-origin isolated, and in TypeScript, there is one thread. With more, `parameters` are views of shared memory.
   */
  readonly threads?: number | undefined;
  /** Memory that can be sent to other threads, and is theirs, too; where that can be had. Default: with several threads. */
  readonly shared?: boolean | undefined;
}

/** Stop when a metric no longer improves. */
export interface EarlyStopping {
  /** A metric that is a number: of the validation set if there is one, else of the training set. Default `loss`. */
  readonly monitor?: string | undefined;
  /** Smaller changes are no improvement. Default 0. */
  readonly minDelta?: number | undefined;
  /** Epochs without improvement after which training stops. Default 0. */
  readonly patience?: number | undefined;
  /** Put back weights and buffers of the best epoch at the end. Default false. */
  readonly restoreBest?: boolean | undefined;
  /** Which way is better. Default `min` for `loss`, else `max`. */
  readonly direction?: "min" | "max" | undefined;
}

export interface FitSignal {
  /** True: training stops after the current step, and `fit` returns what it has. */
  readonly aborted: boolean;
  /** As long as there is one, training waits for it before the next step; the net can meanwhile predict, evaluate and save. */
  readonly paused?: Promise<unknown> | undefined;
}

export interface FitOptions<Data, Metrics> {
  /** Passes over the data in this run, in each of the model's phases. Default: the model's. */
  readonly epochs?: number | undefined;
  /** Examples per step, at most the model's declared batch, the default. */
  readonly batch?: number | undefined;
  /** Data to evaluate after each epoch, or the fraction of rows (drawn by seed) held out for it, 0 .. 1. Default: the model's. */
  readonly validation?: number | Data | undefined;
  /** Another order of examples in each epoch. Default: the model's. */
  readonly shuffle?: boolean | undefined;
  /** Decides the order and the held-out rows. Default: the net's seed. */
  readonly seed?: number | undefined;
  /**
   * Continue the run that was aborted, here or before `save` and `load`: `epochs` counts from the start of its phase, a started
   * epoch is finished. With the same data and options the result is, bit for bit, that of a run never aborted.
   */
  readonly resume?: boolean | undefined;
  /** An AbortSignal, or an object of your own. */
  readonly signal?: FitSignal | undefined;
  /** After each epoch; a promise is awaited. */
  readonly onEpoch?: ((epoch: EpochReport<Metrics>) => void | Promise<void>) | undefined;
  /** After each step. The object and its metrics are reused. */
  readonly onBatch?: ((batch: BatchReport<Metrics>) => void) | undefined;
  /**
   * Milliseconds that training may keep the event loop from other work: it returns there before another step or validated batch
   * as long as the last would take more. One step, and reading the data at first, are not divided. Default 50; about 10 keeps a
   * page fluid.
   */
  readonly budgetMs?: number | undefined;
  /** Default: the model's. */
  readonly stop?: EarlyStopping | undefined;
}

export interface EpochReport<Metrics> {
  /** Undefined in models without phases. */
  readonly phase: string | undefined;
  /** From 1. */
  readonly epoch: number;
  readonly metrics: Metrics;
  /** Undefined without validation data. */
  readonly validation: Metrics | undefined;
  /** Wall-clock time of the epoch, validation included. */
  readonly seconds: number;
}
export interface BatchReport<Metrics> {
  phase: string | undefined;
  /** From 1. */
  epoch: number;
  /** Steps done in this epoch. */
  batch: number;
  /** Steps in an epoch. */
  batches: number;
  metrics: Metrics;
}
export interface History<Metrics> {
  /** Of this call. */
  readonly epochs: readonly EpochReport<Metrics>[];
  /** Why training ended; `nan`: the model has `terminate_on_nan`, and the last step's loss was no finite number. */
  readonly stopped: "epochs" | "early" | "aborted" | "nan";
}

/** What became of one tensor of a model: kept under its name, taken from another name, or as `create` makes it. */
export interface TensorFate {
  readonly name: string;
  readonly shape: readonly number[];
  readonly fate: "kept" | "renamed" | "initialized";
  /** Its name in the file, if it was taken from there. */
  readonly from: string | undefined;
}
/** What an edited model took from a file of weights. */
export interface Migration {
  /** Whether the state of training was taken as well, as by `load`; else training starts anew with these weights. */
  readonly resumes: boolean;
  /** Parameters, then buffers. */
  readonly tensors: readonly TensorFate[];
  /** Weights of the file that found no place. */
  readonly unused: readonly string[];
}

/** A net that predicts. Arrays of results are row-major, [n, ..shape]; of sequences there is one array per example, as long as it is. */
export interface PredictingNet<Inputs, Outputs, Parameters> {
  readonly parameters: Parameters;
  /** What runs it. */
  readonly target: "typescript" | "wasm";
  /**
   * Any number of examples; at most the declared batch in a model that keeps values, whose row k continues row k of the last
   * call. Throws NetInputError.
   */
  predict(inputs: Inputs): Outputs;
  /** Takes weights and buffers from a file that `save` made. Throws NetWeightsError. */
  load(weights: Uint8Array): void;
  /** Takes weights and buffers from another net of the same model; in models that serve averages, these begin there. */
  copyFrom(net: PredictingNet<Inputs, Outputs, Parameters>): void;
  /** Forgets what predictions kept, in models that keep values; `load`, `copyFrom` and `initialize` do as well. */
  reset(): void;
  /** Releases the memory; the net cannot be used afterwards. */
  dispose(): void;
}

/** A net that trains, too. */
export interface TrainingNet<Inputs, Data, Outputs, Metrics, Parameters> extends PredictingNet<
  Inputs,
  Outputs,
  Parameters
> {
  /**
   * Views of the net's memory, row-major. In models that serve averages these are what prediction reads; they are overwritten by
   * the averages again after the next update.
   */
  readonly parameters: Parameters;
  readonly seed: number;
  /** How many threads compute at present. */
  readonly threads: number;
  /** Updates made so far. */
  readonly step: number;
  /** Epochs completed by `fit` so far. */
  readonly epoch: number;
  /**
   * One update from at most the declared batch of examples, also in models that accumulate gradients in `fit`. The result is reused
   * by the next call. Buffers that a model takes from the training set (`over: data`) are taken from this batch if no `fit` came
   * before. Throws NetInputError.
   */
  trainStep(data: Data): Metrics;
  /**
   * Trains in slices, returning to the event loop between them. A model's phases follow each other, each with its optimizer as at
   * first; `trainStep` and `evaluate` belong to the phase that was begun last. Buffers `over: data` are taken before the first step
   * from the rows that are trained on, once in the life of the weights. Throws NetInputError.
   */
  fit(data: Data, options?: FitOptions<Data, Metrics>): Promise<History<Metrics>>;
  /** Metrics over any number of examples, as in prediction: nothing is updated. Throws NetInputError. */
  evaluate(data: Data): Metrics;
  /** A safetensors file of everything that training depends on: `load` resumes bit for bit. */
  save(): Uint8Array<ArrayBuffer>;
  /** Takes the whole state from a file that `save` made; from a file of another origin the weights, and training starts anew. */
  load(weights: Uint8Array): void;
  /**
   * Takes from a file of this model before it was edited what still fits: tensors of the same name and shape, then of steps that
   * were renamed, whose tensors have the same last names and shapes in the same order; the others are as `create` makes them, and
   * training starts anew. A file that fits wholly is loaded as by `load`. Throws NetWeightsError if nothing fits.
   */
  migrate(weights: Uint8Array): Migration;
  /** Starts over: weights, buffers, optimizer and counters as `create` makes them. */
  initialize(seed?: number): void;
}

/** A worker of browsers or of `node:worker_threads`. */
export interface NetWorker {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): unknown;
}
export interface WorkerOptions extends Omit<CreateOptions, "shared"> {
  /**
   * A worker whose module calls this model's `serve` function at once; or the address of this module in JavaScript, for Node and
   * browsers that load modules as they are. Ended by `dispose`.
   */
  readonly worker: NetWorker | { readonly href: string } | string;
}
export interface WorkerFitOptions<Data, Metrics> extends Omit<
  FitOptions<Data, Metrics>,
  "signal" | "onBatch" | "onEpoch" | "budgetMs"
> {
  /** Milliseconds between steps that are reported, and after which other calls have their turn. Default 20. */
  readonly budgetMs?: number | undefined;
  /** The newest step, every `budgetMs`. */
  readonly onBatch?: ((batch: BatchReport<Metrics>) => void) | undefined;
  readonly onEpoch?: ((epoch: EpochReport<Metrics>) => void) | undefined;
  /** Moves typed arrays to the worker instead of copying them: the caller's are empty afterwards. Shared ones are never copied. */
  readonly transfer?: boolean | undefined;
}

/**
 * A net that trains in a worker. Calls are answered in turn, between the steps of a `fit`, with the errors of a TrainingNet, or with
 * NetStateError once the worker has ended. Results are moved, not copied.
 */
export interface WorkerNet<Inputs, Data, Outputs, Metrics, Parameters> {
  /** Views of the worker's own memory, if it can be shared: in Node and in pages that are cross-origin isolated, with WebAssembly. */
  readonly parameters: Parameters | undefined;
  readonly target: "typescript" | "wasm";
  readonly seed: number;
  fit(data: Data, options?: WorkerFitOptions<Data, Metrics>): Promise<History<Metrics>>;
  /** Once this is fulfilled, the fit stands still until it is resumed. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** The fit ends as aborted. */
  cancel(): Promise<void>;
  evaluate(data: Data): Promise<Metrics>;
  predict(inputs: Inputs): Promise<Outputs>;
  save(): Promise<Uint8Array<ArrayBuffer>>;
  load(weights: Uint8Array): Promise<void>;
  migrate(weights: Uint8Array): Promise<Migration>;
  initialize(seed?: number): Promise<void>;
  /** Ends the worker. */
  dispose(): Promise<void>;
}
