/** @file Start values have the mean, spread and limits that the initializers' documentation states. */
import { describe, expect, test } from "vitest";
import { checkText } from "../oracle/checked.js";
import { Interpreted } from "./interpreted.js";

const rows = 96;
const columns = 64;

function draw(initializer: string, shape: readonly number[] = [rows, columns]): Float64Array {
  const net = new Interpreted(
    checkText(`
model Start {
  input  x: f32
  param  w: [${shape.join(", ")}] ~ ${initializer}
  output y = x + sum(w)
}`),
    1,
  );
  return net.parameter("w");
}
function moments(values: Float64Array): { mean: number; deviation: number; largest: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const square = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(square), largest: values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) };
}

/** Standard deviation and largest absolute value, of a matrix with these fans. */
const truncated = (variance: number) => [Math.sqrt(variance), (2 * Math.sqrt(variance)) / 0.87962566] as const;
const uniform = (limit: number) => [limit / Math.sqrt(3), limit] as const;
const drawn: readonly (readonly [string, readonly [deviation: number, limit: number]])[] = [
  ["random_normal(stddev: 0.1)", [0.1, Infinity]],
  ["random_uniform", uniform(0.05)],
  ["truncated_normal", [0.05 * 0.87962566, 0.1]],
  ["glorot_uniform", uniform(Math.sqrt(6 / (rows + columns)))],
  ["glorot_normal", truncated(2 / (rows + columns))],
  ["he_uniform", uniform(Math.sqrt(6 / rows))],
  ["he_normal", truncated(2 / rows)],
  ["lecun_uniform", uniform(Math.sqrt(3 / rows))],
  ["lecun_normal", truncated(1 / rows)],
  ["variance_scaling", truncated(1 / rows)],
  ["variance_scaling(2.0, mode: outputs)", truncated(2 / columns)],
  ["variance_scaling(2.0, mode: average, distribution: uniform)", uniform(Math.sqrt(6 / ((rows + columns) / 2)))],
  ["variance_scaling(distribution: untruncated_normal)", [Math.sqrt(1 / rows), Infinity]],
];

describe("drawn", () => {
  test.each(drawn)("%s", (initializer, [deviation, limit]) => {
    const found = moments(draw(initializer));
    // Of 6144 draws: the mean is within 4 standard errors, the deviation within 4%.
    expect(Math.abs(found.mean)).toBeLessThan((4 * deviation) / Math.sqrt(rows * columns));
    expect(Math.abs(found.deviation / deviation - 1)).toBeLessThan(0.04);
    expect(found.largest).toBeLessThanOrEqual(limit * (1 + 1e-6));
    if (Number.isFinite(limit)) expect(found.largest).toBeGreaterThan(0.95 * limit);
  });
  test("fans of a convolution's kernel count its window", () => {
    const limit = Math.sqrt(6 / (9 * 4 + 9 * 8));
    expect(moments(draw("glorot_uniform", [3, 3, 4, 8])).largest).toBeLessThanOrEqual(limit);
    expect(moments(draw("glorot_uniform", [3, 3, 4, 8])).largest).toBeGreaterThan(0.95 * limit);
  });
});

describe("given", () => {
  test.each([
    ["zeros", 0],
    ["ones", 1],
    ["constant(0.25)", 0.25],
  ])("%s", (initializer, value) => expect(new Set(draw(initializer))).toEqual(new Set([value])));
  test("identity", () => {
    expect([...draw("identity(gain: 2)", [2, 3])]).toEqual([2, 0, 0, 0, 2, 0]);
  });
});

describe("orthogonal", () => {
  test.each([
    [24, 16],
    [16, 24],
    [16, 16],
  ])("%i x %i", (n, m) => {
    const w = draw("orthogonal(2)", [n, m]);
    const few = Math.min(n, m);
    for (let a = 0; a < few; a++)
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let k = 0; k < Math.max(n, m); k++)
          product += n >= m ? w[k * m + a]! * w[k * m + b]! : w[a * m + k]! * w[b * m + k]!;
        expect(product).toBeCloseTo(a === b ? 4 : 0, 6);
      }
  });
});
