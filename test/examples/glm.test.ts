/** @file Generalised linear models against iteratively reweighted least squares, and against the numbers R prints. */
import { expect, test } from "vitest";
import { columnOf, leastSquares, mean, train, weights, type Trained } from "./support.js";

interface Family {
  /** Mean from the weighted sum, its derivative, and the variance of the distribution at that mean. */
  readonly mean: (eta: number) => number;
  readonly slope: (eta: number) => number;
  readonly variance: (mu: number) => number;
  /** A weighted sum to start from. */
  readonly start: (y: number) => number;
}
const families = {
  Gaussian: { mean: (eta) => eta, slope: () => 1, variance: () => 1, start: (y) => y },
  Bernoulli: {
    mean: (eta) => 1 / (1 + Math.exp(-eta)),
    slope: (eta) => Math.exp(-eta) / (1 + Math.exp(-eta)) ** 2,
    variance: (mu) => mu * (1 - mu),
    start: (y) => 2 * y - 1,
  },
  Poisson: { mean: Math.exp, slope: Math.exp, variance: (mu) => mu, start: (y) => Math.log(y + 0.1) },
  Gamma: { mean: (eta) => 1 / eta, slope: (eta) => -1 / eta ** 2, variance: (mu) => mu * mu, start: (y) => 1 / y },
} satisfies Record<string, Family>;

/** Newton's method with expected curvature: weighted least squares on the linearised response. Nelder and Wedderburn, 1972. */
function reweightedLeastSquares(
  { mean, slope, variance, start }: Family,
  x: readonly (readonly number[])[],
  y: readonly number[],
) {
  let eta = y.map(start);
  let w: number[] = [];
  for (let round = 0; round < 50; round++) {
    const response = eta.map((value, i) => value + (y[i]! - mean(value)) / slope(value));
    const weight = eta.map((value) => slope(value) ** 2 / variance(mean(value)));
    w = leastSquares(x, response, { weight });
    eta = x.map((row) => row.reduce((sum, value, k) => sum + value * w[k]!, 0));
  }
  return w;
}

function compare(found: readonly number[], reference: readonly number[], published: readonly number[]): void {
  reference.forEach((value, k) => {
    expect(Math.abs(found[k]! - value) / Math.max(Math.abs(value), 0.01)).toBeLessThan(1e-3);
    expect(Math.abs(published[k]! - value)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value)));
  });
}

/** Intercept and slope in the data's own units, from a model of the centred predictor. */
function line({ net }: Trained, x: readonly number[], unit = 1): number[] {
  const slope = weights(net, "slope")[0]! / unit;
  return [weights(net, "middle")[0]! / unit - slope * mean(x), slope];
}

test("Gaussian: identity link", async () => {
  const trained = await train("glm", { model: "Gaussian" });
  const [x, y] = ["height", "weight"].map((port) => columnOf(trained.dataset.train, port)) as [number[], number[]];
  const reference = reweightedLeastSquares(
    families.Gaussian,
    x.map((value) => [1, value]),
    y,
  );
  compare(line(trained, x), reference, [-87.51667, 3.45]);
});
test("Bernoulli: logit link", async () => {
  const trained = await train("glm", { model: "Bernoulli" });
  const [x, y] = ["temperature", "damaged"].map((port) => columnOf(trained.dataset.train, port)) as [
    number[],
    number[],
  ];
  const reference = reweightedLeastSquares(
    families.Bernoulli,
    x.map((value) => [1, value]),
    y,
  );
  compare(line(trained, x), reference, [15.0429, -0.23216]);
});
test("Poisson: log link", async () => {
  const { net, dataset } = await train("glm", { model: "Poisson" });
  const [outcome, treatment, count] = ["outcome", "treatment", "count"].map((port) =>
    columnOf(dataset.train, port),
  ) as [number[], number[], number[]];
  const is = (value: number, k: number) => (value === k ? 1 : 0);
  const x = outcome.map((o, i) => [1, is(o, 1), is(o, 2), is(treatment[i]!, 1), is(treatment[i]!, 2)]);
  const reference = reweightedLeastSquares(families.Poisson, x, count);
  const found = ["middle", "by_outcome", "by_treatment"].flatMap((path) => [...weights(net, path)]);
  compare(found, reference, [3.044522, -0.454255, -0.292987, 0, 0]);
});
test("Gamma: inverse link", async () => {
  const trained = await train("glm", { model: "Gamma" });
  const [plasma, y] = ["plasma", "seconds"].map((port) => columnOf(trained.dataset.train, port)) as [
    number[],
    number[],
  ];
  const x = plasma.map(Math.log);
  const reference = reweightedLeastSquares(
    families.Gamma,
    x.map((value) => [1, value]),
    y,
  );
  compare(line(trained, x, mean(y)), reference, [-0.01655438, 0.01534311]);
});
