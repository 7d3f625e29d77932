/** @file Losses at extreme scores: what naive arithmetic gets wrong and algebra gets right. */
import { describe, expect, it } from "vitest";
import { verifyTensors } from "../../src/ir/verify.js";
import { printTensors } from "../../src/ir/print.js";
import { differentiate } from "../../src/lower/autodiff.js";
import { afterGradient, beforeGradient, runPassesOn } from "../../src/passes/pipeline.js";
import * as ops from "../../src/ops/index.js";
import { Builder, values } from "./graphs.js";

describe("softmax, then cross-entropy", () => {
  const b = new Builder();
  const logits = b.source("logits", "inputs", ["batch", 3]);
  const label = b.source("label", "classes", ["batch"]);
  const y = b.softmax(logits);
  const loss = b.total(b.crossEntropy(y, b.oneHot(label, 3)));
  const each = b.map(ops.log, y);
  const memory = { inputs: [1000, 0, -1000, 1, 2, 3], classes: [1, 2] };

  it("is NaN or infinite as written", () => {
    expect(values([loss], memory, 2)[0]![0]).not.toBeCloseTo(1000, 3);
  });
  it("has the exact logarithms and the gradient p - t", () => {
    const [stable, logs] = runPassesOn(b.graph, beforeGradient, [loss, each]);
    const { gradients, others } = differentiate(b.graph, stable!, [logits], [stable!, logs!]);
    const final = runPassesOn(b.graph, afterGradient, [...others, gradients[0]!]);
    expect(verifyTensors(final)).toEqual([]);
    const [value, logarithms, gradient] = values(final, memory, 2);
    expect(logarithms!.slice(0, 3)).toEqual([0, -1000, -2000]);
    const z = Math.E + Math.E ** 2 + Math.E ** 3;
    expect(value![0]).toBeCloseTo(1000 + Math.log(z) - 3, 9);
    const p = [1, 2, 3].map((x) => Math.exp(x) / z);
    [1, -1, 0, p[0]!, p[1]!, p[2]! - 1].forEach((want, k) => expect(gradient![k]).toBeCloseTo(want, 12));
  });
  it("looks so", () => {
    const [stable] = runPassesOn(b.graph, beforeGradient, [loss]);
    const { gradients, others } = differentiate(b.graph, stable!, [logits], [stable!]);
    const final = runPassesOn(b.graph, afterGradient, [...others, gradients[0]!]);
    expect(`\n${printTensors([loss])}\n`).toMatchSnapshot("before");
    expect(`\n${printTensors(final)}\n`).toMatchSnapshot("after");
  });
});

describe("sigmoid, then binary cross-entropy", () => {
  it("is finite at any score, with the gradient p - t", () => {
    const b = new Builder();
    const scores = b.source("scores", "inputs", ["batch"]);
    const target = b.source("target", "inputs", ["batch"]);
    const y = b.sigmoid(scores);
    const safeLog = (t: ReturnType<typeof b.map>, x: ReturnType<typeof b.map>) =>
      b.map(ops.where, b.map(ops.equal, t, 0), 0, b.map(ops.multiply, t, b.map(ops.log, x)));
    const terms = b.map(
      ops.add,
      safeLog(target, y),
      safeLog(b.map(ops.subtract, 1, target), b.map(ops.subtract, 1, y)),
    );
    const loss = b.total(b.map(ops.negate, terms));
    const [stable] = runPassesOn(b.graph, beforeGradient, [loss]);
    const { gradients, others } = differentiate(b.graph, stable!, [scores], [stable!]);
    const final = runPassesOn(b.graph, afterGradient, [...others, gradients[0]!]);
    const memory = { inputs: [1000, -1000, 0, 2, 0, 1, 1, 0] };
    const [value, gradient] = values(final, memory, 4);
    const log2 = Math.log(2);
    expect(value![0]).toBeCloseTo(1000 + 1000 + log2 + 2 + Math.log1p(Math.exp(-2)), 9);
    [1, -1, -0.5, 1 / (1 + Math.exp(-2))].forEach((want, k) => expect(gradient![k]).toBeCloseTo(want, 12));
  });
});

describe("other logarithms", () => {
  const b = new Builder();
  const x = b.source("x", "inputs", [4]);
  const stable = (t: ReturnType<typeof b.map>) => runPassesOn(b.graph, [...beforeGradient, ...afterGradient], [t])[0]!;
  it("log(exp x) is x, also through a reshape", () => {
    const e = b.map(ops.exp, x);
    expect(stable(b.map(ops.log, e))).toBe(x);
    const memory = { inputs: [1000, -1000, 0, 1] };
    expect(values([stable(b.map(ops.log, b.graph.reshape(e, [2, 2])))], memory, 1)[0]).toEqual([1000, -1000, 0, 1]);
  });
  it("log of a picked probability is picked from the logarithms", () => {
    const y = b.softmax(b.graph.reshape(x, [1, 4]));
    const picked = b.graph.compute(
      [],
      b.graph.apply(
        ops.log,
        b.graph.read(
          y,
          [0, 2].map((k) => b.graph.constant(k, "i32")),
        ),
      ),
    );
    expect(values([stable(picked)], { inputs: [1000, 0, -1000, 5] }, 1)[0]).toEqual([-2000]);
    const hot = b.oneHot(b.graph.compute([], b.graph.constant(2, "i32")), 4);
    const p = b.fold("sum", b.map(ops.multiply, hot, y));
    expect(values([stable(b.map(ops.log, p))], { inputs: [1000, 0, -1000, 5] }, 1)[0]).toEqual([-2000]);
  });
});
