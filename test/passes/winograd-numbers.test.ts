/** @file Winograd's tiles as kernels, in whole models, and rounded to f32 after each operation. */
import { describe, expect, it } from "vitest";
import { createProject } from "../../src/compiler/project.js";
import { interpret } from "../../src/ir/interpret.js";
import { rootsOf, topological } from "../../src/ir/traverse.js";
import type { ArenaName, Axis, Expr, Program, Tensor } from "../../src/ir/types.js";
import { lower } from "../../src/lower/programs.js";
import { afterGradient, beforeGradient, runPasses, runPassesOn } from "../../src/passes/pipeline.js";
import { winograd } from "../../src/passes/winograd.js";
import { check } from "../passes-kernel/harness.js";
import { Convolved } from "./convolved.js";

const declared = 100;

describe("kernels", () => {
  const compiled = (c: Convolved, tensors: readonly Tensor[]) =>
    check(c.graph, c.program(winograd(c.graph, tensors, declared)), c.layout).kernels;
  // Input, taps, products, results.
  it("every result, none chosen as it runs", () => {
    const c = new Convolved({ height: 8, width: 6, padding: "valid" });
    const kernels = compiled(c, [c.results()]);
    expect(kernels).toHaveLength(4);
    expect(JSON.stringify(kernels.map(({ body }) => body))).not.toContain('"select"');
  });
  it("a maximum and its place in one", () => {
    const c = new Convolved({ height: 7, width: 8, padding: "same" });
    expect(compiled(c, [c.windows("max"), c.windows("argmax")])).toHaveLength(4);
  });
  it("odd results, cut from their tiles", () => {
    const c = new Convolved({ height: 7, width: 6, padding: "same" });
    expect(compiled(c, [c.results()])).toHaveLength(5);
  });
});

const network = `
model Small {
  input  image: f32[8, 9, 2]
  target label: class[3]
  let logits = image -> conv2d(12, 3, padding: same) -> relu -> conv2d(12, 3, padding: same) -> relu
    -> conv2d(12, 3) -> relu -> max_pool2d(2) -> flatten -> dense(3)
  output digit = softmax(logits)
  loss cross_entropy(digit, label)
  optimizer sgd(0.1)
}`;

const rows = 2;
const model = createProject({ readText: () => network, resolve: (path) => path }).check("model.net", { batch: rows })!
  .models[0]!;
const { programs, arenas } = lower(model, { prepare: (g, tensors) => runPassesOn(g, beforeGradient, tensors) });
const products = (program: Program) =>
  topological(rootsOf(program)).filter(({ origin }) => origin.label.endsWith("products by points")).length;
const after = (program: Program) => {
  const memory = Object.fromEntries(
    arenas.map(({ name, length }) => [name, Float64Array.from({ length }, (_, k) => Math.sin(k * 12.9898 + 1))]),
  ) as Record<ArenaName, Float64Array>;
  memory.classes.forEach((_, k, all) => (all[k] = k % 3));
  interpret(program, { memory, batch: rows, step: 1, seed: 5 });
  return memory;
};

describe("a convolutional network", () => {
  // The first has few channels; the gradient of the third is sparse, that of the second is not.
  it.each([
    ["train", 3],
    ["predict", 2],
    ["evaluate", 2],
  ] as const)("%s", (name, count) => {
    const program = programs[name]!;
    const made = runPasses(model.graph, afterGradient, program, { verify: true, batch: declared });
    expect(products(made)).toBe(count);
    expect(products(runPasses(model.graph, afterGradient, program, { exact: true, batch: declared }))).toBe(0);
    const [want, got] = [after(program), after(made)];
    for (const arena of ["gradients", "parameters", "totals", "outputs"] as const)
      want[arena].forEach((x, k) => {
        const difference = Math.abs(x - got[arena][k]!) / Math.max(1, Math.abs(x));
        if (!(difference < 1e-9)) expect.fail(`${arena}[${k}] is ${got[arena][k]}, not ${x}`);
      });
  });
});

it("kernels that read each other's tiles", () => {
  const lengths = new Map(arenas.map(({ name, length }) => [name, length]));
  const made = runPasses(model.graph, afterGradient, programs.predict, { batch: declared });
  check(model.graph, made, { batch: rows, lengths: () => lengths }, { classes: 3 });
});

/** Values of tensors over plain loops, every operation rounded to f32. */
class Rounded {
  readonly #memory: Readonly<Record<string, Float64Array>>;
  readonly #batch: number;
  readonly #values = new Map<Tensor, Float64Array>();

  constructor(memory: Readonly<Record<string, Float64Array>>, batch: number, root: Tensor) {
    this.#memory = memory;
    this.#batch = batch;
    for (const tensor of topological([root])) this.#values.set(tensor, this.#make(tensor));
  }
  of(tensor: Tensor): Float64Array {
    return this.#values.get(tensor)!;
  }
  #make(tensor: Tensor): Float64Array {
    if (tensor.kind === "source") return this.#memory[tensor.source.arena]!.subarray(tensor.source.offset);
    if (tensor.kind === "reshape") return this.of(tensor.of);
    if (tensor.kind !== "compute") throw new Error(tensor.kind);
    const out: number[] = [];
    this.#each(tensor.axes, new Map(), (point) => out.push(this.#evaluate(tensor.body, point)));
    return Float64Array.from(out);
  }
  #each(axes: readonly Axis[], point: Map<Axis, number>, action: (point: Map<Axis, number>) => void): void {
    const [axis, ...inner] = axes;
    if (!axis) return action(point);
    for (let k = 0; k < this.#count(axis.extent); k++) this.#each(inner, point.set(axis, k), action);
  }
  #count(extent: Axis["extent"]): number {
    return extent === "batch" ? this.#batch : extent;
  }
  #evaluate(e: Expr, point: Map<Axis, number>): number {
    switch (e.kind) {
      case "const":
        return e.value;
      case "index":
        return point.get(e.axis)!;
      case "read": {
        const at = e.at.map((subscript) => this.#evaluate(subscript, point));
        const counts = e.tensor.shape.map((extent) => this.#count(extent));
        if (at.some((k, axis) => k < 0 || k >= counts[axis]!)) return e.outside!;
        return this.of(e.tensor)[at.reduce((place, k, axis) => place * counts[axis]! + k, 0)]!;
      }
      case "apply": {
        if (e.op.name === "where")
          return this.#evaluate(e.arguments[this.#evaluate(e.arguments[0]!, point) ? 1 : 2]!, point);
        const value = e.op.reference(...e.arguments.map((argument) => this.#evaluate(argument, point)));
        return e.type === "f32" ? Math.fround(value) : value;
      }
      case "fold": {
        let sum = 0;
        this.#each(e.axes, point, (inner) => (sum = Math.fround(sum + this.#evaluate(e.body, inner))));
        return sum;
      }
      case "scalar":
        throw new Error(e.name);
    }
  }
}

it("rounds within the bound", () => {
  const c = new Convolved({ height: 8, width: 8, padding: "valid" });
  const { graph, layout, from, to } = c;
  const axes = graph.axesOf(["batch", 6, 6, to]) as [Axis, Axis, Axis, Axis];
  const direct = graph.compute(axes, c.at(axes[0], graph.index(axes[1]), graph.index(axes[2]), axes[3]));
  const [staged] = winograd(graph, [direct], declared) as [Tensor];
  const memory = c.memory();
  // Inputs of all sizes: where they cancel, rounding shows.
  memory.inputs.forEach((x, k, all) => (all[k] = Math.fround(x * 10 ** (k % 5))));
  const exact = c.values([direct], memory)[0]!;
  const rounded = new Rounded(memory, layout.batch, staged).of(staged);
  const input = (n: number, y: number, x: number, channel: number) =>
    memory.inputs[((n * 8 + y) * 8 + x) * from + channel]!;
  let worst = 0;
  exact.forEach((value, k) => {
    const [filter, x, y, n] = [k % to, Math.floor(k / to) % 6, Math.floor(k / to / 6) % 6, Math.floor(k / to / 36)];
    let scale = 0;
    for (let channel = 0; channel < from; channel++) {
      let largest = 0;
      for (let p = 0; p < 4; p++)
        for (let q = 0; q < 4; q++)
          largest = Math.max(largest, Math.abs(input(n, (y & ~1) + p, (x & ~1) + q, channel)));
      for (let tap = 0; tap < 9; tap++)
        scale += largest * Math.abs(memory.parameters[(tap * from + channel) * to + filter]!);
    }
    worst = Math.max(worst, Math.abs(rounded[k]! - value) / (16 * (from + 11) * 2 ** -24 * scale));
  });
  expect(worst).toBeGreaterThan(0);
  expect(worst).toBeLessThan(1);
});
