/** @file A vector times a large matrix, row by row: rows whose factors are 0 are left out, on any number of threads. */
import { describe, expect, it } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import type { KernelStatement } from "../../src/ir/kernel.js";
import type { Expr } from "../../src/ir/types.js";
import { abs, multiply } from "../../src/ops/index.js";
import { compileProgram } from "../../src/passes/kernels.js";
import { startThreads } from "../backends/wasm-runner.js";
import { check, Layout, program } from "./harness.js";

const rows = 160;
const units = 60;
type FactorOf = (graph: Graph, x: Expr, others: { readonly bias: Expr; readonly mask: Expr }) => Expr;

/** y[j] = sum[k](factor * w[k, j]), for one example. */
function dense(factorOf: FactorOf) {
  const graph = new Graph();
  const layout = new Layout(1);
  const source = (arena: "inputs" | "parameters", shape: readonly (number | "batch")[]) =>
    graph.source(layout.source(arena, shape));
  const [n, k, j] = [graph.axis("batch"), graph.axis(rows), graph.axis(units)];
  const x = graph.at(source("inputs", ["batch", rows]), [n, k]);
  const w = graph.at(source("parameters", [rows, units]), [k, j]);
  const bias = graph.at(source("parameters", [rows]), [k]);
  const mask = graph.at(source("parameters", [rows, units]), [k, j]);
  const product = graph.apply(multiply, w, factorOf(graph, x, { bias, mask }));
  const y = graph.compute([n, j], graph.fold("sum", [k], product));
  return { graph, layout, made: program([{ target: layout.source("outputs", ["batch", units]), value: y }]) };
}
const plain: FactorOf = (_, x) => x;
const factors: Readonly<Record<string, FactorOf>> = {
  "an input": plain,
  "an expression": (graph, x, { bias }) => graph.apply(multiply, graph.apply(abs, x), bias),
  "one for each column": (graph, x, { mask }) => graph.apply(multiply, x, mask),
};

describe.each(Object.entries(factors))("with %s as the factor", (_, factorOf) => {
  it.each([0, 0.5, 0.97, 1])("a share of %d zeros", (zeros) => {
    const { graph, layout, made } = dense(factorOf);
    check(graph, made, layout, { zeros });
  });
});

it("only factors that all columns share decide", () => {
  const asks = (factorOf: FactorOf) => {
    const { graph, made } = dense(factorOf);
    const isAsked = (statement: KernelStatement): boolean =>
      statement.kind === "if" || ("body" in statement && statement.body.some(isAsked));
    return compileProgram(graph, made, { batch: 1, target: "wasm" }).kernels.some(({ body }) => body.some(isAsked));
  };
  expect(Object.values(factors).map(asks)).toEqual([true, true, false]);
});

it.each([1, 2, 3])("NaN and tiny numbers count: on %i threads", async (parts) => {
  const { graph, layout, made } = dense(plain);
  const compiled = compileProgram(graph, made, { batch: 1, target: "wasm" });
  const programs = [{ name: "test", program: compiled }];
  const { arrays, run, stop } = await startThreads(programs, Object.fromEntries(layout.lengths()), parts);
  const outputs = async (place: number, value: number) => {
    arrays["inputs"]!.fill(0);
    arrays["inputs"]![place] = value;
    arrays["outputs"]!.fill(-1);
    await run("test", 1);
    return [...arrays["outputs"]!];
  };
  arrays["parameters"]!.fill(2 ** 20);
  expect(await outputs(9, 0)).toEqual(Array.from({ length: units }, () => 0));
  expect(await outputs(77, NaN)).toEqual(Array.from({ length: units }, () => NaN));
  const tiny = 2 ** -149;
  expect(await outputs(rows - 1, -tiny)).toEqual(Array.from({ length: units }, () => -tiny * 2 ** 20));
  await stop();
});
