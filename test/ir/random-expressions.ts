/** @file Random expressions over what a growing graph has: numbers that stay small, truth values, whole numbers. */
import { Graph } from "../../src/ir/graph.js";
import type { Axis, Expr, ScalarOp, Tensor } from "../../src/ir/types.js";
import * as ops from "../../src/ops/index.js";

export abstract class RandomExpressions {
  protected readonly graph = new Graph();
  protected readonly random: () => number;
  /** Numbers in f32, classes, whole numbers, and truth values. */
  protected readonly pool: Tensor[] = [];
  protected readonly numbers: Tensor[] = [];
  protected readonly truths: Tensor[] = [];

  constructor(random: () => number) {
    this.random = random;
  }

  protected int(below: number): number {
    return Math.floor(this.random() * below);
  }
  protected one<T>(list: readonly T[]): T {
    return list[this.int(list.length)]!;
  }
  protected tensor(fits: (tensor: Tensor) => boolean = () => true): Tensor | undefined {
    // Later tensors more often, so that graphs grow deep.
    for (let k = 0; k < 20; k++) {
      const at =
        this.random() < 0.6
          ? this.pool.length - 1 - this.int(Math.min(4, this.pool.length))
          : this.int(this.pool.length);
      const tensor = this.pool[at]!;
      if (fits(tensor)) return tensor;
    }
    return undefined;
  }
  /** The same number in f32 and in f64, so that comparisons with it come out alike. */
  protected constant(value: number): Expr {
    return this.graph.constant(Math.fround(value));
  }
  protected integer(value: number): Expr {
    return this.graph.constant(value, "i32");
  }

  /** A read at the axes it shares with a nest: aligned from the right where extents agree, else at 0. */
  protected aligned(tensor: Tensor, axes: readonly Axis[]): Expr | undefined {
    const at = tensor.shape.map((extent, k) => {
      const axis =
        extent === "batch" ? axes.find((a) => a.extent === "batch") : axes[axes.length - tensor.shape.length + k];
      if (axis?.extent === extent) return this.graph.index(axis);
      return extent === "batch" ? undefined : this.integer(this.int(extent));
    });
    return at.some((e) => !e) ? undefined : this.graph.read(tensor, at as Expr[]);
  }
  protected expression(axes: readonly Axis[], depth: number): Expr {
    const { graph } = this;
    const go = () => this.expression(axes, depth - 1);
    if (depth === 0 || this.random() < 0.2) {
      const kind = this.random();
      if (kind < 0.2) return this.constant(this.one([0, 1, -1, 2, 0.5, 0.3, -1.7]));
      if (kind < 0.3 && axes.some((a) => a.extent !== "batch"))
        return graph.apply(ops.number, graph.index(this.one(axes.filter((a) => a.extent !== "batch"))));
      if (kind < 0.35) return this.known(axes);
      const tensor = this.tensor();
      return (tensor && this.aligned(tensor, axes)) ?? this.constant(0.7);
    }
    const condition = (): Expr => {
      const stored = this.truths.length > 0 && this.random() < 0.2;
      return (
        (stored ? this.aligned(this.one(this.truths), axes) : undefined) ??
        graph.apply(
          this.one([ops.greater, ops.less, ops.greaterEqual, ops.lessEqual, ops.equal, ops.notEqual]),
          go(),
          go(),
        )
      );
    };
    return this.one([
      () => graph.apply(this.one([ops.add, ops.subtract, ops.multiply, ops.maximum, ops.minimum]), go(), go()),
      () => graph.apply(this.one<ScalarOp>([ops.negate, ops.tanh, ops.abs, ops.sin, ops.erf, ops.detach]), go()),
      () =>
        graph.apply(
          ops.where,
          this.one([
            condition,
            () => graph.apply(ops.and, condition(), condition()),
            () => graph.apply(ops.not, condition()),
          ])(),
          go(),
          go(),
        ),
      () => graph.apply(ops.divide, go(), graph.apply(ops.add, this.constant(1.5), graph.apply(ops.abs, go()))),
      () => graph.apply(ops.log, graph.apply(ops.exp, graph.apply(ops.tanh, go()))),
      () =>
        graph.apply(
          ops.log,
          graph.apply(
            ops.divide,
            this.constant(1),
            graph.apply(ops.add, this.constant(1), graph.apply(ops.exp, graph.apply(ops.tanh, go()))),
          ),
        ),
      () => graph.apply(ops.power, graph.apply(ops.tanh, go()), this.constant(this.one([0, 1, 2, 3, 4]))),
      () => graph.apply(ops.sqrt, graph.apply(ops.add, graph.apply(ops.abs, go()), this.constant(0.5))),
      () => graph.apply(ops.number, condition()),
    ])();
  }
  /** What is known when a program starts, and draws. */
  protected known(axes: readonly Axis[]): Expr {
    const { graph } = this;
    const of = (axis: Axis | undefined) => (axis ? graph.index(axis) : this.integer(0));
    const draw = () => {
      const [row, element] = [axes.find((a) => a.extent === "batch"), axes.findLast((a) => a.extent !== "batch")];
      const bits = graph.apply(ops.randomBits, graph.scalar("key", this.int(3)), of(row), of(element));
      return graph.apply(ops.multiply, graph.apply(ops.number, bits), this.constant(2 ** -24));
    };
    const decayed = () => graph.apply(ops.power, graph.constant(0.9, "f64"), graph.scalar("step"));
    const share = () => graph.apply(ops.divide, graph.constant(1, "f64"), graph.scalar("batch"));
    return graph.apply(ops.number, this.one([draw, decayed, share])());
  }
  /** Keeps values of at most f32 whatever happened before. */
  protected small(e: Expr): Expr {
    return this.graph.apply(
      ops.number,
      this.graph.apply(ops.minimum, this.graph.apply(ops.maximum, e, this.constant(-9)), this.constant(9)),
    );
  }
  // ---- whole numbers
  protected wholeExpression(axes: readonly Axis[], depth: number): Expr {
    const { graph } = this;
    const go = () => this.wholeExpression(axes, depth - 1);
    if (depth === 0 || this.random() < 0.2) {
      const indices = axes.filter((a) => a.extent !== "batch");
      if (indices.length > 0 && this.random() < 0.4) return graph.index(this.one(indices));
      return this.aligned(this.one(this.numbers), axes) ?? this.integer(this.int(7) - 3);
    }
    const by = this.integer(1 + this.int(5));
    return this.one([
      () => graph.apply(this.one([ops.add, ops.subtract, ops.multiply, ops.maximum, ops.minimum]), go(), go()),
      () => graph.apply(this.one([ops.modulo, ops.floorDivide]), go(), by),
      () => graph.apply(this.one([ops.modulo, ops.floorDivide]), go(), graph.apply(ops.maximum, go(), by)),
      () => graph.apply(this.one<ScalarOp>([ops.negate, ops.abs, ops.sign]), go()),
      () => graph.apply(ops.where, graph.apply(this.one([ops.less, ops.equal]), go(), go()), go(), go()),
      () => graph.apply(ops.integer, graph.apply(ops.floor, this.offWhole(this.expression(axes, 1)))),
    ])();
  }
  /** Where rounding does not decide: values that are likely, such as 1 = tanh(9), are far from whole numbers. */
  protected offWhole(e: Expr): Expr {
    const { graph } = this;
    return graph.apply(ops.add, graph.apply(ops.multiply, this.small(e), this.constant(1.3)), this.constant(0.17));
  }
  /** Within an axis. */
  protected clamped(e: Expr, extent: number): Expr {
    const { graph } = this;
    return graph.apply(ops.minimum, graph.apply(ops.maximum, e, this.integer(0)), this.integer(extent - 1));
  }
}
