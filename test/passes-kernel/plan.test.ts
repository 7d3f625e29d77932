/** @file The schedule and the memory plan: order, lifetimes, reuse, in-place stores. */
/** @file The memory plan: separate places, reuse, closeness to the lower bound, values computed where they are stored. */
import { describe, expect, it } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import type { Region } from "../../src/ir/kernel.js";
import type { Tensor } from "../../src/ir/types.js";
import { add, tanh } from "../../src/ops/index.js";
import { compileProgram } from "../../src/passes/kernels.js";
import { skipZeros } from "../../src/passes/sparse.js";
import { planMemory } from "../../src/passes/plan.js";
import { schedule } from "../../src/passes/schedule.js";
import { afterGradient, runPasses } from "../../src/passes/pipeline.js";
import { referenceCnn } from "../bench/reference-cnn.js";
import { randomProgram } from "../ir/random-graph.js";
import { Layout, program } from "./harness.js";

/** Values that are alive at once and lie in common elements. */
function clashes(regions: readonly Region[]): readonly string[] {
  return regions.flatMap((a, k) =>
    regions
      .slice(k + 1)
      .filter(
        (b) =>
          a.array === b.array &&
          a.from <= b.to &&
          b.from <= a.to &&
          a.offset < b.offset + b.length &&
          b.offset < a.offset + a.length,
      )
      .map((b) => `${a.tensor.id} and ${b.tensor.id}`),
  );
}
/** A chain of elementwise values that cannot be one loop: each reads its predecessor shifted. */
function chain(graph: Graph, x: Tensor, length: number): Tensor {
  let value = x;
  for (let k = 0; k < length; k++) value = graph.map(tanh, [graph.map(add, [value, reversed(graph, value)])]);
  return value;
}
function reversed(graph: Graph, x: Tensor): Tensor {
  const [e, i, k] = graph.axesOf(["batch", 6, 6]) as [never, never, never];
  const sum = graph.fold("sum", [k], graph.at(x, [e, k]));
  return graph.compute([e, i], sum);
}

describe("the memory plan", () => {
  it("gives values that are alive together separate places", () => {
    for (let seed = 1; seed < 60; seed++) {
      const { graph, program: random, batch } = randomProgram(seed);
      for (const p of [random, runPasses(graph, afterGradient, random)])
        expect(clashes(compileProgram(graph, p, { batch }).regions)).toEqual([]);
    }
  });
  it("needs for a long chain no more than for a short one", () => {
    const size = (length: number) => {
      const graph = new Graph();
      const layout = new Layout(5);
      const x = graph.source(layout.source("inputs", ["batch", 6]));
      const target = layout.source("outputs", ["batch", 6]);
      return compileProgram(graph, program([{ target, value: chain(graph, x, length) }]), { batch: 5 }).activations;
    };
    expect(size(40)).toBe(size(4));
  });
  it("stays near the lower bound on the reference network", () => {
    const { graph, program: step } = referenceCnn(32);
    const plan = planMemory(schedule(graph, skipZeros(graph, step), 32));
    expect(plan.activations).toBeLessThanOrEqual(1.15 * plan.lowerBound.activations);
    expect(plan.integers).toBeLessThanOrEqual(1.15 * plan.lowerBound.integers);
    expect(clashes(plan.regions)).toEqual([]);
  });
  it("computes stored values where they are stored", () => {
    const graph = new Graph();
    const layout = new Layout(5);
    const x = graph.source(layout.source("inputs", ["batch", 6]));
    const target = layout.source("outputs", ["batch", 2, 3]);
    const value = graph.reshape(graph.map(tanh, [x]), ["batch", 2, 3]);
    const compiled = compileProgram(graph, program([{ target, value }]), { batch: 5 });
    expect(compiled.activations).toBe(0);
    expect(compiled.kernels).toHaveLength(1);
  });
});
