/** @file Every scalar operation as printed code against its f64 reference. */
import { describe, expect, it } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import type { Axis, Expr, ScalarOp } from "../../src/ir/types.js";
import { allOps, number } from "../../src/ops/index.js";
import { compileProgram } from "../../src/passes/kernels.js";
import { Layout, load, printProgram } from "../passes-kernel/harness.js";

/** The op on each row of arguments, or what is made of it, by a printed kernel. */
function run(
  op: ScalarOp,
  rows: readonly (readonly number[])[],
  whole: boolean,
  then: (e: Expr, graph: Graph) => Expr = (e) => e,
): readonly number[] {
  const graph = new Graph();
  const layout = new Layout(1);
  const columns = Array.from({ length: op.arity }, (_, k) => ({
    values: rows.map((row) => row[k]!),
    source: layout.source(whole ? "classes" : "metrics", [rows.length]),
  }));
  const [axis] = graph.axesOf([rows.length]) as [Axis];
  const value = graph.apply(op, ...columns.map(({ source }) => graph.at(graph.source(source), [axis])));
  const body = then(value, graph);
  const isWhole = body.type === "i32" || body.type === "bool";
  const target = layout.source(isWhole ? "decisions" : "totals", [rows.length]);
  const program = { name: "op", stages: [[{ target, value: graph.compute([axis], body) }]] };
  const compiled = compileProgram(graph, program, { batch: 1 });
  const flat = columns.flatMap(({ values }) => values);
  const memory = {
    metrics: Float64Array.from(flat),
    classes: Int32Array.from(flat),
    totals: new Float64Array(rows.length),
    decisions: new Int32Array(rows.length),
    activations: new Float64Array(compiled.activations),
    integers: new Int32Array(compiled.integers),
  };
  load(printProgram(compiled, "Float64Array"))(1, memory, 1, () => 0);
  return [...(isWhole ? memory.decisions : memory.totals)];
}

describe("printed operations agree with their definitions", () => {
  it.each(allOps.map((op) => [op.name, op] as const))("%s", (_, op) => {
    const whole = op.name === "randomBits";
    const got = run(op, op.samples, whole);
    op.samples.forEach((row, k) => {
      const want = op.reference(...row);
      if (Object.is(got[k], want)) return;
      const error = Math.abs(got[k]! - want) / Math.max(1, Math.abs(want));
      expect(error, `${op.name}(${row.join()}) = ${got[k]}, want ${want}`).toBeLessThan(1e-10);
    });
  });
  const wholeRows = [
    [7, 3],
    [-7, 3],
    [-8, 4],
    [9, 4],
    [-1, 8],
    [123456789, 987654321],
    [2147483647, 1],
    [-2147483648, 2],
    [5, 0],
    [-5, 0],
  ];
  const names = "add subtract multiply negate floorDivide modulo maximum minimum abs equal less floor sign".split(" ");
  it.each(names)("%s on whole numbers", (name) => {
    const op = allOps.find((candidate) => candidate.name === name)!;
    // As it is stored, and as it meets numbers: not rounded by any array.
    const stored = run(op, wholeRows, true);
    const met = run(op, wholeRows, true, (e, graph) => graph.apply(number, e));
    wholeRows.forEach((row, k) => {
      const exact = op.reference(...row);
      const want = name === "multiply" ? Math.imul(row[0]!, row[1]!) : exact | 0;
      expect([stored[k], met[k]], `${name}(${row.join()})`).toEqual([want, want]);
    });
  });
});
