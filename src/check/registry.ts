/** @file Parameters, buffers, totals of a model, found by path: shared by its three elaborations, with their places in memory. */
import type { Location } from "../base/source.js";
import type { ArenaName, Extent, ScalarType, Source, Tensor } from "../ir/types.js";
import type { RecipeValue, ChainValue, Label } from "./values.js";
import type { Frame } from "./frame.js";
import { Survey } from "./survey.js";

export interface ParameterEntry {
  readonly path: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
  readonly location: Location;
  readonly source: Source;
  readonly tensor: Tensor;
  initial: Tensor | undefined;
  /** Told by the text: what is added to the loss, what follows each update. */
  readonly constraints: readonly (RecipeValue | ChainValue)[];
}
interface BufferEntry {
  readonly path: string;
  readonly shape: readonly number[];
  readonly location: Location;
  readonly source: Source;
  readonly tensor: Tensor;
  initial: Tensor | undefined;
}

/** Hands out consecutive places in an arena. */
export class Arena {
  size = 0;
  constructor(
    readonly name: ArenaName,
    readonly type: ScalarType,
  ) {}
  /** A named region; the batch axis counts `batch` examples. */
  take(name: string, shape: readonly Extent[], batch: number): Source {
    const source: Source = { name, arena: this.name, type: this.type, offset: this.size, shape };
    this.size += shape.reduce<number>((n, extent) => n * (extent === "batch" ? batch : extent), 1);
    return source;
  }
}

export class Registry {
  readonly parameters = new Map<string, ParameterEntry>();
  readonly buffers = new Map<string, BufferEntry>();
  /** Dimensions declared as `[t <= 40]`, by name. */
  readonly sequences = new Map<string, Label>();
  readonly arenas = {
    inputs: new Arena("inputs", "f32"),
    classes: new Arena("classes", "i32"),
    parameters: new Arena("parameters", "f32"),
    states: new Arena("states", "f32"),
    masks: new Arena("masks", "f32"),
    buffers: new Arena("buffers", "f32"),
    totals: new Arena("totals", "f64"),
    outputs: new Arena("outputs", "f32"),
    decisions: new Arena("decisions", "i32"),
    memories: new Arena("memories", "f32"),
    metrics: new Arena("metrics", "f64"),
  };
  readonly survey = new Survey(this.arenas.totals);
  constructor(
    readonly root: Frame,
    /** Offsets of parameters decided by an earlier elaboration; otherwise in the order in which they are met. */
    readonly offsets: ReadonlyMap<string, number> | undefined,
  ) {}

  parameterSource(path: string, shape: readonly number[]): Source {
    const offset = this.offsets?.get(path);
    const source = this.arenas.parameters.take(path, shape, 1);
    return offset === undefined ? source : { ...source, offset };
  }
}
