/** @file A loop nest over buffers becomes kernel statements: loops with register tiles, values, then stores. */
import { affine as isAffine } from "../ir/affine.js";
import type { ArrayName, KernelExpr } from "../ir/kernel.js";
import type { Read } from "../ir/types.js";
import { abs, add } from "../ops/index.js";
import { affine, int, lane, lanes, linear, plus, shifted, times, variable } from "./affine.js";
import type { Affine } from "./affine.js";
import { AccessFinder, merged } from "./access.js";
import type { LoopAxis } from "./access.js";
import type { Blocks } from "./blocks.js";
import { NestTiles } from "./contraction.js";
import type { Tiling } from "./contraction.js";
import { bind, factOf, inLanes, isVector, laneOf } from "./expressions.js";
import type { Env } from "./expressions.js";
import { Folds } from "./folds.js";
import { zeroFactorsOf } from "./guards.js";
import { ListMaker } from "./lists.js";
import type { Buffer, Nest, Output, View } from "./nest.js";
import { enoughTrips, writesApart } from "./outermost.js";
import { rowsAtOnce } from "./streams.js";
import type { Stream } from "./streams.js";
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

/** Arrays whose rows beyond the examples of a call nobody reads. */
const scratch: ReadonlySet<ArrayName> = new Set(["activations", "integers", "outputs", "decisions"]);

/** Points of a tile and of what is left over that may run together: with few sums a processor waits for each addition. */
const mostTogether = 6;

class NestMaker {
  readonly #blocks: Blocks;
  readonly #nest: Nest;
  readonly #place: Place;
  readonly #tiling: Tiling;
  readonly #loops: readonly LoopAxis[];
  readonly #folds: Folds;
  /** The loop whose iterations threads share. */
  readonly #shared: LoopAxis | undefined;
  readonly #asked = new Set<Read | Stream>();

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
    this.#tiling = place.vectors ? tilingFor(place.schedules, tiles, { nest, loops, ...place }) : tiles.default();
    this.#loops = this.#tiling.loops;
    const { vectors } = place;
    this.#folds = new Folds(blocks, places, place.offsets, {
      vectors,
      folded: this.#tiling.folded,
      used: this.#lanesUsed(),
    });
    if (nest.lists) this.#folds.lists = new ListMaker(blocks, this.#folds.expressions, nest, nest.lists, place.batch);
    this.#shared = place.threads ? this.#sharedLoop() : undefined;
  }

  /** The outermost loop with iterations to spare, or else that with the most. */
  #sharedLoop(): LoopAxis | undefined {
    const { lists, parts } = this.#nest;
    if (parts) return this.#loops[0];
    // Threads that share another loop would make lists in the same memory.
    const apart = this.#loops
      .filter((loop) => loop.extent > 1 || loop.batched)
      .filter((loop) => writesApart(this.#nest, loop) && (!lists || loop.axes.every((axis) => axis === lists.apart)))
      .map((loop) => ({ loop, trips: this.#extentOf(loop) / this.#tileOf(loop) }));
    const enough = apart.find(({ trips }) => trips >= enoughTrips);
    return (enough ?? apart.sort((a, b) => b.trips - a.trips)[0])?.loop;
  }
  #extentOf({ extent, batched }: LoopAxis): number {
    return batched ? extent * this.#place.batch : extent;
  }
  /** Points side by side, counting lanes. */
  #tileOf(loop: LoopAxis): number {
    const carrier = loop.axes.at(-1)!;
    const { vector, rows } = this.#tiling;
    const width = carrier === vector ? lanes : 1;
    return Math.max(width, Math.min(rows.get(carrier) ?? 1, Math.floor(this.#extentOf(loop) / width) * width));
  }

  make(): void {
    for (const view of this.#nest.fills) if (!this.#isFilledInside(view)) this.#fill(view);
    if (this.#nest.outputs.length > 0) this.#open(this.#loops, [this.#place.env]);
  }

  /** Filled example by example, each just before it is added to: by the thread that has the example, into its cache. */
  #isFilledInside(view: View): boolean {
    const [loop] = this.#loops;
    const { outputs } = this.#nest;
    if (view.shape[0] !== "batch" || loop?.extent !== 1 || !loop.batched || outputs.length !== 1) return false;
    const [first] = outputs[0]!.at;
    const leads = first?.kind === "index" && loop.axes.includes(first.axis) && outputs[0]!.view === view;
    return leads && (!this.#place.threads || this.#shared === loop);
  }
  #fill({ buffer, shape }: View): void {
    const perExample = buffer.length / this.#place.batch;
    this.#fillPart(buffer, affine(0), shape[0] === "batch" ? times(variable("n"), perExample) : affine(buffer.length));
  }
  #fillPart(buffer: Buffer, from: Affine, to: Affine): void {
    const start = this.#folds.expressions.offset(buffer);
    const place = (at: Affine) => linear(shifted(at, start));
    this.#blocks.push({ kind: "fill", array: buffer.array, from: place(from), to: place(to), value: 0 });
  }

  /** Opens the remaining loops around the tile's points; a tile's rows are as many points side by side, in lanes or not. */
  #open(loops: readonly LoopAxis[], points: readonly Env[]): void {
    const [loop, ...inner] = loops;
    if (!loop) return this.#point(points);
    const settled = this.#settledFactor(loops, points) ?? this.#settledRows(points);
    if (settled) return this.#blocks.when(settled, () => this.#open(loops, points));
    const blocks = this.#blocks;
    const extent = this.#extentOf(loop);
    const width = loop.axes.at(-1) === this.#tiling.vector ? lanes : 1;
    const tile = this.#tileOf(loop);
    const filled = loop === this.#loops[0] ? this.#nest.fills.filter((view) => this.#isFilledInside(view)) : [];
    const pointsAt = (starts: readonly Affine[], wide = width) => {
      const place = (start: Affine) => (wide === lanes ? plus(start, variable(lane)) : start);
      this.#open(
        inner,
        points.flatMap((point) => starts.map((start) => bind(point, loop.axes, place(start)))),
      );
    };
    const rows = (start: Affine, count: number, wide = width) => {
      for (const { buffer } of filled) {
        const perExample = buffer.length / this.#place.batch;
        this.#fillPart(buffer, times(start, perExample), times(shifted(start, count), perExample));
      }
      if (loop.batched && loop.extent === 1)
        for (let row = 0; row < count; row++) blocks.learn(factOf(shifted(start, row), "batch"));
      pointsAt(
        range(0, count, wide).map((row) => shifted(start, row)),
        wide,
      );
    };
    const isShared = loop === this.#shared;
    const run = (from: KernelExpr, to: Affine, step: number, trips: number, wide = width) => {
      const body = (name: string) => rows(variable(name), step, wide);
      blocks.loop(
        from,
        blocks.atom(to),
        step,
        { min: 0, max: extent - step },
        trips,
        body,
        isShared ? { split: true } : {},
      );
    };
    // What is left over belongs to one thread: a loop of one iteration.
    const once = (body: () => void) => {
      if (isShared) blocks.loop(int(0), int(1), 1, { min: 0, max: 0 }, 1, body, { split: true });
      else body();
    };
    const { parts } = this.#nest;
    if (parts && loop === this.#loops[1]) {
      const part = points[0]!.get(this.#nest.axes[0]!)!;
      const from = times(part, parts.rows);
      this.#fillPart(
        this.#nest.outputs[0]!.view.buffer,
        times(part, parts.length),
        times(shifted(part, 1), parts.length),
      );
      const to = blocks.bound("min", blocks.atom(shifted(from, parts.rows)), blocks.batch());
      return blocks.loop(blocks.atom(from), to, 1, { min: 0, max: extent - 1 }, parts.rows, (name) =>
        rows(variable(name), 1),
      );
    }
    if (loop.batched) {
      const n = times(variable("n"), loop.extent);
      if (loop.extent % tile === 0 || (extent % tile === 0 && this.#mayExceed()))
        return run(int(0), n, tile, extent / tile);
      let from: KernelExpr = int(0);
      for (const step of new Set([tile, width])) {
        if (step === 1) continue;
        const quotient = blocks.bound("divide", blocks.atom(n), int(step));
        const whole = blocks.atom(quotient.kind === "local" ? times(variable(quotient.name), step) : affine(0));
        run(from, variable((whole as { name: string }).name), step, step === tile ? extent / step : 0);
        from = whole;
      }
      return run(from, n, 1, tile === 1 ? extent : 0, 1);
    }
    if (extent <= tile) return once(() => rows(affine(0), tile));
    const whole = Math.floor(extent / tile) * tile;
    const rest = extent - whole;
    const covered = Math.ceil(rest / width) * width;
    const isCovered = covered === rest || (this.#tiling.overlaps && covered <= extent);
    const starts = [...range(0, whole, width), ...range(extent - covered, extent, width)];
    if (rest > 0 && whole === tile && isCovered && points.length * starts.length <= mostTogether)
      return once(() => pointsAt(starts.map((start) => affine(start))));
    if (whole > 0) run(int(0), affine(whole), tile, whole / tile);
    if (rest === 0) return;
    once(() => {
      if (isCovered) return rows(affine(extent - covered), covered);
      const full = Math.floor(rest / lanes) * lanes;
      if (full > 0) rows(affine(whole), full);
      rows(affine(whole + full), rest - full, 1);
    });
  }

  /** Whether rows beyond the call's examples, up to the declared batch, may be computed from whatever lies there. */
  #mayExceed(): boolean {
    return (
      this.#place.vectors &&
      this.#nest.outputs.every(({ view, accumulate }) => !accumulate && scratch.has(view.buffer.array))
    );
  }

  /**
   * A sparse gradient scattered by computed subscripts: once a factor of the product is known, the remaining loops run only if it
   * is not 0. Each factor is asked once.
   */
  #settledFactor(loops: readonly LoopAxis[], points: readonly Env[]): KernelExpr | undefined {
    const [output] = this.#nest.outputs;
    if (!output?.accumulate || points.length > 1 || output.at.every((at) => isAffine(at))) return undefined;
    const open = new Set(loops.flatMap(({ axes }) => axes));
    for (const read of zeroFactorsOf(output.value)) {
      if (this.#asked.has(read) || read.free.length === 0 || read.free.some((axis) => open.has(axis))) continue;
      if (inLanes(read, points[0]!)) continue;
      this.#asked.add(read);
      const { expressions } = this.#folds;
      return expressions.nonZero(expressions.evaluate(read, points[0]!));
    }
    return undefined;
  }

  /** Whether one of a group of rows counts, once the group is known. */
  #settledRows(points: readonly Env[]): KernelExpr | undefined {
    const { stream } = this.#nest;
    const [point] = points as [Env];
    const group = stream && point.get(stream.group);
    if (!group || this.#asked.has(stream)) return undefined;
    this.#asked.add(stream);
    const sizes = range(0, rowsAtOnce, lanes).map((row) => {
      const place = plus(shifted(times(group, rowsAtOnce), row), variable(lane));
      const factors = this.#folds.expressions.evaluate(stream.factor, bind(point, [stream.row], place));
      return this.#blocks.apply(abs, "f32x4", factors);
    });
    const size = sizes.reduce((a, b) => this.#blocks.apply(add, "f32x4", a, b));
    return this.#folds.expressions.nonZero({ kind: "across", type: "f32", op: "sum", value: size });
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
    const loop = this.#loops.find(({ axes }) => axes.at(-1) === this.#tiling.vector);
    return loop ? Math.min(lanes, this.#extentOf(loop)) : lanes;
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

function range(from: number, to: number, step: number): readonly number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, k) => from + k * step);
}
