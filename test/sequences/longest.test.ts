/** @file Loops along sequences stop at the longest of a call: a larger declared length changes neither results nor what is learned. */
import { describe, expect, test } from "vitest";
import { instantiate } from "../../src/cli/compile.js";
import type { Data } from "../../src/cli/module.js";
import { compileModel } from "../../src/compiler/compile.js";
import type { KernelStatement } from "../../src/ir/kernel.js";
import { modelOf } from "../check/support.js";

const longest = 5;
const batch = 3;
const layers = {
  "simple_rnn: its last state": "simple_rnn(4)",
  "gru: all states": "gru(4, return_sequences: true) -> global_max_pool1d",
  "lstm, backwards": "lstm(4, go_backwards: true)",
  "two directions, twice":
    "bidirectional(gru(3, return_sequences: true)) -> bidirectional(lstm(3, return_sequences: true)) -> global_average_pool1d",
  "a decaying sum": "decay",
};
const modelFor = (layer: string, t: number) =>
  modelOf(`
layer decay(x: [t, n]) -> [n] {
  param keep: [n] ~ ones
  scan i in t with h = zeros([n]) {
    h <- keep * h / 2 + x[i] * tanh(h + 1)
  }
  return h
}
model M {
  input  x: f32[t <= ${t}, 2]
  target y: f32[1]
  output z = x -> ${layer} -> dense(1)
  loss mean_squared_error(z, y)
  optimizer sgd(0.1)
  train { batch: ${batch} }
}`);

/** Rows of these many items. */
const given = (lengths: readonly number[]): Data =>
  ({
    x: lengths.map((length, row) => Array.from({ length }, (_, k) => [Math.sin(1 + row + k), Math.cos(row * k)])),
    y: lengths.map((length) => [length / longest]),
  }) as unknown as Data;
const batches = [
  [4, 5, 2],
  [1, 1, 1],
  [2, 3],
  [5, 5, 5],
];

describe.each(Object.entries(layers))("%s", (_, layer) => {
  test.each(["wasm", "typescript"] as const)("%s", async (target) => {
    const run = async (t: number) => {
      const module = await instantiate(compileModel(modelFor(layer, t), { target }));
      const net = module.create({ seed: 1 });
      const losses = [...batches, ...batches].map((lengths) => Number(net.trainStep(given(lengths))["loss"]));
      const results = batches.flatMap((lengths) => Array.from(net.predict(given(lengths))["z"] as ArrayLike<number>));
      return [...losses, ...results];
    };
    const [short, long] = [await run(longest), await run(24)];
    long.forEach((value, k) => expect(value).toBeCloseTo(short[k]!, 5));
    expect(new Set(short).size).toBeGreaterThan(batches.length);
  });
});

test("programs have loops that a length in memory ends", () => {
  const isCut = (statement: KernelStatement): boolean =>
    statement.kind === "for" &&
    statement.meets === true &&
    [statement.from, statement.to].some((e) => e.kind !== "const");
  const cuts = (text: string) => {
    const { train, predict } = compileModel(modelFor("gru(4)", 24), { target: "wasm" }).programs;
    return { train, predict }[text as "train"]!.kernels.flatMap(({ body }) => body.filter(isCut)).length;
  };
  expect(cuts("predict")).toBe(2);
  expect(cuts("train")).toBe(4);
});
