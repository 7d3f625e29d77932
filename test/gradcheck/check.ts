/** @file Builds small graphs by hand; compares their gradients with finite differences on the interpreter, and with kernels. */
import { expect } from "vitest";
import { Graph, sizeOf } from "../../src/ir/graph.js";
import { evaluate } from "../../src/ir/interpret.js";
import type { Memory } from "../../src/ir/interpret.js";
import { rewriteProgram } from "../../src/ir/traverse.js";
import type { ArenaName, Axis, Expr, Extent, ScalarOp, Tensor } from "../../src/ir/types.js";
import { verifyTensors } from "../../src/ir/verify.js";
import { differentiate } from "../../src/lower/autodiff.js";
import { compileProgram } from "../../src/passes/kernels.js";
import { load, printProgram } from "../passes-kernel/harness.js";
import { add, divide, multiply } from "../../src/ops/index.js";

/** Uniform in -1 .. 1, the same at every run (a multiplicative generator). */
export function noise(seed: number): () => number {
  let state = (seed * 2654435761) % 2147483647 || 1;
  return () => ((state = (state * 48271) % 2147483647) / 2147483647) * 2 - 1;
}

export class Bench {
  readonly graph = new Graph();
  readonly batch: number;
  readonly parameters: Tensor[] = [];
  #lengths: { [name in ArenaName]?: number } = {};
  /** Classes, in the order of allocation. */
  readonly classes: number[] = [];

  constructor(batch = 2) {
    this.batch = batch;
  }
  #source(arena: ArenaName, shape: readonly Extent[]): Tensor {
    const offset = this.#lengths[arena] ?? 0;
    this.#lengths[arena] = offset + sizeOf(shape, this.batch);
    const type = arena === "classes" ? "i32" : "f32";
    return this.graph.source({ name: `${arena}${offset}`, arena, type, offset, shape });
  }
  parameter(...shape: readonly Extent[]): Tensor {
    const tensor = this.#source("parameters", shape);
    this.parameters.push(tensor);
    return tensor;
  }
  input(...shape: readonly Extent[]): Tensor {
    return this.#source("inputs", shape);
  }
  klass(values: readonly number[], ...shape: readonly Extent[]): Tensor {
    this.classes.push(...values);
    return this.#source("classes", shape);
  }
  axes(...extents: readonly Extent[]): Axis[] {
    return extents.map((extent) => this.graph.axis(extent));
  }
  i = (axis: Axis): Expr => this.graph.index(axis);
  int = (value: number): Expr => this.graph.constant(value, "i32");
  op = (op: ScalarOp, ...parts: readonly (Expr | number)[]): Expr =>
    this.graph.apply(op, ...parts.map((part) => (typeof part === "number" ? this.graph.constant(part) : part)));
  /** `a * i + b`. */
  affine(a: number, axis: Axis, b: Expr | number): Expr {
    const scaled = this.graph.apply(multiply, this.i(axis), this.int(a));
    return this.graph.apply(add, scaled, typeof b === "number" ? this.int(b) : b);
  }
  sum(axes: readonly Axis[], body: Expr): Expr {
    return this.graph.fold("sum", axes, body);
  }
  /** `x[.., k] @ w[k, j] + b[j]`. */
  dense(x: Tensor, w: Tensor, b?: Tensor): Tensor {
    const own = this.graph.axesOf(x.shape.slice(0, -1));
    const [k, j] = this.axes(w.shape[0]!, w.shape[1]!) as [Axis, Axis];
    const product = this.graph.compute(
      [...own, j],
      this.sum([k], this.op(multiply, this.graph.at(x, [...own, k]), this.graph.at(w, [k, j]))),
    );
    if (!b) return product;
    return this.graph.compute([...own, j], this.op(add, this.graph.at(product, [...own, j]), this.graph.at(b, [j])));
  }
  map(op: ScalarOp, ...tensors: readonly Tensor[]): Tensor {
    return this.graph.map(op, tensors);
  }
  /** Sum over all elements of `value` times fixed weights that tell elements apart; the batch's mean. */
  loss(value: Tensor): Tensor {
    const axes = this.graph.axesOf(value.shape);
    const weights = this.input(...value.shape);
    const sum = this.sum(axes, this.op(multiply, this.graph.at(value, axes), this.graph.at(weights, axes)));
    const total = this.graph.compute([], sum);
    return this.graph.compute([], this.op(divide, this.graph.at(total, []), this.graph.scalar("batch")));
  }

  memory(seed = 1): { [name in ArenaName]?: Float64Array } {
    const draw = noise(seed);
    const fill = (name: ArenaName) => Float64Array.from({ length: this.#lengths[name] ?? 0 }, draw);
    return { parameters: fill("parameters"), inputs: fill("inputs"), classes: Float64Array.from(this.classes) };
  }

  /** The same values from kernels, in f64. */
  #compareKernels(tensors: readonly Tensor[], values: readonly Float64Array[], memory: Memory): void {
    let length = 0;
    const stores = tensors.map((value, k) => {
      const offset = length;
      length += values[k]!.length;
      return {
        target: { name: `value${k}`, arena: "outputs", type: "f32", offset, shape: value.shape },
        value,
      } as const;
    });
    const program = rewriteProgram(this.graph, { name: "gradient", stages: [stores] }, (tensor, { of }) =>
      tensor.kind === "custom" ? of(tensor.value) : undefined,
    );
    const compiled = compileProgram(this.graph, program, { batch: this.batch });
    const outputs = new Float64Array(length);
    const arrays = {
      ...memory,
      outputs,
      classes: Int32Array.from(memory.classes ?? []),
      activations: new Float64Array(compiled.activations).fill(NaN),
      integers: new Int32Array(compiled.integers).fill(1 << 20),
    };
    load(printProgram(compiled, "Float64Array"))(this.batch, arrays, 1, () => 0);
    values
      .flatMap((array) => [...array])
      .forEach((value, k) => expect(outputs[k], `element ${k} from kernels`).toBeCloseTo(value, 8));
  }

  /** Every parameter's gradient, flat; checks them against finite differences, and the graph itself. */
  check(loss: Tensor, { memory = this.memory(), tolerance = 1e-6, step = 1e-4 } = {}): readonly (Tensor | undefined)[] {
    const { graph, batch } = this;
    const environment = { memory, batch, step: 1, seed: 7 };
    const { gradients, others } = differentiate(graph, loss, this.parameters, [loss]);
    const found = gradients.filter((gradient) => gradient !== undefined);
    expect(verifyTensors([...found, ...others])).toEqual([]);
    const values = evaluate([...others, ...found], environment);
    const lossAt = () => evaluate([loss], environment)[0]![0]!;
    expect(values[0]![0]).toBeCloseTo(lossAt(), 10);
    this.#compareKernels([...others, ...found], values, memory);
    let next = 1;
    this.parameters.forEach((parameter, p) => {
      const gradient = gradients[p];
      if (gradient) expect(gradient.shape, `shape of gradient ${p}`).toEqual(parameter.shape);
      const value = gradient ? values[next++]! : new Float64Array(sizeOf(parameter.shape, batch));
      const offset = parameter.kind === "source" ? parameter.source.offset : 0;
      value.forEach((element, k) => {
        const at = offset + k;
        const kept = memory.parameters![at]!;
        memory.parameters![at] = kept + step;
        const above = lossAt();
        memory.parameters![at] = kept - step;
        const below = lossAt();
        memory.parameters![at] = kept;
        const difference = (above - below) / (2 * step);
        const error = Math.abs(difference - element) / Math.max(1, Math.abs(difference));
        expect(error, `parameter ${p}[${k}]: ${element}, finite difference ${difference}`).toBeLessThan(tolerance);
      });
    });
    return gradients;
  }
}
