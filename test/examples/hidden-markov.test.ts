/** @file The hidden Markov model against counts, a decoder and Baum and Welch's expectations written out. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { accuracy, codeOf, encode, parseConllu, vocabulary } from "../../examples/hidden-markov/conllu.js";
import type { Encoded } from "../../examples/hidden-markov/conllu.js";
import { dataFolder, moduleOf, testWith, weights } from "./support.js";

const data = "ud_english_eslspok";
const withTreebank = testWith(data);
const states = 16;

function treebank() {
  const read = (name: string) => parseConllu(readFileSync(join(dataFolder(data), `${name}.conllu`), "utf8"));
  const sentences = read("train");
  const code = codeOf(sentences);
  expect(code.tags.length).toBe(states);
  return { train: encode(sentences, code), test: encode(read("test"), code) };
}
const rows = ({ words, tag }: Encoded) => words.map((own, row) => ({ words: own, tags: tag[row]! }));

interface Parts {
  readonly start: number[];
  readonly move: number[][];
  readonly emit: number[][];
}
const table = (height: number, width: number, value: number) =>
  Array.from({ length: height }, () => Array.from({ length: width }, () => value));
const emptyParts = (value: number): Parts => ({
  start: table(1, states, value)[0]!,
  move: table(states, states, value),
  emit: table(states, vocabulary, value),
});
const shares = (counts: readonly number[]) => {
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => count / total);
};
const estimate = ({ start, move, emit }: Parts): Parts => ({
  start: shares(start),
  move: move.map(shares),
  emit: emit.map(shares),
});

function viterbi({ start, move, emit }: Parts, words: readonly number[]): number[] {
  let best = start.map((p, j) => Math.log(p) + Math.log(emit[j]![words[0]!]!));
  const back: number[][] = [];
  for (const word of words.slice(1)) {
    const from = best.map((_, j) => {
      const scores = best.map((score, k) => score + Math.log(move[k]![j]!));
      return scores.indexOf(Math.max(...scores));
    });
    best = from.map((k, j) => best[k]! + Math.log(move[k]![j]!) + Math.log(emit[j]![word]!));
    back.unshift(from);
  }
  const path = [best.indexOf(Math.max(...best))];
  for (const from of back) path.unshift(from[path[0]!]!);
  return path;
}

/** Adds a sentence's expected counts by forward and backward recursion on probabilities; gives its log-likelihood. */
function expectedCounts({ start, move, emit }: Parts, words: readonly number[], counts: Parts): number {
  const forward: number[][] = [];
  const scales: number[] = [];
  words.forEach((word, i) => {
    const alpha = start.map((p, j) => {
      const reached = i === 0 ? p : forward[i - 1]!.reduce((sum, value, k) => sum + value * move[k]![j]!, 0);
      return reached * emit[j]![word]!;
    });
    const scale = alpha.reduce((a, b) => a + b, 0);
    scales.push(scale);
    forward.push(alpha.map((value) => value / scale));
  });
  let beta = start.map(() => 1);
  for (let i = words.length - 1; i >= 0; i--) {
    forward[i]!.forEach((value, j) => (counts.emit[j]![words[i]!]! += value * beta[j]!));
    if (i === 0) forward[0]!.forEach((value, j) => (counts.start[j]! += value * beta[j]!));
    else {
      const after = beta.map((value, j) => (value * emit[j]![words[i]!]!) / scales[i]!);
      forward[i - 1]!.forEach((value, k) =>
        after.forEach((next, j) => (counts.move[k]![j]! += value * move[k]![j]! * next)),
      );
      beta = move.map((row) => row.reduce((sum, p, j) => sum + p * after[j]!, 0));
    }
  }
  return scales.reduce((sum, scale) => sum + Math.log(scale), 0);
}

const chunk = (values: Float32Array, width: number) =>
  Array.from({ length: values.length / width }, (_, k) => [...values.subarray(k * width, (k + 1) * width)]);
const partsOf = (net: Parameters<typeof weights>[0]): Parts => ({
  start: [...weights(net, "start")],
  move: chunk(weights(net, "move"), states),
  emit: chunk(weights(net, "emit"), vocabulary),
});
function expectClose(found: Parts, reference: Parts, within: number): void {
  const flat = ({ start, move, emit }: Parts) => [...start, ...move.flat(), ...emit.flat()];
  const values = flat(found);
  const worst = flat(reference).reduce((most, value, k) => Math.max(most, Math.abs(value - values[k]!)), 0);
  expect(worst).toBeLessThan(within);
}

describe("hidden-markov", () => {
  withTreebank("Tagger: the distributions of counting, and as many right tags", async () => {
    const { train, test } = treebank();
    const counts = emptyParts(0.01);
    for (const { words, tags } of rows(train))
      words.forEach((word, i) => {
        counts.emit[tags[i]!]![word]!++;
        if (i === 0) counts.start[tags[0]!]!++;
        else counts.move[tags[i - 1]!]![tags[i]!]!++;
      });
    const baseline = estimate(counts);
    const net = (await moduleOf("hidden-markov", "Tagger")).create({ seed: 0 });
    await net.fit({ ...train });
    expectClose(partsOf(net), baseline, 1e-4);

    const { path } = net.predict({ words: test.words });
    const reference = test.words.map((words) => viterbi(baseline, words));
    const right = accuracy(reference, test);
    expect(right).toBeGreaterThan(0.92);
    expect(Math.abs(accuracy(path as readonly Int32Array[], test) - right)).toBeLessThan(0.01);
  });
  withTreebank("HiddenMarkov: a step is Baum and Welch's, and none lowers the likelihood", async () => {
    const { train } = treebank();
    const { words } = train;
    const net = (await moduleOf("hidden-markov", "HiddenMarkov")).create({ seed: 0 });
    const start = partsOf(net);
    const counts = emptyParts(1e-6 * words.length);
    const likelihood = rows(train).reduce((sum, sentence) => sum + expectedCounts(start, sentence.words, counts), 0);
    const first = await net.fit({ words }, { epochs: 1 });
    expect(first.epochs[0]!.metrics["loss"]).toBeCloseTo(-likelihood / words.length, 3);
    expectClose(partsOf(net), estimate(counts), 1e-4);

    const { epochs } = await net.fit({ words });
    const losses = epochs.map(({ metrics }) => Number(metrics["loss"]));
    losses.slice(1).forEach((loss, k) => expect(loss).toBeLessThan(losses[k]!));
    expect(losses.at(-1)).toBeLessThan(40);
  });
  withTreebank("ByGradient: the likelihood of gradient descent", async () => {
    const { words } = treebank().train;
    const { epochs } = await (await moduleOf("hidden-markov", "ByGradient")).create({ seed: 0 }).fit({ words });
    expect(epochs.at(-1)!.metrics["loss"]).toBeLessThan(40.5);
  });
});
