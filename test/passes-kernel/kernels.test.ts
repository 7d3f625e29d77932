/** @file Kernels of small graphs against the interpreter. */
import { describe, expect, it } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import type { Expr, Tensor } from "../../src/ir/types.js";
import {
  add,
  divide,
  exp,
  floorDivide,
  greater,
  maximum,
  modulo,
  multiply,
  sqrt,
  subtract,
  where,
} from "../../src/ops/index.js";
import { check, Layout, program } from "./harness.js";

const batches = [1, 2, 5];

describe("loop nests agree with the interpreter", () => {
  it.each(batches)("elementwise with broadcasting, batch %i of 5", (n) => {
    const graph = new Graph();
    const layout = new Layout(5);
    const x = graph.source(layout.source("inputs", ["batch", 3, 4]));
    const b = graph.source(layout.source("parameters", [4]));
    const axes = graph.axesOf(["batch", 3, 4]);
    const body = graph.apply(maximum, graph.apply(add, graph.at(x, axes), graph.at(b, [axes[2]!])), graph.constant(0));
    const y = layout.source("outputs", ["batch", 3, 4]);
    check(graph, program([{ target: y, value: graph.compute(axes, body) }]), layout, { n });
  });

  it.each(batches)("dense layer and softmax, batch %i of 5", (n) => {
    const graph = new Graph();
    const layout = new Layout(5);
    const x = graph.source(layout.source("inputs", ["batch", 7]));
    const w = graph.source(layout.source("parameters", [7, 6]));
    const z = dense(graph, x, w);
    const value = softmax(graph, z);
    check(graph, program([{ target: layout.source("outputs", ["batch", 6]), value }]), layout, { n });
  });

  it.each(batches)("padded convolution, relu, pooling with places, batch %i of 5", (n) => {
    const graph = new Graph();
    const layout = new Layout(5);
    const x = graph.source(layout.source("inputs", ["batch", 7, 6, 3]));
    const w = graph.source(layout.source("parameters", [3, 3, 3, 5]));
    const axes = graph.axesOf(["batch", 3, 3, 5]);
    const [e, i, j, f] = axes as [never, never, never, never];
    const [a, b] = graph.axesOf([2, 2]) as [never, never];
    const [p, q, c] = graph.axesOf([3, 3, 3]) as [never, never, never];
    const twice = (u: never, v: never) =>
      graph.apply(add, graph.apply(multiply, graph.index(u), graph.constant(2, "i32")), graph.index(v));
    const tap = (at: Expr, t: never) =>
      graph.apply(subtract, graph.apply(add, at, graph.index(t)), graph.constant(1, "i32"));
    const conv = graph.fold(
      "sum",
      [p, q, c],
      graph.apply(
        multiply,
        graph.read(x, [graph.index(e), tap(twice(i, a), p), tap(twice(j, b), q), graph.index(c)], 0),
        graph.at(w, [p, q, c, f]),
      ),
    );
    const relu = graph.apply(maximum, conv, graph.constant(0));
    const max = graph.compute(axes, graph.fold("max", [a, b], relu));
    const place = graph.compute(axes, graph.fold("argmax", [a, b], relu));
    const compiled = check(
      graph,
      program([
        { target: layout.source("outputs", ["batch", 3, 3, 5]), value: max },
        { target: layout.source("decisions", ["batch", 3, 3, 5]), value: place },
      ]),
      layout,
      { n },
    );
    expect(compiled.kernels).toHaveLength(1);
    // The gradient of the pooled values goes to the winners only.
    const g = graph.source(layout.source("inputs", ["batch", 3, 3, 5]));
    const row = graph.apply(floorDivide, graph.at(place, axes), graph.constant(2, "i32"));
    const column = graph.apply(modulo, graph.at(place, axes), graph.constant(2, "i32"));
    const at = (u: never, v: Expr) =>
      graph.apply(add, graph.apply(multiply, graph.index(u), graph.constant(2, "i32")), v);
    const back = graph.scatter(
      ["batch", 7, 6, 5],
      axes,
      [graph.index(e), at(i, row), at(j, column), graph.index(f)],
      graph.at(g, axes),
    );
    const target = layout.source("outputs", ["batch", 7, 6, 5]);
    check(graph, program([{ target, value: back }]), layout, { n, zeros: 0.5 });
  });

  it.each([1, 2, 3])("scatters of strided convolutions, stride %i", (stride) => {
    const graph = new Graph();
    const layout = new Layout(3);
    const size = 4 * stride + 2;
    const g = graph.source(layout.source("inputs", ["batch", 5, 4]));
    const w = graph.source(layout.source("parameters", [3, 2, 4]));
    const axes = graph.axesOf(["batch", 5, 4, 3, 2]);
    const [e, i, f, p, c] = axes as [never, never, never, never, never];
    const at = graph.apply(
      add,
      graph.apply(multiply, graph.index(i), graph.constant(stride, "i32")),
      graph.apply(subtract, graph.index(p), graph.constant(1, "i32")),
    );
    const body = graph.apply(multiply, graph.at(g, [e, i, f]), graph.at(w, [p, c, f]));
    const value = graph.scatter(["batch", size, 2], axes, [graph.index(e), at, graph.index(c)], body);
    check(graph, program([{ target: layout.source("outputs", ["batch", size, 2]), value }]), layout);
    const dw = graph.scatter([3, 2, 4], axes, [graph.index(p), graph.index(c), graph.index(f)], body);
    check(graph, program([{ target: layout.source("gradients", [3, 2, 4]), value: dw }]), layout, { n: 2 });
  });

  it("an optimizer's stores go in place, in one loop, after the reads", () => {
    const graph = new Graph();
    const layout = new Layout(1);
    const targets = {
      p: layout.source("parameters", [30]),
      g: layout.source("gradients", [30]),
      m: layout.source("states", [30]),
      v: layout.source("states", [30]),
    };
    const [p, g, m, v] = Object.values(targets).map((source) => graph.source(source)) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const blend = (graph_: Graph, a: Tensor, b: Tensor, beta: number, squared: boolean) => {
      const axes = graph_.axesOf([30]);
      const y = graph_.at(b, axes);
      const s = squared ? graph_.apply(multiply, y, y) : y;
      const keep = graph_.apply(multiply, graph_.constant(beta), graph_.at(a, axes));
      return graph_.compute(axes, graph_.apply(add, keep, graph_.apply(multiply, graph_.constant(1 - beta), s)));
    };
    const m1 = blend(graph, m, g, 0.9, false);
    const v1 = graph.map(maximum, [blend(graph, v, g, 0.99, true), v]);
    const axes = graph.axesOf([30]);
    const step = graph.apply(
      divide,
      graph.at(m1, axes),
      graph.apply(
        add,
        graph.apply(sqrt, graph.apply(maximum, graph.at(v1, axes), graph.constant(0))),
        graph.constant(0.1),
      ),
    );
    const p1 = graph.compute(
      axes,
      graph.apply(subtract, graph.at(p, axes), graph.apply(multiply, graph.scalar("step"), step)),
    );
    const compiled = check(
      graph,
      program([
        { target: targets.m, value: m1 },
        { target: targets.v, value: v1 },
        { target: targets.p, value: p1 },
      ]),
      layout,
    );
    expect(compiled.kernels).toHaveLength(1);
  });

  it("stores that exchange regions, and values that later stages want anew", () => {
    const graph = new Graph();
    const layout = new Layout(1);
    const a = layout.source("states", [4, 3]);
    const b = layout.source("states", [4, 3]);
    const [x, y] = [graph.source(a), graph.source(b)];
    const sum = graph.map(add, [x, y]);
    const [i, j] = graph.axesOf([4, 3]) as [never, never];
    const reversed = graph.compute(
      [i, j],
      graph.read(x, [graph.apply(subtract, graph.constant(3, "i32"), graph.index(i)), graph.index(j)]),
    );
    check(
      graph,
      program(
        [
          { target: a, value: y },
          { target: b, value: x },
        ],
        [{ target: a, value: sum }],
      ),
      layout,
    );
    check(
      graph,
      program(
        [
          { target: a, value: reversed },
          { target: b, value: sum },
        ],
        [{ target: b, value: reversed }],
      ),
      layout,
    );
    check(
      graph,
      program(
        [{ target: a, value: graph.map(multiply, [reversed, sum]) }],
        [{ target: b, value: graph.map(multiply, [reversed, sum]) }],
      ),
      layout,
    );
  });

  it.each(batches)("a recurrence with rows, read backwards, batch %i of 5", (n) => {
    const graph = new Graph();
    const layout = new Layout(5);
    const x = graph.source(layout.source("inputs", ["batch", 6, 3]));
    const w = graph.source(layout.source("parameters", [7, 4]));
    const zero = graph.compute(graph.axesOf(["batch", 4]), graph.constant(0));
    const cell = (reverse: boolean) =>
      graph.scan(6, [zero, zero], (t, [h, c]) => {
        const time = reverse ? graph.apply(subtract, graph.constant(5, "i32"), t) : t;
        const [e, u] = graph.axesOf(["batch", 4]) as [never, never];
        const [k, l] = graph.axesOf([3, 4]) as [never, never];
        const input = graph.fold(
          "sum",
          [k],
          graph.apply(multiply, graph.read(x, [graph.index(e), time, graph.index(k)]), graph.at(w, [k, u])),
        );
        const shiftedRow = graph.apply(add, graph.index(l), graph.constant(3, "i32"));
        const state = graph.fold(
          "sum",
          [l],
          graph.apply(multiply, graph.at(h!, [e, l]), graph.read(w, [shiftedRow, graph.index(u)])),
        );
        const next = graph.compute([e, u], graph.apply(add, input, graph.apply(multiply, state, graph.constant(0.3))));
        const swapped = graph.map(subtract, [h!, c!]);
        return {
          next: [next, swapped],
          rows: [{ value: next, at: time, extent: 8, position: 1 }],
        };
      });
    const forward = cell(false);
    const backward = cell(true);
    check(
      graph,
      program([
        { target: layout.source("outputs", ["batch", 4]), value: forward.carries[1]! },
        { target: layout.source("outputs", ["batch", 8, 4]), value: backward.rows[0]! },
        {
          target: layout.source("outputs", ["batch", 8, 4]),
          value: graph.map(add, [forward.rows[0]!, backward.rows[0]!]),
        },
      ]),
      layout,
      { n },
    );
  });

  it("empty sums and empty results", () => {
    const graph = new Graph();
    const layout = new Layout(2);
    const x = graph.source(layout.source("inputs", ["batch", 0, 3]));
    const [e, i, k] = graph.axesOf(["batch", 3, 0]) as [never, never, never];
    const sum = graph.compute([e, i], graph.fold("sum", [k], graph.at(x, [e, k, i])));
    const none = graph.map(add, [x, x]);
    check(
      graph,
      program([
        { target: layout.source("outputs", ["batch", 3]), value: sum },
        { target: layout.source("outputs", ["batch", 0, 3]), value: none },
      ]),
      layout,
    );
  });

  it("gathers, choices, whole numbers and places of maxima", () => {
    const graph = new Graph();
    const layout = new Layout(4);
    const classes = graph.source(layout.source("classes", ["batch", 3]));
    const table = graph.source(layout.source("parameters", [6, 5]));
    const [e, t, d] = graph.axesOf(["batch", 3, 5]) as [never, never, never];
    const row = graph.read(table, [graph.at(classes, [e, t]), graph.index(d)]);
    const odd = graph.apply(
      greater,
      graph.apply(modulo, graph.index(d), graph.constant(3, "i32")),
      graph.constant(0, "i32"),
    );
    const embedded = graph.compute([e, t, d], graph.apply(where, odd, row, graph.constant(0)));
    const [f, g, h] = graph.axesOf(["batch", 3, 5]) as [never, never, never];
    const best = graph.compute([f], graph.fold("argmax", [g, h], graph.at(embedded, [f, g, h])));
    const grad = graph.scatter(
      [6, 5],
      [e, t, d],
      [graph.at(classes, [e, t]), graph.index(d)],
      graph.at(embedded, [e, t, d]),
    );
    check(
      graph,
      program([
        { target: layout.source("outputs", ["batch", 3, 5]), value: embedded },
        { target: layout.source("decisions", ["batch"]), value: best },
        { target: layout.source("gradients", [6, 5]), value: grad },
      ]),
      layout,
      { classes: 6, n: 3 },
    );
  });

  it("three sums in four lanes read nothing beyond the end of memory", () => {
    const graph = new Graph();
    const layout = new Layout(2);
    // The fourth lane's element would lie 100 kB after the last one.
    const rows = 25_000;
    const x = graph.source(layout.source("inputs", ["batch", 3, rows]));
    const [e, j] = [graph.axis("batch"), graph.axis(3)];
    const last = graph.read(x, [graph.index(e), graph.index(j), graph.constant(rows - 1, "i32")]);
    const value = graph.compute([j], graph.fold("sum", [e], graph.apply(multiply, last, last)));
    check(graph, program([{ target: layout.source("gradients", [3]), value }]), layout);
  });
});

function dense(graph: Graph, x: Tensor, w: Tensor): Tensor {
  const [e, u, k] = graph.axesOf(["batch", w.shape[1]!, w.shape[0]!]) as [never, never, never];
  return graph.compute([e, u], graph.fold("sum", [k], graph.apply(multiply, graph.at(x, [e, k]), graph.at(w, [k, u]))));
}
function softmax(graph: Graph, z: Tensor): Tensor {
  const [e, u, k] = graph.axesOf(["batch", z.shape[1]!, z.shape[1]!]) as [never, never, never];
  const top = graph.fold("max", [k], graph.at(z, [e, k]));
  const power = (at: never) => graph.apply(exp, graph.apply(subtract, graph.at(z, [e, at]), top));
  return graph.compute([e, u], graph.apply(divide, power(u), graph.fold("sum", [k], power(k))));
}
