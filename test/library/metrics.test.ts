/** @file Metrics against their definitions, computed here from the same numbers. */
import { describe, expect, test } from "vitest";
import { checkText } from "../oracle/checked.js";
import { elementsOf } from "../oracle/fixture.js";
import { Interpreted } from "./interpreted.js";

const count = 40;
const classes = 4;
const scores = elementsOf({ shape: [count, classes], seed: 3, scale: 0.5, offset: 0.5 });
const labels = elementsOf({ shape: [count], seed: 4, classes });
const chances = elementsOf({ shape: [count], seed: 5, scale: 0.5, offset: 0.5 });
const truths = elementsOf({ shape: [count], seed: 6, classes: 2 });
const numbers = elementsOf({ shape: [count], seed: 7, scale: 2, offset: 1 });

function metric(call: string, type: string, target: string, x: readonly number[], t: readonly number[]): number[] {
  const model = checkText(`
model Measured {
  input  x: ${type}
  target t: ${target}
  output y = x
  metric found = ${call}
  train { batch: ${count} }
}`);
  const net = new Interpreted(model, count);
  return [...net.evaluate({ x, t })["found"]!];
}
const many = (call: string) => metric(call, `f32[${classes}]`, `class[${classes}]`, scores, labels);
const binary = (call: string) => metric(call, "f32", "bool", chances, truths);
const real = (call: string) => metric(call, "f32", "f32", chances, numbers);

const row = (i: number) => scores.slice(i * classes, (i + 1) * classes);
const best = (i: number) => row(i).indexOf(Math.max(...row(i)));
const examples = Array.from({ length: count }, (_, i) => i);
const share = (holds: (i: number) => boolean, among = examples) => among.filter(holds).length / among.length;
const said = (i: number) => chances[i]! > 0.5;
const positiveAt = (i: number) => truths[i] === 1;
const mean = (of: (i: number) => number) => examples.reduce((sum, i) => sum + of(i), 0) / count;

describe("classes", () => {
  test("accuracy", () =>
    expect(many("accuracy(y, t)")[0]).toBeCloseTo(
      share((i) => best(i) === labels[i]),
      12,
    ));
  test("top_k_accuracy", () => {
    const rank = (i: number) => row(i).filter((score) => score > row(i)[labels[i]!]!).length;
    expect(many("top_k_accuracy(y, t, k: 2)")[0]).toBeCloseTo(
      share((i) => rank(i) < 2),
      12,
    );
  });
  test("one-hot targets give what class indexes give", () => {
    const oneHot = labels.flatMap((label) => Array.from({ length: classes }, (_, k) => Number(k === label)));
    for (const call of ["accuracy(y, t)", "top_k_accuracy(y, t, k: 2)", "perplexity(y, t)"])
      expect(metric(call, `f32[${classes}]`, `f32[${classes}]`, scores, oneHot)[0]).toBeCloseTo(many(call)[0]!, 10);
  });
  test("confusion_matrix", () => {
    const expected = Array.from({ length: classes ** 2 }, (_, cell) => {
      const [truth, guess] = [Math.floor(cell / classes), cell % classes];
      return examples.filter((i) => labels[i] === truth && best(i) === guess).length;
    });
    expect(many("confusion_matrix(y, t)")).toEqual(expected);
  });
  test("perplexity", () => {
    const surprise = mean((i) => -Math.log(row(i)[labels[i]!]!));
    expect(many("perplexity(y, t)")[0]).toBeCloseTo(Math.exp(surprise), 10);
  });
});

describe("yes or no", () => {
  const yes = examples.filter(positiveAt);
  const positive = examples.filter(said);
  test("binary_accuracy", () => {
    expect(binary("binary_accuracy(y, t)")[0]).toBeCloseTo(
      share((i) => said(i) === positiveAt(i)),
      12,
    );
  });
  test("precision", () => expect(binary("precision(y, t)")[0]).toBeCloseTo(share(positiveAt, positive), 12));
  test("recall", () => expect(binary("recall(y, t)")[0]).toBeCloseTo(share(said, yes), 12));
  test("f1", () => {
    const [p, r] = [share(positiveAt, positive), share(said, yes)];
    expect(binary("f1(y, t)")[0]).toBeCloseTo((2 * p * r) / (p + r), 12);
  });
  test("nothing predicted positive", () => expect(binary("precision(y, t, threshold: 2)")[0]).toBe(0));
  test("auc, near the share of pairs in order", () => {
    const no = examples.filter((i) => !positiveAt(i));
    const ordered = yes.flatMap((i) => no.map((j) => (chances[i]! > chances[j]! ? 1 : 0) as number));
    const exact = ordered.reduce((a, b) => a + b, 0) / ordered.length;
    expect(Math.abs(binary("auc(y, t)")[0]! - exact)).toBeLessThan(0.01);
  });
});

describe("numbers", () => {
  const square = mean((i) => (chances[i]! - numbers[i]!) ** 2);
  test("mean_squared_error", () => expect(real("mean_squared_error(y, t)")[0]).toBeCloseTo(square, 12));
  test("mean_absolute_error", () =>
    expect(real("mean_absolute_error(y, t)")[0]).toBeCloseTo(
      mean((i) => Math.abs(chances[i]! - numbers[i]!)),
      12,
    ));
  test("root_mean_squared_error", () => {
    expect(real("root_mean_squared_error(y, t)")[0]).toBeCloseTo(Math.sqrt(square), 12);
  });
  test("r2", () => {
    const center = mean((i) => numbers[i]!);
    const variance = mean((i) => (numbers[i]! - center) ** 2);
    expect(real("r2(y, t)")[0]).toBeCloseTo(1 - square / variance, 10);
  });
});
