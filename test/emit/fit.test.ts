/** @file Training over epochs: the same bytes for the same seed, abort and resume, validation, early stopping. */
import { describe, expect, test } from "vitest";
import type { EpochReport } from "../../src/emit/runtime/api.js";
import { points, stateOf } from "./data.js";
import { run, type TinyMetrics, type TinyNet } from "./module.js";
import { tinyModel } from "./tiny.js";

const modules = { typescript: await run(tinyModel()), wasm: await run(tinyModel({ target: "wasm" })) };

describe.each(["typescript", "wasm"] as const)("%s", (target) => {
  const module = modules[target];
  const { Tiny } = module;
  const data = points(50);

  async function fitted(options: Parameters<TinyNet["fit"]>[1], net = Tiny.create({ seed: 1 })): Promise<string> {
    await net.fit(data, options);
    return stateOf(net);
  }

  describe("fit", () => {
    test("learns, and reports each epoch", async () => {
      const net = Tiny.create({ seed: 1 });
      const seen: EpochReport<TinyMetrics>[] = [];
      const history = await net.fit(data, { epochs: 30, onEpoch: (epoch) => void seen.push(epoch) });
      expect(history.stopped).toBe("epochs");
      expect(history.epochs).toEqual(seen);
      expect(seen.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 30 }, (_, k) => k + 1));
      expect(seen[29]!.metrics.loss).toBeLessThan(seen[0]!.metrics.loss);
      expect(seen[29]!.metrics.accuracy).toBeGreaterThan(0.85);
      // An epoch's metrics are over all its examples, the short last batch included.
      for (const { metrics } of seen) expect([...metrics.confusion].reduce((a, b) => a + b)).toBe(50);
      expect(net.step).toBe(30 * 13);
      expect(net.epoch).toBe(30);
    });
    test("is batch after batch of steps on the shuffled rows", async () => {
      const net = Tiny.create({ seed: 1 });
      await net.fit(data, { epochs: 1, shuffle: false });
      const other = Tiny.create({ seed: 1 });
      for (let row = 0; row < 50; row += 4)
        other.trainStep({ x: data.x.slice(2 * row, 2 * row + 8), kind: data.kind.slice(row, row + 4) });
      expect([...other.parameters.line.kernel]).toEqual([...net.parameters.line.kernel]);
    });
    test("same seed, same bytes; other seed, other bytes; slices do not enter", async () => {
      const first = await fitted({ epochs: 3 });
      expect(await fitted({ epochs: 3 })).toBe(first);
      expect(await fitted({ epochs: 3, budgetMs: 1e-9 })).toBe(first);
      expect(await fitted({ epochs: 3, onBatch: () => {} })).toBe(first);
      expect(await fitted({ epochs: 3, seed: 2 })).not.toBe(first);
      expect(await fitted({ epochs: 3, shuffle: false })).not.toBe(first);
      expect(await fitted({ epochs: 3, batch: 3 })).not.toBe(first);
    });
    test("returns to the event loop", async () => {
      const signal = { aborted: false };
      let turns = 0;
      const timer = setInterval(() => turns++, 1);
      setTimeout(() => (signal.aborted = true), 60);
      await Tiny.create().fit(data, { epochs: 1e9, budgetMs: 1, signal });
      clearInterval(timer);
      expect(turns).toBeGreaterThan(3);
    });
    test("zero epochs do nothing", async () => {
      const net = Tiny.create();
      const before = stateOf(net);
      expect(await net.fit(data, { epochs: 0 })).toEqual({ epochs: [], stopped: "epochs" });
      expect(stateOf(net)).toBe(before);
    });
    test("wrong data and options are refused before anything happens", async () => {
      const net = Tiny.create();
      const before = stateOf(net);
      const bad = [
        { epochs: -1 },
        { epochs: 1.5 },
        { batch: 5 },
        { batch: 0 },
        { validation: 1 },
        { validation: points(2).x as never },
        { seed: -1 },
        { budgetMs: 0 },
        { stop: { monitor: "acuracy" } },
        { stop: { patience: -1 } },
        // From JavaScript, which no types guard.
        null as never,
        { epochs: Object.create(null) as never },
        { validation: false as never },
        { validation: "0.3" as never },
        { shuffle: "no" as never },
        { budgetMs: "10" as never },
        { onBatch: 5 as never },
        { onEpoch: "x" as never },
        { stop: true as never },
        { stop: { direction: "up" as never } },
        { stop: { patience: "3" as never } },
      ];
      for (const options of bad) await expect(net.fit(data, options)).rejects.toThrow(module.NetInputError);
      await expect(net.fit({ x: data.x, kind: [0] })).rejects.toThrow(module.NetInputError);
      await expect(net.fit({ x: data.x, kind: data.kind.map((k) => k + 1) })).rejects.toThrow('"kind", row');
      expect(stateOf(net)).toBe(before);
    });
    test("one fit at a time; steps and loading wait; reading does not", async () => {
      const net = Tiny.create();
      const running = net.fit(data, { epochs: 2, budgetMs: 1e-9 });
      await expect(net.fit(data)).rejects.toThrow(module.NetStateError);
      expect(() => net.trainStep(points(1))).toThrow(module.NetStateError);
      expect(() => net.load(new Uint8Array())).toThrow(module.NetStateError);
      net.predict(data);
      net.evaluate(data);
      const expected = await fitted({ epochs: 2 }, Tiny.create());
      await running;
      expect(stateOf(net)).toBe(expected);
      net.trainStep(points(1));
    });
    test("a failing callback or a disposed net ends it", async () => {
      const net = Tiny.create();
      const fail = () => {
        throw new Error("mine");
      };
      await expect(net.fit(data, { onEpoch: fail })).rejects.toThrow("mine");
      await expect(net.fit(data, { onBatch: fail })).rejects.toThrow("mine");
      await expect(net.fit(data, { onBatch: () => net.dispose() })).rejects.toThrow(module.NetStateError);
    });
  });

  describe("abort and resume", () => {
    const stopAfter = (steps: number) => {
      const signal = { aborted: steps === 0 };
      return { signal, onBatch: () => void (signal.aborted = --steps <= 0) };
    };
    test.each([0, 1, 5, 12, 13, 14, 26, 30, 38])("after %d steps", async (steps) => {
      const options = { epochs: 3, validation: 0.2, stop: { monitor: "loss", patience: 9, restoreBest: true } };
      const whole = Tiny.create({ seed: 1 });
      const expected = await whole.fit(data, options);
      const net = Tiny.create({ seed: 1 });
      const before = await net.fit(data, { ...options, ...stopAfter(steps) });
      expect(before.stopped).toBe(steps <= 30 ? "aborted" : "epochs");
      const other = Tiny.create({ seed: 77 });
      other.load(net.save());
      expect(stateOf(other)).toBe(stateOf(net));
      const after = await other.fit(data, { ...options, resume: true });
      expect(stateOf(other)).toBe(stateOf(whole));
      const untimed = (epochs: readonly object[]) => epochs.map((epoch) => ({ ...epoch, seconds: 0 }));
      expect(untimed([...before.epochs, ...after.epochs])).toEqual(untimed(expected.epochs));
    });
    test("a real AbortSignal", async () => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 5);
      const history = await Tiny.create().fit(data, { epochs: 1e9, signal: controller.signal, budgetMs: 1 });
      expect(history.stopped).toBe("aborted");
    });
    test("resuming on too little data is refused", async () => {
      const net = Tiny.create();
      await net.fit(data, { epochs: 1, ...stopAfter(10) });
      await expect(net.fit(points(20), { resume: true })).rejects.toThrow(module.NetInputError);
    });
  });

  describe("validation and early stopping", () => {
    test("a fraction is held out by seed, and never trained on", async () => {
      const net = Tiny.create({ seed: 1 });
      const { epochs } = await net.fit(data, { epochs: 1, validation: 0.1 });
      const sum = (values: Float64Array) => values.reduce((a, b) => a + b);
      expect(sum(epochs[0]!.validation!.confusion)).toBe(5);
      expect(sum(epochs[0]!.metrics.confusion)).toBe(45);
      const one = await net.fit(points(1), { epochs: 1, validation: 0.5 });
      expect(one.epochs[0]!.validation).toBeUndefined();
    });
    test("data of its own", async () => {
      const net = Tiny.create({ seed: 1 });
      const { epochs } = await net.fit(data, { epochs: 2, validation: points(7) });
      const { validation } = epochs[1]!;
      expect(net.evaluate(points(7))).toEqual(validation);
    });
    test("stops without improvement, and puts the best weights back", async () => {
      const net = Tiny.create({ seed: 1 });
      const opposed = { x: data.x, kind: data.kind.map((k) => 1 - k) };
      const kernels: number[][] = [];
      const { epochs, stopped } = await net.fit(data, {
        epochs: 50,
        validation: opposed,
        stop: { monitor: "accuracy", patience: 3, restoreBest: true },
        onEpoch: () => void kernels.push([...net.parameters.line.kernel]),
      });
      expect(stopped).toBe("early");
      const values = epochs.map(({ validation }) => validation!.accuracy);
      const best = values.indexOf(Math.max(...values));
      expect(epochs.length).toBe(best + 1 + 3);
      expect([...net.parameters.line.kernel]).toEqual(kernels[best]);
    });
    test("the model's own settings hold where no option says otherwise", async () => {
      const model = tinyModel({ target });
      const training = { ...model.checked.training, epochs: 200, validation: 0.2, batch: 2 } as const;
      const stop = { monitor: "loss", minDelta: 0.01, patience: 1, restoreBest: false, direction: undefined };
      const { Tiny: Stopping } = await run({
        ...model,
        checked: { ...model.checked, training: { ...training, stop } },
      });
      const net = Stopping.create();
      const { epochs, stopped } = await net.fit(data);
      expect(stopped).toBe("early");
      expect(net.step).toBe(epochs.length * 20);
    });
  });
});
