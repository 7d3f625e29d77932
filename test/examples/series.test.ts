/** @file Forecasts of a series, against the last value and linear autoregression. */
import { expect } from "vitest";
import { columnOf, dot, leastSquares, load, mean, rowsOf, testWith, train } from "./support.js";

const data = "sunspots";
const withSunspots = testWith(data);
const error = (estimate: readonly number[], truth: readonly number[]) =>
  Math.sqrt(mean(truth.map((value, k) => (value - estimate[k]!) ** 2)));

withSunspots("sunspots: windows are the series, the last fifth is held out", async () => {
  const { train: first, test: last } = await load("sunspots", { model: "Gru", data });
  expect([first.rows, last!.rows]).toEqual([228, 57]);
  const rows = [...rowsOf(first, "years"), ...rowsOf(last!, "years")];
  const next = [...columnOf(first, "next"), ...columnOf(last!, "next")];
  expect(rows[0]!.slice(0, 3)).toEqual([5, 11, 16]);
  rows.slice(1).forEach((row, k) => expect(row).toEqual([...rows[k]!.slice(1), next[k]]));
});

for (const { model, most } of [
  { model: "Gru", most: 18 },
  { model: "Rnn", most: 23 },
  { model: "Lstm", most: 23 },
  { model: "Bidirectional", most: 23 },
])
  withSunspots(`sunspots: ${model} is off by at most ${most}`, async () => {
    const { dataset, metrics } = await train("sunspots", { model, data });
    const lagged = (part: typeof dataset.train) => rowsOf(part, "years").map((row) => [...row.slice(-9), 1]);
    const w = leastSquares(lagged(dataset.train), columnOf(dataset.train, "next"));
    const linear = error(
      lagged(dataset.test!).map((row) => dot(row, w)),
      columnOf(dataset.test!, "next"),
    );
    const before = error(
      rowsOf(dataset.test!, "years").map((row) => row.at(-1)!),
      columnOf(dataset.test!, "next"),
    );
    expect(linear).toBeCloseTo(18.59, 2);
    expect(before).toBeCloseTo(33.02, 2);
    expect(metrics["root_mean_squared_error"]).toBeLessThanOrEqual(most);
    if (model === "Gru") expect(metrics["root_mean_squared_error"]).toBeLessThan(linear);
  });
