/** @file Schedules: every tiling that may be chosen computes what the interpreter says, and choices find their nests again. */
import { describe, expect, it } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import type { Expr, Program } from "../../src/ir/types.js";
import { add, maximum, multiply, subtract } from "../../src/ops/index.js";
import type { Choice } from "../../src/passes/contraction.js";
import { compileProgram } from "../../src/passes/kernels.js";
import type { NestReport } from "../../src/passes/schedules.js";
import { check, Layout, program, random } from "./harness.js";

interface Sample {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly program: Program;
}
const samples = { elementwise, product, convolution, weightGradient } as const;

function elementwise(batch: number, graph = new Graph()): Sample {
  const layout = new Layout(batch);
  const x = graph.source(layout.source("inputs", ["batch", 3, 20]));
  const b = graph.source(layout.source("parameters", [20]));
  const axes = graph.axesOf(["batch", 3, 20]);
  const value = graph.compute(axes, graph.apply(multiply, graph.at(x, axes), graph.at(b, [axes[2]!])));
  return { graph, layout, program: program([{ target: layout.source("outputs", ["batch", 3, 20]), value }]) };
}

/** `batch x 11` by `11 x width`, and a bias. */
function product(batch: number, graph = new Graph(), width = 9): Sample {
  const layout = new Layout(batch);
  const x = graph.source(layout.source("inputs", ["batch", 11]));
  const w = graph.source(layout.source("parameters", [11, width]));
  const bias = graph.source(layout.source("parameters", [width]));
  const axes = graph.axesOf(["batch", width]);
  const [k] = graph.axesOf([11]);
  const sum = graph.fold("sum", [k!], graph.apply(multiply, graph.at(x, [axes[0]!, k!]), graph.at(w, [k!, axes[1]!])));
  const value = graph.compute(axes, graph.apply(add, sum, graph.at(bias, [axes[1]!])));
  return { graph, layout, program: program([{ target: layout.source("outputs", ["batch", width]), value }]) };
}

/** Padded, then relu. */
function convolution(batch: number, graph = new Graph()): Sample {
  const layout = new Layout(batch);
  const x = graph.source(layout.source("inputs", ["batch", 5, 7, 3]));
  const w = graph.source(layout.source("parameters", [3, 3, 3, 6]));
  const axes = graph.axesOf(["batch", 5, 7, 6]);
  const taps = graph.axesOf([3, 3, 3]);
  const at = (place: number): Expr =>
    graph.apply(
      subtract,
      graph.apply(add, graph.index(axes[place]!), graph.index(taps[place - 1]!)),
      graph.constant(1, "i32"),
    );
  const read = graph.read(x, [graph.index(axes[0]!), at(1), at(2), graph.index(taps[2]!)], 0);
  const sum = graph.fold("sum", taps, graph.apply(multiply, read, graph.at(w, [...taps, axes[3]!])));
  const value = graph.compute(axes, graph.apply(maximum, sum, graph.constant(0)));
  return { graph, layout, program: program([{ target: layout.source("outputs", ["batch", 5, 7, 6]), value }]) };
}

function weightGradient(batch: number, graph = new Graph()): Sample {
  const layout = new Layout(batch);
  const x = graph.source(layout.source("inputs", ["batch", 6, 10]));
  const g = graph.source(layout.source("inputs", ["batch", 6, 5]));
  const axes = graph.axesOf([10, 5]);
  const sums = graph.axesOf(["batch", 6]);
  const body = graph.apply(multiply, graph.at(x, [...sums, axes[0]!]), graph.at(g, [...sums, axes[1]!]));
  const value = graph.compute(axes, graph.fold("sum", sums, body));
  return { graph, layout, program: program([{ target: layout.source("gradients", [10, 5]), value }]) };
}

function reportsOf({ graph, program: of, layout: { batch } }: Sample, choices = new Map<string, Choice>()) {
  const reports: NestReport[] = [];
  const schedules = { choices, onNest: (report: NestReport) => reports.push(report) };
  const compiled = compileProgram(graph, of, { batch, target: "wasm", schedules });
  return { reports, compiled };
}
const only = ({ reports }: { readonly reports: readonly NestReport[] }): NestReport => {
  expect(reports).toHaveLength(1);
  return reports[0]!;
};

describe.each(Object.keys(samples) as (keyof typeof samples)[])("%s", (name) => {
  it("computes the same by every tiling and order that are offered", () => {
    const sample = samples[name](5);
    const { key, tiles, chosen } = only(reportsOf(sample));
    const offered = tiles.tiles(40);
    expect(offered.length).toBeGreaterThan(3);
    for (const choice of [...offered, ...tiles.orders(chosen), ...tiles.orders(offered[0]!)])
      for (const n of [2, 5])
        check(sample.graph, sample.program, sample.layout, { n, schedules: { choices: new Map([[key, choice]]) } });
  });
  it("computes the same by whatever choice fits, and says which do not", () => {
    const sample = samples[name](6);
    const { key, chosen } = only(reportsOf(sample));
    let fits = 0;
    for (let seed = 0; seed < 150; seed++) {
      const next = random(seed);
      const draw = (below: number) => Math.floor(((next() + 1) / 2) * below);
      const rows = chosen.rows.map(() => [1, 1, 1, 1, 2, 3, 4, 8, 12][draw(9)]!);
      const kind = draw(4);
      const vector = kind === 0 ? undefined : kind === 1 ? ("sums" as const) : draw(rows.length);
      const choice: Choice = { rows, ...(vector !== undefined && { vector }) };
      const choices = new Map([[key, choice]]);
      const { isUnfit, chosen: followed } = only(reportsOf(sample, choices));
      if (isUnfit) continue;
      fits++;
      expect(followed).toEqual(choice);
      check(sample.graph, sample.program, sample.layout, { schedules: { choices } });
    }
    expect(fits).toBeGreaterThan(5);
  });
  it("is known by its structure, not by its neighbours", () => {
    const { key, chosen, description } = only(reportsOf(samples[name](5)));
    // Nodes before it take the numbers that it had.
    const crowded = new Graph();
    const before = elementwise(5, crowded);
    const again = only(reportsOf(samples[name](5, crowded)));
    expect(before.program.stages).toHaveLength(1);
    expect(again).toMatchObject({ key, chosen, description });
    expect(only(reportsOf(samples[name](4))).key).not.toBe(key);
  });
});
it("an unfit choice leaves the cost model's tiling", () => {
  const sample = product(8);
  const { key, chosen } = only(reportsOf(sample));
  const plain = JSON.stringify(reportsOf(sample).compiled.kernels.map(({ body }) => body.length));
  const unfit: Choice[] = [
    { rows: [] },
    { rows: [1] },
    { rows: [1, 1, 1] },
    { rows: [4096, 4096] },
    { rows: [1, 3], vector: 1 },
    { rows: [1, 4], vector: 7 },
    { rows: [1, 1], order: [0, 0] },
    { rows: [1, 1], order: [0] },
    { rows: [1, 1], order: [0, 9] },
  ];
  for (const choice of unfit) {
    const { reports, compiled } = reportsOf(sample, new Map([[key, choice]]));
    expect(reports[0], JSON.stringify(choice)).toMatchObject({ isUnfit: true, chosen });
    expect(JSON.stringify(compiled.kernels.map(({ body }) => body.length))).toBe(plain);
  }
});

it("a choice for another nest, or for another size, changes nothing", () => {
  const { key } = only(reportsOf(product(8, new Graph(), 12)));
  const choices = new Map<string, Choice>([[key, { rows: [1, 1] }]]);
  const sample = product(8);
  expect(only(reportsOf(sample, choices))).toMatchObject({ isUnfit: false, chosen: only(reportsOf(sample)).chosen });
});
