/** @file Sequences in generated nets: what goes in, what comes out, the same on both targets, and what is refused. */
import { describe, expect, test } from "vitest";
import { instantiate } from "../../src/cli/compile.js";
import { compileModel } from "../../src/compiler/compile.js";
import { emitModule } from "../../src/emit/emit.js";
import { modelOf } from "../check/support.js";
import { thrown } from "../emit/data.js";
import { typeErrors } from "../emit/module.js";

const tagger = modelOf(`
model Tagger {
  input  words: class["a", "b", "c"][t <= 5]
  input  x: f32[t <= 5, 2]
  target tags: class["N", "V"][t <= 5]
  let    states = [words -> embedding(3), x] -> concatenate -> bidirectional(gru(3, return_sequences: true))
  output chance = states -> dense(2) as head -> softmax
  output best = argmax(chance, over: -1)
  output last = states -> global_max_pool1d
  output whether = chance[:, 1] > 0.5
  loss   cross_entropy(chance, tags)
  metric accuracy(chance, tags)
  optimizer adam(0.05)
  train  { batch: 3 }
}`);
const words = [["a", "b"], ["c", "a", "b", "c", "a"], ["b"], ["a", "c", "b"]];
const x = words.map((row, k) => row.map((_, i) => [Math.sin(k + i), Math.cos(k * i)]));
const tags = words.map((row) => row.map((word) => (word === "a" ? "N" : "V")));
/** The same, padded with what nobody may read. */
const flat = {
  words: {
    values: Int32Array.from({ length: 20 }, (_, k) => ["a", "b", "c"].indexOf(words[Math.floor(k / 5)]![k % 5] ?? "?")),
    lengths: [2, 5, 1, 3],
  },
  x: {
    values: Float32Array.from(
      { length: 40 },
      (_, k) => x[Math.floor(k / 10)]![Math.floor((k % 10) / 2)]?.[k % 2] ?? NaN,
    ),
    lengths: Int32Array.from([2, 5, 1, 3]),
  },
};

const module = await instantiate(compileModel(tagger, { target: "wasm" }));
const plain = await instantiate(compileModel(tagger, { target: "typescript" }));
type Given = Parameters<ReturnType<typeof module.create>["predict"]>[0];
const given = (data: object) => data as Given;
const inputs = given({ words, x });
const list = (value: unknown) => Array.from(value as ArrayLike<ArrayLike<number>>, (row) => Array.from(row));

describe("a net over sequences", () => {
  test("gives each example as many results as it has items, in as many calls as it takes", () => {
    const net = module.create({ seed: 3 });
    const result = net.predict(inputs);
    expect(list(result["chance"]).map((row) => row.length)).toEqual([4, 10, 2, 6]);
    expect(list(result["best"]).map((row) => row.length)).toEqual([2, 5, 1, 3]);
    expect(Array.from(result["whether"] as ArrayLike<unknown>, (row) => typeof (row as boolean[])[0])).toEqual(
      Array.from({ length: 4 }, () => "boolean"),
    );
    expect(result["last"]).toHaveLength(4 * 6);
    for (const row of list(result["chance"])) expect(row[0]! + row[1]!).toBeCloseTo(1, 6);
  });

  test("is the same for nested arrays, flat ones with anything in the padding, and one example at a time", () => {
    const net = module.create({ seed: 3 });
    const nested = net.predict(inputs);
    expect(net.predict(given(flat))).toEqual(nested);
    words.forEach((row, k) => {
      const [own] = list(net.predict(given({ words: [row], x: [x[k]!.flat()] }))["chance"]);
      own!.forEach((value, i) => expect(value).toBeCloseTo(list(nested["chance"])[k]![i]!, 6));
    });
  });

  test("trains and evaluates alike on both targets, and learns", async () => {
    const nets = [module, plain].map((made) => made.create({ seed: 3 }));
    for (const net of nets) await net.fit(given({ words, x, tags }), { epochs: 30, batch: 2, validation: 0 });
    const metrics = nets.map((net) => net.evaluate(given({ words, x, tags })));
    expect(metrics[0]!["accuracy"]).toBe(1);
    expect(metrics[1]!["loss"]).toBeCloseTo(metrics[0]!["loss"] as number, 4);
    const step = nets.map((net) =>
      net.trainStep(given({ words: words.slice(0, 3), x: x.slice(0, 3), tags: tags.slice(0, 3) })),
    );
    expect(step[1]!["loss"]).toBeCloseTo(step[0]!["loss"] as number, 4);
  });

  test("weighs all items alike in evaluation, however they fall into batches", () => {
    const net = module.create({ seed: 3 });
    const all = net.evaluate(given({ words, x, tags }));
    const each = words.map((row, k) => net.evaluate(given({ words: [row], x: [x[k]], tags: [tags[k]] })));
    const mean = each.reduce((sum, metrics, k) => sum + (words[k]!.length / 11) * (metrics["loss"] as number), 0);
    expect(all["loss"]).toBeCloseTo(mean, 5);
  });

  test.each<[string, object, object]>([
    ["no items", { words: [[]] }, { input: "words", expected: "1 to 5 items per example", row: 0 }],
    ["too many", { words: [["a"], ["a", "a", "a", "a", "a", "a"]] }, { input: "words", found: "6 items", row: 1 }],
    ["a wrong label", { words: [["a", "d"]] }, { input: "words", found: '"d"', row: 0 }],
    [
      "lengths that differ",
      { words: [["a", "b"]], x: [[[1, 2]]] },
      { input: "x", expected: '2 items, as in "words"', found: "1" },
    ],
    ["half an item", { words: [["a"]], x: [[1, 2, 3]] }, { input: "x", found: "3 elements in items of 2" }],
    ["no rows", { words: ["a", "b"] }, { input: "words", found: '"a"' }],
    ["another number of examples", { words: [["a"], ["b"]], x: [[[1, 2]]] }, { input: "x", found: "1" }],
    ["no array", { words: 7 }, { input: "words", found: "7" }],
    ["flat numbers alone", { words: Int32Array.from([0, 1]) }, { input: "words", found: "0" }],
    [
      "a length of 0",
      { words: { values: new Int32Array(5), lengths: [0] } },
      { input: "words", found: "the length 0" },
    ],
    ["values that are not padded", { words: { values: [0, 1], lengths: [2] } }, { input: "words", found: "2" }],
    ["not a number among the items", { words: [["a"]], x: [[[1, NaN]]] }, { input: "x", found: "NaN", row: 0 }],
  ])("refuses %s", (_what, data, fault) => {
    const net = module.create();
    expect(thrown(() => net.predict(given({ ...data, ...("x" in data ? {} : { x: [[[1, 2]]] }) })))).toMatchObject({
      name: "NetInputError",
      ...fault,
    });
  });

  test("has types that say so", () => {
    const { text } = emitModule(compileModel(tagger), { language: "ts" });
    const use = `import { Tagger, type TaggerInputs } from "./net.js";
      const net = Tagger.create();
      const words: TaggerInputs["words"] = [["a", "b"], ["c"]];
      const { best, chance, last } = net.predict({ words, x: { values: new Float32Array(20), lengths: [2, 1] } });
      const tag: "N" | "V" | number | undefined = best[0]?.[0];
      const row: Float32Array | undefined = chance[1];
      const all: Float32Array = last;
      export { tag, row, all };`;
    expect(typeErrors({ "net.ts": text, "use.ts": use })).toEqual([]);
    const wrong = use.replace('["c"]', '["d"]');
    expect(typeErrors({ "net.ts": text, "use.ts": wrong })).toHaveLength(1);
  });
});

test("what is nested too deep, or without end, or very long is refused as data", () => {
  const net = module.create();
  const endless: unknown[] = [];
  endless.push(endless);
  const long = Array.from({ length: 200_000 }, () => 1);
  for (const items of [[["a"]], endless])
    expect(() => net.predict(given({ words: [items], x }))).toThrow('"words", row 0');
  for (const items of [[[[1, 2]]], [long]])
    expect(() => net.predict(given({ words: ["a"], x: [items] }))).toThrow("row 0");
});

test("generation goes on from step to step", () => {
  const text = (stateful: boolean) => `
model Letters {
  input  x: class[5][t <= 4]
  target y: class[5][t <= 4]
  output next = x -> embedding(3) -> lstm(4, return_sequences: true, stateful: ${stateful}) -> dense(5) -> softmax
  loss   cross_entropy(next, y)
  optimizer sgd(0.1)
  train  { batch: 2 }
}`;
  return Promise.all([true, false].map((stateful) => instantiate(compileModel(modelOf(text(stateful)))))).then(
    ([keeping, forgetting]) => {
      const net = keeping!.create({ seed: 1 });
      const whole = list(
        forgetting!.create({ seed: 1 }).predict(
          given({
            x: [
              [1, 2, 3, 4],
              [4, 0],
            ],
          }),
        )["next"],
      );
      const step = (...xs: readonly (readonly number[])[]) => list(net.predict(given({ x: xs }))["next"]);
      net.reset();
      const steps = [step([1], [4]), step([2], [0]), step([3]), step([4])];
      expect(steps.flatMap(([first]) => first!)).toEqual(whole[0]);
      expect([...steps[0]![1]!, ...steps[1]![1]!]).toEqual(whole[1]);
      net.reset();
      expect(step([1, 2], [4])[0]).toEqual(whole[0]!.slice(0, 10));
      expect(step([3, 4], [0])).toEqual([whole[0]!.slice(10), whole[1]!.slice(5)]);
    },
  );
});
