/**
 * @file The contraction scheduler: which output indices form the register tile, and which index runs in lanes. Points of a tile
 * share the loads that do not depend on the index between them, so a tile of R x C points needs R + C loads for R * C
 * multiply-adds; the rest of the code is the same as for single points.
 */
import type { ArrayName } from "../ir/kernel.js";
import type { Axis, Expr, Extent, Fold } from "../ir/types.js";
import { merged, AccessFinder, loopOrder, stridesAt } from "./access.js";
import type { Accesses, LoopAxis } from "./access.js";
import { lanes } from "./affine.js";
import { hasGuard } from "./guards.js";
import { hotFolds } from "./hot.js";
import type { Hot } from "./hot.js";
import type { Nest } from "./nest.js";
import { overlap } from "./nest.js";

/** How a nest runs. */
export interface Tiling {
  /** Points side by side of a loop index. */
  readonly rows: ReadonlyMap<Axis, number>;
  /** The loop index that runs four at a time. */
  readonly vector: Axis | undefined;
  /** Innermost indices of folds that run four at a time. */
  readonly folded: ReadonlySet<Axis>;
  /** Points may be computed twice: nothing that the nest reads is replaced by it. */
  readonly overlaps: boolean;
}

/** What a target's registers hold: accumulators without loss, and at most; with vectors, the operands of an iteration count as well. */
const scalarRegisters = { comfortable: 12, most: 16 };
const vectorRegisters = 15;
const sizes = [1, 2, 3, 4, 5, 6, 8, 12, 16];
/** A tail needs the loops a second time. */
const secondCopy = 1.06;
/** Per iteration: count, compare, advance. */
const overhead = 2;
/** A row of so many fills enough of a vector; what lies beyond it is read and not stored. */
const fewestLanes = 3;
/** Instructions for four elements that are not neighbours. */
const gather = 6;
/** Instructions to add up four lanes. */
const across = 5;

export function chooseTiles(
  nest: Nest,
  loops: readonly LoopAxis[],
  accesses: Accesses,
  { batch, vectors }: { readonly batch: number; readonly vectors: boolean },
): Tiling {
  const overlaps = nest.outputs.every(
    ({ accumulate, view }) =>
      !accumulate && ![...nest.views.values()].some(({ buffer }) => overlap(buffer, view.buffer)),
  );
  const plain: Tiling = { rows: new Map(), vector: undefined, folded: new Set(), overlaps };
  if (nest.outputs.length === 0) return plain;
  const isWide = vectors && !isDouble(nest) && nest.outputs.every(({ view }) => !doubleArrays.has(view.buffer.array));
  const hot = hotFolds(nest);
  if (hot.length === 0) {
    const loop = isWide ? cheapestLanes(nest, loops, accesses, batch) : undefined;
    const vector = loop?.axes.at(-1);
    return { ...plain, vector, rows: loop ? vectorRows(nest, loop, accesses) : scatterRows(nest, loops) };
  }
  return { ...plain, ...new TileSearch(nest, loops, accesses, batch, hot, isWide).best() };
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

interface Tile {
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

class TileSearch {
  readonly #nest: Nest;
  readonly #batch: number;
  readonly #candidates: readonly Candidate[];
  readonly #work: readonly Work[];
  readonly #isWide: boolean;

  constructor(
    nest: Nest,
    loops: readonly LoopAxis[],
    { rigid, guarded }: Accesses,
    batch: number,
    hot: readonly Hot[],
    isWide: boolean,
  ) {
    this.#nest = nest;
    this.#batch = batch;
    this.#isWide = isWide;
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

  best(): Pick<Tiling, "rows" | "vector" | "folded"> {
    const candidates = this.#candidates;
    const choices: Lanes[] = [undefined];
    if (this.#isWide) {
      candidates.forEach(({ extent, isGuarded }, k) => {
        if (extent >= fewestLanes && !isGuarded) choices.push(k);
      });
      if (this.#work.every(({ innermost }) => innermost)) choices.push("folds");
    }
    let best: { tiles: readonly Tile[]; wide: Lanes } = { tiles: [], wide: undefined };
    let least = Infinity;
    for (const wide of choices) {
      const consider = (tiles: readonly Tile[]) => {
        const cost = this.#cost(tiles, wide);
        if (cost >= least * 0.99) return;
        least = cost;
        best = { tiles, wide };
      };
      const width = (index: number) => (index === wide ? lanes : 1);
      const start: readonly Tile[] =
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
              if (
                two.size === 1 ||
                two.size > Math.max(two.extent, width(second)) ||
                other * size > scalarRegisters.most
              )
                continue;
              if (typeof wide !== "number" || index === wide || second === wide) consider([first, two]);
            }
        }
      });
    }
    const { tiles, wide } = best;
    return {
      rows: new Map(tiles.map(({ index, size }) => [candidates[index]!.axes.at(-1)!, size])),
      vector: typeof wide === "number" ? candidates[wide]!.axes.at(-1) : undefined,
      folded: new Set(wide === "folds" ? this.#work.flatMap(({ innermost }) => innermost?.axis ?? []) : []),
    };
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
  #cost(tiles: readonly Tile[], wide: Lanes): number {
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
      if (most > scalarRegisters.most) return Infinity;
      return (cost / points) * (most > scalarRegisters.comfortable ? 1.05 : 1);
    }
    const registers = Math.max(0, ...[...live.values()].map(({ accumulators, loads }) => accumulators + loads + 1));
    return registers > vectorRegisters && tiles.length > 0 ? Infinity : cost / points;
  }
}
