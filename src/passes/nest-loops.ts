/** @file The loops of a nest, cut into register tiles: what is zeroed before, which loop threads share, and what is left over. */
import type { ArrayName, KernelExpr } from "../ir/kernel.js";
import type { LoopAxis } from "./access.js";
import { affine, int, lane, lanes, linear, plus, range, shifted, times, variable } from "./affine.js";
import type { Affine } from "./affine.js";
import type { Blocks } from "./blocks.js";
import type { Tiling } from "./contraction.js";
import { bind, factOf } from "./expressions.js";
import type { Env, Expressions } from "./expressions.js";
import type { Place } from "./kernelize.js";
import type { Buffer, Nest, View } from "./nest.js";
import { enoughTrips, writesApart } from "./outermost.js";
import type { Parts } from "./parts.js";
import { Settled } from "./settled.js";

/** Arrays whose rows beyond the examples of a call nobody reads. */
const scratch: ReadonlySet<ArrayName> = new Set(["activations", "integers", "outputs", "decisions"]);

/** Points of a tile and of what is left over that may run together: with few sums a processor waits for each addition. */
const mostTogether = 6;

export const extentOf = ({ extent, batched }: LoopAxis, batch: number): number => (batched ? extent * batch : extent);

/** A loop around points: those of the loops around it. */
interface Opened {
  readonly loop: LoopAxis;
  readonly inner: readonly LoopAxis[];
  readonly points: readonly Env[];
  /** Of the declared batch. */
  readonly extent: number;
  /** Elements of a point: four where the loop runs in lanes. */
  readonly width: number;
  /** Elements side by side. */
  readonly tile: number;
}

export class NestLoops {
  readonly #blocks: Blocks;
  readonly #expressions: Expressions;
  readonly #nest: Nest;
  readonly #place: Place;
  readonly #tiling: Tiling;
  readonly #settled: Settled;
  /** The loop whose iterations threads share. */
  readonly #shared: LoopAxis | undefined;
  /** Zeroed example by example, each just before it is added to: by the thread that has the example, into its cache. */
  readonly #filledInside: readonly View[];
  readonly #body: (points: readonly Env[]) => void;

  /** `body` emits the points of one tile. */
  constructor(
    blocks: Blocks,
    expressions: Expressions,
    nest: Nest,
    place: Place,
    tiling: Tiling,
    body: (points: readonly Env[]) => void,
  ) {
    this.#blocks = blocks;
    this.#expressions = expressions;
    this.#nest = nest;
    this.#place = place;
    this.#tiling = tiling;
    this.#settled = new Settled(blocks, expressions, nest);
    this.#shared = place.threads ? this.#sharedLoop() : undefined;
    this.#filledInside = nest.fills.filter((view) => this.#isFilledInside(view));
    this.#body = body;
  }

  make(): void {
    for (const view of this.#nest.fills) if (!this.#filledInside.includes(view)) this.#fill(view);
    if (this.#nest.outputs.length > 0) this.#open(this.#tiling.loops, [this.#place.env]);
  }

  /** The outermost loop with iterations to spare, or else that with the most. */
  #sharedLoop(): LoopAxis | undefined {
    const { lists, parts } = this.#nest;
    const { loops } = this.#tiling;
    if (parts) return loops[0];
    // Threads that share another loop would make lists in the same memory.
    const apart = loops
      .filter((loop) => loop.extent > 1 || loop.batched)
      .filter((loop) => writesApart(this.#nest, loop) && (!lists || loop.axes.every((axis) => axis === lists.apart)))
      .map((loop) => ({ loop, trips: extentOf(loop, this.#place.batch) / this.#tileOf(loop) }));
    const enough = apart.find(({ trips }) => trips >= enoughTrips);
    return (enough ?? apart.sort((a, b) => b.trips - a.trips)[0])?.loop;
  }
  #widthOf(loop: LoopAxis): number {
    return loop.axes.at(-1) === this.#tiling.vector ? lanes : 1;
  }
  #tileOf(loop: LoopAxis): number {
    const width = this.#widthOf(loop);
    const most = Math.floor(extentOf(loop, this.#place.batch) / width) * width;
    return Math.max(width, Math.min(this.#tiling.rows.get(loop.axes.at(-1)!) ?? 1, most));
  }

  // ---- zeros
  #isFilledInside(view: View): boolean {
    const [loop] = this.#tiling.loops;
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
    const start = this.#expressions.offset(buffer);
    const place = (at: Affine) => linear(shifted(at, start));
    this.#blocks.push({ kind: "fill", array: buffer.array, from: place(from), to: place(to) });
  }

  // ---- loops
  /** Opens the remaining loops around points that run side by side, in lanes or not. */
  #open(loops: readonly LoopAxis[], points: readonly Env[]): void {
    const [loop, ...inner] = loops;
    if (!loop) return this.#body(points);
    const condition = this.#settled.condition(loops, points);
    if (condition) return this.#blocks.when(condition, () => this.#open(loops, points));
    const extent = extentOf(loop, this.#place.batch);
    const opened = { loop, inner, points, extent, width: this.#widthOf(loop), tile: this.#tileOf(loop) };
    const { parts } = this.#nest;
    if (parts && loop === this.#tiling.loops[1]) return this.#partOfBatch(opened, parts);
    if (loop.batched) this.#examples(opened);
    else this.#fixed(opened);
  }
  #pointsAt({ loop, inner, points }: Opened, starts: readonly Affine[], width: number): void {
    const place = (start: Affine) => (width === lanes ? plus(start, variable(lane)) : start);
    this.#open(
      inner,
      points.flatMap((point) => starts.map((start) => bind(point, loop.axes, place(start)))),
    );
  }
  /** The points of `count` elements from `start` on. */
  #rows(opened: Opened, start: Affine, count: number, width = opened.width): void {
    const { loop } = opened;
    if (loop === this.#tiling.loops[0])
      for (const { buffer } of this.#filledInside) {
        const perExample = buffer.length / this.#place.batch;
        this.#fillPart(buffer, times(start, perExample), times(shifted(start, count), perExample));
      }
    if (loop.batched && loop.extent === 1)
      for (let row = 0; row < count; row++) this.#blocks.learn(factOf(shifted(start, row), "batch"));
    const starts = range(0, count, width).map((row) => shifted(start, row));
    this.#pointsAt(opened, starts, width);
  }
  #run(opened: Opened, from: KernelExpr, to: Affine, step: number, trips: number, width = opened.width): void {
    const { loop, extent } = opened;
    const body = (name: string) => this.#rows(opened, variable(name), step, width);
    const threads = loop === this.#shared ? ({ split: true } as const) : {};
    this.#blocks.loop(from, this.#blocks.atom(to), step, { min: 0, max: extent - step }, trips, body, threads);
  }
  /** What is left over belongs to one thread: a loop of one iteration. */
  #once({ loop }: Opened, body: () => void): void {
    if (loop === this.#shared) this.#blocks.loop(int(0), int(1), 1, { min: 0, max: 0 }, 1, body, { split: true });
    else body();
  }

  /** The examples of one part, whose sums are the part's own. */
  #partOfBatch(opened: Opened, parts: Parts): void {
    const blocks = this.#blocks;
    const part = opened.points[0]!.get(this.#nest.axes[0]!)!;
    const from = times(part, parts.rows);
    const { buffer } = this.#nest.outputs[0]!.view;
    this.#fillPart(buffer, times(part, parts.length), times(shifted(part, 1), parts.length));
    const to = blocks.bound("min", blocks.atom(shifted(from, parts.rows)), blocks.batch());
    const range = { min: 0, max: opened.extent - 1 };
    blocks.loop(blocks.atom(from), to, 1, range, parts.rows, (name) => this.#rows(opened, variable(name), 1));
  }

  /** As many as the call has: whole tiles, then whole vectors, then single elements. */
  #examples(opened: Opened): void {
    const blocks = this.#blocks;
    const { loop, extent, tile, width } = opened;
    const n = times(variable("n"), loop.extent);
    if (loop.extent % tile === 0 || (extent % tile === 0 && this.#mayExceed()))
      return this.#run(opened, int(0), n, tile, extent / tile);
    let from: KernelExpr = int(0);
    for (const step of new Set([tile, width])) {
      if (step === 1) continue;
      const quotient = blocks.bound("divide", blocks.atom(n), int(step));
      const whole = blocks.atom(quotient.kind === "local" ? times(variable(quotient.name), step) : affine(0));
      this.#run(opened, from, variable((whole as { name: string }).name), step, step === tile ? extent / step : 0);
      from = whole;
    }
    this.#run(opened, from, n, 1, tile === 1 ? extent : 0, 1);
  }
  /** Whether rows beyond the call's examples, up to the declared batch, may be computed from whatever lies there. */
  #mayExceed(): boolean {
    return (
      this.#place.vectors &&
      this.#nest.outputs.every(({ view, accumulate }) => !accumulate && scratch.has(view.buffer.array))
    );
  }

  /** Whole tiles, then what is left over: in vectors that reach back into the last tile where they may, beside a single tile. */
  #fixed(opened: Opened): void {
    const { points, extent, tile, width } = opened;
    if (extent <= tile) return this.#once(opened, () => this.#rows(opened, affine(0), tile));
    const whole = Math.floor(extent / tile) * tile;
    const rest = extent - whole;
    const covered = Math.ceil(rest / width) * width;
    const isCovered = covered === rest || (this.#tiling.overlaps && covered <= extent);
    const starts = [...range(0, whole, width), ...range(extent - covered, extent, width)];
    if (rest > 0 && whole === tile && isCovered && points.length * starts.length <= mostTogether) {
      const together = starts.map((start) => affine(start));
      return this.#once(opened, () => this.#pointsAt(opened, together, width));
    }
    if (whole > 0) this.#run(opened, int(0), affine(whole), tile, whole / tile);
    if (rest === 0) return;
    this.#once(opened, () => {
      if (isCovered) return this.#rows(opened, affine(extent - covered), covered);
      const full = Math.floor(rest / lanes) * lanes;
      if (full > 0) this.#rows(opened, affine(whole), full);
      this.#rows(opened, affine(whole + full), rest - full, 1);
    });
  }
}
