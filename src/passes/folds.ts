/** @file Folds to loops: several folds over the same indices share their loops, one accumulator each; small windows are unrolled. */
import { add, greater, less, maximum, multiply } from "../ops/index.js";
import type { KernelExpr } from "../ir/kernel.js";
import { once } from "../ir/once.js";
import type { Axis, Expr, Fold, Reducer } from "../ir/types.js";
import { affine, int, lane, lanes, linear, plus, times, variable } from "./affine.js";
import type { Affine } from "./affine.js";
import { AccessFinder, loopOrder, merged } from "./access.js";
import type { LoopAxis, Places } from "./access.js";
import type { Blocks } from "./blocks.js";
import { bind, Expressions, factOf, inLanes, isVector, vectorOf } from "./expressions.js";
import type { Env, Instance } from "./expressions.js";
import { bound as boundGuard, clip, commonGuards, hasGuard, neutral } from "./guards.js";
import type { Guard } from "./guards.js";
import type { ListMaker } from "./lists.js";
import type { Buffer } from "./nest.js";

/** Windows of at most this many positions are unrolled around the folds they contain. */
const largestWindow = 9;

/**
 * Innermost loops of at most this many trips are written out: the loop would cost as much as what it repeats. Not with vectors,
 * where the loads of a block all come first and would need more registers than there are.
 */
const shortest = 4;

/** What of the innermost loop runs: everything, groups of four in lanes, or what these leave. */
type Part = "all" | "lanes" | "rest";

const clampToInt = (value: number) => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, value));
const isPlace = (reducer: Reducer): boolean => reducer === "argmax" || reducer === "argmin";
const better = (reducer: Reducer) => (reducer === "max" || reducer === "argmax" ? greater : less);

export class Folds {
  readonly expressions: Expressions;
  /** Where the sum of the nest visits a list. */
  lists: ListMaker | undefined;
  readonly #blocks: Blocks;
  readonly #places: Places;
  readonly #inLanes: ReadonlySet<Axis>;
  readonly #shortest: number;
  readonly containsFold: (expr: Expr) => boolean;

  /** `folded`: innermost indices of folds that run four at a time; `used`: lanes with a point of the nest. */
  constructor(
    blocks: Blocks,
    places: Places,
    offsets: ReadonlyMap<Buffer, number>,
    { vectors, folded, used }: { readonly vectors: boolean; readonly folded: ReadonlySet<Axis>; readonly used: number },
  ) {
    this.#blocks = blocks;
    this.#places = places;
    this.#inLanes = folded;
    this.containsFold = foldFinder(places.inline);
    this.#shortest = vectors ? 1 : shortest;
    this.expressions = new Expressions(blocks, places, offsets, used, (instances) => this.#make(instances));
  }

  /** Values of several expressions; folds in them that agree in their indices run in common loops. */
  evaluateAll(instances: readonly Instance[]): readonly KernelExpr[] {
    const found = new Map<string, Instance<Fold>>();
    for (const instance of instances) this.#outermost(instance.expr, instance.env, found, new Set());
    if (found.size > 0) this.#make([...found.values()]);
    return instances.map(({ expr, env }) => this.expressions.evaluate(expr, env));
  }

  #outermost(expr: Expr, env: Env, into: Map<string, Instance<Fold>>, seen: Set<Expr>): void {
    if (seen.has(expr) || !this.containsFold(expr)) return;
    seen.add(expr);
    if (expr.kind === "fold") into.set(this.expressions.identity({ expr, env }).key, { expr, env });
    else if (expr.kind === "apply") for (const argument of expr.arguments) this.#outermost(argument, env, into, seen);
    else if (expr.kind === "read") {
      const inline = this.#places.inline.get(expr.tensor);
      for (const part of inline ? [inline] : expr.at) this.#outermost(part, env, into, seen);
    }
  }

  /** Those over the same indices at the same depth run together. */
  #make(instances: readonly Instance<Fold>[]): void {
    const groups = new Map<string, { depth: number; members: Map<string, Instance<Fold>> }>();
    for (const instance of instances) {
      const { key, depth } = this.expressions.identity(instance);
      if (this.#blocks.recall(key, depth)) continue;
      const place = `${depth}:${instance.expr.axes.map((axis) => axis.id).join()}`;
      const known = groups.get(place);
      if (known) known.members.set(key, instance);
      else groups.set(place, { depth, members: new Map([[key, instance]]) });
    }
    for (const { depth, members } of groups.values())
      this.#blocks.at(depth, () => {
        const list = [...members.values()];
        const results = isWindow(
          list.map(({ expr }) => expr),
          this.containsFold,
        )
          ? this.#unrolled(list)
          : this.#looped(list);
        [...members.keys()].forEach((key, k) => this.#blocks.remember(key, depth, results[k]!));
      });
  }

  /** Every position written out; the folds inside share loops across positions, which makes them rows of a register tile. */
  #unrolled(instances: readonly Instance<Fold>[]): readonly KernelExpr[] {
    const axes = instances[0]!.expr.axes;
    let positions: (readonly number[])[] = [[]];
    for (const { extent } of axes)
      positions = positions.flatMap((p) => Array.from({ length: extent as number }, (_, k) => [...p, k]));
    const points = instances.map(({ expr, env }) =>
      positions.map((position) => {
        const inner = new Map(env);
        axes.forEach((axis, k) => inner.set(axis, affine(position[k]!)));
        return { expr: expr.body, env: inner };
      }),
    );
    const values = this.evaluateAll(points.flat());
    return instances.map(({ expr }, k) =>
      this.#combine(expr, values.slice(k * positions.length, (k + 1) * positions.length)),
    );
  }
  #combine({ reducer }: Fold, values: readonly KernelExpr[]): KernelExpr {
    const blocks = this.#blocks;
    let best = values[0]!;
    const { type } = best;
    const isWide = isVector(type);
    const whole = (k: number): KernelExpr => (isWide ? this.expressions.spread(int(k)) : int(k));
    let place = whole(0);
    values.slice(1).forEach((value, k) => {
      if (reducer === "sum" || reducer === "product") {
        best = blocks.name({ kind: "apply", type, op: reducer === "sum" ? add : multiply, arguments: [best, value] });
        return;
      }
      const comparison = isBetter(reducer, value, best);
      const condition = blocks.name(comparison, "c");
      if (isPlace(reducer)) {
        const chosen = { kind: "select", type: place.type, condition, yes: whole(k + 1) } as const;
        // Later places are larger: the larger of two vectors costs less than a choice between them.
        place = blocks.name(
          isWide && k > 0
            ? {
                kind: "apply",
                type: place.type,
                op: maximum,
                arguments: [place, blocks.name({ ...chosen, no: whole(0) })],
              }
            : { ...chosen, no: place },
        );
      }
      // In lanes an extreme is one instruction if it can be seen, a choice is three.
      best = blocks.name({
        kind: "select",
        type: best.type,
        condition: isWide ? comparison : condition,
        yes: value,
        no: best,
      });
    });
    return isPlace(reducer) ? place : best;
  }

  #looped(instances: readonly Instance<Fold>[]): readonly KernelExpr[] {
    const { axes } = instances[0]!.expr;
    const finder = new AccessFinder(this.#places);
    for (const { expr } of instances) finder.expression(expr.body);
    const ordered = instances.some(({ expr }) => isPlace(expr.reducer));
    const loops = ordered ? merged(axes, finder.found) : loopOrder(merged(axes, finder.found), finder.found);
    const last = loops.at(-1)!;
    const carrier = last.axes.at(-1)!;
    const isWide =
      this.#inLanes.has(carrier) &&
      !ordered &&
      !this.lists &&
      instances.every(({ expr, env }) => !inLanes(expr, env) && !hasGuard(expr.body, [carrier]));
    if (!isWide) return this.#accumulated(instances, loops, "all");
    const sums = this.#accumulated(instances, loops, "lanes").map((value, k) =>
      this.#blocks.name({ kind: "across", type: "f32", op: acrossOf(instances[k]!.expr.reducer), value }),
    );
    return last.extent % lanes === 0 ? sums : this.#accumulated(instances, loops, "rest", sums);
  }

  /**
   * One accumulator for each different fold, over all of the innermost loop, over its groups of four in lanes, or over what these
   * leave, going on from `starts`.
   */
  #accumulated(
    instances: readonly Instance<Fold>[],
    loops: readonly LoopAxis[],
    part: Part,
    starts?: readonly KernelExpr[],
  ): readonly KernelExpr[] {
    const blocks = this.#blocks;
    const accumulators = new Map<string, KernelExpr>();
    const wide = (of: Instance): boolean => part === "lanes" || inLanes(of.expr, of.env);
    const spread = (value: KernelExpr, of: Instance) => (wide(of) ? this.expressions.spread(value) : value);
    const best = instances.map((instance, k) => {
      const { expr, env } = instance;
      const family = expr.reducer.replace("arg", "");
      const key = `${family}:${this.#bodyKey(expr, env)}`;
      let accumulator = accumulators.get(key);
      if (!accumulator) {
        const type = isPlace(expr.reducer) && expr.body.type !== "bool" ? expr.body.type : expr.type;
        const value = neutral[expr.reducer];
        const start: KernelExpr = starts?.[k] ?? {
          kind: "const",
          type,
          value: type === "i32" ? clampToInt(value) : value,
        };
        accumulator = blocks.accumulator(wide(instance) ? vectorOf(type) : type, spread(start, instance));
        accumulators.set(key, accumulator);
      }
      return accumulator;
    });
    const places = instances.map((instance) =>
      isPlace(instance.expr.reducer)
        ? blocks.accumulator(wide(instance) ? "i32x4" : "i32", spread(int(0), instance))
        : undefined,
    );
    this.#iterate(loops, instances, part, (inner) => {
      const values = this.evaluateAll(inner.map(({ expr, env }) => ({ expr: expr.body, env })));
      const done = new Set<KernelExpr>();
      inner.forEach(({ expr, env }, k) => {
        const place = places[k];
        if (place) {
          const condition = isBetter(expr.reducer, values[k]!, best[k]!);
          const yes = spread(blocks.atom(position(expr.axes, env)), instances[k]!);
          blocks.assign(place, { kind: "select", type: place.type, condition, yes, no: place });
        }
      });
      inner.forEach(({ expr }, k) => {
        const target = best[k]!;
        const value = spread(values[k]!, instances[k]!);
        if (done.has(target)) return;
        done.add(target);
        if (expr.reducer === "sum" || expr.reducer === "product")
          return blocks.accumulate(target, expr.reducer === "sum" ? add : multiply, value);
        const condition = isBetter(expr.reducer, value, target);
        blocks.assign(target, { kind: "select", type: target.type, condition, yes: value, no: target });
      });
    });
    return best.map((accumulator, k) => places[k] ?? accumulator);
  }
  #iterate(
    loops: readonly LoopAxis[],
    instances: readonly Instance<Fold>[],
    part: Part,
    body: (instances: readonly Instance<Fold>[]) => void,
  ): void {
    if (this.lists?.handles(instances[0]!.expr)) return this.lists.each(instances, body);
    this.#open(loops, instances, commonGuards(this.#blocks, this.#places, instances), part, body);
  }
  #bodyKey(expr: Fold, env: Env): string {
    return `${expr.body.id}:${expr.free.map((axis) => env.get(axis)?.key).join()}`;
  }

  /** Opens one loop after the other, clipped so that guarded reads stay inside, and binds the indices of all instances. */
  #open(
    loops: readonly LoopAxis[],
    instances: readonly Instance<Fold>[],
    guards: readonly Guard[],
    part: Part,
    body: (instances: readonly Instance<Fold>[]) => void,
  ): void {
    const [loop, ...inner] = loops;
    if (!loop) return body(instances);
    const blocks = this.#blocks;
    const carrier = loop.axes.at(-1)!;
    const later = new Set(inner.flatMap(({ axes }) => axes));
    const last = loop.extent - 1;
    let from: KernelExpr = int(0);
    let to: KernelExpr = loop.batched ? linear(times(variable("n"), loop.extent)) : int(loop.extent);
    const settled: Guard[] = [];
    for (const guard of guards) {
      const factor = guard.factors.get(carrier);
      if (factor === undefined || [...guard.factors.keys()].some((axis) => later.has(axis))) continue;
      settled.push(guard);
      const bounds = clip(blocks, guard, factor, last);
      if (bounds.from) from = blocks.bound("max", from, bounds.from);
      if (bounds.to) to = blocks.bound("min", to, bounds.to);
    }
    const whole = loop.extent - (loop.extent % lanes);
    const isRest = inner.length === 0 && part === "rest";
    const step = inner.length === 0 && part === "lanes" ? lanes : 1;
    if (step === lanes) to = int(whole);
    if (isRest) from = int(whole);
    if (inner.length === 0 && settled.length === 0 && !loop.batched && (loop.extent <= this.#shortest || isRest)) {
      for (let k = isRest ? whole : 0; k < loop.extent; k += step)
        body(instances.map(({ expr, env }) => ({ expr, env: bind(env, loop.axes, laned(affine(k), step)) })));
      return;
    }
    const trips = loop.batched ? loop.extent * blocks.rangeOf(variable("n")).max : loop.extent;
    blocks.loop(from, blocks.name(to, "p"), step, { min: 0, max: trips - step }, trips / step, (name) => {
      const value = laned(variable(name), step);
      if (loop.batched && loop.extent === 1) blocks.learn(factOf(value, "batch"));
      const bound = instances.map(({ expr, env }) => ({ expr, env: bind(env, loop.axes, value) }));
      for (const guard of settled) blocks.learn(factOf(boundGuard(guard, carrier, value).rest, guard.extent));
      const rest = guards.filter((guard) => !settled.includes(guard)).map((guard) => boundGuard(guard, carrier, value));
      this.#open(inner, bound, rest, part, body);
    });
  }
}

const isBetter = (reducer: Reducer, value: KernelExpr, than: KernelExpr): KernelExpr => ({
  kind: "apply",
  type: isVector(than.type) ? "b32x4" : "bool",
  op: better(reducer),
  arguments: [value, than],
});
const laned = (a: Affine, step: number): Affine => (step === lanes ? plus(a, variable(lane)) : a);
const acrossOf = (reducer: Reducer): "sum" | "product" | "max" | "min" => {
  if (reducer === "argmax" || reducer === "argmin") throw new Error("kernel: places are not folded in lanes");
  return reducer;
};

/** Says whether an expression contains a fold, looking into what is computed at the same point. */
export function foldFinder(inline: Places["inline"]): (expr: Expr) => boolean {
  const contains = once((expr): boolean => {
    if (expr.kind === "apply") return expr.arguments.some(contains);
    if (expr.kind !== "read") return expr.kind === "fold";
    const body = inline.get(expr.tensor);
    return body ? contains(body) : expr.at.some(contains);
  });
  return contains;
}

/** Whether folds over these common indices are written out: few positions, around other folds, none clipped position by position. */
export function isWindow(folds: readonly Fold[], containsFold: (expr: Expr) => boolean): boolean {
  const { axes } = folds[0]!;
  const positions = axes.reduce((product, { extent }) => product * (extent === "batch" ? Infinity : extent), 1);
  if (positions < 1 || positions > largestWindow) return false;
  const around = folds.some(({ body }) => containsFold(body));
  return around ? !folds.some(({ body }) => hasGuard(body, axes)) : positions <= 2;
}
/** The row-major number of a fold's current position. */
function position(axes: readonly Axis[], env: Env): Affine {
  let sum = affine(0);
  for (const axis of axes) sum = plus(times(sum, axis.extent === "batch" ? 1 : axis.extent), env.get(axis)!);
  return sum;
}
