/** @file Every operation: types, reference, gradient against finite differences; the generator's bits. */
import { describe, expect, it } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import { evaluate } from "../../src/ir/interpret.js";
import type { Environment } from "../../src/ir/interpret.js";
import type { Expr, Placeholder, ScalarType } from "../../src/ir/types.js";
import * as ops from "../../src/ops/index.js";
import { drawKey, hashBits, hashText, mixBits } from "../../src/ops/random.js";

function scalars(graph: Graph, row: readonly number[], type: ScalarType = "f32") {
  const leaves = row.map(() => graph.placeholder([], type));
  const placeholders = new Map<Placeholder, Float64Array>(leaves.map((leaf, k) => [leaf, Float64Array.of(row[k]!)]));
  const environment: Environment = { memory: {}, batch: 1, step: 1, seed: 0, placeholders };
  const value = (expr: Expr) => evaluate([graph.compute([], expr)], environment)[0]![0]!;
  return { arguments_: leaves.map((leaf) => graph.read(leaf, [])), value };
}

describe.each(ops.allOps.map((op) => [op.name, op] as const))("%s", (_name, op) => {
  it("has as many arguments in every sample as its arity", () => {
    expect(op.samples.length).toBeGreaterThan(0);
    for (const row of op.samples) expect(row).toHaveLength(op.arity);
  });
  it("is interpreted as its reference", () => {
    for (const row of op.samples) {
      const graph = new Graph();
      const { arguments_, value } = scalars(graph, row);
      expect(value(graph.apply(op, ...arguments_))).toBe(op.reference(...row));
    }
  });
  it("has the gradient of finite differences", () => {
    if (!op.gradient) return;
    const random = [0.7, -1.3, 2.1];
    for (const row of op.samples) {
      const graph = new Graph();
      const { arguments_, value } = scalars(graph, [...row, random[row.length % 3]!]);
      const seed = arguments_.pop()!;
      const gradients = op.gradient(graph, arguments_, graph.apply(op, ...arguments_), seed);
      expect(gradients).toHaveLength(op.arity);
      gradients.forEach((gradient, k) => {
        if (!gradient) return;
        const h = 1e-6 * Math.max(1, Math.abs(row[k]!));
        const shifted = (by: number) => op.reference(...row.map((x, j) => (j === k ? x + by : x)));
        const ahead = (shifted(h) - shifted(0)) / h;
        const behind = (shifted(0) - shifted(-h)) / h;
        // Where the two sides disagree there is a kink, and no derivative to compare with.
        if (!(Math.abs(ahead - behind) <= 1e-3 * Math.max(1, Math.abs(ahead)))) return;
        const numeric = value(seed) * ((shifted(h) - shifted(-h)) / (2 * h));
        expect(Math.abs(value(gradient) - numeric)).toBeLessThan(2e-5 * Math.max(1, Math.abs(numeric)));
      });
    }
  });
});

describe("types", () => {
  const graph = new Graph();
  const read = (type: ScalarType) => graph.read(graph.placeholder([], type), []);
  const type = (op: (typeof ops.allOps)[number], ...types: ScalarType[]) => graph.apply(op, ...types.map(read)).type;
  it("keeps whole numbers whole", () => {
    expect(type(ops.add, "i32", "i32")).toBe("i32");
    expect(type(ops.add, "bool", "bool")).toBe("i32");
    expect(type(ops.floorDivide, "i32", "i32")).toBe("i32");
    expect(type(ops.divide, "i32", "i32")).toBe("f32");
    expect(type(ops.exp, "i32")).toBe("f32");
  });
  it("keeps f64 until it meets f32", () => {
    expect(type(ops.power, "f64", "f64")).toBe("f64");
    expect(type(ops.multiply, "f64", "f32")).toBe("f32");
    expect(type(ops.multiply, "f64", "i32")).toBe("f64");
  });
  it("lets constants adopt", () => {
    expect(graph.apply(ops.add, read("i32"), graph.constant(2)).type).toBe("i32");
    expect(graph.apply(ops.add, read("i32"), graph.constant(0.5)).type).toBe("f32");
    expect(graph.apply(ops.power, graph.constant(0.9), read("f64")).type).toBe("f64");
    expect(graph.apply(ops.where, read("bool"), graph.constant(1), graph.constant(0)).type).toBe("f32");
  });
  it("wraps i32 as Math.imul does", () => {
    const { arguments_, value } = scalars(graph, [0x12345678, 0x7654321], "i32");
    expect(value(graph.apply(ops.multiply, ...arguments_))).toBe(Math.imul(0x12345678, 0x7654321));
  });
});

describe("a zero seed", () => {
  it.each([
    ["log", ops.log, [0]],
    ["sqrt", ops.sqrt, [0]],
    ["divide", ops.divide, [1, 0]],
    ["power", ops.power, [0, -1]],
    ["inverseErf", ops.inverseErf, [1]],
    ["exp", ops.exp, [1000]],
    ["where", ops.where, [1, 1, Infinity]],
  ] as const)("gives exactly 0 through %s", (_name, op, row) => {
    const graph = new Graph();
    const { arguments_, value } = scalars(graph, [...row, 0]);
    const seed = arguments_.pop()!;
    for (const gradient of op.gradient!(graph, arguments_, graph.apply(op, ...arguments_), seed))
      if (gradient) expect(Math.abs(value(gradient))).toBe(0);
  });
});

describe("random bits", () => {
  it("flips every output bit about half of the time when an input bit flips", () => {
    for (let bit = 0; bit < 32; bit++) {
      const flips = Array.from({ length: 24 }, () => 0);
      const trials = 4000;
      for (let n = 0; n < trials; n++) {
        const row = mixBits(n);
        const difference = hashBits(7, row, 3) ^ hashBits(7, row ^ (1 << bit), 3);
        flips.forEach((_, out) => (flips[out]! += (difference >>> out) & 1));
      }
      for (const count of flips) expect(Math.abs(count / trials - 0.5)).toBeLessThan(0.05);
    }
  });
  it("is uniform and uncorrelated over rows and elements", () => {
    const values = Array.from({ length: 40_000 }, (_, n) => hashBits(99, n % 200, Math.floor(n / 200)) / 2 ** 24);
    const mean = values.reduce((a, b) => a + b) / values.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.01);
    let correlation = 0;
    for (let n = 200; n < values.length; n++) correlation += (values[n]! - 0.5) * (values[n - 200]! - 0.5);
    expect(Math.abs((correlation / values.length) * 12)).toBeLessThan(0.02);
  });
  it("never changes: these are the bits that saved models rely on", () => {
    expect([hashBits(0, 0, 0), hashBits(1, 2, 3), hashText("dense/dropout"), drawKey(1, 2, 3)]).toMatchInlineSnapshot(`
      [
        0,
        44739,
        -2034668205,
        1811953479,
      ]
    `);
  });
});
