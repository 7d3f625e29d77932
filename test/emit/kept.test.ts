/** @file Values that predictions keep: `kept` continues where the last call ended, row by row, until `reset`. */
import { describe, expect, test } from "vitest";
import { instantiate } from "../../src/cli/compile.js";
import { compileModel } from "../../src/compiler/compile.js";
import { emitModule } from "../../src/emit/emit.js";
import { comparePrograms } from "../backends/programs.js";
import { modelOf } from "../check/support.js";
import { thrown } from "./data.js";
import { typeErrors } from "./module.js";

const counter = modelOf(`
layer counter(keeps: bool)(x: [t, n]) -> [n] {
  scan i in t with h = 10 * ones([n]) kept when keeps {
    h <- h + x[i]
  }
  return h
}
model Counter {
  input  x: f32[2, 3]
  target t: f32[3]
  param  scale: [] ~ ones
  output on = scale * (x -> counter(true))
  output off = x -> counter(false)
  loss   mean_squared_error(on, t)
  optimizer sgd(0.01)
  train  { batch: 4 }
}`);
const counters = await instantiate(compileModel(counter));
/** Rows of [2, 3]: each column adds up to 2 * (row + 1). */
const ramp = (rows: number) => Float32Array.from({ length: 6 * rows }, (_, k) => 1 + Math.floor(k / 6));
const on = (net: ReturnType<typeof counters.create>, rows: number) => [
  ...(net.predict({ x: ramp(rows) })["on"] as Float32Array),
];
const thrice = (...values: number[]) => values.flatMap((value) => [value, value, value]);

const letters = (stateful: boolean, t: number) =>
  modelOf(`
model Letters {
  input  x: class[5][${t}]
  target y: class[5][${t}]
  output next = x -> embedding(4) -> lstm(6, return_sequences: true, stateful: ${stateful}) -> gru(3, return_sequences: true, stateful: ${stateful}) -> dense(5) -> softmax
  loss   cross_entropy(next, y)
  optimizer adam(0.01)
  train  { batch: 3 }
}`);

describe("kept", () => {
  test("continues row by row, until reset", () => {
    const net = counters.create();
    expect(on(net, 2)).toEqual(thrice(12, 14));
    expect(on(net, 2)).toEqual(thrice(14, 18));
    expect(on(net, 1)).toEqual(thrice(16));
    expect(on(net, 3)).toEqual(thrice(18, 22, 16));
    net.reset();
    expect(on(net, 2)).toEqual(thrice(12, 14));
  });
  test("not where the condition is false, nor in training and evaluation", () => {
    const net = counters.create();
    const off = () => [...(net.predict({ x: ramp(1) })["off"] as Float32Array)];
    expect([off(), off()]).toEqual([thrice(12), thrice(12)]);
    const data = { x: ramp(1), t: Float32Array.from(thrice(12)) };
    expect(net.evaluate(data)["loss"]).toBe(0);
    expect(net.trainStep(data)["loss"]).toBe(0);
    expect(on(net, 1)).toEqual(thrice(16));
  });
  test("at most the declared batch of rows", () => {
    const net = counters.create();
    expect(on(net, 4)).toHaveLength(12);
    expect(thrown(() => net.predict({ x: ramp(5) }))).toMatchObject({ name: "NetInputError" });
    expect(on(net, 1)).toEqual(thrice(14));
  });
  test("load, copyFrom and initialize begin anew; other nets keep their own", () => {
    const net = counters.create();
    const other = counters.create();
    on(net, 1);
    expect(on(other, 1)).toEqual(thrice(12));
    for (const restart of [() => net.load(net.save()), () => net.copyFrom(other), () => net.initialize()]) {
      expect(on(net, 1)).not.toEqual(thrice(12));
      restart();
      expect(on(net, 1)).toEqual(thrice(12));
    }
  });
  test("a stateful lstm in pieces is the whole sequence at once", async () => {
    const whole = (await instantiate(compileModel(letters(false, 12)))).create({ seed: 4 });
    const pieces = (await instantiate(compileModel(letters(true, 3)))).create({ seed: 4 });
    const text = Array.from({ length: 36 }, (_, k) => (k * k + 3 * k) % 5);
    const expected = whole.predict({ x: Int32Array.from(text) })["next"] as Float32Array;
    for (let piece = 0; piece < 4; piece++) {
      const rows = [0, 1, 2].flatMap((row) => text.slice(12 * row + 3 * piece, 12 * row + 3 * piece + 3));
      const found = pieces.predict({ x: Int32Array.from(rows) })["next"] as Float32Array;
      for (let row = 0; row < 3; row++)
        for (let k = 0; k < 15; k++) expect(found[15 * row + k]).toBeCloseTo(expected[60 * row + 15 * piece + k]!, 6);
    }
  });
  test("interpreter and generated code agree on every program", async () => {
    expect(await comparePrograms(counter, 3, 1e-9)).toEqual([]);
    expect(await comparePrograms(letters(true, 3), 3, 1e-9)).toEqual([]);
  });
  test("the module passes the strictest checks", () => {
    const { text } = emitModule(compileModel(counter), { language: "ts" });
    expect(typeErrors({ "counter.ts": text })).toEqual([]);
  });
});
