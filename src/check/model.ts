/** @file The checked model: everything the later phases need, shapes solved, words expanded into the tensor graph. */
import type { Location } from "../base/source.js";
import type { Graph } from "../ir/graph.js";
import type { Source, Store, Tensor } from "../ir/types.js";

/** What one element of a port is: a number, a truth value, or one of `size` classes (with names where the model gives them). */
export type ElementType =
  | { readonly kind: "f32" }
  | { readonly kind: "int" }
  | { readonly kind: "bool" }
  | { readonly kind: "class"; readonly size: number; readonly labels: readonly string[] | undefined };

/** A dimension of which each example has its own number of items, `[t <= 40]`. */
export interface Sequence {
  readonly name: string;
  readonly longest: number;
  /** In arena classes, `["batch"]`: 1 to `longest`. */
  readonly lengths: Source;
}

/** An input, target or output: the shape is that of one example. */
export interface Port {
  readonly name: string;
  readonly element: ElementType;
  readonly shape: readonly number[];
  /** Of the first axis, if it is one with padding. */
  readonly sequence?: Sequence | undefined;
  /** Of the whole batch: `["batch", ...shape]`; in arena inputs/classes (inputs, targets) or outputs/decisions (outputs). */
  readonly source: Source;
  readonly documentation: string | undefined;
  readonly location: Location;
}

export interface Parameter {
  /** `head.kernel`, `conv2d_2.bias`; unique. */
  readonly path: string;
  readonly shape: readonly number[];
  /** In arena `parameters`. */
  readonly source: Source;
  readonly trainable: boolean;
  /** Value at `create`. */
  readonly initial: Tensor;
  readonly location: Location;
}

/** A buffer or an optimizer's state: kept with the weights, not trained. */
export interface Slot {
  readonly path: string;
  readonly shape: readonly number[];
  readonly source: Source;
  readonly initial: Tensor;
}

/** A sum over the examples of an epoch: `value` is this batch's sum, stored in arena `totals`, accumulated in `sums`. */
export interface Total {
  readonly value: Tensor;
  readonly target: Source;
}

/** What is taken from the training set once, before the first step: sums and largest values over its examples, and the buffers made of them. */
export interface Surveyed {
  /** Empty: the model asks for nothing of the kind. */
  readonly totals: readonly Total[];
  /** Elements of arena `sums` of which the larger is taken from batch to batch, instead of the sum. */
  readonly largest: readonly number[];
  /** From reads of arena `sums` (and parameters). */
  readonly buffers: readonly Store[];
}

/** A carried value that prediction keeps from call to call, row by row. */
export interface Kept {
  /** Over the whole batch, in arena `memories`. */
  readonly source: Source;
  /** What `reset` puts there; depends on no input. */
  readonly start: Tensor;
  /** What a prediction leaves there. */
  readonly next: Tensor;
}

/** The model expanded for one of the three functions. */
export interface Forward {
  /** Loss per example, shape `["batch"]`, weighted and added; undefined without a loss or in `predict`. */
  readonly loss: Tensor | undefined;
  /** Sum of the regularizers, a scalar; undefined if there are none. */
  readonly regularization: Tensor | undefined;
  /** Output values, in the order of `outputs`. */
  readonly outputs: readonly Tensor[];
  /** Assignments to buffers (training only). */
  readonly buffers: readonly Store[];
  /** For the loss and each metric; same targets in `train` and `evaluate`. */
  readonly totals: readonly Total[];
}

export interface Metric {
  readonly name: string;
  readonly shape: readonly number[];
  /** From reads of arena `sums` (and parameters); stored in `target` (arena `metrics`). */
  readonly result: Tensor;
  readonly target: Source;
}

/** What one training phase moves, and how. A model without phases has one. */
export interface Phase {
  /** Undefined in a model without phases. */
  readonly name: string | undefined;
  readonly epochs: number;
  /** What is minimised, per example, shape `["batch"]`; undefined without a loss. */
  readonly loss: Tensor | undefined;
  /** The parameters that move. */
  readonly trained: readonly Trained[];
  /** Optimizer stages: reads of arenas parameters, gradients, states; stages in order. Empty without an optimizer. */
  readonly update: readonly (readonly Store[])[];
  /** What evaluation and prediction read in place of parameters (`serve`), from states and parameters. */
  readonly served: readonly Store[];
  /** What becomes 0 as the phase begins, and stays 0 in the updates of this and later phases. */
  readonly prune: Pruning | undefined;
  /** Of the optimizer: they start anew with the phase, and all phases share their memory. */
  readonly states: readonly Slot[];
  /** The metrics as this phase means them: `loss` is what it minimises. */
  readonly metrics: readonly Metric[];
}
/** In each pool the given part of the elements that is smallest by absolute value is pruned. */
export interface Pruning {
  readonly sparsity: number;
  /** Where each parameter begins in its arena, and its mask in arena `masks`; in elements. */
  readonly pools: readonly (readonly {
    readonly parameters: number;
    readonly masks: number;
    readonly length: number;
  }[])[];
}
export interface Trained {
  readonly path: string;
  readonly source: Source;
  /** In arena `gradients`. */
  readonly gradient: Source;
}

/** One step of a pipe, or a named word application: what `summary`, hints and graphs show. */
export interface Step {
  readonly name: string;
  readonly word: string;
  readonly location: Location;
  readonly input: readonly number[];
  readonly output: readonly number[];
  /** Paths of the parameters that this step owns. */
  readonly parameters: readonly string[];
  /** The value after the step, as expanded for training. */
  readonly value: Tensor | undefined;
  /** Names (ports, lets, steps) that feed it. */
  readonly from: readonly string[];
}

/** `train { .. }` with defaults filled in. */
export interface TrainingSettings {
  readonly batch: number | "all";
  readonly epochs: number;
  readonly shuffle: boolean;
  /** Fraction of the training set held out, 0 .. 1. */
  readonly validation: number;
  readonly seed: number;
  /** How many batches' gradients make one update: those of the examples together. Undefined: each batch's its own. */
  readonly accumulate: number | "epoch" | undefined;
  readonly stop: EarlyStop | undefined;
  readonly plateau: Plateau | undefined;
  /** Epochs between the files that `netc train` writes; `best`: after each epoch that was better than all before. */
  readonly checkpoint: number | "best" | undefined;
  /** Training ends with the step whose loss is no finite number. */
  readonly terminateOnNan: boolean;
}
export interface Monitor {
  readonly monitor: string;
  /** Which way is better; undefined: `min` for the loss, else `max`. */
  readonly direction: "min" | "max" | undefined;
  readonly minDelta: number;
  /** Epochs without improvement. */
  readonly patience: number;
}
export interface EarlyStop extends Monitor {
  readonly restoreBest: boolean;
}
/** The learning rate is multiplied by a factor where a metric no longer improves. */
export interface Plateau extends Monitor {
  readonly factor: number;
  /** Epochs after a reduction in which none are counted. */
  readonly cooldown: number;
  /** The smallest learning rate. */
  readonly least: number;
}

/** Where a port's values come from. */
export interface DataBinding {
  readonly port: string;
  readonly part: "train" | "test" | "validation";
  readonly location: Location;
  readonly reader:
    | ({
        readonly kind: "csv";
        readonly file: string;
        readonly columns: readonly string[] | undefined;
        /** So many rows in a row are one example; undefined: each row by itself. */
        readonly window: number | undefined;
        /** Rows before the first example. */
        readonly shift: number;
      } & SequenceForm)
    | { readonly kind: "idx"; readonly file: string }
    | { readonly kind: "npy"; readonly file: string }
    | { readonly kind: "npz"; readonly file: string; readonly array: string }
    /** Windows of characters; `shift` 1 is the next-character target. */
    | { readonly kind: "text"; readonly file: string; readonly shift: number }
    | ({ readonly kind: "lines"; readonly file: string } & SequenceForm)
    /** `field` is a column of the format, from 0. */
    | ({ readonly kind: "conllu"; readonly file: string; readonly field: number } & SequenceForm);
}
/** How a text becomes the items of a sequence. */
export interface SequenceForm {
  /** Separated by white space; each character; words, each numbered by its hash. */
  readonly by: "words" | "characters" | "hashes";
  /** One more item in front, or at the end. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}
export interface DataSettings {
  readonly bindings: readonly DataBinding[];
  /** Fraction of the rows held out as the test set where no test file is bound, 0 .. 1. */
  readonly testFraction: number;
  /** Whether these are the last rows, not drawn ones. */
  readonly testLast: boolean;
}

export interface CheckedModel {
  readonly name: string;
  readonly documentation: string | undefined;
  readonly location: Location;
  readonly graph: Graph;
  /** The largest number of examples in one call: the declared batch, or what was asked for in its place; with `all` 0 until the data are known. */
  readonly batch: number;
  readonly inputs: readonly Port[];
  readonly targets: readonly Port[];
  readonly outputs: readonly Port[];
  readonly parameters: readonly Parameter[];
  readonly buffers: readonly Slot[];
  /** Of the first phase, as are `update` and `metrics`. */
  readonly states: readonly Slot[];
  readonly survey: Surveyed;
  readonly kept: readonly Kept[];
  readonly forward: { readonly train: Forward; readonly evaluate: Forward; readonly predict: Forward };
  readonly update: readonly (readonly Store[])[];
  /** The first entry is `loss` where the model has one. */
  readonly metrics: readonly Metric[];
  /** At least one. */
  readonly phases: readonly [Phase, ...Phase[]];
  readonly steps: readonly Step[];
  readonly training: TrainingSettings;
  readonly data: DataSettings;
}
