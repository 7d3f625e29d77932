/** @file A loop nest over buffers becomes kernel statements: loops with register tiles, values, then stores. */
import { affine as isAffine } from "../ir/affine.js";
import type { KernelExpr } from "../ir/kernel.js";
import type { Axis, Read } from "../ir/types.js";
import { affine, int, linear, shifted, times, variable } from "./affine.js";
import type { Affine } from "./affine.js";
import { AccessFinder, merged } from "./access.js";
import type { LoopAxis } from "./access.js";
import type { Blocks } from "./blocks.js";
import { chooseTiles } from "./contraction.js";
import { bind, factOf } from "./expressions.js";
import type { Env } from "./expressions.js";
import { Folds } from "./folds.js";
import { factorsOf } from "./guards.js";
import type { Buffer, Nest, View } from "./nest.js";

export interface Place {
  readonly batch: number;
  readonly offsets: ReadonlyMap<Buffer, number>;
  /** Indices of the scans around. */
  readonly env: Env;
}

export function kernelizeNest(blocks: Blocks, nest: Nest, place: Place): void {
  blocks.apart(() => new NestMaker(blocks, nest, place).make());
}

class NestMaker {
  readonly #blocks: Blocks;
  readonly #nest: Nest;
  readonly #place: Place;
  readonly #folds: Folds;
  readonly #asked = new Set<Read>();

  constructor(blocks: Blocks, nest: Nest, place: Place) {
    this.#blocks = blocks;
    this.#nest = nest;
    this.#place = place;
    const places = { batch: place.batch, views: nest.views, inline: nest.inline };
    this.#folds = new Folds(blocks, places, place.offsets);
  }

  make(): void {
    const { axes, outputs, views, inline } = this.#nest;
    for (const view of this.#nest.fills) this.#fill(view);
    if (outputs.length === 0) return;
    const finder = new AccessFinder({ batch: this.#place.batch, views, inline });
    for (const output of outputs) finder.output(output);
    const loops = merged(axes, finder.found);
    const tiles = chooseTiles(this.#nest, loops, finder.found, this.#place.batch);
    this.#open(loops, tiles, [this.#place.env]);
  }

  #fill({ buffer, shape }: View): void {
    const start = this.#folds.expressions.offset(buffer);
    const perExample = buffer.length / this.#place.batch;
    const to =
      shape[0] === "batch" ? linear(shifted(times(variable("n"), perExample), start)) : int(start + buffer.length);
    this.#blocks.push({ kind: "fill", array: buffer.array, from: int(start), to, value: 0 });
  }

  /** Opens the remaining loops around the tile's points; a tile's rows are as many points side by side. */
  #open(loops: readonly LoopAxis[], tiles: ReadonlyMap<Axis, number>, points: readonly Env[]): void {
    const [loop, ...inner] = loops;
    if (!loop) return this.#point(points);
    const factor = this.#settledFactor(loops, points);
    if (factor) return this.#blocks.when(factor, () => this.#open(loops, tiles, points));
    const blocks = this.#blocks;
    const { batch } = this.#place;
    const tile = Math.min(tiles.get(loop.axes.at(-1)!) ?? 1, loop.batched ? batch : loop.extent);
    const rows = (start: Affine, count: number) => {
      const bound = points.flatMap((point) =>
        Array.from({ length: count }, (_, row) => bind(point, loop.axes, shifted(start, row))),
      );
      if (loop.batched && loop.extent === 1)
        for (let row = 0; row < count; row++) blocks.learn(factOf(shifted(start, row), "batch"));
      this.#open(inner, tiles, bound);
    };
    const run = (from: KernelExpr, to: Affine, step: number, trips: number) => {
      const last = (loop.batched ? loop.extent * batch : loop.extent) - step;
      blocks.loop(from, blocks.atom(to), step, { min: 0, max: last }, trips, (name) => rows(variable(name), step));
    };
    if (loop.batched) {
      const n = times(variable("n"), loop.extent);
      const total = loop.extent * batch;
      if (tile === 1) return run(int(0), n, 1, total);
      const quotient = blocks.bound("divide", blocks.atom(n), int(tile));
      const whole = blocks.atom(quotient.kind === "local" ? times(variable(quotient.name), tile) : affine(0));
      run(int(0), variable((whole as { name: string }).name), tile, total / tile);
      return run(whole, n, 1, 0);
    }
    if (loop.extent <= tile) return rows(affine(0), loop.extent);
    const whole = Math.floor(loop.extent / tile) * tile;
    run(int(0), affine(whole), tile, whole / tile);
    if (whole < loop.extent) rows(affine(whole), loop.extent - whole);
  }

  /**
   * A sparse gradient scattered by computed subscripts: once a factor of the product is known, the remaining loops run only if it
   * is not 0. Each factor is asked once.
   */
  #settledFactor(loops: readonly LoopAxis[], points: readonly Env[]): KernelExpr | undefined {
    const [output] = this.#nest.outputs;
    if (!output?.accumulate || points.length > 1 || output.at.every((at) => isAffine(at))) return undefined;
    const open = new Set(loops.flatMap(({ axes }) => axes));
    for (const read of factorsOf(output.value)) {
      if (this.#asked.has(read) || read.free.length === 0 || read.free.some((axis) => open.has(axis))) continue;
      this.#asked.add(read);
      const { expressions } = this.#folds;
      return expressions.nonZero(expressions.evaluate(read, points[0]!));
    }
    return undefined;
  }

  /** Values of all points, then the stores: what is replaced has been read. */
  #point(points: readonly Env[]): void {
    const { outputs } = this.#nest;
    const { expressions } = this.#folds;
    const instances = points.flatMap((env) => outputs.map(({ value }) => ({ expr: value, env })));
    const values = this.#folds.evaluateAll(instances);
    const places = points.flatMap((env) => outputs.map(({ at }) => at.map((e) => expressions.affineOf(e, env))));
    values.forEach((value, k) => {
      const { view, at: subscripts, accumulate } = outputs[k % outputs.length]!;
      const { buffer, shape } = view;
      const at = places[k]!;
      const store = () =>
        this.#blocks.push({
          kind: "store",
          array: buffer.array,
          index: expressions.element(buffer, shape, at),
          value,
          accumulate,
        });
      const condition = accumulate ? expressions.inside(subscripts, at, shape) : "always";
      if (condition === "always") store();
      else if (condition !== "never") this.#blocks.when(condition, store);
    });
  }
}
