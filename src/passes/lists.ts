/**
 * @file Sums with a factor that is mostly zero and that says where the other is read (the gradient through a maximum). For each
 * row of the factor, its non-zero elements are first listed, value and position side by side; the sum then visits the list:
 *
 *     sum[p](b(p) * h(at(p)))  =  sum[t < count](value[t] * h[position[t]])
 *
 * The listing has no branch to mispredict: every element is written at the list's end, which advances if it was not zero.
 */
import { add, factorsOf, integer } from "../ops/index.js";
import type { Graph } from "../ir/graph.js";
import type { KernelExpr } from "../ir/kernel.js";
import type { Axis, Extent, Fold, Read } from "../ir/types.js";
import { movesOf } from "./access.js";
import type { Moves } from "./access.js";
import { affine, int, linear, plus, times, variable } from "./affine.js";
import type { Affine } from "./affine.js";
import type { Blocks } from "./blocks.js";
import { bind } from "./expressions.js";
import type { Env, Expressions, Instance } from "./expressions.js";
import { aligned } from "./nest.js";
import type { Nest, Output, Step, View } from "./nest.js";

export interface Lists {
  readonly fold: Fold;
  readonly factor: Read;
  readonly other: Read;
  /** The factor's indices that are not summed: a list is made for each of their values, and used before the next. */
  readonly rows: readonly Axis[];
  /** The first of them: each of its values has memory for a list, so that threads may share it. */
  readonly apart: Axis | undefined;
  /** [apart, positions] */
  readonly values: View;
  readonly positions: View;
}

/** A list pays where each of its elements is used at least so often. */
const leastUse = 16;

export function withLists(graph: Graph, steps: readonly Step[], batch: number): readonly Step[] {
  return steps.flatMap((step): readonly Step[] => {
    if (step.kind === "loop") return [{ ...step, body: withLists(graph, step.body, batch) }];
    const nest = listed(step, batch);
    return nest.lists ? inOrder(graph, nest) : [nest];
  });
}

/**
 * Sums in memory in the order in which the nest goes through them, so that its lanes are neighbours, then put where they belong.
 */
function inOrder(graph: Graph, nest: Nest): readonly Nest[] {
  const [output] = nest.outputs as [Output];
  const plain = output.at.flatMap((at) => (at.kind === "index" ? [at.axis] : []));
  const order = nest.axes.filter((axis) => plain.includes(axis));
  if (!output.accumulate || plain.length !== output.at.length || order.at(-1) === plain.at(-1)) return [nest];
  const index = (axes: readonly Axis[]) => axes.map((axis) => graph.index(axis));
  const shape = order.map(({ extent }) => extent);
  const held = graph.placeholder(shape);
  const { length } = output.view.buffer;
  const view: View = { buffer: { tensor: held, array: "activations", length, fixed: undefined }, shape };
  return [
    { ...nest, outputs: [{ ...output, view, at: index(order) }], fills: [view] },
    {
      ...nest,
      axes: plain,
      outputs: [{ ...output, value: graph.read(held, index(order)), accumulate: false }],
      fills: [],
      views: new Map([[held, view]]),
      inline: new Map(),
      lists: undefined,
    },
  ];
}

function listed(nest: Nest, batch: number): Nest {
  const [output] = nest.outputs;
  const fold = output?.value;
  if (nest.outputs.length !== 1 || fold?.kind !== "fold" || fold.reducer !== "sum" || fold.type !== "f32") return nest;
  const moving = factorsOf(fold.body).filter((part) => part.free.some((axis) => fold.axes.includes(axis)));
  const reads = moving.filter((part) => part.kind === "read" && part.outside === undefined && part.type === "f32");
  if (moving.length !== 2 || reads.length !== 2) return nest;
  const [first, second] = reads as [Read, Read];
  for (const [factor, other] of [
    [first, second],
    [second, first],
  ] as const) {
    const rows = factor.free.filter((axis) => !fold.axes.includes(axis));
    const isPlain =
      factor.at.every((at) => at.kind === "index") && fold.axes.every((axis) => factor.free.includes(axis));
    const { computed } = movesOf(other.at, shapeOf(nest, other), batch);
    const known = new Set([...rows, ...fold.axes]);
    if (!isPlain || computed.length === 0 || !computed.every(({ expr }) => expr.free.every((axis) => known.has(axis))))
      continue;
    if (fold.axes.some(({ extent }) => extent === "batch") || !rows.every((axis) => nest.axes.includes(axis))) continue;
    const rest = nest.axes.filter((axis) => !rows.includes(axis));
    if (count(rest, batch) < leastUse) continue;
    const ordered = nest.axes.filter((axis) => rows.includes(axis));
    const apart = ordered.slice(0, 1);
    const most = aligned(count(fold.axes, batch));
    const shape: readonly Extent[] = [...apart.map(({ extent }) => extent), most];
    const length = count(apart, batch) * most;
    const view = (array: "activations" | "integers"): View => ({
      buffer: { tensor: factor.tensor, array, length, fixed: undefined },
      shape,
    });
    const lists: Lists = {
      fold,
      factor,
      other,
      rows: ordered,
      apart: apart[0],
      values: view("activations"),
      positions: view("integers"),
    };
    return { ...nest, axes: [...ordered, ...rest], lists };
  }
  return nest;
}

const count = (axes: readonly Axis[], batch: number): number =>
  axes.reduce((product, { extent }) => product * (extent === "batch" ? batch : extent), 1);
const shapeOf = (nest: Nest, { tensor }: Read): readonly Extent[] => nest.views.get(tensor)?.shape ?? tensor.shape;

function affineFrom(index: KernelExpr): Affine {
  if (index.kind === "linear") return affine(index.constant, index.terms);
  return index.kind === "local" ? variable(index.name) : affine((index as { value: number }).value);
}

/** Makes lists and visits them, in a kernel under construction. */
export class ListMaker {
  readonly #blocks: Blocks;
  readonly #expressions: Expressions;
  readonly #lists: Lists;
  readonly #moves: Moves;
  readonly #batch: number;

  constructor(blocks: Blocks, expressions: Expressions, nest: Nest, lists: Lists, batch: number) {
    this.#blocks = blocks;
    this.#expressions = expressions;
    this.#lists = lists;
    this.#batch = batch;
    this.#moves = movesOf(lists.other.at, shapeOf(nest, lists.other), batch);
  }

  handles(fold: Fold): boolean {
    return fold === this.#lists.fold;
  }

  /** Runs `body` in a loop over the list; both reads of the instances are known there. */
  each(instances: readonly Instance<Fold>[], body: (inner: readonly Instance<Fold>[]) => void): void {
    const { fold, factor, other, values, positions } = this.#lists;
    const expressions = this.#expressions;
    const blocks = this.#blocks;
    const [{ env }] = instances as [Instance<Fold>];
    const most = count(fold.axes, this.#batch);
    blocks.loop(int(0), this.#count(env), 1, { min: 0, max: most - 1 }, most, (name) => {
      const at = [...this.#list(env), variable(name)];
      const value = expressions.load("f32", values, at);
      const place = expressions.load("i32", positions, at);
      if (place.kind !== "local") throw new Error("kernel: a position without a name");
      const inner = instances.map(({ expr, env }) => ({ expr, env: bind(env, fold.axes, variable(name)) }));
      for (const { env } of inner) {
        const outer = plus(this.#outside(env), variable(place.name));
        expressions.know(factor, env, value);
        expressions.know(other, env, expressions.loadAt(other, outer));
      }
      body(inner);
    });
  }

  /** The part of the other read's place that does not depend on where in the list. */
  #outside(env: Env): Affine {
    let sum = affine(this.#moves.constant);
    for (const [axis, factor] of this.#moves.of)
      if (!this.#lists.fold.axes.includes(axis)) sum = plus(sum, times(env.get(axis)!, factor));
    return sum;
  }

  /** Which list has the row's elements. */
  #list(env: Env): readonly Affine[] {
    const { apart } = this.#lists;
    return apart ? [env.get(apart)!] : [];
  }
  /** The number of elements of a row's list, which is made where the row is known. */
  #count(env: Env): KernelExpr {
    const blocks = this.#blocks;
    const row = this.#lists.rows.map((axis) => env.get(axis)!);
    const depth = Math.max(...row.map(({ terms }) => blocks.depthOfTerms(terms)), blocks.depthOfTerms([]));
    const key = `list:${row.map((place) => place.key).join()}`;
    const known = blocks.recall(key, depth);
    if (known) return known;
    let length: KernelExpr | undefined;
    blocks.at(depth, () => {
      length = blocks.accumulator("i32", int(0));
      this.#loops(this.#lists.fold.axes, env, (inner) => this.#add(inner, length!));
    });
    blocks.remember(key, depth, length!);
    return length!;
  }
  #loops(axes: readonly Axis[], env: Env, body: (env: Env) => void): void {
    const [axis, ...rest] = axes;
    if (!axis) return body(env);
    const extent = axis.extent as number;
    this.#blocks.loop(int(0), int(extent), 1, { min: 0, max: extent - 1 }, extent, (name) =>
      this.#loops(rest, new Map(env).set(axis, variable(name)), body),
    );
  }
  #add(env: Env, length: KernelExpr): void {
    const { factor, fold, values, positions } = this.#lists;
    const expressions = this.#expressions;
    const blocks = this.#blocks;
    const value = expressions.evaluate(factor, env);
    let place = affine(0);
    for (const axis of fold.axes) place = plus(place, times(env.get(axis)!, this.#moves.of.get(axis) ?? 0));
    for (const part of this.#moves.computed) {
      const computed = expressions.affineOf(part.expr, env);
      if (!computed) throw new Error("kernel: a list in lanes");
      place = plus(place, times(computed, part.factor));
    }
    const put = ({ buffer, shape }: View, element: KernelExpr) => {
      const start = expressions.element(buffer, shape, [...this.#list(env), affine(0)]);
      // The list's end changes, so that nothing that depends on it may get a name.
      const end = variable((length as { name: string }).name);
      const index = linear(plus(affineFrom(start), end));
      blocks.push({ kind: "store", array: buffer.array, index, value: element, accumulate: false });
    };
    put(values, value);
    put(positions, blocks.atom(place));
    const one = blocks.apply(integer, "i32", expressions.nonZero(value));
    blocks.assign(length, { kind: "apply", type: "i32", op: add, arguments: [length, one] });
  }
}
