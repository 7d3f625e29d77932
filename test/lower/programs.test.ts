/** @file A small checked model, built by hand, as programs; and the gradient check on the interpreter. */
import { describe, expect, it } from "vitest";
import type { CheckedModel, Forward, Metric } from "../../src/check/model.js";
import { interpret } from "../../src/ir/interpret.js";
import type { ArenaName, Axis, Extent, Source } from "../../src/ir/types.js";
import { verifyProgram } from "../../src/ir/verify.js";
import { checkGradients } from "../../src/lower/gradcheck.js";
import { lower, programsOf } from "../../src/lower/programs.js";
import { abs, multiply, number, subtract, tanh } from "../../src/ops/index.js";
import { Bench } from "../gradcheck/check.js";

const nowhere = {} as CheckedModel["location"];
const source = (name: string, arena: ArenaName, offset: number, shape: readonly Extent[]): Source => ({
  name,
  arena,
  type: arena === "totals" || arena === "metrics" || arena === "sums" ? "f64" : "f32",
  offset,
  shape,
});

/** `y = tanh(x @ w)`, loss |y - t|, a buffer with the batch's sum, an unused parameter, plain gradient descent. */
function model(): CheckedModel {
  const b = new Bench(3);
  const { graph } = b;
  const places = {
    x: source("x", "inputs", 0, ["batch", 2]),
    t: source("t", "inputs", 6, ["batch"]),
    w: source("w", "parameters", 0, [2]),
    unused: source("unused", "parameters", 2, [3]),
    seen: source("seen", "buffers", 0, []),
    loss: source("loss", "totals", 0, []),
    y: source("y", "outputs", 0, ["batch"]),
    metric: source("loss", "metrics", 0, []),
  };
  const [n, k, j] = b.axes("batch", 2, 3) as [Axis, Axis, Axis];
  const x = graph.source(places.x);
  const w = graph.source(places.w);
  const product = graph.compute([n], b.sum([k], b.op(multiply, graph.at(x, [n, k]), graph.at(w, [k]))));
  const y = b.map(tanh, product);
  const loss = b.map(abs, b.map(subtract, y, graph.source(places.t)));
  const total = { target: places.loss, value: graph.compute([], b.sum([n], graph.at(loss, [n]))) };
  const regularization = graph.compute([], b.sum([k], b.op(multiply, graph.at(w, [k]), graph.at(w, [k]))));
  const forward: Forward = { loss, regularization, outputs: [y], buffers: [], totals: [total] };
  const seen = { target: places.seen, value: graph.compute([], b.sum([n], graph.at(y, [n]))) };
  const gradient = graph.source({ ...places.w, arena: "gradients" });
  const descended = b.op(subtract, graph.at(w, [k]), b.op(multiply, graph.at(gradient, [k]), 0.1));
  const metrics: readonly Metric[] = [
    {
      name: "loss",
      shape: [],
      target: places.metric,
      result: graph.compute([], graph.at(graph.source({ ...places.loss, arena: "sums" }), [])),
    },
  ];
  const phase = {
    states: [],
    prune: undefined,
    served: [],
    update: [[{ target: places.w, value: graph.compute([k], descended) }]],
    metrics,
  };
  const trained = (["w", "unused"] as const).map((path) => ({
    path,
    source: places[path],
    gradient: { ...places[path], arena: "gradients" as const },
  }));
  const port = { shape: [], element: { kind: "f32" }, documentation: undefined, location: nowhere } as const;
  const parameter = { trainable: true, location: nowhere };
  return {
    name: "Tiny",
    documentation: undefined,
    location: nowhere,
    graph,
    batch: 3,
    inputs: [{ ...port, name: "x", shape: [2], source: places.x }],
    targets: [{ ...port, name: "t", source: places.t }],
    outputs: [{ ...port, name: "y", source: places.y }],
    parameters: [
      {
        ...parameter,
        path: "w",
        shape: [2],
        source: places.w,
        initial: graph.compute([k], b.op(number, graph.index(k))),
      },
      {
        ...parameter,
        path: "unused",
        shape: [3],
        source: places.unused,
        initial: graph.compute([j], graph.constant(7)),
      },
    ],
    buffers: [{ path: "seen", shape: [], source: places.seen, initial: graph.compute([], graph.constant(-1)) }],
    ...phase,
    phases: [{ ...phase, name: undefined, epochs: 1, loss, trained }],
    survey: { totals: [], largest: [], buffers: [] },
    kept: [],
    forward: { train: { ...forward, buffers: [seen] }, evaluate: forward, predict: { ...forward, totals: [] } },
    steps: [],
    training: {} as CheckedModel["training"],
    data: { bindings: [], testFraction: 0, testLast: false },
  };
}

function started() {
  const lowered = lower(model());
  const memory: { [name in ArenaName]?: Float64Array } = {};
  for (const { name, length } of lowered.arenas) memory[name] = new Float64Array(length);
  memory.inputs!.set([1, 2, -1, 0.5, 0.3, -2, 0.5, -0.25, 0.1]);
  const run = (name: Exclude<keyof typeof lowered.programs, "later" | "phases">) =>
    interpret(lowered.programs[name]!, { memory, batch: 3, step: 1, seed: 1 });
  run("initialize");
  return { lowered, memory, run };
}

describe("programs", () => {
  it("are well formed, with arenas that hold them", () => {
    const { lowered } = started();
    for (const program of programsOf(lowered.programs)) expect(verifyProgram(program)).toEqual([]);
    expect(lowered.programs.survey).toBeUndefined();
    const lengths = Object.fromEntries(lowered.arenas.map(({ name, length }) => [name, length]));
    expect(lengths).toEqual({
      inputs: 9,
      parameters: 5,
      gradients: 5,
      buffers: 1,
      totals: 2,
      sums: 2,
      outputs: 3,
      metrics: 1,
    });
    expect(lowered.unreached).toEqual(["unused"]);
    expect(lowered.surrogates).toEqual([]);
  });
  it("initialize, train, evaluate, predict, finish", () => {
    const { memory, run } = started();
    expect([...memory.parameters!]).toEqual([0, 1, 7, 7, 7]);
    expect([...memory.buffers!]).toEqual([-1]);
    const y = [2, 0.5, -2].map(Math.tanh);
    const loss = Math.abs(y[0]! - 0.5) + Math.abs(y[1]! + 0.25) + Math.abs(y[2]! - 0.1);
    run("predict");
    expect([...memory.outputs!]).toEqual(y);
    run("evaluate");
    expect(memory.totals![0]).toBeCloseTo(loss, 12);
    memory.sums!.set(memory.totals!.subarray(0, 1));
    run("finish");
    expect(memory.metrics![0]).toBeCloseTo(loss, 12);
    run("train");
    expect(memory.buffers![0]).toBeCloseTo(
      y.reduce((a, b) => a + b),
      12,
    );
    expect([...memory.gradients!.subarray(2)]).toEqual([0, 0, 0]);
    expect(memory.parameters![0]).toBeCloseTo(-0.1 * memory.gradients![0]!, 12);
  });
  it("gives the same gradients without the optimizer, and the mean loss with regularization", () => {
    const { lowered, memory, run } = started();
    run("gradient");
    const gradients = [...memory.gradients!];
    const objective = memory.totals![lowered.objective!.offset]!;
    expect(objective).toBeCloseTo(memory.totals![0]! / 3 + 1, 12);
    expect([...memory.buffers!]).toEqual([-1]);
    run("train");
    expect([...memory.gradients!]).toEqual(gradients);
  });
});

describe("gradient check", () => {
  const host = () => {
    const { lowered, memory, run } = started();
    const objective = () => {
      run("gradient");
      return memory.totals![lowered.objective!.offset]!;
    };
    const gradients = () => {
      run("gradient");
      return memory.gradients!;
    };
    return { parameters: memory.parameters!, objective, gradients };
  };
  const { parameters } = model();
  it("agrees", () => {
    const reports = checkGradients(host(), parameters);
    expect(reports.map(({ path, checked, skipped }) => [path, checked, skipped])).toEqual([
      ["w", 2, 0],
      ["unused", 3, 0],
    ]);
    for (const report of reports) expect(report.maxRelativeError).toBeLessThan(1e-7);
  });
  it("finds a wrong gradient, and one that is no number", () => {
    const right = host();
    const gradients = () => Float64Array.from(right.gradients(), (g, k) => (k === 1 ? g * 1.01 : k === 3 ? NaN : g));
    const [w, unused] = checkGradients({ ...right, gradients }, parameters);
    expect(w!.maxRelativeError).toBeCloseTo(0.01, 3);
    expect(w!.worst!.index).toBe(1);
    expect(unused!.maxRelativeError).toBe(Infinity);
  });
  it("skips a slight kink wherever it lies between the steps", () => {
    for (let at = 0; at < 1e-4; at += 1e-6) {
      const values = Float64Array.of(0, 1);
      const objective = () => values[1]! * values[0]! + 1e-3 * Math.max(values[0]! - at, 0);
      const gradients = () => Float64Array.of(values[1]!, values[0]!);
      const [report] = checkGradients({ parameters: values, objective, gradients }, [
        { path: "p", shape: [2], source: { offset: 0 } },
      ]);
      expect(report!.maxRelativeError, String(at)).toBeLessThan(1e-4);
    }
  });
  it("skips kinks, and says how many; samples large tensors; leaves out surrogates", () => {
    const values = Float64Array.of(0, 1, 3e-5, 2);
    const at = { parameters: values, objective: () => values.reduce((sum, v) => sum + Math.abs(v) + v * v, 0) };
    const gradients = () => values.map((v) => (v > 0 ? 1 : 0) + 2 * v);
    const parameter = { path: "p", shape: [4], source: { offset: 0 } };
    const [report] = checkGradients({ ...at, gradients }, [parameter]);
    expect(report).toMatchObject({ checked: 3, skipped: 1 });
    expect(report!.maxRelativeError).toBeLessThan(1e-6);
    expect(checkGradients({ ...at, gradients }, [parameter], { samples: 3 })[0]!.checked).toBeLessThanOrEqual(3);
    const [left] = checkGradients({ ...at, gradients }, [parameter], { surrogates: ["p"] });
    expect(left).toMatchObject({ checked: 0, note: "surrogate" });
  });
});
