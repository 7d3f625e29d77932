/** @file Scans of every shape: what they carry, keep and read lies in one another's memory, and has the interpreter's values. */
import { describe, it } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import type { Axis, Expr, Extent, Row, Tensor } from "../../src/ir/types.js";
import * as ops from "../../src/ops/index.js";
import { afterGradient, runPasses } from "../../src/passes/pipeline.js";
import { printProgram } from "../../src/ir/print.js";
import { randomFrom } from "../random.js";
import { check, Layout, program } from "./harness.js";

const first = Number(process.env["SEED"] ?? 1);
const count = Number(process.env["COUNT"] ?? 60);
const units = 4;
const batch = 3;

/** A scan with random carries and rows over `[batch, units]`, and random readers of its results. */
function randomScan(seed: number) {
  const random = randomFrom(seed);
  const int = (below: number) => Math.floor(random() * below);
  const one = <T>(list: readonly T[]): T => list[int(list.length)]!;
  const graph = new Graph();
  const layout = new Layout(batch);
  const steps = one([0, 1, 2, 5]);
  const shape: readonly Extent[] = ["batch", units];
  const x = graph.source(layout.source("inputs", ["batch", Math.max(1, steps), units]));
  const w = graph.source(layout.source("parameters", [units, units]));
  const whole = (value: number) => graph.constant(value, "i32");
  const half = (e: Expr) => graph.apply(ops.multiply, e, graph.constant(0.5));
  const own = (make: (at: readonly Axis[]) => Expr, of = shape) => {
    const axes = graph.axesOf(of);
    return graph.compute(axes, make(axes));
  };
  const indices = (axes: readonly Axis[]) => axes.map((axis) => graph.index(axis));
  const sum = (a: Tensor, b: Tensor) => graph.map(ops.add, [a, b]);
  /** Each gives a value of the shape from two of it. */
  const makers: readonly ((a: Tensor, b: Tensor) => Tensor)[] = [
    (a, b) => graph.map(ops.tanh, [sum(a, b)]),
    (a, b) => own((at) => half(graph.apply(ops.subtract, graph.at(a, at), graph.at(b, at)))),
    // A product, and a product of the state alone.
    (a, b) =>
      own(([e, j]) => {
        const k = graph.axis(units);
        const product = graph.apply(ops.multiply, graph.at(w, [k, j!]), graph.at(a, [e!, k]));
        return graph.apply(ops.add, half(graph.at(b, [e!, j!])), half(graph.fold("sum", [k], product)));
      }),
    // Backwards: every element is wanted by another.
    (a, b) =>
      own(([e, j]) => {
        const mirrored = graph.apply(ops.subtract, whole(units - 1), graph.index(j!));
        return half(graph.apply(ops.add, graph.read(a, [graph.index(e!), mirrored]), graph.at(b, [e!, j!])));
      }),
    // Halves side by side, computed apart.
    (a, b) => {
      const part = (of: Tensor, from: number) =>
        own(
          ([e, j]) =>
            graph.apply(
              ops.tanh,
              graph.read(of, [graph.index(e!), graph.apply(ops.add, graph.index(j!), whole(from))]),
            ),
          ["batch", units / 2],
        );
      const [left, right] = [part(a, 1), part(b, 0)];
      return own(([e, j]) => {
        const beyond = graph.apply(ops.subtract, graph.index(j!), whole(units / 2));
        const parts = [
          graph.read(left, [graph.index(e!), graph.index(j!)], 0),
          graph.read(right, [graph.index(e!), beyond], 0),
        ];
        return graph.apply(ops.add, parts[0]!, parts[1]!);
      });
    },
    // Shifted, from outside: 0.
    (a, b) =>
      own(([e, j]) => {
        const next = graph.apply(ops.add, graph.index(j!), whole(1));
        return half(graph.apply(ops.add, graph.read(a, [graph.index(e!), next], 0), graph.at(b, [e!, j!])));
      }),
    // Through a view.
    (a, b) => {
      const flat = graph.reshape(sum(a, b), ["batch", 2, 2]);
      return own(([e, j]) => half(graph.at(graph.reshape(graph.map(ops.tanh, [flat]), ["batch", units]), [e!, j!])));
    },
    // A scan of its own.
    (a, b) => graph.scan(2, [a], (_, [h]) => ({ next: [graph.map(ops.tanh, [sum(h!, b)])], rows: [] })).carries[0]!,
  ];
  const inits = Array.from({ length: 1 + int(3) }, (_, k) =>
    one([
      own(() => graph.constant(0)),
      own(([e, j]) => half(graph.read(x, [graph.index(e!), whole(0), graph.index(j!)]))),
      own(() => graph.constant(k)),
    ]),
  );
  const { carries, rows } = graph.scan(steps, inits, (step, leaves) => {
    const now = own(([e, j]) => graph.read(x, [graph.index(e!), step, graph.index(j!)]));
    const pool = [...leaves, ...leaves, now];
    for (let k = 0; k < 1 + int(4); k++) pool.push(one(makers)(one(pool), one(pool)));
    const late = pool.slice(-3);
    const next = leaves.map(() => one(random() < 0.7 ? late : pool));
    const places: readonly (readonly [Expr, number])[] = [
      [step, steps],
      [graph.apply(ops.subtract, whole(steps - 1), step), steps],
      [graph.apply(ops.add, step, whole(1)), steps + 2],
      [whole(0), 2],
    ];
    const kept = Array.from({ length: int(4) }, (): Row => {
      const [at, extent] = one(places);
      return { value: one([...leaves, ...next, ...pool]), at, extent, position: one([0, 1, 1, 2]) };
    });
    return { next, rows: kept };
  });
  const read = (result: Tensor): readonly Tensor[] => {
    const axes = graph.axesOf(result.shape);
    const at = indices(axes);
    const before = at.map((e, k) => (k === 1 ? graph.apply(ops.subtract, e, whole(1)) : e));
    return [
      graph.map(ops.tanh, [result]),
      // Reads beyond the sequence, and of the same elements in another shape.
      ...(result.shape[0] === "batch" ? [graph.compute(axes, graph.read(result, before, 0))] : []),
      ...(result.shape[0] === "batch" && result.shape.length === 3
        ? [
            graph.map(ops.tanh, [
              graph.reshape(result, ["batch", (result.shape[1] as number) * (result.shape[2] as number)]),
            ]),
          ]
        : []),
    ];
  };
  const values = [...carries, ...rows]
    // A batch that does not lead cannot be stored.
    .map((value) => (value.shape[0] === "batch" ? value : swapped(value)))
    .filter(() => random() < 0.8)
    .flatMap((value) => [value, ...read(value)].filter(() => random() < 0.5));
  function swapped(value: Tensor): Tensor {
    const axes = graph.axesOf([value.shape[1]!, value.shape[0]!, ...value.shape.slice(2)]);
    const [a, b, ...rest] = indices(axes);
    return graph.compute(axes, graph.read(value, [b!, a!, ...rest]));
  }
  return {
    graph,
    layout,
    program: program(values.map((value) => ({ target: layout.source("outputs", value.shape), value }))),
  };
}

describe("scans", () => {
  it(`have the interpreter's values (${count} from seed ${first})`, () => {
    for (let seed = first; seed < first + count; seed++) {
      const { graph, layout, program: raw } = randomScan(seed);
      const n = 1 + (seed % batch);
      try {
        for (const current of [raw, runPasses(graph, afterGradient, raw)])
          check(graph, current, layout, { n, seed, tolerance: 1e-8 });
      } catch (error) {
        throw new Error(`seed ${seed}\n${printProgram(raw)}`, { cause: error });
      }
    }
  });
});
