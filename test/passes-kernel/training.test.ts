/** @file Kernels of whole training steps against the interpreter. */
import { cpu } from "../cpu.js";
import { describe, expect, it } from "vitest";
import type { ArenaName, Axis, Expr, Program, Source, Tensor } from "../../src/ir/types.js";
import { differentiate } from "../../src/lower/autodiff.js";
import { add, divide, exp, maximum, multiply, negate, tanh } from "../../src/ops/index.js";
import { rootsOf, topological } from "../../src/ir/traverse.js";
import { skipZeros } from "../../src/passes/sparse.js";
import { Bench } from "../gradcheck/check.js";
import { check } from "./harness.js";

/** Loss and gradients of a graph built by hand, through kernels and through the interpreter, at several run-time batches. */
function checkTraining(b: Bench, loss: Tensor, batches: readonly number[]): Program {
  const { gradients, others } = differentiate(b.graph, loss, b.parameters, [loss]);
  const program: Program = {
    name: "gradient",
    stages: [
      [
        { target: { name: "loss", arena: "totals", type: "f64", offset: 0, shape: [] }, value: others[0]! },
        ...b.parameters.map((parameter, k) => {
          if (parameter.kind !== "source" || !gradients[k]) throw new Error("a parameter without gradient");
          const target: Source = { ...parameter.source, arena: "gradients" };
          return { target, value: gradients[k] };
        }),
      ],
    ],
  };
  const memory = b.memory();
  const lengths = new Map<ArenaName, number>([
    ["totals", 1],
    ["gradients", memory.parameters!.length],
  ]);
  for (const name of ["parameters", "inputs", "classes"] as const) lengths.set(name, memory[name]!.length);
  for (const n of batches) check(b.graph, program, { batch: b.batch, lengths: () => lengths }, { n });
  return skipZeros(b.graph, program);
}

interface Convolution {
  readonly filters: number;
  readonly size: number;
  readonly stride: number;
  readonly before: number;
  readonly out: readonly [number, number];
  /** Without a rectifier, the gradient through the pooling goes straight into the convolution's. */
  readonly linear?: boolean;
}
function convolution(b: Bench, x: Tensor, settings: Convolution): Tensor {
  const { filters, size, stride, before, out, linear } = settings;
  const { graph } = b;
  const channels = x.shape[3] as number;
  const w = b.parameter(size, size, channels, filters);
  const bias = b.parameter(filters);
  const [n, i, j, a, c, k, m] = b.axes("batch", ...out, size, size, channels, filters) as [
    Axis,
    Axis,
    Axis,
    Axis,
    Axis,
    Axis,
    Axis,
  ];
  const at = (p: Axis, q: Axis) => b.affine(stride, p, b.affine(1, q, -before));
  const read = graph.read(x, [b.i(n), at(i, a), at(j, c), b.i(k)], before > 0 ? 0 : undefined);
  const sum = b.sum([a, c, k], b.op(multiply, read, graph.at(w, [a, c, k, m])));
  const z = b.op(add, sum, graph.at(bias, [m]));
  return graph.compute([n, i, j, m], linear ? z : b.op(maximum, z, 0));
}
function pool(b: Bench, x: Tensor, size: number): Tensor {
  const [, h, w, f] = x.shape as [unknown, number, number, number];
  const { graph } = b;
  const [n, i, j, k, p, q] = b.axes("batch", Math.floor(h / size), Math.floor(w / size), f, size, size) as Axis[] as [
    Axis,
    Axis,
    Axis,
    Axis,
    Axis,
    Axis,
  ];
  const read = graph.read(x, [b.i(n), b.affine(size, i, b.i(p)), b.affine(size, j, b.i(q)), b.i(k)]);
  return graph.compute([n, i, j, k], graph.fold("max", [p, q], read));
}

describe("whole training steps agree with the interpreter", () => {
  it.each([1, 2, 3])("a network of two dense layers, %i layers deep", (depth) => {
    const b = new Bench(7);
    let x = b.input("batch", 9);
    for (let k = 0; k < depth; k++) {
      const size = x.shape[1] as number;
      x = b.map(tanh, b.dense(x, b.parameter(size, size + k + 1), b.parameter(size + k + 1)));
    }
    checkTraining(b, b.loss(x), [1, 4, 7]);
  });
  it.each<Convolution>([
    { filters: 5, size: 3, stride: 1, before: 0, out: [5, 6] },
    { filters: 4, size: 3, stride: 1, before: 1, out: [7, 8] },
    { filters: 3, size: 3, stride: 2, before: 1, out: [4, 4] },
    { filters: 2, size: 2, stride: 2, before: 0, out: [3, 4] },
    { filters: 6, size: 3, stride: 3, before: 1, out: [2, 3] },
    { filters: 5, size: 3, stride: 1, before: 0, out: [5, 6], linear: true },
    { filters: 4, size: 3, stride: 1, before: 1, out: [7, 8], linear: true },
    { filters: 3, size: 3, stride: 2, before: 1, out: [4, 4], linear: true },
  ])("convolution %o, pooling and a dense layer", (settings) => {
    const b = new Bench(5);
    const image = b.dense(b.input("batch", 7, 8, 3), b.parameter(3, 3));
    const first = convolution(b, image, settings);
    const pooled = settings.out[0] >= 4 ? pool(b, first, 2) : first;
    const size = (pooled.shape.slice(1) as number[]).reduce((a, c) => a * c, 1);
    const flat = b.graph.reshape(pooled, ["batch", size]);
    const loss = b.loss(b.dense(flat, b.parameter(size, 3), b.parameter(3)));
    const made = checkTraining(b, loss, [1, 5]);
    if (!settings.linear) return;
    // No array of the convolution's size holds the pooled gradient's zeros.
    const dense = topological(rootsOf(made)).filter(
      (t) => t.kind === "scatter" && t.shape[1] === settings.out[0] && t.shape.at(-1) === settings.filters,
    );
    expect(dense.length).toBe(settings.stride === 1 ? 0 : 1);
  });
  it.each([3, 8])("an LSTM of %i units over rows, and the sum of its outputs", (units) => {
    const b = new Bench(6);
    const { graph } = b;
    const x = b.input("batch", 4, 3);
    const zeros = graph.compute(b.axes("batch", units), graph.constant(0));
    const [w, r, bias] = [b.parameter(3, 4 * units), b.parameter(units, 4 * units), b.parameter(4 * units)];
    const sigmoid = (e: Expr) => b.op(divide, 1, b.op(add, 1, b.op(exp, b.op(negate, e))));
    const { carries, rows } = graph.scan(4, [zeros, zeros], (s, [h, c]) => {
      const [n, k, u] = b.axes("batch", 3, units) as [Axis, Axis, Axis];
      const now = graph.compute([n, k], graph.read(x, [b.i(n), s, b.i(k)]));
      const z = b.map(add, b.dense(now, w), b.dense(h!, r, bias));
      const gate = (g: number) => graph.read(z, [b.i(n), b.affine(1, u, g * units)]);
      const left = b.op(multiply, sigmoid(gate(1)), graph.at(c!, [n, u]));
      const nextC = graph.compute([n, u], b.op(add, left, b.op(multiply, sigmoid(gate(0)), b.op(tanh, gate(2)))));
      const nextH = graph.compute([n, u], b.op(multiply, sigmoid(gate(3)), b.op(tanh, graph.at(nextC, [n, u]))));
      return { next: [nextH, nextC], rows: [{ value: nextH, at: s, extent: 4, position: 1 }] };
    });
    const all = b.dense(rows[0]!, b.parameter(units, 2));
    const last = b.dense(carries[0]!, b.parameter(units, 2), b.parameter(2));
    const [n, t, k] = b.axes("batch", 4, 2) as [Axis, Axis, Axis];
    const value = graph.compute([n, t, k], b.op(multiply, graph.at(all, [n, t, k]), graph.at(last, [n, k])));
    checkTraining(b, b.loss(value), [1, 2, 6]);
  });
  it("normalisation over the batch, whose reductions cross examples", () => {
    const b = new Bench(6);
    const { graph } = b;
    const x = b.dense(b.input("batch", 4), b.parameter(4, 5));
    const [n, u, m] = b.axes("batch", 5, "batch") as [Axis, Axis, Axis];
    const count = graph.scalar("batch");
    const mean = graph.compute([u], b.op(divide, b.sum([m], graph.at(x, [m, u])), count));
    const centered = graph.compute([n, u], b.op(add, graph.at(x, [n, u]), b.op(negate, graph.at(mean, [u]))));
    const value = graph.compute(
      [n, u],
      b.op(divide, graph.at(centered, [n, u]), b.op(add, 1, b.op(multiply, graph.at(mean, [u]), graph.at(mean, [u])))),
    );
    checkTraining(b, b.loss(b.map(tanh, value)), [1, 3, 6]);
  });
  it("compiles in time linear in the number of layers", () => {
    const time = (layers: number) => {
      const b = new Bench(4);
      let x = b.input("batch", 4);
      for (let k = 0; k < layers; k++) x = b.map(tanh, b.dense(x, b.parameter(4, 4), b.parameter(4)));
      const loss = b.loss(x);
      return cpu(() => checkTraining(b, loss, [4]));
    };
    time(20);
    expect(time(80) / time(20)).toBeLessThan(12);
  });
});
