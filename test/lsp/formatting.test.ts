/** @file Formatting in the language server: documents, ranges, and what was just typed. */
import {
  DocumentFormattingRequest,
  DocumentOnTypeFormattingRequest,
  DocumentRangeFormattingRequest,
  type Position,
  type TextEdit,
} from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { connect } from "./client.js";
import { fixture } from "./fixture.js";

const options = { tabSize: 4, insertSpaces: false };

function applied(text: string, edits: readonly TextEdit[] | null): string {
  const source = new SourceFile("a", text);
  const at = ({ line, character }: Position) => source.offsetAt({ line, column: character });
  return (edits ?? []).reduceRight(
    (so, { range, newText }) => so.slice(0, at(range.start)) + newText + so.slice(at(range.end)),
    text,
  );
}

it("formats a document by the smallest edits", async () => {
  const text = "model M {\n  input x:f32 // \u{1F600}\n  target label: f32\n}\n";
  const client = await connect();
  await client.open("a.net", text);
  const edits = await client.request(DocumentFormattingRequest.type, { ...client.in("a.net"), options });
  expect(edits).toEqual([
    { range: { start: { line: 1, character: 7 }, end: { line: 1, character: 8 } }, newText: "  " },
    { range: { start: { line: 1, character: 10 }, end: { line: 1, character: 10 } }, newText: " " },
  ]);
  expect(applied(text, edits)).toBe("model M {\n  input  x: f32 // \u{1F600}\n  target label: f32\n}\n");
  await client.change("a.net", applied(text, edits));
  expect(await client.request(DocumentFormattingRequest.type, { ...client.in("a.net"), options })).toEqual([]);
  await client.stop();
});

it("moves a comment, and sorts imports", async () => {
  const text = 'import {a} from "./z.net"\nimport {b} from "./a.net"\nconst c = // why\n 1\nconst d  =  2\n';
  const client = await connect();
  await client.open("a.net", text);
  const edits = await client.request(DocumentFormattingRequest.type, { ...client.in("a.net"), options });
  expect(applied(text, edits)).toBe(
    'import { b } from "./a.net"\nimport { a } from "./z.net"\n\n// why\nconst c = 1\nconst d = 2\n',
  );
  await client.stop();
});

it("formats the statements that a range touches", async () => {
  const { text, ranges } = fixture(`fn f(x) {
  let a=1
  let b=<<2
  let c>>=3
  let d=4
}
const e=5
`);
  const client = await connect();
  await client.open("a.net", text);
  const edits = await client.request(DocumentRangeFormattingRequest.type, {
    ...client.in("a.net"),
    range: ranges[0]!,
    options,
  });
  expect(applied(text, edits)).toBe(text.replace("b=2", "b = 2").replace("c=3", "c = 3"));
  await client.stop();
});

it.each([
  [
    "}",
    "model M {\n  let a=1\n  train {batch:1}|\n}\nconst b=1\n",
    "model M {\n  let a=1\n  train { batch: 1 }\n}\nconst b=1\n",
  ],
  ["}", "fn f(x) {\nreturn   x}|\nconst b=1\n", "fn f(x) {\n  return x\n}\nconst b=1\n"],
  ["\n", "model M {\n  let a=1\n  |\n  let b=2\n}\n", "model M {\n  let a = 1\n  \n  let b=2\n}\n"],
  ["\n", "fn f(x) {\n  return x +\n  |\n", "fn f(x) {\n  return x +\n  \n"],
])("formats what ends where %j was typed in %j", async (ch, marked, expected) => {
  const { text, cursor } = fixture(marked);
  const client = await connect();
  await client.open("a.net", text);
  const edits = await client.request(DocumentOnTypeFormattingRequest.type, {
    ...client.at("a.net", cursor),
    ch,
    options,
  });
  expect(applied(text, edits)).toBe(expected);
  await client.stop();
});

it("leaves broken text, unknown documents and the library alone", async () => {
  const client = await connect();
  await client.open("a.net", "model  M {\n  let a =\n}\n");
  for (const document of [
    client.in("a.net"),
    client.in("no.net"),
    { textDocument: { uri: "netc-library:/dense.net" } },
  ])
    expect(await client.request(DocumentFormattingRequest.type, { ...document, options })).toEqual([]);
  await client.stop();
});
