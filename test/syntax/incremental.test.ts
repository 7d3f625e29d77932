/** @file Parsing again what was edited gives the tree and the messages of parsing the whole. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { IncrementalParser } from "../../src/syntax/incremental.js";
import { parse, type ParseResult } from "../../src/syntax/parse.js";
import { applied, randomEdit } from "../lsp/edits.js";
import { randomFrom } from "../random.js";

const texts = ["examples", "src/library"].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".net"))
    .map((name) => readFileSync(`${folder}/${name}`, "utf8")),
);
const plain = ({ file: { declarations, comments, span }, diagnostics }: ParseResult) =>
  JSON.parse(
    JSON.stringify([declarations, comments, span, diagnostics], (_, value: unknown) =>
      value instanceof SourceFile ? value.name : value,
    ),
  ) as unknown;
const rounds = Number(process.env["NETC_EDITS"] ?? 200);

it("gives the same as parsing anew", () => {
  const next = randomFrom(3);
  const parser = new IncrementalParser();
  let text = "";
  for (let k = 0; k < rounds; k++) {
    if (k % 20 === 0) {
      const from = Math.floor(next() * (texts.length - 2));
      text = texts.slice(from, from + 2).join("\n");
      if (next() < 0.3) text = text.replaceAll(/^ +/gm, "");
      if (next() < 0.3) text = text.replaceAll("\n", "\r\n");
    }
    text = applied(text, randomEdit(text, next));
    const source = new SourceFile("a.net", text);
    expect(plain(parser.parse(source)), text).toEqual(plain(parse(source)));
  }
});

it("keeps the trees of what did not change", () => {
  const parser = new IncrementalParser();
  const text = "const a = 1\nfn f(x) = x + a\nfn g(x) = f(x)\n";
  const [, second] = ["", " "].map((end) => parser.parse(new SourceFile("a.net", text + end)).file.declarations);
  const changed = parser.parse(new SourceFile("a.net", text.replace("g(x) =", "g(x) = 2 *"))).file.declarations;
  expect(changed.slice(0, 2)).toEqual(second!.slice(0, 2));
  expect([changed[0] === second![0], changed[1] === second![1], changed[2] === second![2]]).toEqual([
    true,
    true,
    false,
  ]);
});
