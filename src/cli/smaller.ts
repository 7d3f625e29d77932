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

/** Of each tensor that changes, the axes along which units lie: position k belongs to unit k mod `units`. */
type Axes = ReadonlyMap<string, readonly number[]>;

/** Which axes shrink with a number; undefined if it does not count units: no weights lead into them, or a size is no multiple. */
function axesOf(before: CheckedModel, after: CheckedModel, units: number, kept: number): Axes | undefined {
  const others = new Map(tensorsOf(after).map(({ path, shape }) => [path, shape]));
  if (others.size !== tensorsOf(before).length || portsOf(before) !== portsOf(after)) return undefined;
  const found = new Map<string, readonly number[]>();
  for (const { path, shape } of tensorsOf(before)) {
    const other = others.get(path);
    if (other?.length !== shape.length) return undefined;
    const axes = shape.flatMap((size, axis) => (size === other[axis] ? [] : [axis]));
    if (axes.some((axis) => shape[axis]! % units !== 0 || (shape[axis]! / units) * kept !== other[axis]))
      return undefined;
    if (axes.length > 0) found.set(path, axes);
  }
  return producers(before, found).length > 0 ? found : undefined;
}
/** The weights that lead into units: these lie along their last axis. */
const producers = ({ parameters }: CheckedModel, axes: Axes): readonly string[] =>
  parameters.flatMap(({ path, shape }) =>
    shape.length >= 2 && axes.get(path)?.includes(shape.length - 1) ? [path] : [],
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
  const weights = new Map<string, Weights>();
  const silenced = new Map<string, Weights>();
  for (const [path, tensor] of net.weights) {
    const own = axes.get(path) ?? [];
    const stays = elementsThatStay(tensor.shape, own, keep);
    weights.set(path, {
      shape: tensor.shape.map((size, axis) => (own.includes(axis) ? (size / units) * kept : size)),
      values: tensor.values.filter((_, k) => stays[k] === 1),
    });
    silenced.set(path, { shape: tensor.shape, values: tensor.values.map((value, k) => (stays[k] === 1 ? value : 0)) });
  }
  const smaller = { text, model, weights };
  return (await agree({ ...net, weights: silenced }, smaller)) ? smaller : undefined;
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
function elementsThatStay(shape: readonly number[], axes: readonly number[], keep: readonly boolean[]): Uint8Array {
  const count = shape.reduce((size, extent) => size * extent, 1);
  const stays = new Uint8Array(count).fill(1);
  for (const axis of axes) {
    const stride = shape.slice(axis + 1).reduce((size, extent) => size * extent, 1);
    for (let k = 0; k < count; k++) {
      const position = Math.floor(k / stride) % shape[axis]!;
      if (!keep[position % keep.length]) stays[k] = 0;
    }
  }
  return stays;
}

/** Relative to the largest number, in 64 bits: only the order of sums differs. */
const tolerance = 1e-9;

/** Whether two nets predict the same from made-up examples, and lose the same. */
async function agree(a: Net, b: Net): Promise<boolean> {
  const data = noise(a.model, examples, 1);
  const [first, second] = await Promise.all([a, b].map((net) => numbersOf(net, data)));
  const largest = first!.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return (
    first!.length === second!.length && first!.every((value, k) => Math.abs(value - second![k]!) <= tolerance * largest)
  );
}
async function numbersOf({ model, weights }: Net, data: Data): Promise<readonly number[]> {
  const module = await instantiate(compileModel(model, { target: "typescript" }), "f64");
  const net = module.create({ weights: fileOf(weights, "F64") });
  const outputs = Object.values(net.predict(data)).flatMap((values) =>
    Array.from(values as ArrayLike<unknown>, Number),
  );
  const { loss } = net.evaluate(data);
  net.dispose();
  // Names of classes are no numbers, and say no more than what they were chosen from.
  return [...outputs, Number(loss)].filter((value) => !Number.isNaN(value));
}

/** Weights alone, as any program may have written them. */
export function fileOf(weights: AllWeights, type: "F32" | "F64" = "F32"): Uint8Array<ArrayBuffer> {
  const tensors = [...weights].map(([path, { shape, values }]) => {
    const bytes = bytesOf(type === "F64" ? Float64Array.from(values) : values);
    return [path, { type, shape, bytes }] as const;
  });
  return writeSafetensors({ tensors: new Map(tensors), metadata: new Map() });
}
