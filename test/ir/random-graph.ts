/** @file Random tensor graphs of every node kind, with values that stay small: what every pass must leave alone. */
import type { Graph } from "../../src/ir/graph.js";
import type {
  ArenaName,
  Axis,
  Expr,
  Extent,
  Program,
  Source,
  SourceTensor,
  Store,
  Tensor,
} from "../../src/ir/types.js";
import * as ops from "../../src/ops/index.js";
import { randomFrom } from "../random.js";
import { RandomExpressions } from "./random-expressions.js";

/** One example, fewer than a vector has lanes, and enough for several threads with some left over. */
const batches = [3, 1, 9];
const classCount = 4;

export interface RandomProgram {
  readonly graph: Graph;
  readonly program: Program;
  readonly batch: number;
  /** Examples in a call. */
  readonly n: number;
  /** Fresh memory, the same each time. */
  readonly memory: () => Record<ArenaName, Float64Array>;
}

export function randomProgram(seed: number, nodes = 14): RandomProgram {
  const maker = new Maker(randomFrom(seed), batches[seed % batches.length]!);
  for (let k = 0; k < nodes; k++) maker.grow();
  return maker.finish(seed);
}

class Maker extends RandomExpressions {
  readonly #classes: Tensor[] = [];
  readonly #parameters: Tensor[] = [];
  readonly #sizes = new Map<ArenaName, number>();
  readonly #batch: number;

  constructor(random: () => number, batch: number) {
    super(random);
    this.#batch = batch;
    for (const shape of [["batch", 4], ["batch", 3, 3], ["batch", this.one([1, 5, 9])], []] as const)
      this.pool.push(this.#source("inputs", shape));
    for (const shape of [[4, 3], [6], [1, this.one([1, 4, 7])]] as const)
      this.#parameters.push(this.#source("parameters", shape));
    this.pool.push(...this.#parameters);
    this.#classes.push(this.#source("classes", ["batch"]), this.#source("classes", ["batch", 3]));
    this.numbers.push(...this.#classes);
  }

  #source(arena: ArenaName, shape: readonly Extent[]): Tensor {
    return this.graph.source(this.#place(arena, shape));
  }
  #place(arena: ArenaName, shape: readonly Extent[]): Source {
    const offset = this.#sizes.get(arena) ?? 0;
    const size = shape.reduce<number>((n, extent) => n * (extent === "batch" ? this.#batch : extent), 1);
    this.#sizes.set(arena, offset + size);
    const type = arena === "classes" ? "i32" : "f32";
    return { name: `${arena}${offset}`, arena, type, offset, shape, ...(type === "i32" ? { limit: classCount } : {}) };
  }

  /** Adds one tensor. */
  grow(): void {
    const made = this.one([
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
      () => this.#whole(),
      () => this.#truth(),
      () => this.#taken(),
      () => this.#put(),
    ])();
    if (made && made.shape.length <= 5) this.pool.push(made);
  }

  #elementwise(): Tensor | undefined {
    const like = this.tensor();
    if (!like) return undefined;
    const axes = this.graph.axesOf(like.shape);
    const body = this.graph.apply(
      ops.tanh,
      this.graph.apply(ops.add, this.graph.at(like, axes), this.expression(axes, 2)),
    );
    return this.graph.compute(axes, this.random() < 0.5 ? body : this.small(this.expression(axes, 3)));
  }
  #fold(): Tensor | undefined {
    const { graph } = this;
    const of = this.tensor((t) => t.shape.length > 0);
    if (!of) return undefined;
    const axes = graph.axesOf(of.shape);
    const folded = axes.filter(() => this.random() < 0.5);
    const own = axes.filter((axis) => !folded.includes(axis));
    const reducer = this.one(["sum", "sum", "max", "min", "product", "argmax", "argmin"] as const);
    const value = this.random() < 0.5 ? graph.at(of, axes) : this.small(this.expression(axes, 2));
    const result = graph.fold(reducer, folded.length ? folded : axes, value);
    return graph.compute(folded.length ? own : [], this.small(result));
  }
  #product(): Tensor | undefined {
    const { graph } = this;
    const a = this.tensor((t) => t.shape.length >= 2);
    const b = a && this.tensor((t) => t.shape.includes(a.shape.at(-1)!) && a.shape.at(-1) !== "batch");
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
    return graph.compute(own, this.small(graph.fold("sum", [k], product)));
  }
  /** Transposed, sliced, reversed, strided or padded. */
  #reindexed(): Tensor | undefined {
    const { graph } = this;
    const of = this.tensor((t) => t.shape.length > 0);
    if (!of) return undefined;
    const outside = this.random() < 0.4 ? this.one([0, -1, -Infinity]) : undefined;
    const axes: Axis[] = [];
    const at = of.shape.map((extent) => {
      const add = (axis: Axis) => (axes.push(axis), graph.index(axis));
      if (extent === "batch") return add(graph.axis("batch"));
      if (outside !== undefined)
        return graph.apply(ops.subtract, add(graph.axis(extent + 2)), this.integer(this.int(3)));
      if (extent > 2 && this.random() < 0.3)
        return graph.apply(ops.multiply, add(graph.axis(Math.ceil(extent / 2))), this.integer(2));
      if (extent > 1 && this.random() < 0.3) return graph.apply(ops.add, add(graph.axis(extent - 1)), this.integer(1));
      if (this.random() < 0.2) return graph.apply(ops.subtract, this.integer(extent - 1), add(graph.axis(extent)));
      return add(graph.axis(extent));
    });
    const leading = axes[0]!.extent === "batch" ? 1 : 0;
    const order = this.random() < 0.4 ? [...axes.slice(0, leading), ...axes.slice(leading).toReversed()] : axes;
    const read = graph.read(of, at, outside);
    return graph.compute(order, outside === -Infinity ? graph.apply(ops.maximum, read, this.constant(-2)) : read);
  }
  #reshaped(): Tensor | undefined {
    const of = this.tensor((t) => t.shape.length > 0);
    if (!of) return undefined;
    const lead = of.shape[0] === "batch" ? (["batch"] as const) : [];
    const count = of.shape.reduce<number>((n, extent) => n * (extent === "batch" ? 1 : extent), 1);
    const split = [1, 2, 3, 4].filter((n) => count % n === 0);
    const first = this.one(split);
    return this.graph.reshape(of, [
      ...lead,
      ...this.one([[count], [first, count / first], [count / first, 1, first], [1, count]]),
    ]);
  }
  /** The largest or the sum of a window, perhaps leaving a border. */
  #window(): Tensor | undefined {
    const { graph } = this;
    const of = this.tensor((t) => t.shape.some((extent) => extent !== "batch" && extent >= 3));
    if (!of) return undefined;
    const on = of.shape.findIndex((extent) => extent !== "batch" && extent >= 3);
    const stride = 1 + this.int(2);
    const size = 2;
    const axes = of.shape.map((extent, k) =>
      graph.axis(k === on ? Math.floor(((extent as number) - size) / stride) + 1 : extent),
    );
    const inner = graph.axis(size);
    const at = axes.map((axis, k) =>
      k === on
        ? graph.apply(ops.add, graph.apply(ops.multiply, graph.index(axis), this.integer(stride)), graph.index(inner))
        : graph.index(axis),
    );
    const reducer = this.one(["max", "max", "min", "sum", "argmax"] as const);
    return graph.compute(axes, this.small(graph.fold(reducer, [inner], graph.read(of, at))));
  }
  #gathered(): Tensor | undefined {
    const { graph } = this;
    const table = this.tensor((t) => t.shape.includes(classCount));
    if (!table) return undefined;
    const label = this.one(this.#classes);
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
    if (this.random() < 0.5) return graph.compute([...own, ...rest], graph.read(table, at));
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
    const of = this.tensor((t) => t.shape.length > 0);
    if (!of) return undefined;
    const axes = graph.axesOf(of.shape);
    const shape = [...of.shape];
    const at: Expr[] = axes.map((axis) => graph.index(axis));
    const on = this.int(shape.length);
    const extent = shape[on]!;
    if (extent !== "batch") {
      shape[on] = this.one([extent, 2 * extent, Math.max(1, extent - 1)]);
      const doubled = graph.apply(ops.multiply, at[on]!, this.integer(2));
      at[on] = this.one([at[on]!, doubled, graph.apply(ops.subtract, at[on]!, this.integer(1)), this.integer(0)]);
    }
    return graph.scatter(shape, axes, at, this.small(graph.at(of, axes)));
  }
  #scanned(): Tensor | undefined {
    const { graph } = this;
    const of = this.tensor((t) => t.shape.length >= 2 && t.shape.at(-1) !== "batch" && t.shape.at(-2) !== "batch");
    if (!of) return undefined;
    const steps = of.shape.at(-1) as number;
    const shape = of.shape.slice(0, -1);
    const own = graph.axesOf(shape);
    const init = graph.compute(own, this.constant(0.1));
    const { carries, rows } = graph.scan(steps, [init], (i, [h]) => {
      const axes = graph.axesOf(shape);
      const x = graph.compute(axes, graph.read(of, [...axes.map((axis) => graph.index(axis)), i]));
      const scaled = graph.compute(axes, graph.apply(ops.multiply, graph.at(x, axes), this.constant(0.5)));
      const sum = graph.map(ops.add, [scaled, graph.map(ops.multiply, [h!, x])]);
      const next = graph.map(ops.tanh, [sum]);
      return { next: [next], rows: [{ value: next, at: i, extent: steps + 1, position: shape.length }] };
    });
    return this.one([carries[0]!, rows[0]!]);
  }
  #custom(): Tensor | undefined {
    const { graph } = this;
    const of = this.tensor();
    if (!of) return undefined;
    const axes = graph.axesOf(of.shape);
    const value = graph.compute(axes, this.small(this.expression(axes, 2)));
    const seed = graph.placeholder(of.shape);
    return graph.custom(value, [of], seed, [graph.map(ops.multiply, [seed, value])], this.random() < 0.5);
  }

  #whole(): Tensor | undefined {
    const { graph } = this;
    const like = this.tensor();
    if (!like) return undefined;
    const axes = graph.axesOf(like.shape);
    const e = this.wholeExpression(axes, 2);
    const small = graph.apply(
      ops.subtract,
      this.clamped(graph.apply(ops.add, e, this.integer(20)), 41),
      this.integer(20),
    );
    const made = graph.compute(axes, small);
    if (made.type === "i32") this.numbers.push(made);
    return graph.compute(
      axes,
      graph.apply(ops.multiply, graph.apply(ops.number, graph.at(made, axes)), this.constant(0.125)),
    );
  }
  #truth(): Tensor | undefined {
    const { graph } = this;
    const like = this.tensor();
    if (!like) return undefined;
    const axes = graph.axesOf(like.shape);
    const value = () => this.expression(axes, 1);
    const e = graph.apply(this.one([ops.greater, ops.lessEqual, ops.equal]), value(), value());
    const made = graph.compute(
      axes,
      graph.apply(this.one([ops.and, ops.or]), e, graph.apply(ops.less, value(), value())),
    );
    if (made.type === "bool") this.truths.push(made);
    return graph.compute(axes, graph.apply(ops.where, graph.at(made, axes), value(), value()));
  }
  /** Gathered at a place that is computed. */
  #taken(): Tensor | undefined {
    const { graph } = this;
    const table = this.tensor((t) => t.shape.some((extent) => extent !== "batch"));
    if (!table) return undefined;
    const axes = graph.axesOf(table.shape);
    const on = this.one(axes.flatMap(({ extent }, k) => (extent === "batch" ? [] : [k])));
    const own = axes.map((axis, k) => (k === on ? graph.axis(this.one([1, 2, 5])) : axis));
    const place = this.clamped(this.wholeExpression(own, 2), table.shape[on] as number);
    return graph.compute(
      own,
      graph.read(
        table,
        own.map((axis, k) => (k === on ? place : graph.index(axis))),
      ),
    );
  }
  /** Added up at places that are computed, few or all of them. */
  #put(): Tensor | undefined {
    const { graph } = this;
    const of = this.tensor((t) => t.shape.some((extent) => extent !== "batch"));
    if (!of) return undefined;
    const axes = graph.axesOf(of.shape);
    const on = this.one(axes.flatMap(({ extent }, k) => (extent === "batch" ? [] : [k])));
    const extent = this.one([2, 4 * (of.shape[on] as number)]);
    const e = this.wholeExpression(axes, 2);
    const place = this.random() < 0.8 ? this.clamped(e, extent) : e;
    return graph.scatter(
      of.shape.map((other, k) => (k === on ? extent : other)),
      axes,
      axes.map((axis, k) => (k === on ? place : graph.index(axis))),
      this.small(graph.at(of, axes)),
    );
  }

  /** What is stored of the last values, then updates of parameters, then what those change. */
  finish(seed: number): RandomProgram {
    const { graph } = this;
    const store = (value: Tensor): Store => {
      const per = value.shape[0] === "batch";
      return { target: { ...this.#place(per ? "outputs" : "totals", value.shape), type: "f32" }, value };
    };
    const stages: Store[][] = [[...new Set(this.pool.slice(-3))].map(store)];
    if (this.random() < 0.5) {
      const updated = this.#parameters.filter(() => this.random() < 0.7);
      stages.push(
        updated.map((tensor) => {
          const axes = graph.axesOf(tensor.shape);
          const change = this.small(this.expression(axes, 2));
          const value = graph.apply(ops.subtract, graph.at(tensor, axes), change);
          return { target: (tensor as SourceTensor).source, value: graph.compute(axes, value) };
        }),
        [...new Set([this.one(this.pool), this.one(this.pool)])].map(store),
      );
    }
    const sizes = new Map(this.#sizes);
    const memory = () => {
      const random = randomFrom(seed + 1);
      return Object.fromEntries(
        [...sizes].map(([arena, size]) => [
          arena,
          Float64Array.from({ length: size }, () =>
            arena === "classes" ? Math.floor(random() * classCount) : 2 * random() - 1,
          ),
        ]),
      ) as Record<ArenaName, Float64Array>;
    };
    const n = 1 + (Math.floor(seed / batches.length) % this.#batch);
    return { graph, program: { name: `random${seed}`, stages }, batch: this.#batch, n, memory };
  }
}
