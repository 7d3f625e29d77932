/** @file Expressions to kernel values: reads become loads with hoisted addresses, guards where a subscript may leave its axis. */
import { add, floorDivide, modulo, multiply, negate, notEqual, subtract } from "../ops/index.js";
import { interval } from "../ir/affine.js";
import type { KernelExpr } from "../ir/kernel.js";
import type { Axis, Expr, Extent, Fold, Read } from "../ir/types.js";
import { affine, int, plus, times, variable } from "./affine.js";
import type { Affine } from "./affine.js";
import { staysInside } from "./access.js";
import type { Places } from "./access.js";
import type { Blocks, Interval } from "./blocks.js";
import { stridesOf } from "./nest.js";
import type { Buffer } from "./nest.js";

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

  constructor(blocks: Blocks, places: Places, offsets: ReadonlyMap<Buffer, number>, folds: FoldMaker) {
    this.#blocks = blocks;
    this.#places = places;
    this.#offsets = offsets;
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
    const value = this.#make(expr, env);
    this.#blocks.remember(key, depth, value);
    return value;
  }

  #make(expr: Exclude<Expr, { kind: "const" | "scalar" }>, env: Env): KernelExpr {
    switch (expr.kind) {
      case "index":
        return this.#blocks.atom(env.get(expr.axis)!);
      case "read":
        return this.#read(expr, env);
      case "fold": {
        this.#folds([{ expr, env }]);
        const { key, depth } = this.identity({ expr, env });
        const made = this.#blocks.recall(key, depth);
        if (!made) throw new Error("kernel: a fold was not made");
        return made;
      }
      case "apply": {
        if (expr.type === "i32" && arithmetic.has(expr.op)) {
          const sum = this.affineOf(expr, env);
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

  /** Known bounds of quotients and remainders by a constant. */
  #wholeRange(expr: Expr, [a, b]: readonly KernelExpr[]): Interval {
    if (expr.kind !== "apply" || expr.type !== "i32" || b?.kind !== "const" || b.value <= 0) return unknown;
    if (expr.op === modulo) return { min: 0, max: b.value - 1 };
    const range = a?.kind === "local" ? this.#blocks.rangeOf(variable(a.name)) : unknown;
    return expr.op === floorDivide
      ? { min: Math.floor(range.min / b.value), max: Math.floor(range.max / b.value) }
      : unknown;
  }

  /** A whole number as a sum of locals; parts that are no sums get a name. */
  affineOf(expr: Expr, env: Env): Affine {
    if (expr.kind === "const" && Number.isInteger(expr.value)) return affine(expr.value);
    if (expr.kind === "index") return env.get(expr.axis)!;
    if (expr.kind === "apply" && expr.type === "i32") {
      const { op } = expr;
      const [a, b] = expr.arguments as [Expr, Expr];
      if (op === add) return plus(this.affineOf(a, env), this.affineOf(b, env));
      if (op === subtract) return plus(this.affineOf(a, env), times(this.affineOf(b, env), -1));
      if (op === negate) return times(this.affineOf(a, env), -1);
      if (op === multiply && b.kind === "const") return times(this.affineOf(a, env), b.value);
      if (op === multiply && a.kind === "const") return times(this.affineOf(b, env), a.value);
      if ((op === floorDivide || op === modulo) && b.kind === "const" && b.value > 0) {
        const split = this.#divided(this.affineOf(a, env), b.value);
        if (split) return op === floorDivide ? split.quotient : split.remainder;
      }
      if (arithmetic.has(op)) {
        const values = expr.arguments.map((argument) => this.evaluate(argument, env));
        return this.#asAffine(
          this.#blocks.name({ kind: "apply", type: "i32", op, arguments: values }, "v", this.#wholeRange(expr, values)),
        );
      }
    }
    return this.#asAffine(this.evaluate(expr, env));
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

  #read(expr: Read, env: Env): KernelExpr {
    const inline = this.#places.inline.get(expr.tensor);
    if (inline) return this.evaluate(inline, env);
    const view = this.#places.views.get(expr.tensor);
    if (!view) throw new Error(`kernel: tensor ${expr.tensor.id} (${expr.tensor.origin.label}) has no place`);
    const subscripts = expr.at.map((at) => this.affineOf(at, env));
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

  /** The index of an element in its buffer's array. */
  element(buffer: Buffer, shape: readonly Extent[], subscripts: readonly Affine[]): KernelExpr {
    const strides = stridesOf(shape, this.#places.batch);
    const sum = subscripts.reduce((total, subscript, k) => plus(total, times(subscript, strides[k]!)), affine(0));
    return this.#blocks.address(sum, this.offset(buffer));
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
      if (staysInside(at[k]!, extent)) continue;
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

/** A new environment with more indices bound. */
export function bind(env: Env, axes: readonly Axis[], value: Affine): Env {
  const inner = new Map(env);
  axes.forEach((axis, k) => inner.set(axis, k === axes.length - 1 ? value : affine(0)));
  return inner;
}
