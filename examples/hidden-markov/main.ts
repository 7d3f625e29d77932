/** @file Trains the three models of hidden-markov.net on a treebank; its header says how to run this. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { accuracy, codeOf, encode, manyToOne, parseConllu } from "./conllu.js";
import { ByGradient, HiddenMarkov, Tagger } from "./generated/hidden-markov.net.js";

const folder = process.argv[2];
if (folder === undefined) throw new Error("which folder holds train.conllu and test.conllu?");
const read = (name: string) => parseConllu(readFileSync(join(folder, `${name}.conllu`), "utf8"));
const sentences = read("train");
const code = codeOf(sentences);
const [train, test] = [encode(sentences, code), encode(read("test"), code)];
const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

const tagger = Tagger.create();
await tagger.fit(train);
console.log(`counted: ${percent(accuracy(tagger.predict(test).path, test))} of the test set's words are tagged right`);

for (const [name, net] of [
  ["expectation maximisation", HiddenMarkov.create({ seed: 1 })],
  ["gradient", ByGradient.create({ seed: 1 })],
] as const) {
  const { epochs } = await net.fit(train);
  const losses = epochs.map(({ metrics }) => metrics.loss);
  console.log(
    `${name}: ${losses[0]!.toFixed(2)} to ${losses.at(-1)!.toFixed(2)} nats per sentence, ` +
      `${percent(manyToOne(net.predict(test).path, test))} right if each state is read as its most frequent tag`,
  );
}
