/** @file The interface of generated nets: steps, prediction, errors, names from `.net` text. */
import { describe, expect, test } from "vitest";
import { points, stateOf, thrown } from "./data.js";
import { run } from "./module.js";
import { tinyModel } from "./tiny.js";

const modules = { typescript: await run(tinyModel()), wasm: await run(tinyModel({ target: "wasm" })) };

describe.each(["typescript", "wasm"] as const)("%s", (target) => {
  const module = modules[target];
  const { Tiny, TinyPredictor } = module;

  describe("trainStep", () => {
    test("gives this batch's metrics in one reused object", () => {
      const net = Tiny.create({ seed: 1 });
      net.parameters.line.kernel.set([1, 0]);
      const first = net.trainStep({ x: [1, 0, 3, 0], kind: ["no", 1] });
      expect(first).toMatchObject({ loss: (1 + 4) / 2, accuracy: 0.5 });
      expect([...first.confusion]).toEqual([0, 1, 0, 1]);
      const second = net.trainStep({ x: [[0, 0]], kind: ["no"] });
      expect(second).toBe(first);
      expect([...second.confusion].reduce((a, b) => a + b)).toBe(1);
      expect(net.step).toBe(2);
    });
    test("updates by the gradient, and the step is the update's number", () => {
      const net = Tiny.create({ seed: 1 });
      net.parameters.line.kernel.set([1, 0]);
      net.trainStep({ x: [1, 2], kind: [0] });
      expect([...net.parameters.line.kernel].map((value) => value.toFixed(4))).toEqual(["0.9800", "-0.0400"]);
      expect(net.parameters.line.bias[0]).toBeCloseTo(-0.02);
    });
    test("flat, typed and nested arrays, labels and indices are the same data", () => {
      const forms = [
        { x: [1, 2, 3, 4], kind: [0, 1] },
        { x: Float64Array.of(1, 2, 3, 4), kind: Uint8Array.of(0, 1) },
        { x: Uint8Array.of(1, 2, 3, 4), kind: ["no", "yes"] },
        {
          x: [
            [1, 2],
            [3, 4],
          ],
          kind: ["no", 1],
        },
        { x: [Int32Array.of(1, 2), [3, 4]], kind: Int32Array.of(0, 1) },
        { x: [1, 2, 3, 4], kind: [0, "yes"] },
      ];
      const states = forms.map((data) => {
        const net = Tiny.create({ seed: 4 });
        net.trainStep(data);
        return stateOf(net);
      });
      expect(new Set(states).size).toBe(1);
    });
  });

  describe("create", () => {
    test("the seed decides the weights", () => {
      const kernel = (seed: number) => [...Tiny.create({ seed }).parameters.line.kernel];
      expect(kernel(1)).toEqual(kernel(1));
      expect(kernel(1)).not.toEqual(kernel(2));
      expect([...TinyPredictor.create({ seed: 1 }).parameters.line.kernel]).toEqual(kernel(1));
      for (const seed of [-1, 1.5, NaN, 2 ** 32]) expect(() => Tiny.create({ seed })).toThrow(module.NetInputError);
    });
    test.each([{ target: "gpu" }, { target: null }, { target: 1 }])("%j is refused", (options) => {
      for (const form of [Tiny, TinyPredictor])
        expect(thrown(() => form.create(options as never))).toMatchObject({ name: "NetInputError" });
    });
    test("initialize starts over", () => {
      const net = Tiny.create({ seed: 1 });
      const before = stateOf(net);
      net.trainStep(points(4));
      expect(stateOf(net)).not.toBe(before);
      net.initialize();
      expect(stateOf(net)).toBe(before);
      net.initialize(2);
      expect(stateOf(net)).toBe(stateOf(Tiny.create({ seed: 2 })));
    });
    test("shapes are there without a net", () => {
      expect(Tiny.shapes).toMatchObject({ batch: 4, inputs: { x: [2] }, outputs: { choice: [] } });
    });
  });

  describe("predict and evaluate", () => {
    test("any number of rows, row by row the same", () => {
      const net = Tiny.create({ seed: 3 });
      const { x, kind } = points(11);
      const { estimate, choice } = net.predict({ x }) as { estimate: Float32Array; choice: string[] };
      expect(estimate).toBeInstanceOf(Float32Array);
      expect(estimate.length).toBe(11);
      for (let row = 0; row < 11; row++) {
        const one = net.predict({ x: x.subarray(2 * row, 2 * row + 2) }) as {
          estimate: Float32Array;
          choice: string[];
        };
        expect(one.estimate[0]).toBe(estimate[row]);
        expect(one.choice).toEqual([choice[row]]);
        expect(choice[row]).toBe(estimate[row]! > 0.5 ? "yes" : "no");
      }
      const squares = [...estimate].map((value, row) => (value - kind[row]!) ** 2);
      const before = stateOf(net);
      const { loss, confusion } = net.evaluate({ x, kind });
      expect(loss).toBeCloseTo(squares.reduce((a, b) => a + b) / 11, 5);
      expect([...confusion].reduce((a, b) => a + b)).toBe(11);
      expect(stateOf(net)).toBe(before);
    });
    test("classes without names come out as indices", async () => {
      const net = (await run(tinyModel({ target, labels: undefined }))).Tiny.create();
      expect(net.predict({ x: [0, 0] })["choice"]).toEqual(Int32Array.of(0));
      expect(thrown(() => net.trainStep({ x: [0, 0], kind: ["no"] }))).toMatchObject({ input: "kind", row: 0 });
    });
    test("copyFrom takes another net's weights", () => {
      const [a, b] = [Tiny.create({ seed: 1 }), Tiny.create({ seed: 2 })];
      const predictor = TinyPredictor.create();
      a.copyFrom(b);
      predictor.copyFrom(b);
      expect([...a.parameters.line.kernel]).toEqual([...b.parameters.line.kernel]);
      expect(predictor.predict({ x: [1, 2] })).toEqual(b.predict({ x: [1, 2] }));
      for (const other of [{}, null, undefined]) expect(() => a.copyFrom(other as never)).toThrow(module.NetInputError);
    });
  });

  describe("errors leave the state as it was", () => {
    const rows: readonly [string, Record<string, unknown>, Record<string, unknown>][] = [
      ["a missing input", { kind: [0] }, { input: "x", found: 'only "kind"' }],
      ["inherited names are no data", { kind: [0], __proto__: { x: [1, 2] } }, { input: "x" }],
      ["a missing target", { x: [1, 2] }, { input: "kind" }],
      ["wrong length", { x: [1, 2, 3], kind: [0] }, { input: "x", row: 1, found: "3 numbers" }],
      ["another number of rows", { x: [1, 2, 3, 4], kind: [0] }, { input: "kind", expected: '2 examples, as in "x"' }],
      ["NaN", { x: [1, 2, NaN, 4], kind: [0, 1] }, { input: "x", row: 1, found: "NaN" }],
      [
        "infinity",
        { x: Float32Array.of(1, 2, 3, -Infinity), kind: [0, 1] },
        { input: "x", row: 1, found: "-Infinity" },
      ],
      ["too large for 32 bits", { x: [1e39, 2], kind: [0] }, { input: "x", row: 0, found: "1e+39" }],
      ["a text among numbers", { x: [1, "2"], kind: [0] }, { input: "x", row: 0, found: '"2"' }],
      ["a hole", { x: Array.from({ length: 2 }), kind: [0] }, { input: "x", row: 0, found: "undefined" }],
      ["a class out of range", { x: [1, 2, 3, 4], kind: [0, 2] }, { input: "kind", row: 1, found: "2" }],
      ["half a class", { x: [1, 2], kind: [0.5] }, { input: "kind", row: 0, found: "0.5" }],
      ["an unknown label", { x: [1, 2], kind: ["maybe"] }, { input: "kind", row: 0, found: '"maybe"' }],
      ["a label of every object", { x: [1, 2], kind: ["constructor"] }, { input: "kind", row: 0 }],
      ["a ragged row", { x: [[1, 2], [3]], kind: [0, 1] }, { input: "x", row: 1 }],
      ["too deep", { x: [[[1], [2]]], kind: [0] }, { input: "x", row: 0 }],
      ["more rows than the batch", points(5), { input: "x", row: 4, found: "5" }],
      ["no rows", { x: [], kind: [] }, { input: "x" }],
      ["no array", { x: "12", kind: [0] }, { input: "x", expected: "an array" }],
      ["64-bit integers", { x: BigInt64Array.of(1n, 2n), kind: [0] }, { input: "x", expected: "an array" }],
    ];
    test.each(rows)("%s", (_, data, expected) => {
      const net = Tiny.create({ seed: 1 });
      const before = stateOf(net);
      const error = thrown(() => net.trainStep(data as never));
      expect(error).toBeInstanceOf(module.NetInputError);
      expect(error).toMatchObject({ name: "NetInputError", ...expected });
      expect(stateOf(net)).toBe(before);
    });
    test("no object at all", () => {
      const net = Tiny.create();
      for (const data of [undefined, null, 3, "x"]) {
        expect(() => net.trainStep(data as never)).toThrow(module.NetInputError);
        expect(() => net.predict(data as never)).toThrow(module.NetInputError);
      }
    });
    test("a disposed net", () => {
      const net = Tiny.create();
      net.dispose();
      for (const call of [() => net.predict({ x: [1, 2] }), () => net.trainStep(points(1)), () => net.save()]) {
        expect(call).toThrow(module.NetStateError);
      }
      expect(() => net.dispose()).not.toThrow();
    });
  });

  describe("names from the text are only names", () => {
    const hostile = ["__proto__", "constructor", "class", "a-b", 'q"]; hacked = 1; //', "\u2028*/", "${x}", "n"];
    test.each(hostile)("%j", async (name) => {
      const model = tinyModel({
        target,
        input: name,
        metric: name,
        weight: `line.${name}`,
        labels: [name, "</script>\u2029"],
        documentation: `${name} */ globalThis.hacked = 1; /* \n * ${name}`,
      });
      const { Tiny: Hostile } = await run(model);
      const net = Hostile.create({ seed: 1 });
      const data = JSON.parse(JSON.stringify({ kind: [name] })) as Record<string, unknown>;
      Object.defineProperty(data, name, { value: [0.5, 0.25], enumerable: true });
      const metrics = net.trainStep(data);
      expect(Object.keys(metrics)).toEqual(["loss", name, "confusion"]);
      const value: unknown = Object.getOwnPropertyDescriptor(metrics, name)?.value;
      expect(value === 0 || value === 1).toBe(true);
      expect(Object.getOwnPropertyDescriptor(net.parameters.line, name)?.value).toBeInstanceOf(Float32Array);
      expect(net.predict(data)["choice"]).toEqual([name]);
      const other = Hostile.create({ seed: 9 });
      other.load(net.save());
      expect(stateOf(other)).toBe(stateOf(net));
      expect((await net.fit(data, { epochs: 1 })).epochs).toHaveLength(1);
      expect("hacked" in globalThis).toBe(false);
      expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    });
    test.each(["Float32Array", "Memory", "class", "createNet", "Map", "await", "fit"])(
      "a model called %s",
      async (name) => {
        const exports = await run<Record<string, { create(): { save(): Uint8Array } }>>(
          tinyModel({ target, model: name }),
        );
        expect(exports[name]!.create().save().length).toBeGreaterThan(0);
        expect(exports[`${name}Predictor`]).toBeDefined();
      },
    );
  });
});
