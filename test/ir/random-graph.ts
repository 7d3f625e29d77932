/** @file Random tensor graphs of every node kind, with values that stay small: what every pass must leave alone. */
import { Graph } from "../../src/ir/graph.js";
import type { ArenaName, Axis, Expr, Extent, Program, ScalarOp, Source, Store, Tensor } from "../../src/ir/types.js";
import * as ops from "../../src/ops/index.js";

export const batch = 3;
const classCount = 4;

/** Mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface RandomProgram {
  readonly graph: Graph;
  readonly program: Program;
  /** Fresh memory, the same each time. */
  readonly memory: () => Record<ArenaName, Float64Array>;
}

export function randomProgram(seed: number, nodes = 14): RandomProgram {
  const random = randomOf(seed);
  const maker = new Maker(random);
  for (let k = 0; k < nodes; k++) maker.grow();
  return maker.finish(seed);
}

class Maker {
  readonly graph = new Graph();
  readonly #random: () => number;
  readonly #pool: Tensor[] = [];
  readonly #classes: Tensor[] = [];
  readonly #sizes = new Map<ArenaName, number>();

  constructor(random: () => number) {
    this.#random = random;
    for (const shape of [["batch", 4], ["batch", 3, 3], [4, 3], [6], []] as const)
      this.#pool.push(this.#source("inputs", shape));
    this.#classes.push(this.#source("classes", ["batch"]), this.#source("classes", ["batch", 3]));
  }

  #source(arena: ArenaName, shape: readonly Extent[]): Tensor {
    return this.graph.source(this.#place(arena, shape));
  }
  #place(arena: ArenaName, shape: readonly Extent[]): Source {
    const offset = this.#sizes.get(arena) ?? 0;
    const size = shape.reduce<number>((n, extent) => n * (extent === "batch" ? batch : extent), 1);
    this.#sizes.set(arena, offset + size);
    const type = arena === "classes" ? "i32" : "f32";
    return { name: `${arena}${offset}`, arena, type, offset, shape, ...(type === "i32" ? { limit: classCount } : {}) };
  }

  #int(below: number): number {
    return Math.floor(this.#random() * below);
  }
  #one<T>(list: readonly T[]): T {
    return list[this.#int(list.length)]!;
  }
  #tensor(fits: (tensor: Tensor) => boolean = () => true): Tensor | undefined {
    // Later tensors more often, so that graphs grow deep.
    for (let k = 0; k < 20; k++) {
      const at =
        this.#random() < 0.6
          ? this.#pool.length - 1 - this.#int(Math.min(4, this.#pool.length))
          : this.#int(this.#pool.length);
      const tensor = this.#pool[at]!;
      if (fits(tensor)) return tensor;
    }
    return undefined;
  }
  #constant(value: number): Expr {
    return this.graph.constant(value);
  }
  #whole(value: number): Expr {
    return this.graph.constant(value, "i32");
  }

  /** Adds one tensor. */
  grow(): void {
    const made = this.#one([
      () => this.#elementwise(),
      () => this.#elementwise(),
      () => this.#fold(),
      () => this.#product(),
      () => this.#reindexed(),
      () => this.#reshaped(),
      () => this.#window(),
      () => this.#gathered(),
      () => this.#scattered(),
      () => this.#scanned(),
      () => this.#custom(),
    ])();
    if (made && made.shape.length <= 5) this.#pool.push(made);
  }

  /** A read at the axes it shares with a nest: aligned from the right where extents agree, else at 0. */
  #aligned(tensor: Tensor, axes: readonly Axis[]): Expr | undefined {
    const at = tensor.shape.map((extent, k) => {
      const axis =
        extent === "batch" ? axes.find((a) => a.extent === "batch") : axes[axes.length - tensor.shape.length + k];
      if (axis?.extent === extent) return this.graph.index(axis);
      return extent === "batch" ? undefined : this.#whole(this.#int(extent));
    });
    return at.some((e) => !e) ? undefined : this.graph.read(tensor, at as Expr[]);
  }
  #expression(axes: readonly Axis[], depth: number): Expr {
    const { graph } = this;
    const go = () => this.#expression(axes, depth - 1);
    if (depth === 0 || this.#random() < 0.2) {
      const kind = this.#random();
      if (kind < 0.2) return this.#constant(this.#one([0, 1, -1, 2, 0.5, 0.3, -1.7]));
      if (kind < 0.3 && axes.some((a) => a.extent !== "batch"))
        return graph.apply(ops.number, graph.index(this.#one(axes.filter((a) => a.extent !== "batch"))));
      const tensor = this.#tensor();
      return (tensor && this.#aligned(tensor, axes)) ?? this.#constant(0.7);
    }
    const condition = () =>
      graph.apply(
        this.#one([ops.greater, ops.less, ops.greaterEqual, ops.lessEqual, ops.equal, ops.notEqual]),
        go(),
        go(),
      );
    return this.#one([
      () => graph.apply(this.#one([ops.add, ops.subtract, ops.multiply, ops.maximum, ops.minimum]), go(), go()),
      () => graph.apply(this.#one<ScalarOp>([ops.negate, ops.tanh, ops.abs, ops.sin, ops.erf, ops.detach]), go()),
      () =>
        graph.apply(
          ops.where,
          this.#one([
            condition,
            () => graph.apply(ops.and, condition(), condition()),
            () => graph.apply(ops.not, condition()),
          ])(),
          go(),
          go(),
        ),
      () => graph.apply(ops.divide, go(), graph.apply(ops.add, this.#constant(1.5), graph.apply(ops.abs, go()))),
      () => graph.apply(ops.log, graph.apply(ops.exp, graph.apply(ops.tanh, go()))),
      () =>
        graph.apply(
          ops.log,
          graph.apply(
            ops.divide,
            this.#constant(1),
            graph.apply(ops.add, this.#constant(1), graph.apply(ops.exp, graph.apply(ops.tanh, go()))),
          ),
        ),
      () => graph.apply(ops.power, graph.apply(ops.tanh, go()), this.#constant(this.#one([0, 1, 2, 3, 4]))),
      () => graph.apply(ops.sqrt, graph.apply(ops.add, graph.apply(ops.abs, go()), this.#constant(0.5))),
      () => graph.apply(ops.number, condition()),
    ])();
  }
  #elementwise(): Tensor | undefined {
    const like = this.#tensor();
    if (!like) return undefined;
    const axes = this.graph.axesOf(like.shape);
    const body = this.graph.apply(
      ops.tanh,
      this.graph.apply(ops.add, this.graph.at(like, axes), this.#expression(axes, 2)),
    );
    return this.graph.compute(axes, this.#random() < 0.5 ? body : this.#small(this.#expression(axes, 3)));
  }
  /** Keeps values of at most f32 whatever happened before. */
  #small(e: Expr): Expr {
    return this.graph.apply(
      ops.number,
      this.graph.apply(ops.minimum, this.graph.apply(ops.maximum, e, this.#constant(-9)), this.#constant(9)),
    );
  }
  #fold(): Tensor | undefined {
    const { graph } = this;
    const of = this.#tensor((t) => t.shape.length > 0);
    if (!of) return undefined;
    const axes = graph.axesOf(of.shape);
    const folded = axes.filter(() => this.#random() < 0.5);
    const own = axes.filter((axis) => !folded.includes(axis));
    const reducer = this.#one(["sum", "sum", "max", "min", "product", "argmax", "argmin"] as const);
    const value = this.#random() < 0.5 ? graph.at(of, axes) : this.#small(this.#expression(axes, 2));
    const result = graph.fold(reducer, folded.length ? folded : axes, value);
    return graph.compute(folded.length ? own : [], this.#small(result));
  }
  #product(): Tensor | undefined {
    const { graph } = this;
    const a = this.#tensor((t) => t.shape.length >= 2);
    const b = a && this.#tensor((t) => t.shape.includes(a.shape.at(-1)!) && a.shape.at(-1) !== "batch");
    if (!a || !b) return undefined;
    const axes = graph.axesOf(a.shape);
    const at = b.shape.indexOf(a.shape.at(-1)!);
    const k = axes.at(-1)!;
    const sharedBatch = axes.find((axis) => axis.extent === "batch");
    const other = b.shape.map((extent, j) =>
      j === at ? k : extent === "batch" && sharedBatch ? sharedBatch : graph.axis(extent),
    );
    const own = [...new Set([...axes.slice(0, -1), ...other.filter((axis) => axis !== k)])];
    if (own.length > 4 || own.some((axis, j) => j > 0 && axis.extent === "batch")) return undefined;
    const product = graph.apply(ops.multiply, graph.at(a, axes), graph.at(b, other));
    return graph.compute(own, this.#small(graph.fold("sum", [k], product)));
  }
  /** Transposed, sliced, reversed, strided or padded. */
  #reindexed(): Tensor | undefined {
    const { graph } = this;
    const of = this.#tensor((t) => t.shape.length > 0);
    if (!of) return undefined;
    const outside = this.#random() < 0.4 ? this.#one([0, -1, -Infinity]) : undefined;
    const axes: Axis[] = [];
    const at = of.shape.map((extent) => {
      const add = (axis: Axis) => (axes.push(axis), graph.index(axis));
      if (extent === "batch") return add(graph.axis("batch"));
      if (outside !== undefined)
        return graph.apply(ops.subtract, add(graph.axis(extent + 2)), this.#whole(this.#int(3)));
      if (extent > 2 && this.#random() < 0.3)
        return graph.apply(ops.multiply, add(graph.axis(Math.ceil(extent / 2))), this.#whole(2));
      if (extent > 1 && this.#random() < 0.3) return graph.apply(ops.add, add(graph.axis(extent - 1)), this.#whole(1));
      if (this.#random() < 0.2) return graph.apply(ops.subtract, this.#whole(extent - 1), add(graph.axis(extent)));
      return add(graph.axis(extent));
    });
    const leading = axes[0]!.extent === "batch" ? 1 : 0;
    const order = this.#random() < 0.4 ? [...axes.slice(0, leading), ...axes.slice(leading).toReversed()] : axes;
    const read = graph.read(of, at, outside);
    return graph.compute(order, outside === -Infinity ? graph.apply(ops.maximum, read, this.#constant(-2)) : read);
  }
  #reshaped(): Tensor | undefined {
    const of = this.#tensor((t) => t.shape.length > 0);
    if (!of) return undefined;
    const lead = of.shape[0] === "batch" ? (["batch"] as const) : [];
    const count = of.shape.reduce<number>((n, extent) => n * (extent === "batch" ? 1 : extent), 1);
    const split = [1, 2, 3, 4].filter((n) => count % n === 0);
    const first = this.#one(split);
    return this.graph.reshape(of, [
      ...lead,
      ...this.#one([[count], [first, count / first], [count / first, 1, first], [1, count]]),
    ]);
  }
  /** The largest or the sum of a window, perhaps leaving a border. */
  #window(): Tensor | undefined {
    const { graph } = this;
    const of = this.#tensor((t) => t.shape.some((extent) => extent !== "batch" && extent >= 3));
    if (!of) return undefined;
    const on = of.shape.findIndex((extent) => extent !== "batch" && extent >= 3);
    const stride = 1 + this.#int(2);
    const size = 2;
    const axes = of.shape.map((extent, k) =>
      graph.axis(k === on ? Math.floor(((extent as number) - size) / stride) + 1 : extent),
    );
    const inner = graph.axis(size);
    const at = axes.map((axis, k) =>
      k === on
        ? graph.apply(ops.add, graph.apply(ops.multiply, graph.index(axis), this.#whole(stride)), graph.index(inner))
        : graph.index(axis),
    );
    const reducer = this.#one(["max", "max", "min", "sum", "argmax"] as const);
    return graph.compute(axes, this.#small(graph.fold(reducer, [inner], graph.read(of, at))));
  }
  #gathered(): Tensor | undefined {
    const { graph } = this;
    const table = this.#tensor((t) => t.shape.includes(classCount));
    if (!table) return undefined;
    const label = this.#one(this.#classes);
    const own = graph.axesOf(label.shape);
    const place = graph.at(label, own);
    const on = table.shape.indexOf(classCount);
    const rest: Axis[] = [];
    const at = table.shape.map((extent, k) => {
      if (k === on) return place;
      if (extent === "batch") return graph.index(own[0]!);
      rest.push(graph.axis(extent));
      return graph.index(rest.at(-1)!);
    });
    if (this.#random() < 0.5) return graph.compute([...own, ...rest], graph.read(table, at));
    // The same, written as a sum over a one-hot.
    const k = graph.axis(classCount);
    const hot = graph.apply(ops.number, graph.apply(ops.equal, graph.index(k), place));
    const value = graph.read(
      table,
      at.map((e, j) => (j === on ? graph.index(k) : e)),
    );
    return graph.compute([...own, ...rest], graph.fold("sum", [k], graph.apply(ops.multiply, value, hot)));
  }
  #scattered(): Tensor | undefined {
    const { graph } = this;
    const of = this.#tensor((t) => t.shape.length > 0);
    if (!of) return undefined;
    const axes = graph.axesOf(of.shape);
    const shape = [...of.shape];
    const at: Expr[] = axes.map((axis) => graph.index(axis));
    const on = this.#int(shape.length);
    const extent = shape[on]!;
    if (extent !== "batch") {
      shape[on] = this.#one([extent, 2 * extent, Math.max(1, extent - 1)]);
      const doubled = graph.apply(ops.multiply, at[on]!, this.#whole(2));
      at[on] = this.#one([at[on]!, doubled, graph.apply(ops.subtract, at[on]!, this.#whole(1)), this.#whole(0)]);
    }
    return graph.scatter(shape, axes, at, this.#small(graph.at(of, axes)));
  }
  #scanned(): Tensor | undefined {
    const { graph } = this;
    const of = this.#tensor((t) => t.shape.length >= 2 && t.shape.at(-1) !== "batch" && t.shape.at(-2) !== "batch");
    if (!of) return undefined;
    const steps = of.shape.at(-1) as number;
    const shape = of.shape.slice(0, -1);
    const own = graph.axesOf(shape);
    const init = graph.compute(own, this.#constant(0.1));
    const { carries, rows } = graph.scan(steps, [init], (i, [h]) => {
      const axes = graph.axesOf(shape);
      const x = graph.compute(axes, graph.read(of, [...axes.map((axis) => graph.index(axis)), i]));
      const scaled = graph.compute(axes, graph.apply(ops.multiply, graph.at(x, axes), this.#constant(0.5)));
      const sum = graph.map(ops.add, [scaled, graph.map(ops.multiply, [h!, x])]);
      const next = graph.map(ops.tanh, [sum]);
      return { next: [next], rows: [{ value: next, at: i, extent: steps + 1, position: shape.length }] };
    });
    return this.#one([carries[0]!, rows[0]!]);
  }
  #custom(): Tensor | undefined {
    const { graph } = this;
    const of = this.#tensor();
    if (!of) return undefined;
    const axes = graph.axesOf(of.shape);
    const value = graph.compute(axes, this.#small(this.#expression(axes, 2)));
    const seed = graph.placeholder(of.shape);
    return graph.custom(value, [of], seed, [graph.map(ops.multiply, [seed, value])], this.#random() < 0.5);
  }

  finish(seed: number): RandomProgram {
    const stores: Store[] = [];
    const wanted = new Set(this.#pool.slice(-3));
    for (const value of wanted) {
      const per = value.shape[0] === "batch";
      stores.push({ target: { ...this.#place(per ? "outputs" : "totals", value.shape), type: "f32" }, value });
    }
    const sizes = new Map(this.#sizes);
    const memory = () => {
      const random = randomOf(seed + 1);
      return Object.fromEntries(
        [...sizes].map(([arena, size]) => [
          arena,
          Float64Array.from({ length: size }, () =>
            arena === "classes" ? Math.floor(random() * classCount) : 2 * random() - 1,
          ),
        ]),
      ) as Record<ArenaName, Float64Array>;
    };
    return { graph: this.graph, program: { name: `random ${seed}`, stages: [stores] }, memory };
  }
}
