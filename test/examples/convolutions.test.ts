/** @file Convolutions of one, two and three dimensions: accuracy, and first features against loops written out. */
import { describe, expect } from "vitest";
import { rowsOf, testWith, train, weights } from "./support.js";

const withDigits = testWith("digits");

/** Row-major array with its sizes; reads outside are 0, as padding is. */
class Grid {
  constructor(
    readonly sizes: readonly number[],
    readonly values: ArrayLike<number>,
  ) {}
  at(...index: readonly number[]): number {
    const inside = index.every((i, k) => i >= 0 && i < this.sizes[k]!);
    return inside ? this.values[index.reduce((place, i, k) => place * this.sizes[k]! + i, 0)]! : 0;
  }
}
const upTo = (n: number) => Array.from({ length: n }, (_, k) => k);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

async function features(model: string) {
  const { net, dataset, metrics } = await train("convolutions", { model, data: "digits" });
  const test = dataset.test!;
  const image = rowsOf(test, "image")[0]!;
  const seen = net.predict({ image: Float32Array.from(image) })["seen"] as Float32Array;
  return { net, image, seen, accuracy: metrics["accuracy"]! };
}
const expectClose = (found: ArrayLike<number>, reference: readonly number[]) => {
  expect(found.length).toBe(reference.length);
  reference.forEach((value, k) => expect(Math.abs(found[k]! - value)).toBeLessThan(1e-4));
};

describe("convolutions", () => {
  withDigits("Rows", async () => {
    const { net, image, seen, accuracy } = await features("Rows");
    expect(accuracy).toBeGreaterThanOrEqual(0.96);
    const x = new Grid(
      [8, 8],
      image.map((value) => value / 16),
    );
    const w = new Grid([3, 8, 32], weights(net, "look.kernel"));
    const b = weights(net, "look.bias");
    const reference = upTo(8).flatMap((i) =>
      upTo(32).map((f) => b[f]! + sum(upTo(3).flatMap((a) => upTo(8).map((k) => x.at(i + a - 1, k) * w.at(a, k, f))))),
    );
    expectClose(seen, reference);
  });
  withDigits("Windows", async () => {
    const { net, image, seen, accuracy } = await features("Windows");
    expect(accuracy).toBeGreaterThanOrEqual(0.965);
    const x = new Grid(
      [8, 8],
      image.map((value) => value / 16),
    );
    const w = new Grid([3, 3, 16], weights(net, "look.kernel"));
    const b = weights(net, "look.bias");
    const window = (i: number, j: number, f: number) =>
      sum(upTo(3).flatMap((a) => upTo(3).map((c) => x.at(i + a - 1, j + c - 1) * w.at(a, c, f))));
    expectClose(
      seen,
      upTo(8).flatMap((i) => upTo(8).flatMap((j) => upTo(16).map((f) => b[f]! + window(i, j, f)))),
    );
  });
  withDigits("Relief", async () => {
    const { net, image, seen, accuracy } = await features("Relief");
    expect(accuracy).toBeGreaterThanOrEqual(0.95);
    const flat = new Grid([8, 8], image);
    const full = (i: number, j: number, k: number) => (k >= 0 && k < 8 && flat.at(i, j) > 2 * k ? 1 : 0);
    const w = new Grid([3, 3, 3, 8], weights(net, "look.kernel"));
    const b = weights(net, "look.bias");
    const block = (i: number, j: number, k: number, f: number) =>
      sum(
        upTo(3).flatMap((a) =>
          upTo(3).flatMap((c) => upTo(3).map((d) => full(2 * i + a, 2 * j + c, 2 * k + d) * w.at(a, c, d, f))),
        ),
      );
    expectClose(
      seen,
      upTo(4).flatMap((i) =>
        upTo(4).flatMap((j) => upTo(4).flatMap((k) => upTo(8).map((f) => b[f]! + block(i, j, k, f)))),
      ),
    );
  });
  withDigits("Separable", async () => {
    const { net, image, seen, accuracy } = await features("Separable");
    expect(accuracy).toBeGreaterThanOrEqual(0.96);
    const x = new Grid(
      [8, 8],
      image.map((value) => value / 16),
    );
    const first = new Grid([3, 3, 16], weights(net, "conv2d.kernel"));
    const firstBias = weights(net, "conv2d.bias");
    const taps = upTo(3).flatMap((a) => upTo(3).map((c) => [a, c] as const));
    const hidden = new Grid(
      [8, 8, 16],
      upTo(8).flatMap((i) =>
        upTo(8).flatMap((j) =>
          upTo(16).map((f) =>
            Math.max(0, firstBias[f]! + sum(taps.map(([a, c]) => x.at(i + a - 1, j + c - 1) * first.at(a, c, f)))),
          ),
        ),
      ),
    );
    const depthwise = new Grid([3, 3, 16], weights(net, "look.depthwise.kernel"));
    const pointwise = new Grid([16, 32], weights(net, "look.pointwise.kernel"));
    const bias = weights(net, "look.pointwise.bias");
    const reference = upTo(8).flatMap((i) =>
      upTo(8).flatMap((j) => {
        const own = upTo(16).map((k) =>
          sum(taps.map(([a, c]) => hidden.at(i + a - 1, j + c - 1, k) * depthwise.at(a, c, k))),
        );
        return upTo(32).map((f) => bias[f]! + sum(own.map((value, k) => value * pointwise.at(k, f))));
      }),
    );
    expectClose(seen, reference);
  });
});
