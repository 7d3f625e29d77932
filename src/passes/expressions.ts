/** @file Expressions to kernel values: reads become loads with hoisted addresses, guards where a subscript may leave its axis. */
import { add, floorDivide, modulo, multiply, negate, notEqual, subtract } from "../ops/index.js";
import { interval, isWithin } from "../ir/affine.js";
import type { KernelExpr, LaneType, VectorType } from "../ir/kernel.js";
import type { Apply, Axis, Expr, Extent, Fold, Read, ScalarType } from "../ir/types.js";
import { affine, atLane, int, lanes, laneStep, plus, times, variable } from "./affine.js";
import type { Affine } from "./affine.js";
import type { Places } from "./access.js";
import type { Blocks, Interval } from "./blocks.js";
import { stridesOf } from "./nest.js";
import type { Buffer, View } from "./nest.js";

/** Index variables as sums of the kernel's locals. */
export type Env = ReadonlyMap<Axis, Affine>;
export interface Instance<E extends Expr = Expr> {
  readonly expr: E;
  readonly env: Env;
}
/** Makes the loops of folds, all instances together, and remembers their results. */
export type FoldMaker = (instances: readonly Instance<Fold>[]) => void;

const unknown: Interval = { min: -Infinity, max: Infinity };
const bounded = ({ min, max }: Interval): boolean => min > -(2 ** 31) && max < 2 ** 31;

export class Expressions {
  readonly #blocks: Blocks;
  readonly #places: Places;
  readonly #offsets: ReadonlyMap<Buffer, number>;
  readonly #folds: FoldMaker;
  readonly #used: number;

  /** `used`: lanes with a point of the nest. */
  constructor(blocks: Blocks, places: Places, offsets: ReadonlyMap<Buffer, number>, used: number, folds: FoldMaker) {
    this.#blocks = blocks;
    this.#places = places;
    this.#offsets = offsets;
    this.#used = used;
    this.#folds = folds;
  }

  /** Key and depth of an expression's value under an environment. */
  identity({ expr, env }: Instance): { key: string; depth: number } {
    let key = `${expr.id}`;
    let depth = this.#blocks.depthOfTerms([]);
    for (const axis of expr.free) {
      const bound = env.get(axis);
      if (!bound) throw new Error(`kernel: an index of extent ${axis.extent} is used outside its loop`);
      key += `:${bound.key}`;
      depth = Math.max(depth, this.#blocks.depthOfTerms(bound.terms));
    }
    return { key, depth };
  }

  evaluate(expr: Expr, env: Env): KernelExpr {
    if (expr.kind === "const") return { kind: "const", type: expr.type, value: expr.value };
    if (expr.kind === "scalar")
      return expr.name === "batch"
        ? this.#blocks.batch()
        : { kind: "scalar", type: expr.type, name: expr.name, site: expr.site };
    const { key, depth } = this.identity({ expr, env });
    const known = this.#blocks.recall(key, depth);
    if (known) return known;
    const value = inLanes(expr, env)
      ? this.spread(this.#together(expr, env) ?? this.#laneByLane(expr, env))
      : this.#make(expr, env);
    this.#blocks.remember(key, depth, value);
    return value;
  }

  // ---- four lanes
  /** A value in all lanes. */
  spread(value: KernelExpr): KernelExpr {
    if (isVector(value.type)) return value;
    return this.#blocks.name({ kind: "splat", type: vectorOf(value.type as ScalarType), value });
  }
  #laneByLane(expr: Expr, env: Env): KernelExpr {
    return this.#gathered(vectorOf(expr.type), (k) => this.evaluate(expr, laneOf(env, k)));
  }
  /** Lanes beyond the last one in use have its value: their own may lie beyond the end of memory. */
  #gathered(type: VectorType, lane: (k: number) => KernelExpr): KernelExpr {
    const values = Array.from({ length: this.#used }, (_, k) => lane(k));
    return this.#blocks.name({
      kind: "lanes",
      type,
      values: Array.from({ length: lanes }, (_, k) => values[k] ?? values.at(-1)!),
    });
  }
  /** `a` in each lane. */
  #ramp(a: Affine): KernelExpr {
    const base = this.spread(this.#blocks.atom(atLane(a, 0)));
    const step = laneStep(a);
    const values = Array.from({ length: lanes }, (_, k) => int(step * k));
    const steps: KernelExpr = { kind: "lanes", type: "i32x4", values };
    return this.#blocks.apply(add, "i32x4", base, steps);
  }
  /** The lanes by vector statements; undefined where they have to be made one by one. */
  #together(expr: Exclude<Expr, { kind: "const" | "scalar" }>, env: Env): KernelExpr | undefined {
    switch (expr.kind) {
      case "index":
        return this.#ramp(env.get(expr.axis)!);
      case "read":
        return this.#readLanes(expr, env);
      case "fold":
        return this.#fold(expr, env);
      case "apply":
        return this.#applyLanes(expr, env);
    }
  }
  #applyLanes(expr: Apply, env: Env): KernelExpr | undefined {
    if (expr.type === "i32") {
      const sum = arithmetic.has(expr.op) ? this.affineOf(expr, env) : undefined;
      if (sum && bounded(this.#blocks.rangeOf(sum))) return this.#ramp(sum);
      if (!inVectors.has(expr.op.name)) return undefined;
    }
    const values = expr.arguments.map((argument) => this.evaluate(argument, env));
    const type = vectorOf(expr.type);
    if (expr.op.name === "detach") return values[0]!;
    if (expr.op.name === "where") {
      const [condition, yes, no] = values as [KernelExpr, KernelExpr, KernelExpr];
      if (condition.kind === "const") return condition.value !== 0 ? yes : no;
      return this.#blocks.name({ kind: "select", type, condition, yes: this.spread(yes), no: this.spread(no) });
    }
    return this.#blocks.apply(expr.op, type, ...values.map((value) => this.spread(value)));
  }
  #readLanes(expr: Read, env: Env): KernelExpr | undefined {
    const inline = this.#places.inline.get(expr.tensor);
    if (inline) return this.#blocks.from(expr.tensor.origin, () => this.evaluate(inline, env));
    const { buffer, shape } = this.#viewOf(expr);
    const subscripts: Affine[] = [];
    for (const at of expr.at) {
      const subscript = this.affineOf(at, env);
      if (!subscript) return undefined;
      subscripts.push(subscript);
    }
    const guard = expr.outside === undefined ? "always" : this.guard(expr.at, subscripts, shape);
    if (guard === "lane by lane") return undefined;
    const step = laneStep(this.#position(shape, subscripts));
    if (step !== 0 && step !== 1) return undefined;
    const type: LaneType = step === 1 ? vectorOf(expr.type) : expr.type;
    const outside: KernelExpr = { kind: "const", type: expr.type, value: expr.outside ?? 0 };
    if (guard === "never") return outside;
    const load: KernelExpr = {
      kind: "load",
      type,
      array: buffer.array,
      index: this.element(buffer, shape, subscripts),
    };
    if (guard === "always") return this.#blocks.name(load);
    const no = step === 1 ? this.spread(outside) : outside;
    return this.#blocks.name({ kind: "select", type, condition: guard, yes: load, no });
  }
  /** As `inside`, but for four lanes, which may differ. */
  guard(
    at: readonly Expr[],
    subscripts: readonly Affine[],
    shape: readonly Extent[],
  ): KernelExpr | "always" | "never" | "lane by lane" {
    const isMixed = subscripts.some((subscript, k) => {
      if (laneStep(subscript) === 0 || isWithin(at[k]!, shape[k]!)) return false;
      return this.insideAxis(subscript, shape[k]!) === "unknown";
    });
    return isMixed ? "lane by lane" : this.inside(at, subscripts, shape);
  }

  #make(expr: Exclude<Expr, { kind: "const" | "scalar" }>, env: Env): KernelExpr {
    switch (expr.kind) {
      case "index":
        return this.#blocks.atom(env.get(expr.axis)!);
      case "read":
        return this.#read(expr, env);
      case "fold":
        return this.#fold(expr, env);
      case "apply": {
        if (expr.type === "i32" && arithmetic.has(expr.op)) {
          const sum = this.#settled(expr, env);
          if (sum.terms.length > 0 && bounded(this.#blocks.rangeOf(sum))) return this.#blocks.atom(sum);
          if (sum.terms.length === 0) return int(sum.constant);
        }
        const values = expr.arguments.map((argument) => this.evaluate(argument, env));
        if (expr.op.name === "detach") return values[0]!;
        if (expr.op.name === "where") {
          const [condition, yes, no] = values as [KernelExpr, KernelExpr, KernelExpr];
          if (condition.kind === "const") return condition.value !== 0 ? yes : no;
          return this.#blocks.name({ kind: "select", type: expr.type, condition, yes, no });
        }
        return this.#blocks.name(
          { kind: "apply", type: expr.type, op: expr.op, arguments: values },
          "v",
          this.#wholeRange(expr, values),
        );
      }
    }
  }

  #fold(expr: Fold, env: Env): KernelExpr {
    this.#folds([{ expr, env }]);
    const { key, depth } = this.identity({ expr, env });
    const made = this.#blocks.recall(key, depth);
    if (!made) throw new Error("kernel: a fold was not made");
    return made;
  }

  /** Known bounds of quotients and remainders by a constant. */
  #wholeRange(expr: Expr, [a, b]: readonly KernelExpr[]): Interval {
    if (expr.kind !== "apply" || expr.type !== "i32" || b?.kind !== "const" || b.value <= 0) return unknown;
    if (expr.op === modulo) return { min: 0, max: b.value - 1 };
    const range = a?.kind === "local" ? this.#blocks.rangeOf(variable(a.name)) : unknown;
    return expr.op === floorDivide
      ? { min: Math.floor(range.min / b.value), max: Math.floor(range.max / b.value) }
      : unknown;
  }

  /**
   * A whole number as a sum of locals; parts that are no sums get a name. Undefined where lanes differ by other than a constant.
   */
  affineOf(expr: Expr, env: Env): Affine | undefined {
    if (expr.kind === "const" && Number.isInteger(expr.value)) return affine(expr.value);
    if (expr.kind === "index") return env.get(expr.axis)!;
    if (expr.kind === "apply" && expr.type === "i32") {
      const { op } = expr;
      const [a, b] = expr.arguments as [Expr, Expr];
      const of = (part: Expr, then: (value: Affine) => Affine | undefined): Affine | undefined => {
        const value = this.affineOf(part, env);
        return value && then(value);
      };
      if (op === add) return of(a, (x) => of(b, (y) => plus(x, y)));
      if (op === subtract) return of(a, (x) => of(b, (y) => plus(x, times(y, -1))));
      if (op === negate) return of(a, (x) => times(x, -1));
      if (op === multiply && b.kind === "const") return of(a, (x) => times(x, b.value));
      if (op === multiply && a.kind === "const") return of(b, (x) => times(x, a.value));
      if ((op === floorDivide || op === modulo) && b.kind === "const" && b.value > 0) {
        const dividend = this.affineOf(a, env);
        const split = dividend && this.#divided(dividend, b.value);
        if (split) return op === floorDivide ? split.quotient : split.remainder;
      }
      if (arithmetic.has(op) && !inLanes(expr, env)) {
        const values = expr.arguments.map((argument) => this.evaluate(argument, env));
        return this.#asAffine(
          this.#blocks.name({ kind: "apply", type: "i32", op, arguments: values }, "v", this.#wholeRange(expr, values)),
        );
      }
    }
    return inLanes(expr, env) ? undefined : this.#asAffine(this.evaluate(expr, env));
  }
  /** The same where no lanes are about. */
  #settled(expr: Expr, env: Env): Affine {
    const value = this.affineOf(expr, env);
    if (!value) throw new Error("kernel: a subscript differs from lane to lane");
    return value;
  }
  #asAffine(value: KernelExpr): Affine {
    if (value.kind === "const") return affine(Math.trunc(value.value));
    if (value.kind !== "local") throw new Error(`kernel: a subscript is a ${value.kind}`);
    return variable(value.name);
  }
  /** `a = quotient * by + remainder` where the remainder provably stays in 0 .. by - 1. */
  #divided(a: Affine, by: number): { quotient: Affine; remainder: Affine } | undefined {
    const whole = a.terms.filter(({ factor }) => factor % by === 0);
    const part = a.terms.filter(({ factor }) => factor % by !== 0);
    const base = Math.floor(a.constant / by);
    const remainder = affine(a.constant - base * by, part);
    const range = this.#blocks.rangeOf(remainder);
    if (range.min < 0 || range.max >= by) return undefined;
    const quotient = affine(
      base,
      whole.map(({ name, factor }) => ({ name, factor: factor / by })),
    );
    return { quotient, remainder };
  }

  #viewOf({ tensor }: Read): View {
    const view = this.#places.views.get(tensor);
    if (!view) throw new Error(`kernel: tensor ${tensor.id} (${tensor.origin.label}) has no place`);
    return view;
  }
  #read(expr: Read, env: Env): KernelExpr {
    const inline = this.#places.inline.get(expr.tensor);
    if (inline) return this.#blocks.from(expr.tensor.origin, () => this.evaluate(inline, env));
    const view = this.#viewOf(expr);
    const subscripts = expr.at.map((at) => this.#settled(at, env));
    const index = this.element(view.buffer, view.shape, subscripts);
    const load: KernelExpr = { kind: "load", type: expr.type, array: view.buffer.array, index };
    const bounds = expr.type === "i32" ? interval(expr) : undefined;
    const range = bounds && { min: bounds.low, max: bounds.high };
    if (expr.outside !== undefined) {
      const condition = this.inside(expr.at, subscripts, view.shape);
      if (condition === "never") return { kind: "const", type: expr.type, value: expr.outside };
      if (condition !== "always") {
        const no: KernelExpr = { kind: "const", type: expr.type, value: expr.outside };
        return this.#blocks.name({ kind: "select", type: expr.type, condition, yes: load, no });
      }
    }
    return this.#blocks.name(load, "v", range);
  }

  /** An element of scratch memory. */
  load(type: ScalarType, { buffer, shape }: View, subscripts: readonly Affine[]): KernelExpr {
    return this.#blocks.name({
      kind: "load",
      type,
      array: buffer.array,
      index: this.element(buffer, shape, subscripts),
    });
  }
  /** What a read gives at a place that counts elements from the start of its tensor. */
  loadAt(read: Read, place: Affine): KernelExpr {
    const { buffer } = this.#viewOf(read);
    const step = laneStep(place);
    const one = (type: LaneType, k: number): KernelExpr => {
      const index = this.#blocks.address(atLane(place, k), this.offset(buffer));
      return this.#blocks.name({ kind: "load", type, array: buffer.array, index });
    };
    if (step === 0) return one(read.type, 0);
    const type = vectorOf(read.type);
    if (step === 1) return one(type, 0);
    return this.#gathered(type, (k) => one(read.type, k));
  }
  /** Says what an expression is here. */
  know(expr: Expr, env: Env, value: KernelExpr): void {
    const { key, depth } = this.identity({ expr, env });
    this.#blocks.remember(key, depth, inLanes(expr, env) ? this.spread(value) : value);
  }

  #position(shape: readonly Extent[], subscripts: readonly Affine[]): Affine {
    const strides = stridesOf(shape, this.#places.batch);
    return subscripts.reduce((total, subscript, k) => plus(total, times(subscript, strides[k]!)), affine(0));
  }
  /** The index of an element in its buffer's array: that of the first lane. */
  element(buffer: Buffer, shape: readonly Extent[], subscripts: readonly Affine[]): KernelExpr {
    return this.#blocks.address(atLane(this.#position(shape, subscripts), 0), this.offset(buffer));
  }
  /** How far apart the lanes' elements are. */
  spacing(shape: readonly Extent[], subscripts: readonly Affine[]): number {
    return laneStep(this.#position(shape, subscripts));
  }
  offset(buffer: Buffer): number {
    const offset = buffer.fixed ?? this.#offsets.get(buffer);
    if (offset === undefined) throw new Error(`kernel: tensor ${buffer.tensor.id} has no memory`);
    return offset;
  }

  /**
   * The condition that every subscript is within its axis, as far as it is not proven. Merged indices break the subscripts of
   * their axes apart, but those were proven before merging.
   */
  inside(
    at: readonly Expr[],
    subscripts: readonly Affine[],
    shape: readonly Extent[],
  ): KernelExpr | "always" | "never" {
    let condition: KernelExpr | undefined;
    for (const [k, subscript] of subscripts.entries()) {
      const extent = shape[k]!;
      if (isWithin(at[k]!, extent)) continue;
      const state = this.insideAxis(subscript, extent);
      if (state === "never") return "never";
      if (state === "always") continue;
      const below = extent === "batch" ? this.#blocks.batch() : int(extent);
      const test = this.#blocks.name({ kind: "inside", type: "bool", value: this.#blocks.atom(subscript), below }, "c");
      condition = this.#blocks.both(condition, test);
    }
    return condition ?? "always";
  }
  insideAxis(subscript: Affine, extent: Extent): "always" | "never" | "unknown" {
    const range = this.#blocks.rangeOf(subscript);
    if (extent === "batch") return this.#blocks.knows(factOf(subscript, extent)) ? "always" : "unknown";
    if (range.max < 0 || range.min >= extent) return "never";
    if ((range.min >= 0 && range.max < extent) || this.#blocks.knows(factOf(subscript, extent))) return "always";
    return "unknown";
  }
  nonZero(value: KernelExpr): KernelExpr {
    return this.#blocks.apply(notEqual, "bool", value, { kind: "const", type: "f32", value: 0 });
  }
}

const arithmetic: ReadonlySet<unknown> = new Set([add, subtract, negate, multiply, floorDivide, modulo]);

export const factOf = (subscript: Affine, extent: Extent): string => `${subscript.key}<${extent}`;

/** Operations on whole numbers that exist for four lanes. */
const inVectors: ReadonlySet<string> = new Set([
  "add",
  "subtract",
  "multiply",
  "negate",
  "randomBits",
  "where",
  "integer",
  "detach",
  "number",
]);

export const isVector = (type: LaneType): type is VectorType => type.endsWith("x4");
/** Four of a type; numbers of f64 are rounded to f32. */
export function vectorOf(type: ScalarType): VectorType {
  if (type === "bool") return "b32x4";
  return type === "i32" ? "i32x4" : "f32x4";
}
/** Whether a value differs from lane to lane. */
export const inLanes = (expr: Expr, env: Env): boolean => expr.free.some((axis) => laneStep(env.get(axis)!) !== 0);
export function laneOf(env: Env, k: number): Env {
  return new Map([...env].map(([axis, value]) => [axis, atLane(value, k)]));
}

/** A new environment with more indices bound. */
export function bind(env: Env, axes: readonly Axis[], value: Affine): Env {
  const inner = new Map(env);
  axes.forEach((axis, k) => inner.set(axis, k === axes.length - 1 ? value : affine(0)));
  return inner;
}
