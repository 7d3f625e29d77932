/** @file Folds to loops: several folds over the same indices share their loops, one accumulator each; small windows are unrolled. */
import { add, greater, less, multiply } from "../ops/index.js";
import type { KernelExpr } from "../ir/kernel.js";
import type { Axis, Expr, Fold, Reducer } from "../ir/types.js";
import { affine, int, linear, plus, times, variable } from "./affine.js";
import type { Affine } from "./affine.js";
import { AccessFinder, merged, travel } from "./access.js";
import type { Accesses, LoopAxis, Places } from "./access.js";
import type { Blocks } from "./blocks.js";
import { bind, Expressions, factOf } from "./expressions.js";
import type { Env, Instance } from "./expressions.js";
import { bound as boundGuard, clip, commonGuards, hasGuard, neutral } from "./guards.js";
import type { Guard } from "./guards.js";
import type { Buffer } from "./nest.js";

/** Windows of at most this many positions are unrolled around the folds they contain. */
const largestWindow = 9;

/** Innermost loops of at most this many trips are written out: the loop would cost as much as what it repeats. */
const shortest = 4;

const clampToInt = (value: number) => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, value));
const isPlace = (reducer: Reducer): boolean => reducer === "argmax" || reducer === "argmin";
const better = (reducer: Reducer) => (reducer === "max" || reducer === "argmax" ? greater : less);

export class Folds {
  readonly expressions: Expressions;
  readonly #blocks: Blocks;
  readonly #places: Places;
  readonly #contains = new Map<Expr, boolean>();

  constructor(blocks: Blocks, places: Places, offsets: ReadonlyMap<Buffer, number>) {
    this.#blocks = blocks;
    this.#places = places;
    this.expressions = new Expressions(blocks, places, offsets, (instances) => this.#make(instances));
  }

  /** Values of several expressions; folds in them that agree in their indices run in common loops. */
  evaluateAll(instances: readonly Instance[]): readonly KernelExpr[] {
    const found = new Map<string, Instance<Fold>>();
    for (const instance of instances) this.#outermost(instance.expr, instance.env, found, new Set());
    if (found.size > 0) this.#make([...found.values()]);
    return instances.map(({ expr, env }) => this.expressions.evaluate(expr, env));
  }

  containsFold(expr: Expr): boolean {
    const known = this.#contains.get(expr);
    if (known !== undefined) return known;
    let contains = false;
    if (expr.kind === "fold") contains = true;
    else if (expr.kind === "apply") contains = expr.arguments.some((argument) => this.containsFold(argument));
    else if (expr.kind === "read") {
      const inline = this.#places.inline.get(expr.tensor);
      contains = inline ? this.containsFold(inline) : expr.at.some((at) => this.containsFold(at));
    }
    this.#contains.set(expr, contains);
    return contains;
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
          (expr) => this.containsFold(expr),
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
  #combine({ reducer, type }: Fold, values: readonly KernelExpr[]): KernelExpr {
    const blocks = this.#blocks;
    let best = values[0]!;
    let place = int(0);
    values.slice(1).forEach((value, k) => {
      if (reducer === "sum" || reducer === "product") {
        best = blocks.name({ kind: "apply", type, op: reducer === "sum" ? add : multiply, arguments: [best, value] });
        return;
      }
      const condition = blocks.name(
        { kind: "apply", type: "bool", op: better(reducer), arguments: [value, best] },
        "c",
      );
      if (isPlace(reducer)) place = blocks.name({ kind: "select", type: "i32", condition, yes: int(k + 1), no: place });
      best = blocks.name({ kind: "select", type: best.type, condition, yes: value, no: best });
    });
    return isPlace(reducer) ? place : best;
  }

  #looped(instances: readonly Instance<Fold>[]): readonly KernelExpr[] {
    const blocks = this.#blocks;
    const { axes } = instances[0]!.expr;
    const accumulators = new Map<string, KernelExpr>();
    const best = instances.map(({ expr, env }) => {
      const family = expr.reducer.replace("arg", "");
      const key = `${family}:${this.#bodyKey(expr, env)}`;
      let accumulator = accumulators.get(key);
      if (!accumulator) {
        const type = isPlace(expr.reducer) && expr.body.type !== "bool" ? expr.body.type : expr.type;
        const value = neutral[expr.reducer];
        const start: KernelExpr = { kind: "const", type, value: type === "i32" ? clampToInt(value) : value };
        accumulators.set(key, (accumulator = blocks.accumulator(type, start)));
      }
      return accumulator;
    });
    const places = instances.map(({ expr }) => (isPlace(expr.reducer) ? blocks.accumulator("i32", int(0)) : undefined));
    const finder = new AccessFinder(this.#places);
    for (const { expr } of instances) finder.expression(expr.body);
    const ordered = instances.some(({ expr }) => isPlace(expr.reducer));
    const loops = ordered ? merged(axes, finder.found) : loopOrder(merged(axes, finder.found), finder.found);
    this.#open(loops, instances, commonGuards(this.#blocks, this.#places, instances), (inner) => {
      const values = this.evaluateAll(inner.map(({ expr, env }) => ({ expr: expr.body, env })));
      const done = new Set<KernelExpr>();
      inner.forEach(({ expr, env }, k) => {
        const place = places[k];
        if (place) {
          const condition = this.#isBetter(expr.reducer, values[k]!, best[k]!);
          const yes = blocks.atom(position(expr.axes, env));
          blocks.assign(place, { kind: "select", type: "i32", condition, yes, no: place });
        }
      });
      inner.forEach(({ expr }, k) => {
        const target = best[k]!;
        const value = values[k]!;
        if (done.has(target)) return;
        done.add(target);
        if (expr.reducer === "sum" || expr.reducer === "product")
          return blocks.accumulate(target, expr.reducer === "sum" ? add : multiply, value);
        const condition = this.#isBetter(expr.reducer, value, target);
        blocks.assign(target, { kind: "select", type: target.type, condition, yes: value, no: target });
      });
    });
    return best.map((accumulator, k) => places[k] ?? accumulator);
  }
  #isBetter(reducer: Reducer, value: KernelExpr, than: KernelExpr): KernelExpr {
    return { kind: "apply", type: "bool", op: better(reducer), arguments: [value, than] };
  }
  #bodyKey(expr: Fold, env: Env): string {
    return `${expr.body.id}:${expr.free.map((axis) => env.get(axis)?.key).join()}`;
  }

  /** Opens one loop after the other, clipped so that guarded reads stay inside, and binds the indices of all instances. */
  #open(
    loops: readonly LoopAxis[],
    instances: readonly Instance<Fold>[],
    guards: readonly Guard[],
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
    if (inner.length === 0 && settled.length === 0 && !loop.batched && loop.extent <= shortest) {
      for (let k = 0; k < loop.extent; k++)
        body(instances.map(({ expr, env }) => ({ expr, env: bind(env, loop.axes, affine(k)) })));
      return;
    }
    const trips = loop.batched ? loop.extent * blocks.rangeOf(variable("n")).max : loop.extent;
    blocks.loop(from, blocks.name(to, "p"), 1, { min: 0, max: trips - 1 }, trips, (name) => {
      const value = variable(name);
      if (loop.batched && loop.extent === 1) blocks.learn(factOf(value, "batch"));
      const bound = instances.map(({ expr, env }) => ({ expr, env: bind(env, loop.axes, value) }));
      for (const guard of settled) blocks.learn(factOf(boundGuard(guard, carrier, value).rest, guard.extent));
      const rest = guards.filter((guard) => !settled.includes(guard)).map((guard) => boundGuard(guard, carrier, value));
      this.#open(inner, bound, rest, body);
    });
  }
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

/** The loop that moves least through memory becomes the innermost; short ones stay outside. */
function loopOrder(loops: readonly LoopAxis[], accesses: Accesses): readonly LoopAxis[] {
  if (loops.length < 2) return loops;
  const cost = (loop: LoopAxis) => travel(loop, accesses) + (loop.batched || loop.extent >= 4 ? 0 : 1000);
  const innermost = loops.reduce((best, loop) => (cost(loop) <= cost(best) ? loop : best));
  return [...loops.filter((loop) => loop !== innermost), innermost];
}
