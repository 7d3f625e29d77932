/** @file Training phases: each moves its own parameters for its own loss, with an optimizer of its own, and resumes. */
import { beforeAll, describe, expect, test } from "vitest";
import { instantiate } from "../../src/cli/compile.js";
import type { Data, ModelModule, Net } from "../../src/cli/module.js";
import { compileModel } from "../../src/compiler/compile.js";
import { emitModule } from "../../src/emit/emit.js";
import { comparePrograms } from "../backends/programs.js";
import { codesOf, modelOf } from "../check/support.js";
import { stateOf } from "./data.js";
import { typeErrors } from "./module.js";

const text = (phases: string, optimizer = "global_clip_norm(1.0) -> nadam(0.01)") => `
model Stacked {
  input  x: f32[8]
  target kind: class[3]
  use    encode = dense(5) -> tanh
  use    decode = dense(8)
  use    head = dense(3)
  let    h = x -> encode
  output chance = h -> head -> softmax
  loss   rebuilt = mean_squared_error(h -> decode, x)
  loss   sort = cross_entropy(chance, kind)
  metric accuracy(chance, kind)
  optimizer ${optimizer}
  ${phases}
  train  { batch: 4, epochs: 10 }
}`;
const phased = text(`
  phase  one { only: [encode, decode], minimize: rebuilt, epochs: 2 }
  phase  two { only: head, minimize: sort, epochs: 3 }
  phase  tune { epochs: 2 }`);

const rows = 20;
const data: Data = {
  x: Float32Array.from({ length: 8 * rows }, (_, k) => Math.sin(k * k)),
  kind: Int32Array.from({ length: rows }, (_, k) => k % 3),
};
const parametersOf = (net: Net): Record<string, string> =>
  Object.fromEntries(Object.entries(net.parameters).map(([name, group]) => [name, JSON.stringify(group)]));
const summed = (metrics: Readonly<Record<string, unknown>>, ...names: string[]) =>
  names.reduce((sum, name) => sum + (metrics[name] as number), 0);

describe.each(["typescript", "wasm"] as const)("phases, %s", (target) => {
  let module: ModelModule;
  beforeAll(async () => {
    module = await instantiate(compileModel(modelOf(phased), { target }));
  });

  test("follow each other; only what they name moves; the loss is what they minimise", async () => {
    const net = module.create({ seed: 1 });
    const before = parametersOf(net);
    const seen: Record<string, string>[] = [];
    const { epochs } = await net.fit(data, {
      validation: 0.2,
      onEpoch: () => void seen.push(parametersOf(net)),
    });
    expect(epochs.map(({ phase, epoch }) => [phase, epoch])).toEqual([
      ["one", 1],
      ["one", 2],
      ["two", 3],
      ["two", 4],
      ["two", 5],
      ["tune", 6],
      ["tune", 7],
    ]);
    expect(seen[1]!["head"]).toBe(before["head"]);
    expect(seen[1]!["encode"]).not.toBe(before["encode"]);
    expect(seen[4]!["encode"]).toBe(seen[1]!["encode"]);
    expect(seen[4]!["decode"]).toBe(seen[1]!["decode"]);
    expect(seen[4]!["head"]).not.toBe(before["head"]);
    for (const name of ["encode", "decode", "head"]) expect(seen[6]![name]).not.toBe(seen[4]![name]);
    const minimised = { one: ["rebuilt"], two: ["sort"], tune: ["rebuilt", "sort"] };
    for (const { phase, metrics, validation } of epochs)
      for (const values of [metrics, validation!])
        expect(values["loss"]).toBeCloseTo(summed(values, ...minimised[phase as keyof typeof minimised]), 12);
    expect(net.step).toBe(7 * 4);
  });

  test("the first phase is what a model with that loss and the rest frozen does", async () => {
    const alone = await instantiate(
      compileModel(
        modelOf(
          text("")
            .replace("loss   sort = cross_entropy(chance, kind)", "")
            .replace("use    head = dense(3)", "")
            .replace("h -> head -> softmax", "h -> decode -> softmax")
            .replace("metric accuracy(chance, kind)", "metric t = number(kind)"),
        ),
        { target },
      ),
    );
    const [a, b] = [module.create({ seed: 3 }), alone.create({ seed: 3 })];
    const signal = { aborted: false };
    await a.fit(data, { signal, onEpoch: ({ epoch }) => void (signal.aborted = epoch === 2) });
    await b.fit(data, { epochs: 2 });
    expect(parametersOf(a)["encode"]).toBe(parametersOf(b)["encode"]);
    expect(parametersOf(a)["decode"]).toBe(parametersOf(b)["decode"]);
  });

  test.each([3, 9, 10, 11, 24, 25, 26, 30])("resumes after %d steps as if never aborted", async (steps) => {
    const whole = module.create({ seed: 2 });
    await whole.fit(data);
    const net = module.create({ seed: 2 });
    const signal = { aborted: false };
    let left = steps;
    await net.fit(data, { signal, onBatch: () => void (signal.aborted = --left <= 0) });
    const other = module.create({ seed: 9 });
    other.load(net.save());
    expect(stateOf(other)).toBe(stateOf(net));
    await other.fit(data, { resume: true });
    expect(stateOf(other)).toBe(stateOf(whole));
  });

  test("a new fit begins with the first phase and its optimizer as at first", async () => {
    const net = module.create({ seed: 2 });
    await net.fit(data);
    const weights = net.save();
    const fresh = module.create({ seed: 2 });
    fresh.copyFrom(net);
    net.load(weights);
    const first = await net.fit(data, { epochs: 1, shuffle: false });
    await fresh.fit(data, { epochs: 1, shuffle: false });
    expect(first.epochs.map(({ phase }) => phase)).toEqual(["one", "two", "tune"]);
    expect(parametersOf(net)).toEqual(parametersOf(fresh));
  });
});

test("interpreter and generated code agree on every program", async () => {
  expect(await comparePrograms(modelOf(phased), 3, 1e-9)).toEqual([]);
});
test("the module passes the strictest checks", () => {
  const { text } = emitModule(compileModel(modelOf(phased)), { language: "ts" });
  expect(typeErrors({ "stacked.ts": text })).toEqual([]);
});
test("mistakes in phases are told", () => {
  const one = (entries: string) => codesOf(text(`phase one { ${entries} }`));
  expect(one("epochs: 2, minimize: [rebuilt, sort]")).toEqual([]);
  expect(one("epoch: 2")).toEqual(["NET6001"]);
  expect(one("epochs: 0")).toEqual(["NET6002"]);
  expect(one("minimize: rebuild")).toEqual(["NET6002"]);
  expect(one("only: [encoder]")).toEqual(["NET5006"]);
  expect(one("only: [h]")).toEqual(["NET2010"]);
  expect(one("only: 3")).toEqual(["NET6002"]);
  expect(codesOf(text("phase one {} phase one {}"))).toEqual(["NET2004"]);
});
