/** @file Semantic tokens: what each name is, in full, of a range, and as differences. */
import {
  type SemanticTokens,
  type SemanticTokensDelta,
  SemanticTokensDeltaRequest,
  SemanticTokensRangeRequest,
  SemanticTokensRequest,
} from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { tokenModifiers, tokenTypes } from "../../src/lsp/tokens.js";
import { connect } from "./client.js";

/** `text type modifier ..` of each token. */
function read(text: string, data: readonly number[]): string[] {
  const lines = text.split("\n");
  const found: string[] = [];
  let line = 0;
  let character = 0;
  for (let k = 0; k < data.length; k += 5) {
    const [down, right, length, type, bits] = data.slice(k, k + 5) as [number, number, number, number, number];
    character = down === 0 ? character + right : right;
    line += down;
    const modifiers = tokenModifiers.filter((_, bit) => (bits >> bit) & 1);
    found.push([lines[line]!.slice(character, character + length), tokenTypes[type], ...modifiers].join(" "));
  }
  return found;
}
const text = `/// Says what.
layer own(units: int = 2, mode: plain | odd = plain)(x: [n]) {
  param loss: [n] ~ zeros
  let y[i] = x[i] * loss[i] // a note
  return if mode == odd then exp(y) else y -> dense(units) as head
}
model M {
  input  x: f32[3]
  loss   own(x, "a")
}
`;

it("say what every token is", async () => {
  const client = await connect({ "a.net": text });
  const { data } = (await client.request(SemanticTokensRequest.type, client.in("a.net")))!;
  const found = read(text, data);
  for (const token of [
    "/// Says what. comment documentation",
    "layer keyword",
    "own class declaration",
    "units parameter declaration readonly",
    "int type defaultLibrary",
    "plain enumMember declaration",
    "plain enumMember",
    "x parameter declaration",
    "n typeParameter declaration",
    "param keyword",
    "zeros function defaultLibrary",
    "i variable declaration",
    "// a note comment",
    "odd enumMember",
    "exp function defaultLibrary",
    "dense class defaultLibrary",
    "head variable declaration",
    "M class declaration",
    "f32 type defaultLibrary",
    "own class",
    '"a" string',
    "3 number",
    "-> operator",
  ])
    expect(found).toContain(token);
  // A keyword at one place is a name at another.
  expect(found.filter((token) => token.startsWith("loss "))).toEqual([
    "loss property declaration",
    "loss property",
    "loss keyword",
  ]);
  await client.stop();
});

it("of a range are those of the whole there", async () => {
  const client = await connect({ "a.net": text });
  const range = { start: { line: 7, character: 0 }, end: { line: 8, character: 0 } };
  const { data } = (await client.request(SemanticTokensRangeRequest.type, { ...client.in("a.net"), range }))!;
  expect(read(text, data)).toEqual(["input keyword", "x parameter declaration", "f32 type defaultLibrary", "3 number"]);
  await client.stop();
});

it("as differences give the same as in full", async () => {
  const client = await connect();
  await client.open("a.net", text);
  let known = (await client.request(SemanticTokensRequest.type, client.in("a.net"))) as SemanticTokens;
  for (const changed of [text, text.replace("exp(y)", "y"), `const k = 1\n${text}`, "", text]) {
    await client.change("a.net", changed);
    const answer = (await client.request(SemanticTokensDeltaRequest.type, {
      ...client.in("a.net"),
      previousResultId: known.resultId!,
    })) as SemanticTokensDelta;
    const data = [...known.data];
    for (const { start, deleteCount, data: put = [] } of answer.edits) data.splice(start, deleteCount, ...put);
    known = { resultId: answer.resultId!, data };
    const { data: whole } = (await client.request(SemanticTokensRangeRequest.type, {
      ...client.in("a.net"),
      range: { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } },
    }))!;
    expect(data).toEqual(whole);
  }
  const unknown = await client.request(SemanticTokensDeltaRequest.type, {
    ...client.in("a.net"),
    previousResultId: "no",
  });
  expect((unknown as SemanticTokens).data).toEqual(known.data);
  await client.stop();
});
