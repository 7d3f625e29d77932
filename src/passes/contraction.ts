/**
 * @file The contraction scheduler: which output indices form the register tile, and which index runs in lanes. Points of a tile
 * share the loads that do not depend on the index between them, so a tile of R x C points needs R + C loads for R * C
 * multiply-adds; the rest of the code is the same as for single points.
 */
import type { ArrayName } from "../ir/kernel.js";
import type { Axis, Expr } from "../ir/types.js";
import type { Accesses, LoopAxis } from "./access.js";
import { lanes } from "./affine.js";
import { hotFolds } from "./hot.js";
import type { Nest } from "./nest.js";
import { overlap } from "./nest.js";
import { enoughTrips, leastShared, writesApart } from "./outermost.js";
import { gather, TileSearch } from "./tile-search.js";
import type { Tile } from "./tile-search.js";

/** How a nest runs. */
export interface Tiling extends Tile {
  /** From the outermost. */
  readonly loops: readonly LoopAxis[];
  /** Points may be computed twice: nothing that the nest reads is replaced by it. */
  readonly overlaps: boolean;
}

/** How the loops of a nest run, by their places from the outermost. */
export interface Choice {
  /** Points side by side of each loop, counting lanes. */
  readonly rows: readonly number[];
  /** The loop that runs in lanes, or `sums`: the innermost loops of the nest's sums do. Absent: nothing does. */
  readonly vector?: number | "sums";
  /** The loops from the outermost, where other than 0, 1, .. */
  readonly order?: readonly number[];
}

/** More points than this are never side by side: their code grows with them. */
const mostPoints = 64;

/** What a nest's loops are cut into: by the cost model, or as a schedule says. */
export class NestTiles {
  readonly #nest: Nest;
  readonly #loops: readonly LoopAxis[];
  readonly #accesses: Accesses;
  readonly #batch: number;
  /** None of the nest's outputs is read by it. */
  readonly #isApart: boolean;
  readonly #isWide: boolean;
  /** Of nests with folds. */
  readonly #search: TileSearch | undefined;

  constructor(
    nest: Nest,
    loops: readonly LoopAxis[],
    accesses: Accesses,
    { batch, vectors, isShort }: { readonly batch: number; readonly vectors: boolean; readonly isShort: boolean },
  ) {
    this.#nest = nest;
    this.#loops = loops;
    this.#accesses = accesses;
    this.#batch = batch;
    this.#isApart = nest.outputs.every(
      ({ view }) => ![...nest.views.values()].some(({ buffer }) => overlap(buffer, view.buffer)),
    );
    this.#isWide = vectors && !isDouble(nest) && nest.outputs.every(({ view }) => !doubleArrays.has(view.buffer.array));
    const hot = hotFolds(nest);
    this.#search =
      hot.length > 0 ? new TileSearch(nest, loops, accesses, batch, hot, { isWide: this.#isWide, isShort }) : undefined;
  }

  /** By the cost model. */
  default(): Tiling {
    if (this.#nest.outputs.length === 0) return this.#tiling({});
    if (this.#search) {
      const tile = this.#search.best();
      const mayLead = (loop: LoopAxis) =>
        writesApart(this.#nest, loop) && this.#extentOf(loop) >= enoughTrips * (tile.rows.get(loop.axes.at(-1)!) ?? 1);
      const mayReorder = this.#isWide && this.#mayReorder();
      return this.#tiling(tile, mayReorder ? leastShared(this.#nest, this.#loops, this.#batch, mayLead) : this.#loops);
    }
    const loop = this.#isWide ? cheapestLanes(this.#nest, this.#loops, this.#accesses, this.#batch) : undefined;
    if (!loop) return this.#tiling({ rows: scatterRows(this.#nest, this.#loops) });
    return this.#tiling({
      vector: loop.axes.at(-1),
      rows: vectorRows(this.#nest, loop, this.#accesses),
    });
  }
  #tiling(tile: Partial<Tile>, loops = this.#loops): Tiling {
    const overlaps = this.#isApart && this.#nest.outputs.every(({ accumulate }) => !accumulate);
    return { rows: new Map(), vector: undefined, folded: new Set(), ...tile, loops, overlaps };
  }

  /** As a schedule says; undefined if this nest cannot run so. */
  of({ rows, vector, order }: Choice): Tiling | undefined {
    const carriers = this.#loops.map(({ axes }) => axes.at(-1)!);
    if (rows.length !== carriers.length || rows.reduce((product, count) => product * count, 1) > mostPoints)
      return undefined;
    const isPermutation = !order || (order.length === rows.length && rows.every((_, k) => order.includes(k)));
    if (!isPermutation || (order && !this.#mayReorder())) return undefined;
    const wide = typeof vector === "number" ? carriers[vector] : undefined;
    if (typeof vector === "number" && (wide === undefined || !this.#mayVectorize(this.#loops[vector]!)))
      return undefined;
    const folded = vector === "sums" ? this.#search?.foldable : [];
    if (!folded) return undefined;
    const isPossible = rows.every((count, k) => {
      const carrier = carriers[k]!;
      return carrier === wide ? count % lanes === 0 : count === 1 || this.#mayTile(carrier, wide);
    });
    if (!isPossible) return undefined;
    const tile = {
      rows: new Map(carriers.map((axis, k) => [axis, rows[k]!])),
      vector: wide,
      folded: new Set(folded),
    };
    return this.#tiling(
      tile,
      order?.map((k) => this.#loops[k]!),
    );
  }
  #mayTile(carrier: Axis, wide: Axis | undefined): boolean {
    return this.#search ? this.#search.mayTile(carrier) : wide === undefined && this.#isApart;
  }
  #mayVectorize(loop: LoopAxis): boolean {
    const carrier = loop.axes.at(-1)!;
    if (this.#search) return this.#search.mayVectorize(carrier);
    return this.#isWide && !this.#accesses.guarded.has(carrier) && this.#extentOf(loop) >= lanes;
  }
  /** Lists are made for the loops in their order; a part holds its examples. */
  #mayReorder(): boolean {
    return this.#isApart && !this.#nest.lists && !this.#nest.parts;
  }
  #extentOf({ extent, batched }: LoopAxis): number {
    return extent * (batched ? this.#batch : 1);
  }

  /** A tiling as a schedule says it. */
  choiceOf({ rows, vector, folded, loops }: Tiling): Choice {
    const place = vector && this.#loops.findIndex(({ axes }) => axes.at(-1) === vector);
    const wide = folded.size > 0 ? "sums" : place;
    const order = loops.map((loop) => this.#loops.indexOf(loop));
    return {
      rows: this.#loops.map(({ axes }) => rows.get(axes.at(-1)!) ?? 1),
      ...(wide !== undefined && { vector: wide }),
      ...(order.some((k, at) => k !== at) && { order }),
    };
  }

  /** Other tilings worth a measurement, the most promising first: at most `most` of each kind of lanes. */
  tiles(most: number): readonly Choice[] {
    if (this.#search) {
      const taken = new Map<Axis | "sums" | undefined, number>();
      return this.#search
        .ranked()
        .filter(({ vector, folded }) => {
          const kind = folded.size > 0 ? "sums" : vector;
          taken.set(kind, (taken.get(kind) ?? 0) + 1);
          return taken.get(kind)! <= most;
        })
        .map((tile) => this.choiceOf(this.#tiling(tile)));
    }
    const places = this.#loops.flatMap((loop, k) => (this.#mayVectorize(loop) ? [k] : [])).reverse();
    return [2, 4, 1].flatMap((vectors) =>
      places
        .filter((k) => this.#extentOf(this.#loops[k]!) >= vectors * lanes)
        .map((vector) => ({ rows: this.#loops.map((_, k) => (k === vector ? vectors * lanes : 1)), vector })),
    );
  }
  /** The same with another loop outermost, or with the outermost innermost. */
  orders(choice: Choice): readonly Choice[] {
    const count = this.#loops.length;
    if (count < 2 || !this.#mayReorder()) return [];
    const from = choice.order ?? this.#loops.map((_, k) => k);
    const moved = (at: number, to: number) => {
      const order = [...from];
      order.splice(to, 0, ...order.splice(at, 1));
      return order;
    };
    const all = [...from.slice(1).map((_, k) => moved(k + 1, 0)), moved(0, count - 1)];
    return [...new Map(all.map((order) => [order.join(), { ...choice, order }])).values()];
  }
}

/** Sums in f64 stay exact to f64. A number known at the start of the program is rounded where it meets lanes of f32. */
function isDouble(nest: Nest): boolean {
  const seen = new Set<Expr>();
  const visit = (expr: Expr): boolean => {
    if (seen.has(expr)) return false;
    seen.add(expr);
    if (expr.kind === "apply") return expr.arguments.some(visit);
    if (expr.kind === "fold") return expr.type === "f64" || visit(expr.body);
    if (expr.kind !== "read") return false;
    const inline = nest.inline.get(expr.tensor);
    return inline ? visit(inline) : expr.type === "f64" || expr.at.some(visit);
  };
  return nest.outputs.some(({ value, at }) => visit(value) || at.some(visit));
}

/** The index of an elementwise nest along which most accesses are neighbours. */
function cheapestLanes(
  nest: Nest,
  loops: readonly LoopAxis[],
  { accesses, guarded }: Accesses,
  batch: number,
): LoopAxis | undefined {
  let best: LoopAxis | undefined;
  const work = nest.outputs.length * 2;
  let least = accesses.length + work;
  for (const loop of [...loops].reverse()) {
    const carrier = loop.axes.at(-1)!;
    if (guarded.has(carrier) || loop.extent * (loop.batched ? batch : 1) < lanes) continue;
    const moves = accesses.map(({ strides }) => strides.get(carrier) ?? 0);
    const cost = (moves.reduce((sum, step) => sum + (step === 0 || step === 1 ? 1 : gather), 0) + work) / lanes;
    if (cost >= least) continue;
    least = cost;
    best = loop;
  }
  return best;
}

/** Loads and stores of one iteration, and the price of what is computed between, up to which vectors are worth pairing. */
const shortBody = 8;

/** Several vectors per iteration where each does little, to pay for the loop. */
function vectorRows(nest: Nest, loop: LoopAxis, { accesses }: Accesses): ReadonlyMap<Axis, number> {
  const seen = new Set<Expr>();
  let price = accesses.length;
  const visit = (expr: Expr): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.kind === "apply") {
      price += expr.op.cost;
      expr.arguments.forEach(visit);
    }
    const inline = expr.kind === "read" ? nest.inline.get(expr.tensor) : undefined;
    if (inline) visit(inline);
  };
  for (const { value } of nest.outputs) visit(value);
  let vectors = 4;
  while (vectors > 1 && (vectors * price > 4 * shortBody || loop.extent % (vectors * lanes) !== 0)) vectors /= 2;
  return new Map([[loop.axes.at(-1)!, vectors * lanes]]);
}

/** A scatter without sums: a few neighbours per iteration, to pay for the loop. */
function scatterRows(nest: Nest, loops: readonly LoopAxis[]): ReadonlyMap<Axis, number> {
  const last = loops.at(-1);
  if (!last || last.batched || last.extent < 8 || !nest.outputs.every(({ accumulate }) => accumulate)) return new Map();
  return new Map([[last.axes.at(-1)!, 4]]);
}

const doubleArrays: ReadonlySet<ArrayName> = new Set(["totals", "sums", "metrics"]);
