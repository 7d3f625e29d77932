/** @file Highlights: what is read, and what is given a value. */
import { DocumentHighlightKind, DocumentHighlightRequest } from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { connect } from "./client.js";
import { fixture, marked } from "./fixture.js";

it.each([
  [
    "a carried name",
    "fn f(x: [t]) {\n  scan i in t with <<|h>> = 0 {\n    <<h>> <- <<h>> + x[i]\n  }\n  return <<h>>\n}\n",
    "WWRR",
  ],
  ["a parameter", "layer l(x: [n]) {\n  param <<w>>: [n] ~ zeros\n  return <<w>> * x + <<w|>>\n}\n", "WRR"],
  ["a word of the library", "fn f(x) = <<re|lu>>(<<relu>>(x)) + tanh(x)\n", "RR"],
  ["a function of the language", "fn f(x) = <<|exp>>(x) + <<exp>>(2 * x)\n", "RR"],
  ["an import", 'import { <<k>> } from "./none.net"\nconst two = 2 * <<|k>>\n', "WR"],
])("shows %s", async (_, text, kinds) => {
  const { text: plain, cursor } = fixture(text);
  const client = await connect({ "a.net": plain });
  const found = (await client.request(DocumentHighlightRequest.type, client.at("a.net", cursor)))!;
  expect(
    marked(
      plain,
      found.map(({ range }) => range),
    ),
  ).toBe(text.replace(/(?<! )\||\|(?! )/g, ""));
  expect(found.map(({ kind }) => (kind === DocumentHighlightKind.Write ? "W" : "R")).join("")).toBe(kinds);
  await client.stop();
});
