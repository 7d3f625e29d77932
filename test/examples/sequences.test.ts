/** @file Models over lines, questions and sentences, each of its own length. */
import { describe, expect } from "vitest";
import { testWith, train } from "./support.js";

describe("sequences", () => {
  testWith("ud_english_eslspok")("tagger: more of the test words than counting tags", async () => {
    const { metrics } = await train("tagger", { data: "ud_english_eslspok" });
    expect(metrics["accuracy"]).toBeGreaterThan(0.945);
  });
  testWith("trec")("trec, two epochs", async () => {
    const { metrics, net } = await train("trec", { data: "trec", epochs: 2 });
    expect(metrics["accuracy"]).toBeGreaterThan(0.7);
    const { kind } = net.predict({ words: [[1, 2, 3], [4]] });
    expect(kind).toHaveLength(12);
  });
  testWith("names")("names-lstm, one epoch of a fifth, and a name from letter to letter", async () => {
    const { metrics, net } = await train("names-lstm", { data: "names", epochs: 1, limit: 6_400 });
    expect(metrics["perplexity"]).toBeLessThan(12);
    net.reset();
    const text: number[] = [];
    for (let letter = 0; text.length < 30;) {
      const { next } = net.predict({ text: [[letter]] });
      const chance = (next as readonly Float32Array[])[0]!;
      letter = chance.indexOf(Math.max(...chance));
      if (letter === 0) break;
      text.push(letter);
    }
    // The most likely name: letters, and an end.
    expect(text.length).toBeGreaterThan(1);
    expect(text.length).toBeLessThan(16);
  });
  testWith("names")("names-transformer, one epoch of a fifth, and no letter sees those after it", async () => {
    const { metrics, net } = await train("names-transformer", { data: "names", epochs: 1, limit: 6_400 });
    expect(metrics["perplexity"]).toBeLessThan(14);
    const chances = (text: readonly number[]) =>
      Array.from((net.predict({ text: [text] })["next"] as readonly Float32Array[])[0]!);
    // The chances of what follows the first three letters, whatever follows them.
    const [short, long] = [chances([0, 5, 13]), chances([0, 5, 13, 13, 1])];
    expect(short).toHaveLength(3 * 27);
    long.slice(0, short.length).forEach((chance, k) => expect(chance).toBeCloseTo(short[k]!, 5));
  });
});
