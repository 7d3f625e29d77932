/** @file Every library word compiles in a small model, has true gradients, and trains. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { parse } from "../../src/syntax/parse.js";
import { checkText, messagesOf } from "../oracle/checked.js";
import { dataFor } from "./data.js";
import { expectTrueGradients } from "./differences.js";
import { Interpreted } from "./interpreted.js";
import { tinyModels } from "./tiny.js";

const folder = join(import.meta.dirname, "../../src/library");
const words = readdirSync(folder)
  .filter((name) => name.endsWith(".net"))
  .flatMap((name) => parse(new SourceFile(name, readFileSync(join(folder, name), "utf8"))).file.declarations)
  .flatMap((word) => (word.kind === "word" ? [`${word.word} ${word.name.text}`] : []));

test("every word has a small model", () => {
  const tested = new Set(tinyModels.map(({ word }) => word));
  expect(words.filter((word) => !tested.has(word))).toEqual([]);
  expect([...tested].filter((word) => !words.includes(word))).toEqual([]);
});

describe("compiles without a message", () => {
  test.each(tinyModels)("$word", ({ source }) => expect(messagesOf(source)).toEqual([]));
});

describe("gradients agree with finite differences", () => {
  test.each(tinyModels.filter(({ gradient }) => gradient))("$word", ({ source }) => {
    expectTrueGradients(checkText(source));
  });
});

describe("trains", () => {
  const trained = tinyModels.filter(({ word }) =>
    /^(optimizer|schedule|initializer|constraint|regularizer)/.test(word),
  );
  test.each(trained)("$word", ({ source }) => {
    const model = checkText(source);
    const net = new Interpreted(model);
    const data = dataFor(model, net.batch, 5);
    const losses = Array.from({ length: 60 }, () => net.trainStep(data));
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses[59]).toBeLessThan(0.9 * losses[0]!);
  });
});
