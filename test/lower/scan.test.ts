/** @file Gradients through scans against finite differences in f64. */
import { describe, expect, it } from "vitest";
import { topological } from "../../src/ir/traverse.js";
import type { Axis, Expr, Scan, Tensor } from "../../src/ir/types.js";
import { differentiate } from "../../src/lower/autodiff.js";
import { add, divide, exp, log, multiply, negate, subtract, tanh } from "../../src/ops/index.js";
import { Bench } from "../gradcheck/check.js";

/** `c <- f c + i g; h <- o tanh(c)`, over `x[n, t, k]`. */
function lstm(b: Bench, x: Tensor, units: number, backwards = false) {
  const { graph } = b;
  const [, steps, features] = x.shape as [unknown, number, number];
  const w = b.parameter(features, 4 * units);
  const r = b.parameter(units, 4 * units);
  const bias = b.parameter(4 * units);
  const zeros = graph.compute(b.axes("batch", units), graph.constant(0));
  const sigmoid = (e: Expr) => b.op(divide, 1, b.op(add, 1, b.op(exp, b.op(negate, e))));
  const at = (s: Expr) => (backwards ? b.op(subtract, b.int(steps - 1), s) : s);
  return graph.scan(steps, [zeros, zeros], (s, [h, c]) => {
    const [n, k, u] = b.axes("batch", features, units) as [Axis, Axis, Axis];
    const now = graph.compute([n, k], graph.read(x, [b.i(n), at(s), b.i(k)]));
    const z = b.map(add, b.dense(now, w), b.dense(h!, r, bias));
    const gate = (g: number) => graph.read(z, [b.i(n), b.affine(1, u, g * units)]);
    const left = b.op(multiply, sigmoid(gate(1)), graph.at(c!, [n, u]));
    const right = b.op(multiply, sigmoid(gate(0)), b.op(tanh, gate(2)));
    const nextC = graph.compute([n, u], b.op(add, left, right));
    const nextH = graph.compute([n, u], b.op(multiply, sigmoid(gate(3)), b.op(tanh, graph.at(nextC, [n, u]))));
    return { next: [nextH, nextC], rows: [{ value: nextH, at: at(s), extent: steps, position: 1 }] };
  });
}
const scansOf = (roots: readonly Tensor[]) =>
  new Set(topological(roots).flatMap((t) => (t.kind === "result" ? [t.scan] : [])));
const bodyOf = (scan: Scan) =>
  topological([...scan.carries.map(({ next }) => next), ...scan.rows.map(({ value }) => value)]).filter((t) =>
    t.scans.includes(scan),
  );

describe("scan", () => {
  it.each([false, true])("LSTM, last value; backwards: %s", (backwards) => {
    const b = new Bench(2);
    const x = b.map(tanh, b.dense(b.input("batch", 4, 2), b.parameter(2, 3)));
    const { carries } = lstm(b, x, 2, backwards);
    b.check(b.loss(b.dense(carries[0]!, b.parameter(2, 2))));
  });
  it.each([false, true])("two LSTMs on each other's rows; backwards: %s", (backwards) => {
    const b = new Bench(2);
    const first = lstm(b, b.input("batch", 3, 2), 2, backwards);
    const second = lstm(b, first.rows[0]!, 2);
    b.check(b.loss(b.map(add, b.dense(second.rows[0]!, b.parameter(2, 2)), first.rows[0]!)));
  });
  it("gives weights one contraction over the batch and all steps, and runs two scans", () => {
    const b = new Bench(2);
    const { carries } = lstm(b, b.input("batch", 3, 2), 4);
    const loss = b.loss(carries[0]!);
    const { gradients, others } = differentiate(b.graph, loss, b.parameters, [loss]);
    const [w, r] = gradients as [Tensor, Tensor];
    for (const gradient of [w, r]) {
      expect(gradient.kind === "compute" && gradient.body.kind).toBe("fold");
      if (gradient.kind !== "compute" || gradient.body.kind !== "fold") continue;
      expect(gradient.body.axes.map(({ extent }) => extent)).toEqual(["batch", 3]);
    }
    const scans = [...scansOf([...others, w, r])];
    expect(scans).toHaveLength(2);
    // No weight's gradient is carried, and no contraction is computed again in the reverse scan.
    for (const scan of scans) expect(scan.carries.every(({ leaf }) => leaf.shape[0] === "batch")).toBe(true);
    const contractions = scans.map(
      (scan) => bodyOf(scan).filter((t) => t.kind === "compute" && t.body.kind === "fold").length,
    );
    expect(contractions.sort()).toEqual([1, 2]);
    // Four gates, tanh(c), and both values carried in, but no exponential besides its gate, nor the output, which nothing reads.
    const forward = scans.find(({ rows }) => rows.some(({ value }) => value.kind === "carried"));
    expect(forward!.rows).toHaveLength(7);
  });
  it("a scan over what parameters give, with an initial value, without a batch", () => {
    const b = new Bench(1);
    const { graph } = b;
    const [x, init, w] = [b.parameter(4, 3), b.parameter(3), b.parameter(3, 3)];
    const { carries, rows } = graph.scan(4, [init], (s, [h]) => {
      const [k, j] = b.axes(3, 3) as [Axis, Axis];
      const product = graph.compute([j], b.sum([k], b.op(multiply, graph.at(h!, [k]), graph.at(w, [k, j]))));
      const next = graph.compute([j], b.op(tanh, b.op(add, graph.at(product, [j]), graph.read(x, [s, b.i(j)]))));
      return { next: [next], rows: [{ value: h!, at: b.op(add, s, b.int(1)), extent: 6, position: 1 }] };
    });
    b.check(b.map(add, b.loss(carries[0]!), b.loss(b.map(exp, rows[0]!))));
  });
  it("a forward algorithm: logsumexp in the body, a gather by class", () => {
    const b = new Bench(2);
    const { graph } = b;
    const [move, emit, start] = [b.parameter(3, 3), b.parameter(3, 4), b.parameter(3)];
    const x = b.klass([0, 1, 3, 2, 2, 1], "batch", 3);
    const [n, s, j] = b.axes("batch", 3, 3) as [Axis, Axis, Axis];
    const first = graph.compute([n, j], graph.at(start, [j]));
    const { carries } = graph.scan(3, [first], (t, [alpha]) => {
      const score = b.op(add, graph.at(alpha!, [n, s]), b.op(log, b.op(add, b.op(exp, graph.at(move, [s, j])), 0.1)));
      const largest = graph.compute([n, j], graph.fold("max", [s], score));
      const sum = b.sum([s], b.op(exp, b.op(subtract, score, graph.at(largest, [n, j]))));
      const seen = graph.read(emit, [b.i(j), graph.read(x, [b.i(n), t])]);
      const next = b.op(add, b.op(add, b.op(log, sum), graph.at(largest, [n, j])), seen);
      return { next: [graph.compute([n, j], next)], rows: [] };
    });
    b.check(b.loss(carries[0]!));
  });
  it("a scan inside a scan", () => {
    const b = new Bench(2);
    const { graph } = b;
    const x = b.input("batch", 3, 2);
    const [w, v] = [b.parameter(2, 2), b.parameter(2, 2)];
    const zeros = graph.compute(b.axes("batch", 2), graph.constant(0));
    const outer = graph.scan(3, [zeros], (s, [h]) => {
      const [n, k] = b.axes("batch", 2) as [Axis, Axis];
      const now = graph.compute([n, k], graph.read(x, [b.i(n), s, b.i(k)]));
      const mixed = b.map(add, b.dense(h!, w), now);
      const inner = graph.scan(2, [mixed], (i, [g]) => {
        const scaled = b.op(multiply, graph.at(b.dense(g!, v), [n, k]), b.op(add, i, b.op(multiply, s, 0.5)));
        const next = b.map(tanh, b.map(add, graph.compute([n, k], b.op(add, scaled, 0.1)), b.dense(mixed, w)));
        return { next: [next], rows: [{ value: next, at: i, extent: 2, position: 1 }] };
      });
      const last = graph.compute([n, k], graph.read(inner.rows[0]!, [b.i(n), b.int(0), b.i(k)]));
      const next = b.map(tanh, b.map(add, inner.carries[0]!, b.map(exp, last)));
      return { next: [next], rows: [{ value: next, at: s, extent: 3, position: 1 }] };
    });
    b.check(b.loss(b.map(add, outer.carries[0]!, graph.compute(b.axes("batch", 2), graph.constant(1)))));
    const c = b.axes("batch", 3, 2) as [Axis, Axis, Axis];
    b.check(b.loss(graph.compute(c, b.op(exp, graph.at(outer.rows[0]!, c)))));
  });
  it("a carried value that the body replaces and never reads", () => {
    const b = new Bench(2);
    const { graph } = b;
    const votes = b.map(exp, b.dense(b.input("batch", 3), b.parameter(3, 2)));
    const zeros = () => graph.compute(b.axes("batch", 2), graph.constant(0));
    const { carries } = graph.scan(3, [zeros(), zeros()], (_, [logit]) => {
      const value = b.map(multiply, b.map(tanh, logit!), votes);
      return { next: [b.map(add, logit!, votes), value], rows: [] };
    });
    b.check(b.loss(carries[1]!));
  });
  it("a loop without carried values, a surrogate and a whole-number carry", () => {
    const b = new Bench(2);
    const { graph } = b;
    const x = b.parameter("batch", 3, 2);
    const w = b.parameter(2, 2);
    const counter = graph.compute([], b.int(0));
    const { rows } = graph.scan(3, [counter], (s, [count]) => {
      const [n, k] = b.axes("batch", 2) as [Axis, Axis];
      const now = graph.compute([n, k], graph.read(x, [b.i(n), graph.read(count!, []), b.i(k)]));
      const y = b.dense(now, w);
      const value = b.map(multiply, y, y);
      const seed = graph.placeholder(["batch", 2]);
      const two = graph.compute([n, k], b.op(multiply, graph.at(y, [n, k]), 2));
      const square = graph.custom(value, [y], seed, [b.map(multiply, seed, two)], false);
      return {
        next: [graph.compute([], b.op(add, graph.read(count!, []), b.int(1)))],
        rows: [{ value: square, at: s, extent: 3, position: 1 }],
      };
    });
    b.check(b.loss(b.map(exp, rows[0]!)));
  });
});
