/**
 * @file The contraction scheduler: which output indices form the register tile. Points of a tile share the loads that do not
 * depend on the index between them, so a tile of R x C points needs R + C loads for R * C multiply-adds; the rest of the code is
 * the same as for single points.
 */
import type { Axis, Expr, Fold } from "../ir/types.js";
import type { Accesses, LoopAxis } from "./access.js";
import { isWindow } from "./folds.js";
import type { Nest } from "./nest.js";

/** Accumulators that stay in registers next to the operands; up to the second number at a small loss. */
const comfortable = 12;
const most = 16;
const sizes = [1, 2, 3, 4, 5, 6, 8, 12, 16];
/** A tail needs the loops a second time. */
const secondCopy = 1.03;
/** Per iteration: count, compare, advance. */
const overhead = 2;

/** One innermost fold of a nest, with the unrolled windows around it. */
interface Hot {
  readonly fold: Fold;
  readonly windows: readonly Axis[];
}

export function chooseTiles(
  nest: Nest,
  loops: readonly LoopAxis[],
  { rigid }: Accesses,
  batch: number,
): ReadonlyMap<Axis, number> {
  const hot = hotFolds(nest);
  if (hot.length === 0) return scatterRows(nest, loops);
  // What the results do not depend on is a sum in memory, not a row of the tile.
  const isPlaced = (axes: readonly Axis[]) =>
    nest.outputs.some(({ at }) => at.some(({ free }) => free.some((axis) => axes.includes(axis))));
  // Innermost first: neighbours in memory are preferred where costs are equal.
  const candidates = loops
    .map((loop) => ({ axes: loop.axes, extent: loop.extent * (loop.batched ? batch : 1) }))
    .filter(({ axes, extent }) => extent > 1 && !rigid.has(axes.at(-1)!) && isPlaced(axes))
    .slice(-12)
    .reverse();
  const work = hot.map((one) => workOf(one, candidates));
  let best: readonly Tile[] = [];
  let least = costOf(work, best);
  const consider = (tiles: readonly Tile[]) => {
    const cost = costOf(work, tiles);
    if (cost >= least * 0.99) return;
    least = cost;
    best = tiles;
  };
  candidates.forEach(({ extent }, index) => {
    for (const size of sizes) {
      if (size === 1 || size > extent) continue;
      const first = { index, size, extent };
      consider([first]);
      for (let second = index + 1; second < candidates.length; second++)
        for (const other of sizes)
          if (other > 1 && other <= candidates[second]!.extent && other * size <= most)
            consider([first, { index: second, size: other, extent: candidates[second]!.extent }]);
    }
  });
  return new Map(best.map(({ index, size }) => [candidates[index]!.axes.at(-1)!, size]));
}

/** A scatter without sums: a few neighbours per iteration, to pay for the loop. */
function scatterRows(nest: Nest, loops: readonly LoopAxis[]): ReadonlyMap<Axis, number> {
  const last = loops.at(-1);
  if (!last || last.batched || last.extent < 8 || !nest.outputs.every(({ accumulate }) => accumulate)) return new Map();
  return new Map([[last.axes.at(-1)!, 4]]);
}

interface Tile {
  /** Of the candidate. */
  readonly index: number;
  readonly size: number;
  readonly extent: number;
}
/** Instructions of one iteration of a hot fold, by the candidates on which they depend. */
interface Work {
  /** Bit k: depends on candidate k. */
  readonly parts: readonly { readonly on: number; readonly cost: number }[];
  readonly accumulators: { readonly on: number; readonly count: number };
  /** Folds over the same indices run in one loop, others one after the other. */
  readonly loop: string;
}

function workOf({ fold, windows }: Hot, candidates: readonly { readonly axes: readonly Axis[] }[]): Work {
  const dependence = (free: readonly Axis[]): { on: number; count: number } => {
    let on = 0;
    let count = 1;
    for (const axis of free) {
      const index = candidates.findIndex(({ axes }) => axes.includes(axis));
      if (index >= 0) on |= 1 << index;
      if (windows.includes(axis)) count *= axis.extent as number;
    }
    return { on, count };
  };
  const accumulators = dependence(fold.free);
  const parts = [
    { on: accumulators.on, cost: accumulators.count },
    { on: 0, cost: overhead },
  ];
  const seen = new Set<Expr>();
  const visit = (expr: Expr) => {
    if (seen.has(expr) || !expr.free.some((axis) => fold.axes.includes(axis))) return;
    seen.add(expr);
    const { on, count } = dependence(expr.free);
    if (expr.kind === "read") {
      parts.push({ on, cost: count });
      // Plain subscripts are part of the address; computed ones cost what they cost.
      for (const at of expr.at)
        if (at.kind === "apply" && at.arguments.some(({ kind }) => kind !== "index" && kind !== "const")) visit(at);
    } else if (expr.kind === "apply") {
      parts.push({ on, cost: count * expr.op.cost });
      expr.arguments.forEach(visit);
    }
  };
  visit(fold.body);
  return { parts, accumulators, loop: fold.axes.map(({ id }) => id).join() };
}

/** Instructions per point and iteration of the hot folds, weighted by tails. */
function costOf(work: readonly Work[], tiles: readonly Tile[]): number {
  for (const [k, tile] of tiles.entries()) {
    const tail = tile.extent % tile.size;
    if (tail === 0) continue;
    const others = tiles.filter((_, other) => other !== k);
    const whole = tile.extent - tail;
    const main = costOf(work, [...others, { ...tile, extent: whole }]);
    const rest = costOf(work, [...others, { ...tile, size: tail, extent: tail }]);
    return ((main * whole + rest * tail) / tile.extent) * secondCopy;
  }
  const repeats = (on: number) =>
    tiles.reduce((count, { index, size }) => (on & (1 << index) ? count * size : count), 1);
  let cost = 0;
  const live = new Map<string, number>();
  for (const one of work) {
    live.set(one.loop, (live.get(one.loop) ?? 0) + one.accumulators.count * repeats(one.accumulators.on));
    for (const part of one.parts) cost += part.cost * repeats(part.on);
  }
  const accumulators = Math.max(0, ...live.values());
  if (accumulators > most) return Infinity;
  const points = tiles.reduce((product, { size }) => product * size, 1);
  return (cost / points) * (accumulators > comfortable ? 1.05 : 1);
}

/** Innermost folds that become loops; those that another contains are less hot. */
function hotFolds(nest: Nest): readonly Hot[] {
  const found: Hot[] = [];
  const seen = new Set<Expr>();
  const visit = (expr: Expr, windows: readonly Axis[]): boolean => {
    if (expr.kind === "fold") {
      if (seen.has(expr)) return true;
      seen.add(expr);
      const unrolled = isWindow([expr], (e) => contains(e, nest));
      const deeper = visit(expr.body, unrolled ? [...windows, ...expr.axes] : windows);
      if (!deeper && !unrolled && !found.some(({ fold }) => fold.body === expr.body))
        found.push({ fold: expr, windows });
      return deeper || !unrolled;
    }
    const inline = expr.kind === "read" ? nest.inline.get(expr.tensor) : undefined;
    const parts = inline ? [inline] : expr.kind === "apply" ? expr.arguments : expr.kind === "read" ? expr.at : [];
    return parts.map((part) => visit(part, windows)).includes(true);
  };
  for (const { value } of nest.outputs) visit(value, []);
  return found;
}
function contains(expr: Expr, nest: Nest): boolean {
  if (expr.kind === "fold") return true;
  if (expr.kind === "apply") return expr.arguments.some((argument) => contains(argument, nest));
  if (expr.kind !== "read") return false;
  const inline = nest.inline.get(expr.tensor);
  return inline ? contains(inline, nest) : expr.at.some((at) => contains(at, nest));
}
