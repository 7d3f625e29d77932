/** @file Completion: only what fits the position, what takes the value at hand first. */
import { type CompletionItem, CompletionRequest } from "vscode-languageserver-protocol";
import { afterAll, expect, it } from "vitest";
import { connect } from "./client.js";
import { fixture } from "./fixture.js";

const snippets = { textDocument: { completion: { completionItem: { snippetSupport: true } } } };
const client = await connect(
  { "other.net": "layer block(x: [n]) -> [n] = x\nconst wide = 3\n" },
  { capabilities: snippets },
);
afterAll(() => client.stop());

async function offers(marked: string): Promise<CompletionItem[]> {
  const { text, cursor } = fixture(marked);
  await client.open("a.net", text);
  const found = (await client.request(CompletionRequest.type, client.at("a.net", cursor))) as CompletionItem[];
  return found.sort((a, b) => ((a.sortText ?? a.label) < (b.sortText ?? b.label) ? -1 : 1));
}
const labels = async (marked: string) => (await offers(marked)).map(({ label }) => label);
/** A model with a line that is being typed. */
const inModel = (line: string) => `model M {
  input image: f32[8, 8, 1]
  target t: class[3]
  let h = image -> conv2d(4, 3) -> flatten
  ${line}
  output y = h -> dense(3) -> softmax
  loss cross_entropy(y, t)
  optimizer adam(1e-3)
}
`;

it("offers words that take the shape first", async () => {
  const image = await labels(inModel("let q = image -> |"));
  const flat = await labels(inModel("let q = h -> |"));
  expect(image.indexOf("max_pool2d")).toBeLessThan(image.indexOf("embedding"));
  expect(flat.indexOf("dense")).toBeLessThan(flat.indexOf("max_pool2d"));
  expect(flat).not.toContain("cross_entropy");
});

it("offers settings that are not given in the order of the signature, then constants only", async () => {
  const first = await labels(inModel("let q = h -> dense(|"));
  expect(first).toEqual([
    "units",
    "activation",
    "use_bias",
    "kernel_initializer",
    "bias_initializer",
    "kernel_regularizer",
    "bias_regularizer",
  ]);
  expect(await labels(inModel("let q = h -> dense(3, use_bias: true, |"))).not.toContain("use_bias");
});

it.each([
  ["options of a setting", "let q = image -> conv2d(3, 3, padding: |", ["same", "valid"]],
  ["truth values", "let q = h -> dense(3, use_bias: |", ["false", "true"]],
  ["types", "input z: |", ["bool", "class", "f32", "int"]],
  ["ports of data", "data {|}", ["image", "t", "augment", "test", "validation"]],
  ["nothing for a new name", "let |", []],
  ["nothing in comments", "// |", []],
])("offers %s", async (_, line, expected) => {
  expect(await labels(inModel(line))).toEqual(expected);
});

it.each([
  ["initializers", "param w: [3] ~ |", "glorot_uniform", "relu"],
  ["optimizers", "optimizer |", "adam", "relu"],
  ["schedules", "optimizer adam(learning_rate: |", "cosine_decay", "adam"],
  ["functions as activations", "let q = h -> dense(3, activation: |", "relu", "conv2d"],
  ["losses in losses", "loss |", "cross_entropy", "dense"],
  ["values", "let q = h + |", "image", "cross_entropy"],
  ["items", "|", "input", "return"],
])("offers %s", async (_, line, there, absent) => {
  const found = await labels(inModel(line));
  expect(found).toContain(there);
  expect(found).not.toContain(absent);
});

it("offers declarations, statements of words, names of imports", async () => {
  expect(await labels("|")).toContain("model");
  expect(await labels("layer f(x: [n]) -> [n] {\n  |\n  return x\n}\n")).toContain("return");
  expect(await labels('import {|} from "./other.net"\n')).toEqual(["block", "wide"]);
});

it("replaces the name at the cursor by a snippet with what must be given, and documents it", async () => {
  const found = await offers(inModel("let q = h -> den|x"));
  const dense = found.find(({ label }) => label === "dense");
  expect(dense?.textEdit).toMatchObject({
    newText: "dense(${1:units})",
    range: { start: { line: 4, character: 15 }, end: { line: 4, character: 19 } },
  });
  expect(dense?.documentation).toMatchObject({ kind: "markdown", value: expect.stringContaining("kernel") as string });
});
