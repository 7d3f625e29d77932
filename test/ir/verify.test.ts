/** @file What the verifier refuses, and how a graph prints. */
import { describe, expect, it } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import { printProgram } from "../../src/ir/print.js";
import type { Compute, Program, Source, Tensor } from "../../src/ir/types.js";
import { assertProgram, verifyProgram, verifyTensors } from "../../src/ir/verify.js";
import { add, multiply } from "../../src/ops/index.js";

const graph = new Graph();
const place = (name: string, shape: readonly number[], type: "f32" | "i32" = "f32"): Source => ({
  name,
  arena: type === "i32" ? "decisions" : "parameters",
  type,
  offset: 0,
  shape,
});
const x = graph.source(place("x", [4]));
const i = graph.axis(4);
const shifted = (by: number, outside?: number): Tensor =>
  graph.compute([i], graph.read(x, [graph.apply(add, graph.index(i), graph.constant(by, "i32"))], outside));

describe("the verifier", () => {
  it("refuses reads that leave an array, unless they say what is outside", () => {
    expect(verifyTensors([shifted(1)])[0]).toContain("subscript 0 of source");
    expect(verifyTensors([shifted(1, 0)])).toEqual([]);
  });
  it("refuses indices that nothing binds, and subscripts that are not whole", () => {
    const loose = graph.compute([i], graph.index(graph.axis(3)));
    expect(verifyTensors([loose])[0]).toContain("is not bound");
    expect(verifyTensors([graph.compute([], graph.read(x, [graph.constant(1)]))])[0]).toContain(
      "subscript of type f32",
    );
  });
  it("refuses shapes and types that disagree", () => {
    const sum = graph.compute([i], graph.at(x, [i])) as Compute;
    expect(
      verifyTensors([
        {
          ...(shifted(0, 0) as Compute),
          ...sum,
          kind: "compute",
          axes: [i],
          body: graph.index(i),
          type: "f32",
          shape: [5],
          reads: [],
        },
      ]),
    ).toHaveLength(2);
    expect(verifyTensors([graph.reshape(x, [5])])[0]).toContain("[4] as [5]");
    const store = (target: Source, value: Tensor): Program => ({ name: "p", stages: [[{ target, value }]] });
    expect(verifyProgram(store(place("y", [5]), x))[0]).toContain("shape [4] into [5]");
    expect(verifyProgram(store(place("y", [4], "i32"), x))[0]).toContain("f32 into i32");
    expect(() => assertProgram(store(place("y", [5]), x), "a pass")).toThrow("program p after a pass");
  });
});

describe("printing", () => {
  it("names arrays, indices and scans", () => {
    const start = graph.compute([], graph.constant(0));
    const { carries } = graph.scan(4, [start], (step, [h]) => ({
      next: [
        graph.compute(
          [],
          graph.apply(add, graph.read(h!, []), graph.apply(multiply, graph.read(x, [step]), graph.constant(2))),
        ),
      ],
      rows: [],
    }));
    const program: Program = {
      name: "train",
      stages: [[{ target: { ...place("y", []), offset: 4 }, value: carries[0]! }]],
    };
    expect(`\n${printProgram(program)}\n`).toMatchInlineSnapshot(`
      "
      program train
      stage 0
        %0: f32 = [] 0.
        %1: f32 in scan0 = carried 0
        %3: f32 in scan0 = [] %1[] + x[scan0.i] * 2.
        %4: f32 = scan0 (4 times) carry 0: %0 <- %3
        parameters y <- %4
      "
    `);
  });
});
