/** @file Logistic and softmax regression, the perceptron and the support vector machine reach their stated results. */
import { describe, expect } from "vitest";
import { columnOf, dot, mean, rowsOf, standardised, testWith, train, weights } from "./support.js";

describe.each([0, 1, 2])("seed %i", (seed) => {
  testWith("breast_cancer")("breast-cancer: at least 96% of the held-out rows", async () => {
    const { metrics } = await train("breast-cancer", { data: "breast_cancer", seed });
    expect(metrics["binary_accuracy"]).toBeGreaterThanOrEqual(0.96);
    expect(metrics["auc"]).toBeGreaterThan(0.98);
  });
  testWith("breast_cancer")("svm: at least 96% of the held-out rows", async () => {
    const { metrics } = await train("svm", { data: "breast_cancer", seed });
    expect(metrics["accuracy"]).toBeGreaterThanOrEqual(0.96);
  });
  testWith("wine")("wine: at least 95% of the held-out rows", async () => {
    const { metrics } = await train("wine", { data: "wine", seed });
    expect(metrics["accuracy"]).toBeGreaterThanOrEqual(0.95);
  });
});

testWith("breast_cancer")("svm: the objective is that of a long subgradient descent in f64", async () => {
  const { net, dataset } = await train("svm", { data: "breast_cancer" });
  const rows = standardised(rowsOf(dataset.train, "nuclei"));
  const side = columnOf(dataset.train, "benign").map((benign) => (benign ? 1 : -1));
  const margins = (w: readonly number[], b: number) => rows.map((row, i) => side[i]! * (dot(row, w) + b));
  const objective = (w: readonly number[], b: number) =>
    mean(margins(w, b).map((margin) => Math.max(1 - margin, 0))) + 0.02 * dot(w, w);
  let w = rows[0]!.map(() => 0);
  let b = 0;
  let best = Infinity;
  // Steps of Pegasos (Shalev-Shwartz et al., 2011): 1 / (2 * 0.02 * t).
  for (let step = 1; step <= 10_000; step++) {
    const rate = 1 / (2 * 0.02 * (step + 100));
    const inside = margins(w, b).map((margin, i) => (margin < 1 ? side[i]! / rows.length : 0));
    w = w.map(
      (value, k) => value * (1 - rate * 2 * 0.02) + rate * inside.reduce((sum, s, i) => sum + s * rows[i]![k]!, 0),
    );
    b += rate * inside.reduce((sum, s) => sum + s, 0);
    if (step % 100 === 0) best = Math.min(best, objective(w, b));
  }
  expect(objective([...weights(net, "w")], weights(net, "b")[0]!)).toBeLessThan(best * 1.003);
});

testWith("iris")("perceptron: no errors after Rosenblatt's rule", async () => {
  const { net, dataset, metrics } = await train("perceptron", { data: "iris" });
  expect(metrics["errors"]).toBe(0);

  // The rule itself on the same rows in file order, step by step.
  const { net: own } = await train("perceptron", { dataset, epochs: 0 });
  const w = [0, 0, 0, 0];
  let b = 0;
  const flowers = rowsOf(dataset.train, "flower");
  columnOf(dataset.train, "species").forEach((species, i) => {
    const flower = flowers[i]!;
    const error = (species === 0 ? 1 : 0) - (dot(flower, w) + b >= 0 ? 1 : 0);
    flower.forEach((value, k) => (w[k]! += error * value));
    b += error;
    own.trainStep({ flower: Float32Array.from(flower), species: Int32Array.of(species) });
    w.forEach((value, k) => expect(weights(own, "w")[k]).toBeCloseTo(value, 3));
    expect(weights(own, "b")[0]).toBe(b);
  });
  expect(net.epoch).toBe(20);
});
