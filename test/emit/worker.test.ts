/** @file Nets that train in a worker of Node: the same bits, progress, pause, cancel, errors, memory, and processes that end. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, test } from "vitest";
import { emitModule } from "../../src/emit/emit.js";
import type { BatchReport, EpochReport, WorkerNet, WorkerOptions } from "../../src/emit/runtime/api.js";
import { Folder } from "../cli/netc.js";
import { points } from "./data.js";
import type { Row, TinyMetrics, TinyModule, TinyParameters } from "./module.js";
import { tinyModel } from "./tiny.js";

const folder = new Folder({ "worker.mjs": 'import { serveTiny } from "./tiny.mjs"; serveTiny();' });
afterAll(() => folder.remove());
const { text } = emitModule(tinyModel({ target: "wasm" }), { language: "js" });
writeFileSync(join(folder.path, "tiny.mjs"), text);
const moduleUrl = pathToFileURL(join(folder.path, "tiny.mjs"));
type Net = WorkerNet<Row, Row, Row, TinyMetrics, TinyParameters>;
interface WorkerModule extends TinyModule {
  readonly TinyWorker: { create(options: WorkerOptions): Promise<Net> };
}
const module = (await import(/* @vite-ignore */ moduleUrl.href)) as WorkerModule;
const { Tiny, TinyWorker } = module;

const data = points(50);
const untimed = (epochs: readonly EpochReport<TinyMetrics>[]) => epochs.map((epoch) => ({ ...epoch, seconds: 0 }));
async function withNet(use: (net: Net) => Promise<void>, options: Partial<WorkerOptions> = {}): Promise<void> {
  const net = await TinyWorker.create({ worker: moduleUrl, seed: 1, ...options });
  try {
    await use(net);
  } finally {
    await net.dispose();
  }
}
const thrownBy = (promise: Promise<unknown>): Promise<Record<string, unknown>> =>
  promise.then(
    () => {
      throw new Error("nothing was thrown");
    },
    (error: unknown) => error as Record<string, unknown>,
  );

describe("a net in a worker", () => {
  test.each(["an address", "text", "a worker of one's own"])("trains as a net here, bit for bit: %s", async (kind) => {
    const worker =
      kind === "an address"
        ? moduleUrl
        : kind === "text"
          ? moduleUrl.href
          : new Worker(new URL("worker.mjs", moduleUrl));
    await withNet(
      async (net) => {
        const here = Tiny.create({ seed: 1 });
        const options = { epochs: 3, validation: 0.2 };
        const expected = await here.fit(data, options);
        const epochs: EpochReport<TinyMetrics>[] = [];
        const history = await net.fit(data, { ...options, onEpoch: (epoch) => void epochs.push(epoch) });
        expect(history.stopped).toBe("epochs");
        expect(untimed(history.epochs)).toEqual(untimed(expected.epochs));
        expect(untimed(epochs)).toEqual(untimed(expected.epochs));
        expect(Buffer.from(await net.save())).toEqual(Buffer.from(here.save()));
        expect(await net.predict({ x: data.x })).toEqual(here.predict({ x: data.x }));
        expect(await net.evaluate(data)).toEqual(here.evaluate(data));
        expect([net.seed, net.target]).toEqual([1, "wasm"]);
      },
      { worker },
    );
  });

  test("on several threads, and on the other target", async () => {
    for (const options of [{ threads: 2 }, { target: "typescript" }] as const) {
      const here = Tiny.create({ seed: 1, ...options });
      await here.fit(data);
      await withNet(async (net) => {
        await net.fit(data);
        expect(Buffer.from(await net.save())).toEqual(Buffer.from(here.save()));
        expect(net.parameters === undefined).toBe("target" in options);
      }, options);
    }
  });

  test("parameters are the worker's own memory: what is written there is used, and nothing is copied", () =>
    withNet(async (net) => {
      const { kernel } = net.parameters!.line;
      expect(kernel.buffer).toBeInstanceOf(SharedArrayBuffer);
      const before = [...kernel];
      await net.fit(data, { epochs: 1 });
      expect([...kernel]).not.toEqual(before);
      const here = Tiny.create({ seed: 1, weights: await net.save() });
      expect([...kernel]).toEqual([...here.parameters.line.kernel]);
      kernel.fill(3);
      here.parameters.line.kernel.fill(3);
      expect(await net.predict({ x: data.x })).toEqual(here.predict({ x: data.x }));
    }));

  test("data are copied, moved where wanted, and shared if they are shared", () =>
    withNet(async (net) => {
      const own = points(50);
      await net.fit(own, { epochs: 1 });
      expect(own.x).toHaveLength(100);
      const shared = new Float32Array(new SharedArrayBuffer(400));
      shared.set(own.x);
      await net.fit({ x: shared, kind: own.kind }, { epochs: 1, transfer: true, validation: points(4) });
      expect([own.kind.length, shared.length]).toEqual([0, 100]);
      const here = Tiny.create({ seed: 1 });
      await here.fit(data, { epochs: 1 });
      await here.fit(data, { epochs: 1, validation: points(4) });
      expect(Buffer.from(await net.save())).toEqual(Buffer.from(here.save()));
    }));
});

/** A fit that never ends by itself, and when its first step was seen. */
function endless(net: Net) {
  let first: (batch: BatchReport<TinyMetrics>) => void = () => {};
  const began = new Promise<BatchReport<TinyMetrics>>((resolve) => (first = resolve));
  const reports: BatchReport<TinyMetrics>[] = [];
  const history = net.fit(data, {
    epochs: 1e9,
    budgetMs: 2,
    onBatch(batch) {
      reports.push(batch);
      first(batch);
    },
  });
  return { began, history, reports };
}
const position = (net: Net) => net.save().then((bytes) => Buffer.from(bytes).toString("latin1"));

describe("while a fit runs", () => {
  test("steps are reported, other calls are answered, and it is cancelled", () =>
    withNet(async (net) => {
      const { began, history, reports } = endless(net);
      expect(await began).toMatchObject({ phase: undefined, batches: 13, metrics: { loss: expect.any(Number) } });
      const { estimate } = (await net.predict({ x: data.x })) as { readonly estimate: Float32Array };
      expect(estimate).toHaveLength(50);
      expect(await net.evaluate(data)).toHaveProperty("loss");
      const file = await net.save();
      const refused = [net.fit(data), net.load(file), net.initialize(1), net.migrate(file)].map(thrownBy);
      for (const error of await Promise.all(refused)) expect(error).toBeInstanceOf(module.NetStateError);
      await net.cancel();
      expect((await history).stopped).toBe("aborted");
      expect(reports.length).toBeGreaterThan(0);
      expect((await net.fit(data, { epochs: 1 })).stopped).toBe("epochs");
    }));

  test("a pause stands still until it is resumed, and changes no bit", () =>
    withNet(async (net) => {
      const { began, history } = endless(net);
      await began;
      for (let k = 0; k < 3; k++) {
        await net.pause();
        await net.pause();
        const before = await position(net);
        await new Promise((resolve) => setTimeout(resolve, 30));
        expect(await position(net)).toBe(before);
        await net.resume();
        await net.predict({ x: [0, 0] });
      }
      await net.cancel();
      const epochs = (await history).epochs.length + 1;
      await net.fit(data, { epochs, resume: true });
      const here = Tiny.create({ seed: 1 });
      await here.fit(data, { epochs });
      expect(Buffer.from(await net.save())).toEqual(Buffer.from(here.save()));
    }));

  test("a pause can be cancelled, and the rest be trained later", () =>
    withNet(async (net) => {
      const { began, history } = endless(net);
      await began;
      await net.pause();
      await net.cancel();
      const { stopped, epochs } = await history;
      expect(stopped).toBe("aborted");
      const wanted = epochs.length + 5;
      await net.fit(data, { epochs: wanted, resume: true });
      const here = Tiny.create({ seed: 1 });
      await here.fit(data, { epochs: wanted });
      expect(Buffer.from(await net.save())).toEqual(Buffer.from(here.save()));
    }));

  test("an error of the caller's own ends it", () =>
    withNet(async (net) => {
      const fail = () => {
        throw new Error("mine");
      };
      await expect(net.fit(data, { epochs: 1e9, onEpoch: fail })).rejects.toThrow("mine");
      // Ended there, too: another fit is let in.
      expect(await net.fit(data, { epochs: 1 })).toMatchObject({ stopped: "epochs" });
    }));

  test("dispose ends it", async () => {
    const net = await TinyWorker.create({ worker: moduleUrl });
    const { began, history } = endless(net);
    await began;
    const ended = history.then(({ stopped }) => stopped, String);
    await net.dispose();
    expect(["aborted", "NetStateError: the net was disposed"]).toContain(await ended);
    expect(await thrownBy(net.save())).toBeInstanceOf(module.NetStateError);
    await net.dispose();
  });
});

describe("errors", () => {
  test("are those of a net here, with all they say", () =>
    withNet(async (net) => {
      const error = await thrownBy(net.fit({ x: data.x, kind: data.kind.map((kind) => kind + 1) }));
      expect(error).toBeInstanceOf(module.NetInputError);
      expect(error).toMatchObject({ name: "NetInputError", input: "kind", row: expect.any(Number) });
      expect(String(error["message"])).toContain('expected a class from 0 to 1, or one of "no", "yes"');
      const refused = await thrownBy(net.load(new Uint8Array(3)));
      expect(refused).toBeInstanceOf(module.NetWeightsError);
      expect(refused).toMatchObject({ missing: [] });
      expect(await thrownBy(net.predict({ x: () => 0 }))).toMatchObject({ name: "DataCloneError" });
    }));
  test("of creation", async () => {
    expect(await thrownBy(TinyWorker.create({ worker: moduleUrl, seed: -1 }))).toBeInstanceOf(module.NetInputError);
  });
  test("of a worker that cannot be loaded, does not serve, or dies", async () => {
    const none = await thrownBy(TinyWorker.create({ worker: new URL("none.mjs", moduleUrl) }));
    expect(none).toBeInstanceOf(module.NetStateError);
    expect(String(none["message"])).toContain("none.mjs");
    folder.write("other.mjs", "export const nothing = 0;");
    const other = await thrownBy(TinyWorker.create({ worker: new URL("other.mjs", moduleUrl) }));
    expect(String(other["message"])).toContain("serveTiny");
    const worker = new Worker(new URL("worker.mjs", moduleUrl));
    const net = await TinyWorker.create({ worker });
    const { began, history } = endless(net);
    await began;
    const ended = thrownBy(history);
    await worker.terminate();
    expect(await ended).toBeInstanceOf(module.NetStateError);
  });
  test("other messages over the same port are left alone", async () => {
    folder.write(
      "mixed.mjs",
      `
      import { parentPort } from "node:worker_threads";
      import { serveTiny } from "./tiny.mjs";
      serveTiny();
      parentPort.on("message", (message) => message === "ping" && parentPort.postMessage("pong"));`,
    );
    const worker = new Worker(new URL("mixed.mjs", moduleUrl));
    await withNet(
      async (net) => {
        const answer = new Promise((resolve) =>
          worker.on("message", (message) => message === "pong" && resolve(message)),
        );
        for (const message of ["ping", null, 3, { netc: "Other" }]) worker.postMessage(message);
        expect(await answer).toBe("pong");
        expect((await net.fit(data, { epochs: 1 })).epochs).toHaveLength(1);
      },
      { worker },
    );
  });
});

test.each(["", "await net.dispose();", "const other = await make(); await other.fit(data);"])(
  "a program ends by itself: %s",
  async (rest) => {
    const script = `
      import { TinyWorker } from "./tiny.mjs";
      const data = { x: Float32Array.from({ length: 100 }, (_, k) => k % 7), kind: Int32Array.from({ length: 50 }, (_, k) => k % 2) };
      const make = () => TinyWorker.create({ worker: new URL("tiny.mjs", ${JSON.stringify(moduleUrl.href)}) });
      const net = await make();
      const history = await net.fit(data);
      ${rest}
      console.log(history.stopped);`;
    const args = ["--input-type=module", "-e", script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder.path, timeout: 30_000 });
    expect(stdout).toBe("epochs\n");
  },
);
