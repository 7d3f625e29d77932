/** @file Nets on images of 8 x 8 pixels, and what of the nets on larger images a test has time for. */
import { expect } from "vitest";
import { buffer, dot, mean, rowsOf, standardised, testWith, train, weights } from "./support.js";

const data = "digits";
const withDigits = testWith(data);

withDigits("digits-mlp: at least 96% of the held-out rows", async () => {
  const { metrics } = await train("digits-mlp", { data });
  expect(metrics["accuracy"]).toBeGreaterThanOrEqual(0.96);
});

/** Variance of the rows of `test` that the first `count` principal axes of the rows of `basis` explain. */
function principalComponents(basis: readonly number[][], test: readonly number[][], count: number): number {
  const width = basis[0]!.length;
  const center = Array.from({ length: width }, (_, k) => mean(basis.map((row) => row[k]!)));
  const centred = (rows: readonly number[][]) => rows.map((row) => row.map((value, k) => value - center[k]!));
  const rows = centred(basis);
  const covariance = center.map((_, j) => center.map((_, k) => mean(rows.map((row) => row[j]! * row[k]!))));
  const axes: number[][] = [];
  for (let n = 0; n < count; n++) {
    let axis = center.map((_, k) => Math.cos(k * (n + 1)));
    for (let round = 0; round < 300; round++) {
      axis = covariance.map((row) => dot(row, axis));
      for (const other of axes) {
        const along = dot(axis, other);
        axis = axis.map((value, k) => value - along * other[k]!);
      }
      const norm = Math.sqrt(dot(axis, axis));
      axis = axis.map((value) => value / norm);
    }
    axes.push(axis);
  }
  const held = centred(test);
  const kept = held.reduce((sum, row) => sum + axes.reduce((s, axis) => s + dot(row, axis) ** 2, 0), 0);
  return kept / held.reduce((sum, row) => sum + dot(row, row), 0);
}

withDigits("autoencoder: a code of 8 numbers keeps more than the best linear one", async () => {
  const { dataset, metrics } = await train("autoencoder", { data });
  const linear = principalComponents(rowsOf(dataset.train, "image"), rowsOf(dataset.test!, "image"), 8);
  expect(linear).toBeCloseTo(0.68, 1);
  expect(metrics["explained"]).toBeGreaterThan(0.82);
  expect(metrics["explained"]).toBeGreaterThan(linear + 0.1);
});

withDigits("stacked-autoencoder: each pair of layers by itself, then all of it", async () => {
  const { net, metrics } = await train("stacked-autoencoder", { data });
  expect(net.epoch).toBe(210);
  expect(metrics["explained"]).toBeGreaterThan(0.8);
});

withDigits("variational-autoencoder: codes of all held-out images together are normally distributed", async () => {
  const { net, dataset, metrics } = await train("variational-autoencoder", { data });
  expect(metrics["explained"]).toBeGreaterThan(0.8);
  expect(metrics["divergence"]).toBeGreaterThan(10);
  expect(metrics["divergence"]).toBeLessThan(16);
  const codes = net.predict(dataset.test!.ports) as Readonly<Record<string, Float32Array>>;
  for (let k = 0; k < 8; k++) {
    const own = (values: ArrayLike<number>) => Array.from(values).filter((_, i) => i % 8 === k);
    const means = own(codes["mean"]!);
    const center = mean(means);
    const variance = mean(own(codes["spread"]!).map((s, i) => s ** 2 + (means[i]! - center) ** 2));
    expect(Math.abs(center)).toBeLessThan(0.15);
    expect(Math.abs(variance - 1)).toBeLessThan(0.25);
  }
});

testWith("iris")("clusters: the centers of Lloyd's algorithm from the same start", async () => {
  const { net: start } = await train("clusters", { data: "iris", epochs: 0, seed: 1 });
  const { net, dataset, metrics } = await train("clusters", { data: "iris", seed: 1 });
  const flowers = standardised(rowsOf(dataset.train, "flower"));
  const first = [...buffer(start, "centers")];
  let centers = [0, 1, 2].map((j) => first.slice(4 * j, 4 * j + 4));
  const squared = (a: readonly number[], b: readonly number[]) => a.reduce((s, v, k) => s + (v - b[k]!) ** 2, 0);
  const nearest = (flower: readonly number[]) => {
    const distances = centers.map((center) => squared(flower, center));
    return distances.indexOf(Math.min(...distances));
  };
  for (let epoch = 0; epoch < 50; epoch++) {
    const members = centers.map(() => [] as number[][]);
    for (const flower of flowers) members[nearest(flower)]!.push(flower);
    centers = members.map((own, j) =>
      own.length > 0 ? own[0]!.map((_, k) => mean(own.map((row) => row[k]!))) : centers[j]!,
    );
  }
  const found = buffer(net, "centers");
  centers.flat().forEach((value, k) => expect(found[k]).toBeCloseTo(value, 4));
  // The best three clusters of the standardised flowers, as scikit-learn's KMeans reports them.
  expect(metrics["inertia"]).toBeCloseTo(139.82, 1);
  const { cluster } = net.predict({ flower: dataset.train.ports["flower"]! });
  expect([...(cluster as Int32Array)]).toEqual(flowers.map(nearest));
});

for (const { model, least } of [
  { model: "Tree", least: 0.9 },
  { model: "Forest", least: 0.95 },
])
  testWith("wine")(`soft-tree: ${model} is right on at least ${least} of the held-out rows`, async () => {
    const { metrics } = await train("soft-tree", { model, data: "wine" });
    expect(metrics["accuracy"]).toBeGreaterThanOrEqual(least);
  });

testWith("mnist")("mnist-augmented, the first 6,400 images once", async () => {
  const { metrics } = await train("mnist-augmented", { data: "mnist", epochs: 1, limit: 6400 });
  expect(metrics["accuracy"]).toBeGreaterThanOrEqual(0.93);
});
testWith("fashion_mnist")("fashion-mlp, the first 12,800 images once", async () => {
  const { metrics } = await train("fashion-mlp", { data: "fashion_mnist", epochs: 1, limit: 12_800 });
  expect(metrics["accuracy"]).toBeGreaterThanOrEqual(0.78);
});
testWith("mnist")(
  "mnist-pruned, the first 12,800 images: nine in ten weights are 0, and what is left does as well",
  async () => {
    const run = { data: "mnist", limit: 12_800, epochs: 1 };
    const dense = await train("mnist-mlp", { ...run, epochs: 2 });
    const { net, metrics } = await train("mnist-pruned", run);
    const all = [...weights(net, "hidden.kernel"), ...weights(net, "head.kernel")];
    expect(all.filter((weight) => weight === 0)).toHaveLength(Math.round(0.9 * 101_632));
    expect(metrics["accuracy"]).toBeGreaterThanOrEqual(dense.metrics["accuracy"]! - 0.01);
  },
);
