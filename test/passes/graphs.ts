/** @file Small graphs, built as the checker builds them: one node per operation. */
import { Graph } from "../../src/ir/graph.js";
import { evaluate } from "../../src/ir/interpret.js";
import type { ArenaName, Expr, Extent, ScalarOp, ScalarType, Source, Tensor } from "../../src/ir/types.js";
import * as ops from "../../src/ops/index.js";

/** Elementwise with broadcasting from the right, sizes 1 stretching; folds over the last axis. */
export class Builder {
  readonly graph = new Graph();
  #offsets: Partial<Record<ArenaName, number>> = {};

  source(
    name: string,
    arena: ArenaName,
    shape: readonly Extent[],
    type: ScalarType = arena === "classes" ? "i32" : "f32",
  ): Tensor {
    return this.graph.source(this.place(name, arena, shape, type));
  }
  place(name: string, arena: ArenaName, shape: readonly Extent[], type: ScalarType = "f32"): Source {
    const offset = this.#offsets[arena] ?? 0;
    this.#offsets[arena] = offset + shape.reduce<number>((n, extent) => n * (extent === "batch" ? 4 : extent), 1);
    return { name, arena, type, offset, shape, ...(arena === "classes" ? { limit: 3 } : {}) };
  }
  map(op: ScalarOp, ...operands: readonly (Tensor | number)[]): Tensor {
    const tensors = operands.filter((x) => typeof x !== "number");
    const rank = Math.max(0, ...tensors.map((t) => t.shape.length));
    const shape = Array.from({ length: rank }, (_, k) =>
      tensors.reduce<Extent>((extent, t) => {
        const own = t.shape[k - rank + t.shape.length];
        return own === undefined || own === 1 ? extent : own;
      }, 1),
    );
    const axes = this.graph.axesOf(shape);
    const read = (t: Tensor): Expr =>
      this.graph.read(
        t,
        t.shape.map((extent, k) =>
          extent === 1 ? this.graph.constant(0, "i32") : this.graph.index(axes[k + rank - t.shape.length]!),
        ),
      );
    return this.graph.compute(
      axes,
      this.graph.apply(op, ...operands.map((x) => (typeof x === "number" ? this.graph.constant(x) : read(x)))),
      { location: undefined, label: op.name },
    );
  }
  /** Over the last axis, which is kept with size 1. */
  fold(reducer: "sum" | "max", t: Tensor): Tensor {
    const axes = this.graph.axesOf(t.shape);
    const own = [...axes.slice(0, -1), this.graph.axis(1)];
    return this.graph.compute(own, this.graph.fold(reducer, axes.slice(-1), this.graph.at(t, axes)), {
      location: undefined,
      label: reducer,
    });
  }
  total(t: Tensor, reducer: "sum" | "max" = "sum"): Tensor {
    const axes = this.graph.axesOf(t.shape);
    return this.graph.compute([], this.graph.fold(reducer, axes, this.graph.at(t, axes)));
  }
  matmul(a: Tensor, b: Tensor): Tensor {
    const [n, k, j] = [this.graph.axis(a.shape[0]!), this.graph.axis(b.shape[0]!), this.graph.axis(b.shape[1]!)];
    const product = this.graph.apply(ops.multiply, this.graph.at(a, [n, k]), this.graph.at(b, [k, j]));
    return this.graph.compute([n, j], this.graph.fold("sum", [k], product), { location: undefined, label: "matmul" });
  }
  softmax(x: Tensor): Tensor {
    const e = this.map(ops.exp, this.map(ops.subtract, x, this.map(ops.detach, this.fold("max", x))));
    return this.map(ops.divide, e, this.fold("sum", e));
  }
  sigmoid(x: Tensor): Tensor {
    const { graph } = this;
    const out = this.map(ops.divide, 1, this.map(ops.add, 1, this.map(ops.exp, this.map(ops.negate, x))));
    const seed = graph.placeholder(x.shape, "f32", "dout");
    const gradient = this.map(ops.multiply, seed, this.map(ops.multiply, out, this.map(ops.subtract, 1, out)));
    return graph.custom(out, [x], seed, [gradient], false);
  }
  oneHot(label: Tensor, size: number): Tensor {
    const { graph } = this;
    const axes = graph.axesOf([...label.shape, size]);
    const hit = graph.apply(ops.equal, graph.at(label, axes.slice(0, -1)), graph.index(axes.at(-1)!));
    return graph.compute(axes, graph.apply(ops.where, hit, graph.constant(1), graph.constant(0)));
  }
  /** -sum(where(target == 0, 0, target * log(y))) */
  crossEntropy(y: Tensor, target: Tensor): Tensor {
    const product = this.map(ops.multiply, target, this.map(ops.log, y));
    return this.map(ops.negate, this.fold("sum", this.map(ops.where, this.map(ops.equal, target, 0), 0, product)));
  }
}

export function values(
  tensors: readonly Tensor[],
  memory: Partial<Record<ArenaName, readonly number[]>>,
  batch: number,
): number[][] {
  const arrays = Object.fromEntries(Object.entries(memory).map(([name, list]) => [name, Float64Array.from(list)]));
  return evaluate(tensors, { memory: arrays, batch, step: 1, seed: 0 }).map((array) => [...array]);
}
