/** @file Convolutions with 3 x 3 taps as graphs, plain and under pooling windows. */
import { Graph } from "../../src/ir/graph.js";
import { evaluate } from "../../src/ir/interpret.js";
import type { ArenaName, Axis, Expr, Extent, Program, Reducer, Tensor } from "../../src/ir/types.js";
import * as ops from "../../src/ops/index.js";
import { Layout } from "../passes-kernel/harness.js";

export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly padding: "valid" | "same" | "full";
  readonly from?: number;
  readonly to?: number;
}

/** A convolution's input, weights, and its results as an expression of place and channel. */
export class Convolved {
  readonly graph = new Graph();
  readonly layout = new Layout(2);
  readonly input: Tensor;
  readonly weights: Tensor;
  readonly bias: Tensor;
  readonly height: number;
  readonly width: number;
  readonly #border: number;
  readonly from: number;
  readonly to: number;

  constructor({ height, width, padding, from = 16, to = 20 }: Shape) {
    this.#border = { valid: 0, same: 1, full: 2 }[padding];
    this.height = height + 2 * this.#border - 2;
    this.width = width + 2 * this.#border - 2;
    this.from = from;
    this.to = to;
    const source = (arena: ArenaName, shape: readonly Extent[]) => this.graph.source(this.layout.source(arena, shape));
    this.input = source("inputs", ["batch", height, width, from]);
    this.weights = source("parameters", [3, 3, from, to]);
    this.bias = source("parameters", [to]);
  }
  /** As the gradient of a convolution is written, with taps running backwards, where `turned`. */
  at(n: Axis, y: Expr, x: Expr, channel: Axis, turned = false): Expr {
    const { graph } = this;
    const [ky, kx, c] = [graph.axis(3), graph.axis(3), graph.axis(this.from)];
    const shifted = (place: Expr, tap: Axis) => {
      const first = graph.apply(ops.subtract, place, graph.constant(turned ? this.#border - 2 : this.#border, "i32"));
      return graph.apply(turned ? ops.subtract : ops.add, first, graph.index(tap));
    };
    const outside = this.#border > 0 ? 0 : undefined;
    const read = graph.read(this.input, [graph.index(n), shifted(y, ky), shifted(x, kx), graph.index(c)], outside);
    const weight = graph.at(this.weights, [ky, kx, c, channel]);
    return graph.fold("sum", [ky, kx, c], graph.apply(ops.multiply, weight, read));
  }
  results(turned = false): Tensor {
    const { graph } = this;
    const axes = graph.axesOf(["batch", this.height, this.width, this.to]) as [Axis, Axis, Axis, Axis];
    const [n, y, x, channel] = axes;
    const sum = this.at(n, graph.index(y), graph.index(x), channel, turned);
    const shifted = graph.apply(ops.add, sum, graph.at(this.bias, [channel]));
    return graph.compute(axes, graph.apply(ops.maximum, shifted, graph.constant(0)), {
      location: undefined,
      label: "conv",
    });
  }
  /** Over windows of 2 x 2, side by side; a border that fills none is dropped. */
  windows(reducer: Reducer, order: "rows first" | "columns first" = "rows first"): Tensor {
    const { graph } = this;
    const extents = ["batch", Math.floor(this.height / 2), Math.floor(this.width / 2), this.to] as const;
    const axes = graph.axesOf(extents) as [Axis, Axis, Axis, Axis];
    const [n, y, x, channel] = axes;
    const [p, q] = [graph.axis(2), graph.axis(2)];
    const place = (of: Axis, within: Axis) =>
      graph.apply(ops.add, graph.apply(ops.multiply, graph.index(of), graph.constant(2, "i32")), graph.index(within));
    const inner = order === "rows first" ? [p, q] : [q, p];
    return graph.compute(axes, graph.fold(reducer, inner, this.at(n, place(y, p), place(x, q), channel)));
  }
  memory(): Record<"inputs" | "parameters", Float64Array> {
    const fill = (length: number, speed: number) =>
      Float64Array.from({ length }, (_, k) => Math.fround(Math.sin((k + 1) * speed)));
    const lengths = this.layout.lengths();
    return { inputs: fill(lengths.get("inputs")!, 1.7), parameters: fill(lengths.get("parameters")!, 2.9) };
  }
  values(tensors: readonly Tensor[], memory = this.memory()): Float64Array[] {
    return evaluate(tensors, { memory, batch: this.layout.batch, step: 1, seed: 0 });
  }
  /** A program that stores the tensors. */
  program(tensors: readonly Tensor[]): Program {
    const stores = tensors.map((value) => {
      const arena = value.type === "i32" ? ("decisions" as const) : ("outputs" as const);
      return { target: this.layout.source(arena, value.shape), value };
    });
    return { name: "tiles", stages: [stores] };
  }
}
