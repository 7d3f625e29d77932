/** @file The grammar is LL(2) without conflicts, and everything made from it is fresh (UPDATE=1 writes it). */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { diagrams } from "../../grammar/diagram.js";
import { readEbnf, updatedEbnf } from "../../grammar/ebnf.js";
import { cstTypes } from "../../grammar/generate.js";
import { NetParser } from "../../grammar/parser.js";
import { textmateGrammar } from "../../grammar/textmate.js";
import { railroadPage } from "../../grammar/railroad.js";
import { createLexer, hardKeywords, keyword, kindKeywords, Name, softKeywords } from "../../grammar/tokens.js";

const parser = new NetParser({ recovery: false });
const lexer = createLexer();
const rules = diagrams(parser);

const grammarFile = (name: string) => fileURLToPath(new URL(`../../grammar/${name}`, import.meta.url));
function expectFresh(name: string, text: string): void {
  if (process.env["UPDATE"] === "1") writeFileSync(grammarFile(name), text);
  expect(
    readFileSync(grammarFile(name), "utf8") === text,
    `grammar/${name} is stale: run the tests with UPDATE=1`,
  ).toBe(true);
}

describe("the grammar", () => {
  it("is LL(2) without conflicts, and its tokens are sound", () => {
    expect(() => new NetParser({ validate: true })).not.toThrow();
    expect(createLexer({ validate: true }).lexerDefinitionErrors).toEqual([]);
  });

  it("reads every keyword as itself, and a longer name as a name", () => {
    for (const word of [...hardKeywords, ...kindKeywords, ...softKeywords]) {
      expect(lexer.tokenize(word).tokens.map(({ tokenType }) => tokenType)).toEqual([keyword[word]]);
      expect(lexer.tokenize(`${word}s`).tokens.map(({ tokenType }) => tokenType)).toEqual([Name]);
    }
  });

  it("takes soft keywords as names, hard ones not", () => {
    const parses = (text: string) => {
      parser.input = lexer.tokenize(text).tokens;
      parser.file();
      return parser.errors.length === 0;
    };
    for (const word of [...kindKeywords, ...softKeywords]) {
      expect(
        parses(`fn ${word}(${word}) { let ${word} = ${word} ${word} <- ${word} return ${word}(${word}) }`),
        word,
      ).toBe(true);
    }
    for (const word of hardKeywords) expect(parses(`fn f(${word}) = 1`), word).toBe(false);
  });
});

describe("what is made from the grammar", () => {
  it("is fresh: the types of the concrete syntax tree", () => expectFresh("cst.ts", cstTypes(parser)));
  it("is fresh: the railroad diagrams", () => expectFresh("railroad.html", railroadPage(rules)));
  it("is fresh: the grammar that editors colour by", async () =>
    expectFresh("net.tmLanguage.json", await format(textmateGrammar(), { parser: "json", printWidth: 120 })));
  it("is fresh: the right-hand sides in EBNF", () =>
    expectFresh("net.ebnf", updatedEbnf(readFileSync(grammarFile("net.ebnf"), "utf8"), rules)));
  it("needs nothing from outside: the railroad diagrams", () =>
    expect(railroadPage(rules)).not.toMatch(/https?:|<script|<link|src=/));
});

describe("net.ebnf", () => {
  const text = readFileSync(grammarFile("net.ebnf"), "utf8");
  const written = readEbnf(text);

  it("has each rule of the parser once", () => {
    expect(written.map(({ name }) => name).sort()).toEqual([...rules.keys()].sort());
    expect([...rules.keys()].sort()).toEqual(Object.keys(parser.getGAstProductions()).sort());
  });

  it("names the soft keywords", () => {
    const [, listed = ""] = /only these may be names: ([^]*?)\n {2}KIND/.exec(text) ?? [];
    expect(listed.split(/\s+/)).toEqual([...kindKeywords, ...softKeywords]);
    expect(/ {2}KIND +(.*)/.exec(text)?.[1]?.split(" ")).toEqual([...kindKeywords]);
  });

  it.each(written)("has an example of $name that parses", ({ name, example }) => {
    const lexed = lexer.tokenize(example);
    expect(lexed.errors).toEqual([]);
    parser.input = lexed.tokens;
    (parser[name as keyof NetParser] as () => unknown)();
    expect(parser.errors.map((error) => error.message)).toEqual([]);
  });
});
