/** @file Whole models: every pass leaves a sound graph and the interpreter's answer. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CheckedModel } from "../../src/check/model.js";
import { createProject } from "../../src/compiler/project.js";
import { interpret } from "../../src/ir/interpret.js";
import type { ArenaName, Program, Source } from "../../src/ir/types.js";
import { topological, rootsOf } from "../../src/ir/traverse.js";
import { lower, programsOf } from "../../src/lower/programs.js";
import { afterGradient, beforeGradient, runPasses, runPassesOn } from "../../src/passes/pipeline.js";

const convolutional = `
model Small {
  input  image: f32[9, 9, 2]
  target label: class[3]
  let logits = image -> conv2d(4, 3) -> relu -> max_pool2d(2)
    -> conv2d(3, 2, padding: same) -> batch_norm -> relu -> average_pool2d(2, padding: same) -> flatten -> dropout(0.3) -> dense(3)
  output digit = softmax(logits)
  loss cross_entropy(digit, label)
  metric accuracy(digit, label)
  optimizer adam(1e-3)
}`;
const recurrent = `
model Sequence {
  input  words: class[7][5]
  target next: class[7][5]
  let hidden = words -> embedding(3) -> lstm(4, return_sequences: true)
  output y = hidden -> dense(7) -> softmax
  loss cross_entropy(y, next)
  optimizer global_clip_norm(1.0) -> adam(2e-3)
}`;
const attentive = `
model Attentive {
  input  x: f32[4, 6]
  target t: f32[4, 6]
  let h = x -> multi_head_attention(2, key_dim: 3) -> residual(dense(6) -> layer_norm)
  output y = h
  loss mean_squared_error(y, t)
  optimizer sgd(0.1)
}`;
const example = (name: string) => readFileSync(new URL(`../../examples/${name}.net`, import.meta.url), "utf8");

function checkText(text: string, batch: number): CheckedModel {
  const project = createProject({ readText: () => text, resolve: (specifier) => specifier });
  const model = project.check("model.net", { batch })?.models[0];
  if (!model) throw new Error(`no model in\n${text}`);
  return model;
}

type Snapshot = Record<ArenaName, Float64Array>;

const models: readonly (readonly [string, string])[] = [
  ["a convolutional model", convolutional],
  ["a recurrent model", recurrent],
  ["attention", attentive],
  ...["linear-regression", "iris", "mnist-mlp", "custom"].map((name) => [name, example(name)] as const),
];

describe.each(models)("%s", (_name, text) => {
  const rows = 3;
  const model = checkText(text, rows);
  const { graph } = model;
  const plain = lower(model).programs;
  const prepared = lower(model, { prepare: (g, tensors) => runPassesOn(g, beforeGradient, tensors) });
  const classes = new Map<ArenaName, Source[]>();
  for (const program of programsOf(plain))
    for (const tensor of topological(rootsOf(program)))
      if (tensor.kind === "source" && tensor.source.limit !== undefined)
        classes.set("classes", [...(classes.get("classes") ?? []), tensor.source]);

  const start = (): Snapshot => {
    const memory = Object.fromEntries(
      prepared.arenas.map(({ name, length }) => [
        name,
        Float64Array.from({ length }, (_, k) => Math.sin(k * 12.9898 + 1)),
      ]),
    ) as Snapshot;
    for (const { offset, shape, limit } of classes.get("classes") ?? []) {
      const size = shape.reduce<number>((n, extent) => n * (extent === "batch" ? rows : extent), 1);
      for (let k = 0; k < size; k++) memory.classes[offset + k] = (k * 7 + 3) % limit!;
    }
    // Second moments and counts are not negative.
    for (const name of ["states", "sums", "buffers"] as const)
      memory[name]?.forEach((x, k, all) => (all[k] = Math.abs(x)));
    return memory;
  };
  const after = (program: Program): Snapshot => {
    const memory = start();
    interpret(program, { memory, batch: rows, step: 3, seed: 5 });
    return memory;
  };

  it.each(["initialize", "predict", "evaluate", "gradient", "train", "finish"] as const)("%s", (name) => {
    const [before, lowered] = [plain[name], prepared.programs[name]];
    if (!before || !lowered) return;
    const optimised = runPasses(graph, afterGradient, lowered, { verify: true });
    const [expected, found] = [after(before), after(optimised)];
    for (const [arena, want] of Object.entries(expected) as [ArenaName, Float64Array][])
      want.forEach((x, k) => {
        const difference = Math.abs(x - found[arena][k]!) / Math.max(1, Math.abs(x));
        if (!(difference < 1e-9 || Object.is(x, found[arena][k])))
          expect.fail(`${arena}[${k}] is ${found[arena][k]}, not ${x}`);
      });
  });
});
