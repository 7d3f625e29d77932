/** @file A loop nest over buffers becomes kernel statements: loops with register tiles, in them values, then stores. */
import type { KernelExpr } from "../ir/kernel.js";
import { lanes } from "./affine.js";
import type { Affine } from "./affine.js";
import { AccessFinder, merged } from "./access.js";
import type { Blocks } from "./blocks.js";
import { NestTiles } from "./contraction.js";
import type { Tiling } from "./contraction.js";
import { inLanes, isVector, laneOf } from "./expressions.js";
import type { Env } from "./expressions.js";
import { Folds } from "./folds.js";
import { ListMaker } from "./lists.js";
import { extentOf, NestLoops } from "./nest-loops.js";
import type { Buffer, Nest, Output } from "./nest.js";
import { tilingFor } from "./schedules.js";
import type { Schedules } from "./schedules.js";

export interface Place {
  readonly batch: number;
  readonly offsets: ReadonlyMap<Buffer, number>;
  /** Indices of the scans around. */
  readonly env: Env;
  /** Whether the target has vectors of four lanes. */
  readonly vectors: boolean;
  /** Whether threads share loops. */
  readonly threads: boolean;
  /** As `KernelOptions.short`. */
  readonly isShort: boolean;
  /** For targets with vectors. */
  readonly schedules?: Schedules | undefined;
  /** The kernel's name. */
  readonly kernel: string;
}

export function kernelizeNest(blocks: Blocks, nest: Nest, place: Place): void {
  blocks.apart(() => new NestMaker(blocks, nest, place).make());
}

class NestMaker {
  readonly #blocks: Blocks;
  readonly #nest: Nest;
  readonly #place: Place;
  readonly #tiling: Tiling;
  readonly #folds: Folds;

  constructor(blocks: Blocks, nest: Nest, place: Place) {
    this.#blocks = blocks;
    this.#nest = nest;
    this.#place = place;
    const places = { batch: place.batch, views: nest.views, inline: nest.inline };
    const finder = new AccessFinder(places);
    for (const output of nest.outputs) finder.output(output);
    if (nest.parts) finder.keepWhole(nest.axes[0]!);
    // Points side by side visit one list: that of their common row.
    for (const axis of nest.lists?.rows ?? []) finder.keepWhole(axis);
    const loops = merged(nest.axes, finder.found);
    const tiles = new NestTiles(nest, loops, finder.found, place);
    const { vectors } = place;
    this.#tiling = vectors ? tilingFor(place.schedules, tiles, { nest, loops, ...place }) : tiles.default();
    const { folded } = this.#tiling;
    this.#folds = new Folds(blocks, places, place.offsets, { vectors, folded, used: this.#lanesUsed() });
    if (nest.lists) this.#folds.lists = new ListMaker(blocks, this.#folds.expressions, nest, nest.lists, place.batch);
  }

  make(): void {
    const { expressions } = this.#folds;
    const body = (points: readonly Env[]) => this.#point(points);
    new NestLoops(this.#blocks, expressions, this.#nest, this.#place, this.#tiling, body).make();
  }

  /** Values of all points, then the stores: what is replaced has been read. */
  #point(points: readonly Env[]): void {
    const { outputs } = this.#nest;
    const instances = points.flatMap((env) => outputs.map(({ value }) => ({ expr: value, env })));
    const values = this.#folds.evaluateAll(instances);
    points.forEach((env, row) =>
      outputs.forEach((output, k) => this.#store(output, env, values[row * outputs.length + k]!)),
    );
  }

  #store(output: Output, env: Env, value: KernelExpr): void {
    const { view, at, accumulate } = output;
    const { buffer, shape } = view;
    const { expressions } = this.#folds;
    const blocks = this.#blocks;
    const places: Affine[] = [];
    for (const subscript of at) {
      const place = expressions.affineOf(subscript, env);
      if (!place) return this.#storeEach(output, env, value);
      places.push(place);
    }
    const isWide = at.some((subscript) => inLanes(subscript, env));
    if (isWide && this.#lanesUsed() < lanes) return this.#storeEach(output, env, value);
    const condition = accumulate ? expressions.guard(at, places, shape) : "always";
    if (condition === "lane by lane" || (isWide && expressions.spacing(shape, places) !== 1))
      return this.#storeEach(output, env, value);
    const store = () =>
      blocks.push({
        kind: "store",
        array: buffer.array,
        index: expressions.element(buffer, shape, places),
        value: isWide ? expressions.spread(value) : value,
        accumulate,
      });
    if (condition === "always") store();
    else if (condition !== "never") blocks.when(condition, store);
  }
  /** Lanes in use: fewer where the index that runs in lanes has fewer values. */
  #lanesUsed(): number {
    const loop = this.#tiling.loops.find(({ axes }) => axes.at(-1) === this.#tiling.vector);
    return loop ? Math.min(lanes, extentOf(loop, this.#place.batch)) : lanes;
  }
  /** Lane by lane, where they do not lie side by side. */
  #storeEach(output: Output, env: Env, value: KernelExpr): void {
    for (let k = 0; k < this.#lanesUsed(); k++) {
      const { type } = output.value;
      const part: KernelExpr = isVector(value.type) ? { kind: "lane", type, value, lane: k } : value;
      this.#store(output, laneOf(env, k), part);
    }
  }
}
