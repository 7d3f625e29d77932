/**
 * @file The cost model of register tiles: instructions per point and iteration for every tile of one or two loop indices, with one
 * of them, the innermost indices of sums, or nothing in lanes.
 */
import type { Axis, Expr, Extent, Fold } from "../ir/types.js";
import { merged, AccessFinder, loopOrder, stridesAt } from "./access.js";
import type { Accesses, LoopAxis } from "./access.js";
import { lanes } from "./affine.js";
import { hasGuard } from "./guards.js";
import type { Hot } from "./hot.js";
import type { Nest } from "./nest.js";

/** What a target's registers hold: accumulators without loss, and at most; with vectors, the operands of an iteration count as well. */
const scalarRegisters = { comfortable: 12, most: 16 };
/** Half the text of a product, a sixth slower. */
const fewRegisters = { comfortable: 4, most: 4 };
const vectorRegisters = 15;
const sizes = [1, 2, 3, 4, 5, 6, 8, 12, 16];
/** A tail needs the loops a second time. */
const secondCopy = 1.06;
/** Per iteration: count, compare, advance. */
const overhead = 2;
/** A row of so many fills enough of a vector; what lies beyond it is read and not stored. */
const fewestLanes = 3;
/** Instructions for four elements that are not neighbours. */
export const gather = 6;
/** Instructions to add up four lanes. */
const across = 5;

/** Points side by side of loop indices, and what runs in lanes: a loop index, or innermost indices of folds. */
export interface Tile {
  readonly rows: ReadonlyMap<Axis, number>;
  readonly vector: Axis | undefined;
  readonly folded: ReadonlySet<Axis>;
}

interface Rows {
  /** Of the candidate. */
  readonly index: number;
  readonly size: number;
  readonly extent: number;
}
interface Candidate {
  readonly axes: readonly Axis[];
  readonly extent: number;
  readonly isGuarded: boolean;
}
/** Instructions of one iteration of a hot fold, by the candidates on which they depend. */
interface Part {
  /** Bit k: depends on candidate k. */
  readonly on: number;
  /** Bit k: a load that moves along candidate k by other than one element. */
  readonly apart: number;
  readonly cost: number;
  readonly isLoad: boolean;
  /** Along the fold's innermost index. */
  readonly along: "same" | "next" | "apart";
}
interface Work {
  readonly parts: readonly Part[];
  readonly accumulators: { readonly on: number; readonly count: number };
  /** Folds over the same indices run in one loop, others one after the other. */
  readonly loop: string;
  /** The innermost index and how many groups of four it has, if they could run in lanes. */
  readonly innermost: { readonly axis: Axis; readonly groups: number } | undefined;
}
/** What runs in lanes: nothing, a candidate, or the innermost indices of the folds. */
type Lanes = number | "folds" | undefined;
interface Found {
  readonly rows: readonly Rows[];
  readonly wide: Lanes;
}
const fitsLanes = ({ extent, isGuarded }: Candidate): boolean => extent >= fewestLanes && !isGuarded;

export class TileSearch {
  readonly #nest: Nest;
  readonly #batch: number;
  readonly #candidates: readonly Candidate[];
  readonly #work: readonly Work[];
  readonly #isWide: boolean;
  readonly #scalar: typeof scalarRegisters;

  constructor(
    nest: Nest,
    loops: readonly LoopAxis[],
    { rigid, guarded }: Accesses,
    batch: number,
    hot: readonly Hot[],
    { isWide, isShort }: { readonly isWide: boolean; readonly isShort: boolean },
  ) {
    this.#nest = nest;
    this.#batch = batch;
    this.#isWide = isWide;
    this.#scalar = isShort ? fewRegisters : scalarRegisters;
    // What the results do not depend on is a sum in memory, not a row of the tile.
    const isPlaced = (axes: readonly Axis[]) =>
      nest.outputs.some(({ at }) => at.some(({ free }) => free.some((axis) => axes.includes(axis))));
    // Innermost first: neighbours in memory are preferred where costs are equal.
    this.#candidates = loops
      .map((loop) => ({
        axes: loop.axes,
        extent: loop.extent * (loop.batched ? batch : 1),
        isGuarded: guarded.has(loop.axes.at(-1)!),
      }))
      .filter(({ axes, extent }) => extent > 1 && !rigid.has(axes.at(-1)!) && isPlaced(axes))
      .slice(-12)
      .reverse();
    this.#work = hot.map((one) => this.#workOf(one));
  }

  /** The cheapest; of two that cost about the same, the one that comes first. */
  best(): Tile {
    let best: Found = { rows: [], wide: undefined };
    let least = Infinity;
    this.#each((found, cost) => {
      if (cost >= least * 0.99) return;
      least = cost;
      best = found;
    });
    return this.#tileOf(best);
  }
  /** All that registers hold, the cheapest first. */
  ranked(): readonly Tile[] {
    const all: { readonly found: Found; readonly cost: number }[] = [];
    this.#each((found, cost) => {
      if (cost < Infinity) all.push({ found, cost });
    });
    return all.sort((a, b) => a.cost - b.cost).map(({ found }) => this.#tileOf(found));
  }

  /** Whether points of a loop index may lie side by side. */
  mayTile(axis: Axis): boolean {
    return this.#candidates.some(({ axes }) => axes.at(-1) === axis);
  }
  mayVectorize(axis: Axis): boolean {
    return this.#isWide && this.#candidates.some((one) => one.axes.at(-1) === axis && fitsLanes(one));
  }
  /** Innermost indices of the folds, if all of them could run in lanes. */
  get foldable(): readonly Axis[] | undefined {
    const found = this.#work.flatMap(({ innermost }) => innermost?.axis ?? []);
    return this.#isWide && found.length === this.#work.length ? found : undefined;
  }

  #tileOf({ rows, wide }: Found): Tile {
    const axis = (index: number) => this.#candidates[index]!.axes.at(-1)!;
    return {
      rows: new Map(rows.map(({ index, size }) => [axis(index), size])),
      vector: typeof wide === "number" ? axis(wide) : undefined,
      folded: new Set(wide === "folds" ? this.foldable : []),
    };
  }

  #each(visit: (found: Found, cost: number) => void): void {
    const candidates = this.#candidates;
    const choices: Lanes[] = [undefined];
    if (this.#isWide) {
      candidates.forEach((candidate, k) => {
        if (fitsLanes(candidate)) choices.push(k);
      });
      if (this.foldable) choices.push("folds");
    }
    for (const wide of choices) {
      const consider = (rows: readonly Rows[]) => visit({ rows, wide }, this.#cost(rows, wide));
      const width = (index: number) => (index === wide ? lanes : 1);
      const start: readonly Rows[] =
        typeof wide === "number" ? [{ index: wide, size: lanes, extent: candidates[wide]!.extent }] : [];
      consider(start);
      candidates.forEach(({ extent }, index) => {
        for (const size of sizes) {
          const first = { index, size: size * width(index), extent };
          if (first.size === 1 || first.size > Math.max(extent, width(index))) continue;
          if (typeof wide !== "number" || index === wide) consider([first]);
          for (let second = index + 1; second < candidates.length; second++)
            for (const other of sizes) {
              const two = { index: second, size: other * width(second), extent: candidates[second]!.extent };
              if (two.size === 1 || two.size > Math.max(two.extent, width(second)) || other * size > this.#scalar.most)
                continue;
              if (typeof wide !== "number" || index === wide || second === wide) consider([first, two]);
            }
        }
      });
    }
  }

  #workOf({ fold, windows }: Hot): Work {
    const dependence = (free: readonly Axis[]): { on: number; count: number } => {
      let on = 0;
      let count = 1;
      for (const axis of free) {
        const index = this.#candidates.findIndex(({ axes }) => axes.includes(axis));
        if (index >= 0) on |= 1 << index;
        if (windows.includes(axis)) count *= axis.extent as number;
      }
      return { on, count };
    };
    const innermost = this.#innermost(fold);
    const accumulators = dependence(fold.free);
    const same = { isLoad: false, apart: 0, along: "same" } as const;
    const parts: Part[] = [
      { ...same, on: accumulators.on, cost: accumulators.count },
      { ...same, on: 0, cost: overhead },
    ];
    const seen = new Set<Expr>();
    const visit = (expr: Expr) => {
      if (seen.has(expr) || !expr.free.some((axis) => fold.axes.includes(axis))) return;
      seen.add(expr);
      const { on, count } = dependence(expr.free);
      if (expr.kind === "read") {
        const strides = stridesAt(expr.at, this.#shapeOf(expr), this.#batch);
        const step = (axis: Axis) => strides.get(axis) ?? 0;
        let apart = 0;
        this.#candidates.forEach(({ axes }, k) => {
          if (on & (1 << k) && step(axes.at(-1)!) !== 1) apart |= 1 << k;
        });
        const along = innermost && expr.free.includes(innermost.axis) ? step(innermost.axis) : 0;
        parts.push({
          on,
          apart,
          cost: count,
          isLoad: true,
          along: along === 0 ? "same" : along === 1 ? "next" : "apart",
        });
        // Plain subscripts are part of the address; computed ones cost what they cost.
        for (const at of expr.at)
          if (at.kind === "apply" && at.arguments.some(({ kind }) => kind !== "index" && kind !== "const")) visit(at);
      } else if (expr.kind === "apply") {
        parts.push({ ...same, on, cost: count * expr.op.cost });
        expr.arguments.forEach(visit);
      }
    };
    visit(fold.body);
    return { parts, accumulators, loop: fold.axes.map(({ id }) => id).join(), innermost };
  }
  #shapeOf({ tensor }: Extract<Expr, { kind: "read" }>): readonly Extent[] {
    return this.#nest.views.get(tensor)?.shape ?? tensor.shape;
  }

  /** The fold's innermost index, if it could run in lanes. */
  #innermost(fold: Fold): Work["innermost"] {
    if (fold.type !== "f32" || fold.body.type !== "f32") return undefined;
    const { views, inline } = this.#nest;
    const { found } = new AccessFinder({ batch: this.#batch, views, inline }).expression(fold.body);
    const last = loopOrder(merged(fold.axes, found), found).at(-1)!;
    const axis = last.axes.at(-1)!;
    const groups = Math.floor(last.extent / lanes);
    if (last.batched || groups < 2 || found.guarded.has(axis) || hasGuard(fold.body, [axis])) return undefined;
    return { axis, groups };
  }

  /** Instructions per point and iteration of the hot folds, weighted by tails. */
  #cost(tiles: readonly Rows[], wide: Lanes): number {
    for (const [k, tile] of tiles.entries()) {
      const tail = tile.extent % tile.size;
      if (tail === 0 || tile.extent < tile.size) continue;
      const others = tiles.filter((_, other) => other !== k);
      const whole = tile.extent - tail;
      // Points in lanes overlap, or so it is assumed: a tail is as dear as its whole vectors.
      const covered = tile.index === wide ? Math.ceil(tail / lanes) * lanes : tail;
      const main = this.#cost([...others, { ...tile, extent: whole }], wide);
      const rest = this.#cost([...others, { ...tile, size: covered, extent: covered }], wide);
      return ((main * whole + rest * covered) / tile.extent) * secondCopy;
    }
    const repeats = (on: number) =>
      tiles.reduce(
        (count, { index, size }) => (on & (1 << index) ? count * (index === wide ? size / lanes : size) : count),
        1,
      );
    let cost = 0;
    const live = new Map<string, { accumulators: number; loads: number }>();
    for (const { parts, accumulators, loop, innermost } of this.#work) {
      const known = live.get(loop) ?? { accumulators: 0, loads: 0 };
      known.accumulators += accumulators.count * repeats(accumulators.on);
      for (const part of parts) {
        const isApart = typeof wide === "number" && part.apart & part.on & (1 << wide);
        const count = part.cost * repeats(part.on);
        if (part.isLoad) known.loads += count;
        if (wide !== "folds") cost += count * (isApart ? gather : 1);
        else if (!part.isLoad) cost += count / lanes;
        else cost += (count * (part.along === "same" ? 0.5 : part.along === "next" ? 1 : gather)) / lanes;
      }
      if (wide === "folds")
        cost += (accumulators.count * repeats(accumulators.on) * across) / (innermost!.groups * lanes);
      live.set(loop, known);
    }
    const most = Math.max(0, ...[...live.values()].map(({ accumulators }) => accumulators));
    const points = tiles.reduce((product, { size, extent }) => product * Math.min(size, extent), 1);
    if (wide === undefined && !this.#isWide) {
      if (most > this.#scalar.most) return Infinity;
      return (cost / points) * (most > this.#scalar.comfortable ? 1.05 : 1);
    }
    const registers = Math.max(0, ...[...live.values()].map(({ accumulators, loads }) => accumulators + loads + 1));
    return registers > vectorRegisters && tiles.length > 0 ? Infinity : cost / points;
  }
}
