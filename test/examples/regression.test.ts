/** @file Linear regression and its penalised forms against closed solutions and coordinate descent. */
import { describe, expect } from "vitest";
import { elementsOf } from "../../src/cli/dataset.js";
import {
  columnOf,
  dot,
  leastSquares,
  load,
  mean,
  r2,
  rowsOf,
  standardised,
  testWith,
  train,
  weights,
} from "./support.js";

const withDiabetes = testWith("diabetes");
const data = "diabetes";
const withOne = (rows: readonly (readonly number[])[]) => rows.map((row) => [...row, 1]);

describe("diabetes", () => {
  withDiabetes("R2 of the held-out rows is that of the least-squares solution", async () => {
    const { dataset, metrics } = await train("diabetes", { data });
    const fitted = leastSquares(withOne(rowsOf(dataset.train, "features")), columnOf(dataset.train, "progression"));
    const test = dataset.test!;
    const estimate = withOne(rowsOf(test, "features")).map((row) => dot(row, fitted));
    expect(Math.abs(metrics["r2"]! - r2(estimate, columnOf(test, "progression")))).toBeLessThan(0.005);
  });
  withDiabetes("on the split of scikit-learn's tutorial, the last 20 rows, R2 is its 0.585", async () => {
    // In file order: the model that holds nothing out reads them so.
    const whole = (await load("regularized", { model: "Ridge", data })).train;
    const part = (from: number, to: number) => ({
      rows: to - from,
      ports: {
        features: elementsOf(whole.ports["features"]!).subarray(from * 10, to * 10),
        progression: elementsOf(whole.ports["progression"]!).subarray(from, to),
      },
    });
    const dataset = { train: part(0, 422), validation: undefined, test: part(422, 442) };
    const { metrics } = await train("diabetes", { dataset });
    expect(metrics["r2"]).toBeCloseTo(0.585075, 3);
    expect(metrics["loss"]).toBeCloseTo(2004.5676, -1);
  });
});

/** Minimises mean (y - x w)^2 / 2 + l1 * |w|_1 + l2 / 2 * |w|^2, one coordinate after the other (Friedman et al., 2010). */
function coordinateDescent(x: readonly (readonly number[])[], y: readonly number[], l1: number, l2: number): number[] {
  const columns = x[0]!.map((_, k) => x.map((row) => row[k]!));
  const w = columns.map(() => 0);
  const rest = [...y];
  for (let sweep = 0; sweep < 5000; sweep++)
    columns.forEach((column, k) => {
      const scale = mean(column.map((value) => value * value));
      const pull = mean(column.map((value, i) => value * rest[i]!)) + scale * w[k]!;
      const next = (Math.sign(pull) * Math.max(Math.abs(pull) - l1, 0)) / (scale + l2);
      column.forEach((value, i) => (rest[i]! -= value * (next - w[k]!)));
      w[k] = next;
    });
  return w;
}

describe("regularized", () => {
  const cases = [
    { model: "Ridge", l1: 0, l2: 0.1, zeros: [] },
    { model: "Lasso", l1: 2, l2: 0, zeros: [0, 5, 7] },
    { model: "ElasticNet", l1: 1, l2: 0.1, zeros: [0] },
  ];
  for (const { model, l1, l2, zeros } of cases)
    withDiabetes(`${model}: the weights of coordinate descent, and its zeros`, async () => {
      const { net, dataset, metrics } = await train("regularized", { model, data });
      const y = columnOf(dataset.train, "progression");
      const level = mean(y);
      const x = standardised(rowsOf(dataset.train, "features"));
      const reference = coordinateDescent(
        x,
        y.map((value) => value - level),
        l1,
        l2,
      );
      const w = weights(net, "w");
      expect([...w.keys()].filter((k) => w[k] === 0)).toEqual(zeros);
      expect([...reference.keys()].filter((k) => reference[k] === 0)).toEqual(zeros);
      reference.forEach((value, k) => expect(Math.abs(w[k]! - value)).toBeLessThan(0.02));
      expect(weights(net, "b")[0]).toBeCloseTo(level, 2);
      expect(metrics["dropped"]).toBe(zeros.length);
    });
  withDiabetes("Ridge: the closed form", async () => {
    const { net, dataset } = await train("regularized", { model: "Ridge", data });
    const y = columnOf(dataset.train, "progression");
    const penalty = Array.from({ length: 11 }, (_, k) => (k < 10 ? 0.1 * y.length : 0));
    const closed = leastSquares(withOne(standardised(rowsOf(dataset.train, "features"))), y, { penalty });
    closed.slice(0, 10).forEach((value, k) => expect(Math.abs(weights(net, "w")[k]! - value)).toBeLessThan(0.02));
  });
});
