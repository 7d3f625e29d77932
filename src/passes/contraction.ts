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
  const candidates = loops
    .map((loop) => ({ axis: loop.axes.at(-1)!, axes: loop.axes, extent: loop.extent * (loop.batched ? batch : 1) }))
    .filter(({ axis, extent }) => extent > 1 && !rigid.has(axis));
  let best: { cost: number; tiles: ReadonlyMap<Axis, number> } = { cost: Infinity, tiles: new Map() };
  const consider = (tiles: readonly (Candidate & { size: number })[]) => {
    const cost = costOf(hot, tiles);
    if (cost < best.cost * 0.98) best = { cost, tiles: new Map(tiles.map(({ axis, size }) => [axis, size])) };
  };
  consider([]);
  for (const [k, first] of candidates.entries())
    for (const size of sizes) {
      if (size === 1 || size > first.extent) continue;
      consider([{ ...first, size }]);
      for (const second of candidates.slice(k + 1))
        for (const other of sizes)
          if (other > 1 && other <= second.extent && other * size <= most)
            consider([
              { ...first, size },
              { ...second, size: other },
            ]);
    }
  return best.tiles;
}

/** A scatter without sums: a few neighbours per iteration, to pay for the loop. */
function scatterRows(nest: Nest, loops: readonly LoopAxis[]): ReadonlyMap<Axis, number> {
  const last = loops.at(-1);
  if (!last || last.batched || last.extent < 8 || !nest.outputs.every(({ accumulate }) => accumulate)) return new Map();
  return new Map([[last.axes.at(-1)!, 4]]);
}

interface Candidate {
  readonly axis: Axis;
  readonly axes: readonly Axis[];
  readonly extent: number;
}

/** Instructions per point and iteration of the hot folds, weighted by tails. */
function costOf(hot: readonly Hot[], tiles: readonly (Candidate & { size: number })[]): number {
  const [tile, ...rest] = tiles;
  const split = tiles.findIndex(({ size, extent }) => extent % size !== 0);
  if (tile && split >= 0) {
    const odd = tiles[split]!;
    const others = tiles.filter((_, k) => k !== split);
    const tail = odd.extent % odd.size;
    const main = costOf(hot, [...others, { ...odd, extent: odd.extent - tail }]);
    return (
      (main * (odd.extent - tail) + costOf(hot, [...others, { ...odd, size: tail, extent: tail }]) * tail) / odd.extent
    );
  }
  const points = rest.reduce((product, { size }) => product * size, tile?.size ?? 1);
  let cost = 0;
  let accumulators = 0;
  for (const { fold, windows } of hot) {
    const repeats = (free: readonly Axis[]): number => {
      let count = 1;
      for (const { axes, size } of tiles) if (free.some((axis) => axes.includes(axis))) count *= size;
      for (const axis of windows) if (free.includes(axis)) count *= axis.extent as number;
      return count;
    };
    accumulators += repeats(fold.free);
    cost += repeats(fold.free) + overhead;
    const seen = new Set<Expr>();
    const visit = (expr: Expr) => {
      if (seen.has(expr) || !expr.free.some((axis) => fold.axes.includes(axis))) return;
      seen.add(expr);
      if (expr.kind === "read") {
        cost += repeats(expr.free);
        // Plain subscripts are part of the address; computed ones cost what they cost.
        for (const at of expr.at)
          if (at.kind === "apply" && at.arguments.some(({ kind }) => kind !== "index" && kind !== "const")) visit(at);
      } else if (expr.kind === "apply") {
        cost += repeats(expr.free) * expr.op.cost;
        expr.arguments.forEach(visit);
      }
    };
    visit(fold.body);
  }
  if (accumulators > most) return Infinity;
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
