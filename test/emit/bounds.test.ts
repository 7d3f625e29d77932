/** @file Batches and classes out of range: typed errors, and not a byte of WebAssembly memory outside the arrays changes. */
import { describe, expect, test } from "vitest";
import { barrierSize } from "../../src/backends/wasm/barrier.js";
import { compileFile, instantiateOpen } from "../../src/cli/compile.js";
import { elementsOf, type Values } from "../../src/cli/dataset.js";
import type { Data, Net } from "../../src/cli/module.js";
import type { Arrays } from "../../src/emit/runtime/memory.js";
import { thrown } from "./data.js";

/** A batch that is no multiple of any vector or tile, and leaves room between arrays. */
const batch = 5;
type Columns = Readonly<Record<string, Values>>;
interface PortSize {
  /** Elements per example. */
  readonly size: number;
  /** The number of classes, if they are classes. */
  readonly classes: number;
  /** Examples have lengths of their own. */
  readonly isSequence?: boolean;
}
const models: Readonly<Record<string, Readonly<Record<string, PortSize>>>> = {
  mnist: { image: { size: 784, classes: 0 }, label: { size: 1, classes: 10 } },
  tagger: { words: { size: 60, classes: 8192, isSequence: true }, tags: { size: 60, classes: 16, isSequence: true } },
};
const lengthsOf = (count: number) => Int32Array.from({ length: count }, (_, row) => 1 + ((row * 23) % 60));

describe.each(Object.entries(models))("%s", async (file, ports) => {
  const compiled = compileFile(`examples/${file}.net`, { batch }, { target: "wasm", fallback: true });
  const { module, internals } = await instantiateOpen(compiled);
  const rowsOf = (count: number): Columns =>
    Object.fromEntries(
      Object.entries(ports).map(([name, { size, classes, isSequence }]) => {
        const values =
          classes > 0
            ? Int32Array.from({ length: count * size }, (_, k) => (k * 7) % classes)
            : Float32Array.from({ length: count * size }, (_, k) => (k * 37) % 256);
        return [name, isSequence ? { values, lengths: lengthsOf(count) } : values];
      }),
    );
  /** Another array in the place of a port's. */
  const withValues = (name: string, values: ArrayLike<number>): unknown =>
    ports[name]!.isSequence ? { values, lengths: lengthsOf(values.length / ports[name]!.size) } : values;
  const [, target] = Object.keys(ports) as [string, string];
  const classPorts = Object.keys(ports).filter((name) => ports[name]!.classes > 0);

  /** A net, all of its memory, and where in it there is no array; there every byte is set to a pattern. */
  function guarded(threads = 1) {
    const net: Net = module.create({ seed: 1, threads, target: "wasm" });
    const arrays: Arrays = internals.open(net).memory;
    const bytes = new Uint8Array(arrays.parameters.buffer);
    const places = Object.values(arrays)
      .filter((array) => ArrayBuffer.isView(array))
      .filter(({ byteLength }) => byteLength > 0)
      .map(({ byteOffset, byteLength }) => [byteOffset, byteOffset + byteLength] as const)
      .sort(([a], [b]) => a - b);
    // After the first 64 bytes is the threads' meeting point.
    const starts = [64 + barrierSize, ...places.map(([, end]) => end)];
    const ends = [...places.map(([start]) => start), bytes.length];
    const gaps = starts.map((start, k) => [start, ends[k]!] as const);
    for (const [start, end] of gaps) bytes.fill(0xa5, start, end);
    bytes.fill(0xa5, 0, 64);
    const intact = () =>
      [[0, 64] as const, ...gaps].every(([start, end]) => bytes.subarray(start, end).every((byte) => byte === 0xa5));
    return { net, bytes, intact, room: gaps.reduce((sum, [start, end]) => sum + end - start, 0) };
  }

  test.each([1, 3])("work in range stays in its arrays: %i threads", async (threads) => {
    const { net, intact, room } = guarded(threads);
    expect(room).toBeGreaterThan(100);
    await expect.poll(() => net.threads, { timeout: 20_000 }).toBe(threads);
    for (const rows of [1, 3, batch]) net.trainStep(rowsOf(rows));
    for (const rows of [1, batch, batch + 1, 3 * batch + 2]) {
      net.predict(rowsOf(rows));
      net.evaluate(rowsOf(rows));
    }
    await net.fit(rowsOf(3 * batch + 2), { epochs: 1, validation: 0.2 });
    expect(intact()).toBe(true);
    net.dispose();
  });
  test("more rows than the batch are predicted as one by one", () => {
    const { net } = guarded();
    const rows = 2 * batch + 1;
    const all = rowsOf(rows);
    const [name, whole] = Object.entries(net.predict(all))[0]!;
    const size = (whole as ArrayLike<unknown>).length / rows;
    for (let row = 0; row < rows; row++) {
      const one = Object.fromEntries(
        Object.entries(ports).map(([port, { size: n, isSequence }]) => {
          const values = elementsOf(all[port]!).subarray(row * n, (row + 1) * n);
          return [port, isSequence ? { values, lengths: lengthsOf(rows).subarray(row, row + 1) } : values];
        }),
      );
      // One example has kernels of its own, which may add in another order.
      const flat = (value: unknown): readonly unknown[] =>
        typeof value === "object" ? Array.from(value as ArrayLike<unknown>).flatMap(flat) : [value];
      const others = flat(Array.from<unknown>(whole).slice(row * size, (row + 1) * size));
      flat(net.predict(one)[name]).forEach((value, k) => {
        const other = others[k];
        if (typeof value === "number") expect(other).toBeCloseTo(value, 5);
        else expect(other).toBe(value);
      });
    }
  });

  const calls = [
    ["trainStep with a row too many", (net: Net) => net.trainStep(rowsOf(batch + 1))],
    ["trainStep with many rows too many", (net: Net) => net.trainStep(rowsOf(100 * batch))],
    ["trainStep without rows", (net: Net) => net.trainStep(rowsOf(0))],
    ["predict without rows", (net: Net) => net.predict(rowsOf(0))],
    ["evaluate without rows", (net: Net) => net.evaluate(rowsOf(0))],
    ["a row too few of the target", (net: Net) => net.trainStep({ ...rowsOf(3), [target]: rowsOf(2)[target]! })],
  ] as const;
  test.each(calls)("%s", (_, call) => {
    const { net, bytes } = guarded();
    net.trainStep(rowsOf(batch));
    const before = bytes.slice();
    expect(thrown(() => call(net))).toMatchObject({ name: "NetInputError" });
    expect(Buffer.compare(bytes, before)).toBe(0);
  });
  test.each([0, batch + 1, 1e9, 1.5, NaN])("fit by batches of %d", async (size) => {
    const { net, bytes } = guarded();
    const before = bytes.slice();
    const failure = { name: "NetInputError", input: "batch" };
    await expect(net.fit(rowsOf(20), { batch: size, epochs: 1 })).rejects.toMatchObject(failure);
    expect(Buffer.compare(bytes, before)).toBe(0);
  });

  describe.each(classPorts)("%s of", (name) => {
    const { size, classes } = ports[name]!;
    test.each([-1, classes, 1e9, -1e9, 2 ** 31, 2 ** 32, NaN, Infinity, 0.5, 9.999])("%d", (wrong) => {
      const { net, bytes } = guarded();
      net.trainStep(rowsOf(batch));
      const before = bytes.slice();
      const held = new Float64Array(elementsOf(rowsOf(3)[name]!));
      held[size] = wrong;
      const failure = { name: "NetInputError", input: name, row: 1 };
      for (const array of [held, new Float32Array(held), Array.from(held)]) {
        // Arrays of plain numbers are data too, beyond the command line's types.
        const data = { ...rowsOf(3), [name]: withValues(name, array) } as Data;
        expect(thrown(() => net.trainStep(data))).toMatchObject(failure);
        expect(thrown(() => net.evaluate(data))).toMatchObject(failure);
        if (name !== target) expect(thrown(() => net.predict(data))).toMatchObject(failure);
      }
      expect(Buffer.compare(bytes, before)).toBe(0);
    });

    test.each([-1, -100_000, classes, 100_000, 1e9])("%d, written while a fit runs", async (value) => {
      const { net, intact } = guarded();
      const data = rowsOf(20);
      const run = net.fit(data, {
        epochs: 1,
        shuffle: false,
        validation: 0,
        onBatch: ({ batch: done }) => {
          if (done === 2) elementsOf(data[name]!).fill(value, 11 * size, 12 * size);
        },
      });
      await expect(run).rejects.toMatchObject({ name: "NetInputError", input: name, row: 11 });
      expect(net.step).toBe(2);
      expect(intact()).toBe(true);
      net.trainStep(rowsOf(batch));
      expect(Number(net.evaluate(rowsOf(batch))["loss"])).toBeGreaterThan(0);
    });
  });
  describe.each(Object.keys(ports).filter((name) => ports[name]!.classes === 0))("numbers of %s", (name) => {
    const { size } = ports[name]!;
    const calls = ["trainStep", "evaluate", "predict"] as const;
    describe.each(["wasm", "typescript"] as const)("on %s", (engine) => {
      const create = (): Net => module.create({ seed: 1, target: engine });
      test.each([NaN, Infinity, -Infinity])("%d, wherever it is", (wrong) => {
        const net = create();
        for (const at of [0, 3, 4, size - 1, size, 2 * size + 5, 3 * size - 1]) {
          const data = rowsOf(3);
          elementsOf(data[name]!)[at] = wrong;
          const failure = { name: "NetInputError", input: name, row: Math.floor(at / size), found: String(wrong) };
          for (const call of calls) expect(thrown(() => net[call](data))).toMatchObject(failure);
        }
        // What was refused stays in memory, beyond the rows that are used.
        expect(Object.keys(net.predict(rowsOf(1)))).toHaveLength(1);
      });
      test("the largest are numbers", () => {
        const values = Float32Array.from({ length: size }, (_, k) => (k % 2 ? -1 : 1) * 3.4028234663852886e38);
        expect(() => create().predict({ [name]: values })).not.toThrow();
      });
      test("NaN in a later batch, and written while a fit runs", async () => {
        const data = rowsOf(20);
        elementsOf(data[name]!)[17 * size + 2] = NaN;
        const failure = { name: "NetInputError", input: name, row: 17 };
        const net = create();
        expect(thrown(() => net.predict(data))).toMatchObject(failure);
        await expect(net.fit(data, { epochs: 1 })).rejects.toMatchObject(failure);
        expect(net.step).toBe(0);
        const good = rowsOf(20);
        const onBatch = () => void (elementsOf(good[name]!)[17 * size + 2] = NaN);
        const run = net.fit(good, { epochs: 1, shuffle: false, validation: 0, onBatch });
        await expect(run).rejects.toMatchObject(failure);
      });
    });
  });
  describe.each(Object.keys(ports).filter((name) => ports[name]!.isSequence))("lengths of %s:", (name) => {
    test.each([0, -1, 61, 1e9, NaN, 0.5])("%d, at once and while a fit runs", async (wrong) => {
      const { net, intact } = guarded();
      const data = rowsOf(20);
      const held = Float64Array.from(lengthsOf(20));
      held[11] = wrong;
      const values = elementsOf(data[name]!);
      const failure = { name: "NetInputError", input: name, row: 11 };
      expect(
        thrown(() => net.evaluate({ ...data, [name]: { values, lengths: held } } as unknown as Data)),
      ).toMatchObject(failure);
      const lengths = Float64Array.from(lengthsOf(20));
      const run = net.fit({ ...data, [name]: { values, lengths } } as unknown as Data, {
        epochs: 1,
        shuffle: false,
        validation: 0,
        onBatch: ({ batch: done }) => {
          if (done === 2) lengths[11] = wrong;
        },
      });
      await expect(run).rejects.toMatchObject(failure);
      expect(intact()).toBe(true);
    });
  });
});
