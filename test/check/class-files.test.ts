/** @file `class[from "file"]`: names of classes read from a file, one per line. */
import { expect, test } from "vitest";
import { instantiate } from "../../src/cli/compile.js";
import { compileModel } from "../../src/compiler/compile.js";
import { emitModule } from "../../src/emit/emit.js";
import { typeErrors } from "../emit/module.js";
import { codesOf, modelOf } from "./support.js";

const model = `
model Words {
  input  word: class[from "words.txt"]
  target next: class[from "words.txt"]
  output chance = word -> embedding(3) -> dense(4) -> softmax
  output best = argmax(chance)
  loss   cross_entropy(chance, next)
  optimizer sgd(0.5)
}`;
const files = { "words.txt": "\ufeffred\r\ngreen or blue\r\n\\n\r\na\\\\n\r\n" };
const labels = ["red", "green or blue", "\n", "a\\n"];

test("lines are names; what a line cannot hold is escaped", () => {
  expect(modelOf(model, { files }).targets[0]!.element).toEqual({ kind: "class", size: 4, labels });
});
test("names are values of the net", async () => {
  const net = (await instantiate(compileModel(modelOf(model, { files })))).create();
  const data = { word: labels, next: [...labels.slice(1), labels[0]!] } as never;
  for (let k = 0; k < 400; k++) net.trainStep(data);
  expect(net.evaluate(data)["loss"]).toBeLessThan(0.05);
  const { text } = emitModule(compileModel(modelOf(model, { files })), { language: "ts" });
  expect(typeErrors({ "words.ts": text })).toEqual([]);
  expect(text).toContain('"red" | "green or blue" | "\\n" | "a\\\\n"');
});
test("no file, no names, or a name twice is told", () => {
  expect(codesOf(model)).toContain("NET2006");
  expect(codesOf(model, { files: { "words.txt": "" } })).toContain("NET5001");
  expect(codesOf(model, { files: { "words.txt": "a\nb\na\n" } })).toContain("NET2004");
});
