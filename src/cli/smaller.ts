/**
 * @file Structured pruning: a model with fewer units, as text, and its weights. Which weights belong to a unit is found by asking
 * the checker what changes with the number in the text, and proved by running the smaller net against the given one with those units silenced.
 */
import type { CheckedModel } from "../check/model.js";
import { compileModel } from "../compiler/compile.js";
import { createProject, type Host } from "../compiler/project.js";
import { bytesOf, writeSafetensors } from "../emit/runtime/safetensors.js";
import type { NumberLiteral } from "../syntax/ast.js";
import { type SyntaxNode, walk } from "../syntax/walk.js";
import { instantiate } from "./compile.js";
import type { Data } from "./module.js";
import { noise } from "./noise.js";

/** Of a comparison: several, so that a mix-up of examples shows. */
export const examples = 8;

export interface Weights {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}
/** Parameters and buffers by path. */
export type AllWeights = ReadonlyMap<string, Weights>;
export interface Net {
  readonly text: string;
  readonly model: CheckedModel;
  readonly weights: AllWeights;
}

/** Units that a number of the text counts. */
export interface Layer {
  /** Of the instance whose weights lead into them. */
  readonly name: string;
  readonly literal: NumberLiteral;
  readonly units: number;
}
export interface Shrunk extends Layer {
  readonly kept: number;
}

/** Checks texts in the place of a file. */
export class Checker {
  readonly #project;
  constructor(
    host: Host,
    readonly path: string,
    readonly name: string,
  ) {
    this.#project = createProject(host);
  }
  /** The model as a text has it; undefined if the text has errors, or the model is another one by its ports. */
  model(text: string): CheckedModel | undefined {
    this.#project.setText(this.path, text);
    const { models = [], diagnostics = [] } = this.#project.check(this.path, { batch: examples }) ?? {};
    if (diagnostics.some(({ severity }) => severity === "error")) return undefined;
    return models.find(({ name }) => name === this.name);
  }
  /** Whole numbers of a text, last to first: changing one leaves the places of those still to come. */
  literals(text: string): readonly NumberLiteral[] {
    this.#project.setText(this.path, text);
    const found: NumberLiteral[] = [];
    const file = this.#project.parse(this.path)?.file;
    const isCount = (node: SyntaxNode): node is NumberLiteral =>
      node.kind === "number" &&
      (node as NumberLiteral).unit === undefined &&
      Number.isInteger((node as NumberLiteral).value);
    if (file)
      walk(file, (node) => {
        if (isCount(node) && node.value >= 2) found.push(node);
      });
    return found.reverse();
  }
}

const replaced = (text: string, { span }: NumberLiteral, value: number) =>
  text.slice(0, span.start) + String(value) + text.slice(span.end);
const portsOf = ({ inputs, targets, outputs }: CheckedModel) =>
  JSON.stringify(
    [inputs, targets, outputs].map((ports) => ports.map(({ name, element, shape }) => [name, element, shape])),
  );
export const tensorsOf = ({ parameters, buffers }: CheckedModel) => [...parameters, ...buffers];

/** An axis along which units lie, each `copies` times, among `rest` positions of others (which `concatenate` put there). */
interface UnitAxis {
  readonly axis: number;
  readonly size: number;
  readonly copies: number;
  readonly rest: number;
}
/** Of each tensor that changes. */
type Axes = ReadonlyMap<string, readonly UnitAxis[]>;

/** Which axes shrink with a number; undefined if it does not count units: no weights lead into them, or a size is no multiple. */
function axesOf(before: CheckedModel, after: CheckedModel, units: number, kept: number): Axes | undefined {
  const others = new Map(tensorsOf(after).map(({ path, shape }) => [path, shape]));
  if (others.size !== tensorsOf(before).length || portsOf(before) !== portsOf(after)) return undefined;
  const found = new Map<string, readonly UnitAxis[]>();
  for (const { path, shape } of tensorsOf(before)) {
    const other = others.get(path);
    if (other?.length !== shape.length) return undefined;
    const axes = shape.flatMap((size, axis): UnitAxis[] => {
      const copies = (size - other[axis]!) / (units - kept);
      return copies === 0 ? [] : [{ axis, size, copies, rest: size - copies * units }];
    });
    if (axes.some(({ copies, rest }) => !Number.isInteger(copies) || copies < 0 || rest < 0)) return undefined;
    if (axes.length > 0) found.set(path, axes);
  }
  return producers(before, found).length > 0 ? found : undefined;
}
/** The weights that lead into units: these lie along their last axis. */
const producers = ({ parameters }: CheckedModel, axes: Axes): readonly string[] =>
  parameters.flatMap(({ path, shape }) =>
    shape.length >= 2 && axes.get(path)?.some(({ axis, rest }) => axis === shape.length - 1 && rest === 0)
      ? [path]
      : [],
  );

/** All numbers that count units, in the order of the text. */
export function layersOf(checker: Checker, text: string, model: CheckedModel): readonly Layer[] {
  return checker
    .literals(text)
    .flatMap((literal): Layer[] => {
      const smaller = checker.model(replaced(text, literal, literal.value - 1));
      const axes = smaller && axesOf(model, smaller, literal.value, literal.value - 1);
      const [path] = axes ? producers(model, axes) : [];
      return path === undefined
        ? []
        : [{ name: path.slice(0, Math.max(0, path.lastIndexOf("."))) || path, literal, units: literal.value }];
    })
    .reverse();
}

/** The net without the weakest units of a layer; undefined if the others cannot do without them (the layer normalises over them, say). */
export async function shrink(
  checker: Checker,
  net: Net,
  { literal, units }: Layer,
  kept: number,
): Promise<Net | undefined> {
  const text = replaced(net.text, literal, kept);
  const model = checker.model(text);
  const axes = model && axesOf(net.model, model, units, kept);
  if (!axes) return undefined;
  const keep = strongest(net, axes, units, kept);
  const agree = await comparison(net.model, model);
  const layouts = new Map<string, Layout>();
  const kinds = new Map([...axes.values()].flat().map((axis) => [wayOf(axis), axis]));
  for (const [way, axis] of [...kinds].sort(([, a], [, b]) => a.rest - b.rest)) {
    // Where others stand among the units, one kind of axis at a time: the weights of other such kinds are 0 meanwhile.
    const open = ([path, own]: [string, readonly UnitAxis[]]) =>
      own.some((other) => other.rest > 0 && wayOf(other) !== way) ? [path] : [];
    const unread = new Set([...axes].flatMap(open));
    const choices = layoutsOf(axis, units);
    const fits = (layout: Layout) => agree(...cut(net, axes, new Map(layouts).set(way, layout), keep, unread));
    const layout = choices.length === 1 ? choices[0] : choices.find(fits);
    if (!layout) return undefined;
    layouts.set(way, layout);
  }
  const [silenced, weights] = cut(net, axes, layouts, keep);
  return agree(silenced, weights) ? { text, model, weights } : undefined;
}

/** The unit at a position of an axis, -1 for what is none of these. */
type Layout = (position: number) => number;
const wayOf = ({ size, copies }: UnitAxis): string => `${size} ${copies}`;

/** How units may lie: in each of the copies behind others (channels, flattened or not), or all copies in one block among others. */
function layoutsOf({ size, copies, rest }: UnitAxis, units: number): readonly Layout[] {
  if (rest === 0) return [(position) => position % units];
  const period = size / copies;
  const behind = Array.from({ length: Number.isInteger(period) ? period - units + 1 : 0 }, (_, from): Layout => {
    return (position) => {
      const unit = (position % period) - from;
      return unit < units ? unit : -1;
    };
  });
  if (copies === 1) return behind;
  const starts = Array.from({ length: Math.floor(rest / copies) + 1 }, (_, k) => k * copies);
  const blocks = [...new Set([...starts, rest])].map((from): Layout => {
    return (position) => (position >= from && position < from + copies * units ? (position - from) % units : -1);
  });
  return [...behind, ...blocks];
}

/** Weights with units silenced, and without them; tensors in `unread` are 0 in both. */
function cut(
  { weights }: Net,
  axes: Axes,
  layouts: ReadonlyMap<string, Layout>,
  keep: readonly boolean[],
  unread: ReadonlySet<string> = new Set(),
): [silenced: AllWeights, smaller: AllWeights] {
  const smaller = new Map<string, Weights>();
  const silenced = new Map<string, Weights>();
  const gone = keep.filter((stays) => !stays).length;
  for (const [path, tensor] of weights) {
    const own = axes.get(path) ?? [];
    const shape = tensor.shape.map((size, axis) => size - gone * (own.find((part) => part.axis === axis)?.copies ?? 0));
    if (unread.has(path)) {
      silenced.set(path, { shape: tensor.shape, values: new Float32Array(tensor.values.length) });
      smaller.set(path, { shape, values: new Float32Array(shape.reduce((size, extent) => size * extent, 1)) });
      continue;
    }
    const stays = elementsThatStay(tensor.shape, own, layouts, keep);
    smaller.set(path, { shape, values: tensor.values.filter((_, k) => stays[k] === 1) });
    silenced.set(path, { shape: tensor.shape, values: tensor.values.map((value, k) => (stays[k] === 1 ? value : 0)) });
  }
  return [silenced, smaller];
}

/** Whether each unit is among those with the largest norms of the weights that lead into it. */
function strongest({ model, weights }: Net, axes: Axes, units: number, kept: number): readonly boolean[] {
  const squares = new Float64Array(units);
  for (const path of producers(model, axes))
    weights.get(path)!.values.forEach((value, k) => {
      // The last axis varies fastest, and its size is a multiple of the units.
      squares[k % units]! += value * value;
    });
  const order = [...squares.keys()].sort((a, b) => squares[b]! - squares[a]! || a - b);
  const chosen = new Set(order.slice(0, kept));
  return Array.from(squares, (_, unit) => chosen.has(unit));
}

/** 1 for elements of units that are kept, along all axes of units. */
function elementsThatStay(
  shape: readonly number[],
  axes: readonly UnitAxis[],
  layouts: ReadonlyMap<string, Layout>,
  keep: readonly boolean[],
): Uint8Array {
  const count = shape.reduce((size, extent) => size * extent, 1);
  const stays = new Uint8Array(count).fill(1);
  for (const unitAxis of axes) {
    const { axis, size } = unitAxis;
    const layout = layouts.get(wayOf(unitAxis))!;
    const stride = shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
    for (let k = 0; k < count; k++) {
      // Positions of others, below 0, are in no list of units.
      if (keep[layout(Math.floor(k / stride) % size)] === false) stays[k] = 0;
    }
  }
  return stays;
}

/** Relative to the largest number, in 64 bits: only the order of sums differs. */
const tolerance = 1e-9;

/** Whether two models with given weights predict the same from made-up examples, and lose the same. */
async function comparison(a: CheckedModel, b: CheckedModel): Promise<(a: AllWeights, b: AllWeights) => boolean> {
  const data = noise(a, examples, 1);
  const [first, second] = await Promise.all([a, b].map((model) => runner(model, data)));
  return (ofFirst, ofSecond) => {
    const [one, two] = [first!(ofFirst), second!(ofSecond)];
    const largest = one.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    return one.length === two.length && one.every((value, k) => Math.abs(value - two[k]!) <= tolerance * largest);
  };
}
/** What a model says of data with given weights: outputs and loss. */
async function runner(model: CheckedModel, data: Data): Promise<(weights: AllWeights) => readonly number[]> {
  const module = await instantiate(compileModel(model, { target: "typescript" }), "f64");
  return (weights) => {
    const net = module.create({ weights: fileOf(weights, "F64") });
    const outputs = Object.values(net.predict(data)).flatMap((values) =>
      Array.from(values as ArrayLike<unknown>, Number),
    );
    const { loss } = net.evaluate(data);
    net.dispose();
    // Names of classes are no numbers, and say no more than what they were chosen from.
    return [...outputs, Number(loss)].filter((value) => !Number.isNaN(value));
  };
}

/** Weights alone, as any program may have written them. */
export function fileOf(weights: AllWeights, type: "F32" | "F64" = "F32"): Uint8Array<ArrayBuffer> {
  const tensors = [...weights].map(([path, { shape, values }]) => {
    const bytes = bytesOf(type === "F64" ? Float64Array.from(values) : values);
    return [path, { type, shape, bytes }] as const;
  });
  return writeSafetensors({ tensors: new Map(tensors), metadata: new Map() });
}
