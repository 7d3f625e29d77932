/**
 * @file Which loop of a sum stands outermost, and is thus shared among threads. By example every thread reads all the weights, and the
 * next update has to take each cache line of them back from the other threads; where a batch has fewer numbers than the weights, threads had
 * better share the units.
 */
import { sizeOf } from "../ir/graph.js";
import type { Axis, Expr, Tensor } from "../ir/types.js";
import type { LoopAxis } from "./access.js";
import { readsOf } from "./nest.js";
import type { Nest } from "./nest.js";

/** Iterations that are enough to share. */
export const enoughTrips = 4;

/** Whether different iterations write different elements: each index of the loop is a subscript of every output. */
export function writesApart({ outputs }: Nest, { axes }: LoopAxis): boolean {
  const leads = (axis: Axis, at: readonly Expr[]) => at.some((place) => place.kind === "index" && place.axis === axis);
  return outputs.every(({ at }) => axes.every((axis) => leads(axis, at)));
}

/**
 * The loops with the one first that moves least between threads, if that is less than half of what the first one moves. A single
 * example is no work to share.
 * `mayLead`: has iterations to share, of which no two write the same element.
 */
export function leastShared(
  nest: Nest,
  loops: readonly LoopAxis[],
  batch: number,
  mayLead: (loop: LoopAxis) => boolean,
): readonly LoopAxis[] {
  const [first] = loops;
  if (!first || batch === 1 || nest.outputs.some(({ accumulate }) => accumulate)) return loops;
  /** By tensor: all the indices that it is read by. */
  const reads = new Map<Tensor, Set<Axis>>();
  for (const { tensor, free } of readsOf(nest)) reads.set(tensor, new Set([...(reads.get(tensor) ?? []), ...free]));
  /** Elements that a thread reads or writes and another one wrote last, if examples are shared elsewhere. */
  const moved = ({ axes, batched }: LoopAxis): number => {
    let sum = 0;
    for (const [tensor, free] of reads) {
      const view = nest.views.get(tensor);
      const shape = view?.shape ?? tensor.shape;
      const size = view?.buffer.length ?? sizeOf(shape, batch);
      const depends = axes.some((axis) => free.has(axis));
      if (!shape.includes("batch")) sum += depends ? 0 : size;
      else if (!batched) sum += depends ? size / 2 : size;
    }
    for (const { view } of nest.outputs) if (view.shape.includes("batch") && !batched) sum += view.buffer.length / 2;
    return sum;
  };
  const best = loops.filter(mayLead).sort((a, b) => moved(a) - moved(b))[0];
  if (!best || best === first || 2 * moved(best) >= moved(first)) return loops;
  return [best, ...loops.filter((loop) => loop !== best)];
}
