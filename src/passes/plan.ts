/** @file The memory plan: values that are never alive together share space; sizes are known, so nothing is allocated at run time. */
import type { ArrayName, Region } from "../ir/kernel.js";
import { aligned, buffersOf } from "./nest.js";
import type { Buffer, Step } from "./nest.js";

export interface MemoryPlan {
  /** Where each planned buffer starts in its array. */
  readonly offsets: ReadonlyMap<Buffer, number>;
  readonly regions: readonly Region[];
  readonly activations: number;
  readonly integers: number;
  /** What is alive at once at the worst moment: no plan can be smaller. */
  readonly lowerBound: { readonly activations: number; readonly integers: number };
}

interface Life {
  readonly buffer: Buffer;
  from: number;
  to: number;
}

/** First and last use of every planned buffer. What a loop shares with the steps around it is alive all through the loop. */
function livesOf(steps: readonly Step[]): readonly Life[] {
  const lives = new Map<Buffer, Life>();
  const loops: { from: number; to: number; touched: ReadonlySet<Buffer> }[] = [];
  let position = 0;
  const touch = (buffer: Buffer, touched: Set<Buffer>) => {
    if (buffer.fixed !== undefined) return;
    touched.add(buffer);
    const life = lives.get(buffer);
    if (life) life.to = position;
    else lives.set(buffer, { buffer, from: position, to: position });
  };
  const walk = (list: readonly Step[], touched: Set<Buffer>) => {
    for (const step of list) {
      if (step.kind === "loop") {
        if (step.cut) touch(step.cut.count.buffer, touched);
        const from = position;
        const inside = new Set<Buffer>();
        walk(step.body, inside);
        loops.push({ from, to: position - 1, touched: inside });
        for (const buffer of inside) touched.add(buffer);
        continue;
      }
      for (const buffer of buffersOf(step)) touch(buffer, touched);
      position++;
    }
  };
  walk(steps, new Set());
  // Inner loops come first.
  for (const { from, to, touched } of loops)
    for (const buffer of touched) {
      const life = lives.get(buffer)!;
      if (life.from >= from && life.to <= to) continue;
      life.from = Math.min(life.from, from);
      life.to = Math.max(life.to, to);
    }
  return [...lives.values()];
}
export function planMemory(steps: readonly Step[]): MemoryPlan {
  const lives = livesOf(steps);
  const offsets = new Map<Buffer, number>();
  const place = (array: ArrayName) =>
    placeArray(
      lives.filter(({ buffer }) => buffer.array === array),
      offsets,
    );
  const activations = place("activations");
  const integers = place("integers");
  const regions = lives.map(({ buffer, from, to }) => {
    const { tensor, array, length } = buffer;
    return { tensor, array, offset: offsets.get(buffer)!, length, from, to };
  });
  return {
    offsets,
    regions,
    activations: activations.size,
    integers: integers.size,
    lowerBound: { activations: activations.bound, integers: integers.bound },
  };
}

type Placement = { readonly size: number; readonly at: ReadonlyMap<Buffer, number> };

/** Up to so many values the packing is tried largest first too, in quadratic time. */
const fewEnough = 1000;

/**
 * The smallest of a few placements; of equals the roomiest. Memory that another thread used last costs time to write, which the
 * kernels of products hide, and theirs are the largest values: the others lie where those did.
 */
function placeArray(lives: readonly Life[], offsets: Map<Buffer, number>): { size: number; bound: number } {
  const inOrder = [firstUsedFirst(lives, roomiest), firstUsedFirst(lives, tightest)];
  const all = lives.length <= fewEnough ? [...inOrder, largestFirst(lives)] : inOrder;
  const best = all.reduce((a, b) => (b.size < a.size ? b : a));
  for (const [buffer, offset] of best.at) offsets.set(buffer, offset);
  return { size: best.size, bound: inOrder[0]!.bound };
}

/** Each value at the lowest place that is free all through its life. */
function largestFirst(lives: readonly Life[]): Placement {
  const placed: { from: number; to: number; start: number; end: number }[] = [];
  const at = new Map<Buffer, number>();
  let size = 0;
  for (const { buffer, from, to } of [...lives].sort((a, b) => b.buffer.length - a.buffer.length || a.from - b.from)) {
    const length = aligned(buffer.length);
    let start = 0;
    for (const other of placed)
      if (other.from <= to && from <= other.to && other.start < start + length && start < other.end) start = other.end;
    at.set(buffer, start);
    const entry = { from, to, start, end: start + length };
    const index = placed.findIndex((other) => other.start > start);
    placed.splice(index < 0 ? placed.length : index, 0, entry);
    size = Math.max(size, entry.end);
  }
  return { size, at };
}

/** In order of first use, into the gap chosen of those that fit, else at the end. */
function firstUsedFirst(lives: readonly Life[], choose: Choose): Placement & { readonly bound: number } {
  const order = [...lives].sort((a, b) => a.from - b.from || b.buffer.length - a.buffer.length);
  const ends = [...lives].sort((a, b) => a.to - b.to);
  const at = new Map<Buffer, number>();
  const gaps = new Gaps();
  let next = 0;
  let live = 0;
  let bound = 0;
  for (const { buffer, from } of order) {
    for (let ended = ends[next]; ended && ended.to < from; ended = ends[++next]) {
      gaps.release(at.get(ended.buffer)!, aligned(ended.buffer.length));
      live -= aligned(ended.buffer.length);
    }
    const length = aligned(buffer.length);
    at.set(buffer, gaps.take(length, choose));
    live += length;
    bound = Math.max(bound, live);
  }
  return { size: gaps.end, at, bound };
}

interface Gap {
  offset: number;
  length: number;
}
/** Whether the first of two gaps suits a value better. */
type Choose = (a: Gap, b: Gap) => boolean;
const tightest: Choose = (a, b) => a.length < b.length;
const roomiest: Choose = (a, b) => a.length > b.length;

/** Free intervals below `end`, sorted by offset, never touching. */
class Gaps {
  end = 0;
  #free: Gap[] = [];

  /** From the upper end of the gap chosen. */
  take(length: number, choose: Choose): number {
    let best: Gap | undefined;
    for (const gap of this.#free) if (gap.length >= length && (!best || choose(gap, best))) best = gap;
    if (best) {
      best.length -= length;
      if (best.length === 0) this.#free = this.#free.filter((gap) => gap !== best);
      return best.offset + best.length;
    }
    const last = this.#free.at(-1);
    const offset = last && last.offset + last.length === this.end ? last.offset : this.end;
    if (offset !== this.end) this.#free.pop();
    this.end = offset + length;
    return offset;
  }

  release(offset: number, length: number): void {
    if (length === 0) return;
    let k = this.#free.findIndex((gap) => gap.offset > offset);
    if (k < 0) k = this.#free.length;
    const before = this.#free[k - 1];
    const after = this.#free[k];
    const joinsBefore = before !== undefined && before.offset + before.length === offset;
    const joinsAfter = after !== undefined && offset + length === after.offset;
    if (joinsBefore) {
      before.length += length;
      if (joinsAfter) {
        before.length += after.length;
        this.#free.splice(k, 1);
      }
    } else if (joinsAfter) {
      after.offset = offset;
      after.length += length;
    } else this.#free.splice(k, 0, { offset, length });
  }
}
