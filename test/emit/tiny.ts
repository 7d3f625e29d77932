/**
 * @file A compiled model by hand: a line through two features, with momentum, a buffer, labels and a metric with axes.
 * It stands for what the compiler makes, so that the module around the kernels is tested alone.
 */
import { SourceFile } from "../../src/base/source.js";
import type { Arena, CompiledModel, Programs, Target } from "../../src/backends/model.js";
import type { ElementType, Metric, Port } from "../../src/check/model.js";
import { Graph } from "../../src/ir/graph.js";
import type { ArrayName, CompiledProgram, Kernel, KernelExpr, KernelStatement, LaneType } from "../../src/ir/kernel.js";
import type { ArenaName, Extent, ScalarOp, Source } from "../../src/ir/types.js";
import { add, equal, greater, integer, multiply, number, subtract } from "../../src/ops/index.js";

const graph = new Graph();
const file = new SourceFile(
  "models/tiny.net",
  'model Tiny {\n  input x: f32[2]\n  let estimate = x @ w + b  // a */ "comment"\n  loss (estimate - kind)^2\n}\n',
);
const location = { file, span: { start: 31, end: 55 } };

const f = (value: number): KernelExpr => ({ kind: "const", type: "f32", value });
const i = (value: number): KernelExpr => ({ kind: "const", type: "i32", value });
const local = (name: string, type: LaneType = "f32"): KernelExpr => ({ kind: "local", type, name });
const at = (constant: number, terms: Readonly<Record<string, number>>): KernelExpr => ({
  kind: "linear",
  type: "i32",
  constant,
  terms: Object.entries(terms).map(([name, factor]) => ({ name, factor })),
});
const load = (array: ArrayName, index: KernelExpr, type: LaneType = "f32"): KernelExpr => ({
  kind: "load",
  type,
  array,
  index,
});
const apply = (op: ScalarOp, ...args: KernelExpr[]): KernelExpr => ({
  kind: "apply",
  type: op.type(args.map((a) => a.type as "f32")),
  op,
  arguments: args,
});
const store = (array: ArrayName, index: KernelExpr, value: KernelExpr, accumulate = false): KernelStatement => ({
  kind: "store",
  array,
  index,
  value,
  accumulate,
});
const each = (variable: string, to: KernelExpr, ...body: KernelStatement[]): KernelStatement => ({
  kind: "for",
  variable,
  from: i(0),
  to,
  step: 1,
  body,
});
const set = (name: string, value: KernelExpr): KernelStatement => ({ kind: "let", name, value });
const kernel = (name: string, ...body: KernelStatement[]): Kernel => ({
  name,
  origins: [{ location, label: name }],
  body,
  flops: 4,
});
const program = (name: string, ...kernels: Kernel[]): CompiledProgram => ({
  name,
  kernels,
  activations: 4,
  integers: 0,
  lowerBound: { activations: 4, integers: 0 },
  regions: [],
});

const n = local("n", "i32");
const forward = kernel(
  "estimate",
  each(
    "r",
    n,
    store(
      "activations",
      at(0, { r: 1 }),
      apply(
        add,
        apply(
          add,
          apply(multiply, load("inputs", at(0, { r: 2 })), load("parameters", i(0))),
          apply(multiply, load("inputs", at(1, { r: 2 })), load("parameters", i(1))),
        ),
        load("parameters", i(2)),
      ),
    ),
  ),
);
const chosen = apply(greater, load("activations", at(0, { r: 1 })), f(0.5));
const decide = kernel(
  "decide",
  each(
    "r",
    n,
    store("outputs", at(0, { r: 1 }), load("activations", at(0, { r: 1 }))),
    store("decisions", at(0, { r: 1 }), apply(integer, chosen)),
  ),
);
const kind = load("classes", at(0, { r: 1 }), "i32");
const residual = set("e", apply(subtract, load("activations", at(0, { r: 1 })), apply(number, kind)));
const totals = kernel(
  "totals",
  { kind: "fill", array: "totals", from: i(0), to: i(7) },
  each(
    "r",
    n,
    residual,
    store("totals", i(0), apply(multiply, local("e"), local("e")), true),
    store("totals", i(1), apply(number, apply(equal, apply(integer, chosen), kind)), true),
    store("totals", apply(add, apply(add, apply(multiply, kind, i(2)), apply(integer, chosen)), i(2)), f(1), true),
  ),
  store("totals", i(6), n),
);
const backward = kernel(
  "gradient",
  { kind: "fill", array: "gradients", from: i(0), to: i(3) },
  each(
    "r",
    n,
    residual,
    each(
      "k",
      i(2),
      store("gradients", at(0, { k: 1 }), apply(multiply, local("e"), load("inputs", at(0, { r: 2, k: 1 }))), true),
    ),
    store("gradients", i(2), local("e"), true),
  ),
);
const rate: KernelExpr = apply(multiply, f(0.02), f(1));
const update = kernel(
  "momentum",
  each(
    "k",
    i(3),
    store(
      "states",
      at(0, { k: 1 }),
      apply(
        subtract,
        apply(multiply, f(0.5), load("states", at(0, { k: 1 }))),
        apply(multiply, rate, load("gradients", at(0, { k: 1 }))),
      ),
    ),
    store("parameters", at(0, { k: 1 }), load("states", at(0, { k: 1 })), true),
  ),
  store("buffers", i(0), apply(number, { kind: "scalar", type: "f64", name: "step", site: 0 })),
);
const initializeWeights = kernel(
  "initial_weights",
  each(
    "k",
    i(2),
    store(
      "parameters",
      at(0, { k: 1 }),
      apply(
        multiply,
        apply(number, { kind: "scalar", type: "i32", name: "key", site: 77 }),
        apply(multiply, f(2 ** -33), apply(add, apply(number, local("k", "i32")), f(1))),
      ),
    ),
  ),
  { kind: "fill", array: "parameters", from: i(2), to: i(3) },
  { kind: "fill", array: "buffers", from: i(0), to: i(1) },
);
const initializeStates = kernel("initial_states", { kind: "fill", array: "states", from: i(0), to: i(3) });
const ratio = apply(multiply, f(1), load("sums", i(0), "f64"));
const divideOp: ScalarOp = { ...multiply, name: "divide" };
const finish = kernel(
  "metrics",
  store("metrics", i(0), apply(divideOp, ratio, load("sums", i(6), "f64"))),
  store("metrics", i(1), apply(divideOp, load("sums", i(1), "f64"), load("sums", i(6), "f64"))),
  each("k", i(4), store("metrics", at(2, { k: 1 }), load("sums", at(2, { k: 1 }), "f64"))),
);

const source = (name: string, arena: ArenaName, offset: number, shape: readonly Extent[]): Source => ({
  name,
  arena,
  type: arena === "classes" || arena === "decisions" ? "i32" : "f32",
  offset,
  shape,
});
const zero = graph.compute([], graph.constant(0));
const port = (
  name: string,
  element: ElementType,
  arena: ArenaName,
  shape: readonly number[],
  documentation?: string,
): Port => ({
  name,
  element,
  shape,
  source: source(name, arena, 0, ["batch", ...shape]),
  documentation,
  location,
});
const metric = (name: string, offset: number, shape: readonly number[]): Metric => ({
  name,
  shape,
  result: zero,
  target: source(name, "metrics", offset, shape),
});
const arena = (name: ArenaName, length: number): Arena => ({
  name,
  type: ["classes", "decisions"].includes(name) ? "i32" : ["totals", "sums", "metrics"].includes(name) ? "f64" : "f32",
  length,
});

export interface TinyNames {
  readonly model?: string;
  readonly input?: string;
  readonly metric?: string;
  readonly weight?: string;
  readonly labels?: readonly string[] | undefined;
  readonly documentation?: string;
  /** Default `typescript`. With `wasm` the kernels are the same, and so is the fallback. */
  readonly target?: Target;
}

/** Batch 4; `kind` is 1 where x[0] + x[1] is large. */
export function tinyModel(names: TinyNames = {}): CompiledModel {
  const labels = "labels" in names ? names.labels : ["no", "yes"];
  const kinds: ElementType = { kind: "class", size: 2, labels };
  const forwardOf = { loss: undefined, regularization: undefined, outputs: [], buffers: [], totals: [] };
  const { target = "typescript" } = names;
  const programs: Programs = {
    initialize: program("initialize", initializeWeights, initializeStates),
    train: program("train", forward, totals, backward, update),
    gradient: program("gradient", forward, totals, backward),
    evaluate: program("evaluate", forward, totals),
    predict: program("predict", forward, decide),
    predictOne: undefined,
    finish: program("finish", finish),
    later: [],
    phases: [{ begin: undefined, update: undefined, serve: undefined, finish: program("finish", finish) }],
    reset: undefined,
    survey: undefined,
    settle: undefined,
  };
  const states = [{ path: "velocity", shape: [3], source: source("v", "states", 0, [3]), initial: zero }];
  const metrics = [metric("loss", 0, []), metric(names.metric ?? "accuracy", 1, []), metric("confusion", 2, [2, 2])];
  return {
    checked: {
      name: names.model ?? "Tiny",
      documentation: names.documentation,
      location,
      graph,
      batch: 4,
      inputs: [port(names.input ?? "x", { kind: "f32" }, "inputs", [2], "Two features.")],
      targets: [port("kind", kinds, "classes", [])],
      outputs: [port("estimate", { kind: "f32" }, "outputs", []), port("choice", kinds, "decisions", [])],
      parameters: [
        {
          path: names.weight ?? "line.kernel",
          shape: [2],
          source: source("w", "parameters", 0, [2]),
          trainable: true,
          initial: zero,
          location,
        },
        {
          path: "line.bias",
          shape: [],
          source: source("b", "parameters", 2, []),
          trainable: true,
          initial: zero,
          location,
        },
      ],
      buffers: [{ path: "seen", shape: [], source: source("seen", "buffers", 0, []), initial: zero }],
      survey: { totals: [], largest: [], buffers: [] },
      kept: [],
      states,
      forward: { train: forwardOf, evaluate: forwardOf, predict: forwardOf },
      update: [],
      metrics,
      phases: [
        {
          name: undefined,
          epochs: 1,
          loss: undefined,
          trained: [],
          update: [],
          prune: undefined,
          served: [],
          states,
          metrics,
        },
      ],
      steps: [],
      training: {
        batch: 4,
        epochs: 3,
        shuffle: true,
        validation: 0,
        seed: 0,
        accumulate: undefined,
        stop: undefined,
        plateau: undefined,
        checkpoint: undefined,
        terminateOnNan: false,
      },
      data: { bindings: [], testFraction: 0, testLast: false },
    },
    batch: 4,
    arenas: [
      arena("inputs", 8),
      arena("classes", 4),
      arena("parameters", 3),
      arena("gradients", 3),
      arena("states", 3),
      arena("buffers", 1),
      arena("totals", 7),
      arena("sums", 7),
      arena("outputs", 4),
      arena("decisions", 4),
      arena("metrics", 6),
    ],
    programs,
    target,
    relaxed: false,
    fallback: target === "wasm" ? programs : undefined,
    nominalFlops: 0,
    objective: undefined,
    surrogates: [],
  };
}
