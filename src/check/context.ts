/** @file Where elaboration stands: scope, instance, index variables in scope, and the run that collects results. */
import type { Location, Span } from "../base/source.js";
import { Diagnostics, diagnose, type Diagnostic, type Extra, type Rule } from "../diagnostics/diagnostic.js";
import type { Interval } from "../ir/affine.js";
import type { Graph } from "../ir/graph.js";
import type { Axis, Expr, Row, Tensor } from "../ir/types.js";
import type { Block, ConstDeclaration, Expression, Stage, Statement, WordKind } from "../syntax/ast.js";
import type { Frame } from "./frame.js";
import type { Padding } from "./items.js";
import type { Registry } from "./registry.js";
import type { Kept } from "./model.js";
import type { FileScope, Scope, Word, WordSet } from "./scope.js";
import type { Survey } from "./survey.js";
import type { Trace } from "./trace.js";
import type { Callable, Label, OwnAxis, TensorValue, Value } from "./values.js";

export type Mode = "train" | "evaluate" | "predict";

/** The mutually recursive parts of the elaborator, tied together in `language.ts`. */
export interface Language {
  evaluate(c: Context, e: Expression): Value;
  /** Runs statements; the value of `return`. */
  execute(c: Context, statements: readonly Statement[]): Value | undefined;
  body(c: Context, body: Expression | Block): Value;
  /** An expression where a word is expected. */
  callable(c: Context, e: Expression, set: WordSet): Callable | undefined;
  /** Applies a word to values; `node` is the place in the text, `variant` tells repeats apart. */
  apply(c: Context, callable: Callable, values: readonly Value[], site: Site): Value;
}
/** The place of an application. */
export interface Site {
  readonly node: object;
  readonly variant: string;
  readonly span: Span;
  readonly name: string | undefined;
  /** The stage of a pipe, where it is one. */
  readonly stage?: Stage;
  /** Settings given beside the callable's own. */
  readonly settings?: ReadonlyMap<string, Value>;
}

/** A message is given once per code and place, however often the text is elaborated. */
export class Sink {
  readonly diagnostics = new Diagnostics();
  readonly #seen = new Set<string>();
  readonly #files = new Map<object, number>();
  add(entry: Diagnostic): void {
    const { file, span } = entry.location;
    if (!this.#files.has(file)) this.#files.set(file, this.#files.size);
    const key = `${entry.code}:${this.#files.get(file)}:${span.start}:${span.end}`;
    if (this.#seen.has(key) || this.#seen.size >= 200) return;
    this.#seen.add(key);
    this.diagnostics.list.push(entry);
  }
}

/** What one elaboration of a model collects. */
export interface Run {
  readonly graph: Graph;
  readonly language: Language;
  readonly sink: Sink;
  readonly registry: Registry;
  readonly mode: Mode;
  /** Declared batch, at least 1: for sizes only. */
  readonly batch: number;
  /** The batch as an index variable; the oldest axis, so that it sorts first. */
  readonly batchAxis: Axis;
  readonly scanAxes: Set<Axis>;
  readonly padding: Padding;
  /** Bounds of whole-number tensors. */
  readonly bounds: Map<Tensor, Interval>;
  /** Whether `training` was asked for: if not, the other elaborations would give the same graph. */
  readsTraining: boolean;
  /** Draws made so far at each path, in this elaboration. */
  readonly draws: Map<string, number>;
  /** Regularizers counted so far, by path of the parameter and place, and their sum. */
  readonly regularized: Set<string>;
  regularization: Value | undefined;
  /** Current values of buffers that were assigned. */
  readonly buffers: Map<string, TensorValue>;
  /** Makes the slot of a `total(..)`; undefined outside metrics. */
  total: ((c: Context, value: TensorValue, span: Span) => Value) | undefined;
  /** Carried values that live on, in prediction. */
  readonly kept: Kept[];
  /** What `over: data` sums into; undefined outside the first values of buffers. */
  survey: Survey | undefined;
  /** Words applied so far, and expressions open: guards against explosions. */
  readonly budget: { applications: number; depth: number; exhausted: boolean };
  /** Words that were found to apply themselves: they give errors from there on. */
  readonly recursive: Set<Word>;
  /** Constants of files, evaluated once. */
  readonly constants: Map<ConstDeclaration, Value | "open">;
  /** What a place outside all words sees. */
  readonly top: { readonly scope: Scope; readonly caller: undefined; readonly indices: readonly Axis[] };
  /** Told of every application at the level of the model; names the step. */
  onStep: ((step: AppliedStep) => string) | undefined;
  /** Told of values at places of the user's text. */
  readonly trace: Trace | undefined;
}
export interface AppliedStep {
  readonly frame: Frame;
  readonly word: string;
  readonly kind: WordKind;
  readonly location: Location;
  readonly inputs: readonly Value[];
  readonly output: Value;
}

/** One word on the way from the model to here. */
export interface Caller {
  readonly word: Word;
  readonly location: Location;
  readonly inLibrary: boolean;
  readonly outer: Caller | undefined;
}

/** The innermost scan whose body is being elaborated. */
export interface ScanState {
  readonly indexName: string;
  readonly at: Expr;
  readonly extent: number;
  readonly label: Label | undefined;
  readonly ambient: readonly Axis[];
  readonly rows: {
    readonly name: string;
    readonly row: Row;
    readonly axes: readonly OwnAxis[];
    readonly value: TensorValue;
  }[];
}

/** Only while the flat form of an optimizer is tried: set when its body looks at more than single elements. */
export interface FlatTrial {
  readonly label: Label;
  violated: boolean;
}

interface Fields {
  readonly run: Run;
  readonly scope: Scope;
  readonly file: FileScope;
  readonly frame: Frame;
  /** Index variables in scope, outermost first, without the batch and scans. */
  readonly indices: readonly Axis[];
  /** Iterations of the scans in scope, outermost first. */
  readonly iterations: readonly Axis[];
  /** The axes that `...` stands for in the word being elaborated. */
  readonly row: readonly OwnAxis[] | undefined;
  readonly caller: Caller | undefined;
  readonly scan: ScanState | undefined;
  /** Values may depend on the example: true in models, false in initializers and optimizers. */
  readonly perExample: boolean;
  /** Path of draws, where it is not the instance's. */
  readonly drawPath: string | undefined;
  readonly flat: FlatTrial | undefined;
  /** In an optimizer: the gradient as it came, and those of all parameters as one vector. */
  readonly gradients: { readonly own: TensorValue; readonly all: TensorValue } | undefined;
  /** The label of the step that nodes made here belong to. */
  readonly step: string;
  /** Which words a name before `(` means: inside an initializer, initializers too. */
  readonly wordSet: WordSet;
}

export class Context implements Fields {
  declare readonly run: Run;
  declare readonly scope: Scope;
  declare readonly file: FileScope;
  declare readonly frame: Frame;
  declare readonly indices: readonly Axis[];
  declare readonly iterations: readonly Axis[];
  declare readonly row: readonly OwnAxis[] | undefined;
  declare readonly caller: Caller | undefined;
  declare readonly scan: ScanState | undefined;
  declare readonly perExample: boolean;
  declare readonly drawPath: string | undefined;
  declare readonly flat: FlatTrial | undefined;
  declare readonly gradients: { readonly own: TensorValue; readonly all: TensorValue } | undefined;
  declare readonly step: string;
  declare readonly wordSet: WordSet;

  constructor(fields: Fields) {
    Object.assign(this, fields);
  }
  with(changes: Partial<Fields>): Context {
    return new Context({ ...(this as Fields), ...changes });
  }
  get graph(): Graph {
    return this.run.graph;
  }
  location(span: Span): Location {
    return this.file.location(span);
  }
  evaluate(e: Expression): Value {
    return this.run.language.evaluate(this, e);
  }
  /** The place in the user's text that led here: library text is never the place of a user's mistake. */
  userLocation(span: Span): { readonly location: Location; readonly inside: Caller | undefined } {
    let location = this.location(span);
    let inside: Caller | undefined;
    let inLibrary = this.file.inLibrary;
    for (let caller = this.caller; caller && inLibrary; caller = caller.outer) {
      inside = caller;
      location = caller.location;
      inLibrary = caller.inLibrary;
    }
    return { location, inside };
  }
  report<P>(rule: Rule<P>, span: Span, parameters: P, extra: Extra = {}): Value {
    const { location, inside } = this.userLocation(span);
    const related = [...(extra.related ?? [])];
    if (inside) related.push({ location: this.location(span), message: `in the text of \`${inside.word.name}\`` });
    else if (this.caller)
      related.push({ location: this.caller.location, message: `\`${this.caller.word.name}\` is applied here` });
    const { fix, ...found } = diagnose(rule, location, parameters, {
      ...extra,
      ...(related.length > 0 ? { related } : {}),
    });
    // The fix of a rule mends the place that it is about, which is not the user's where the library is.
    const mends = fix && (!inside || extra.fix);
    this.run.sink.add(mends ? { ...found, fix } : found);
    return { kind: "error" };
  }
}
