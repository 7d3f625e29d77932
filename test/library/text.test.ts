/** @file Every library word parses, stands in one namespace only once, and has documentation. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { parse } from "../../src/syntax/parse.js";
import type { WordDeclaration, WordKind } from "../../src/syntax/ast.js";

const folder = join(import.meta.dirname, "../../src/library");
const files = readdirSync(folder).filter((name) => name.endsWith(".net"));
const parsed = files.map((name) => ({
  name,
  ...parse(new SourceFile(name, readFileSync(join(folder, name), "utf8"))),
}));
const words = parsed.flatMap(({ name, file }) =>
  file.declarations.flatMap((d): { file: string; word: WordDeclaration }[] =>
    d.kind === "word" ? [{ file: name, word: d }] : [],
  ),
);

/** fn, layer, loss and metric share one set of names. */
const namespaceOf = (kind: WordKind) => (["fn", "layer", "loss", "metric"].includes(kind) ? "function" : kind);

describe("library text", () => {
  test.each(parsed)("$name parses and holds words only", ({ diagnostics, file }) => {
    expect(diagnostics.map((d) => d.message)).toEqual([]);
    expect(file.declarations.length).toBeGreaterThan(0);
    expect(file.declarations.every((d) => d.kind === "word")).toBe(true);
  });
  test("each name is declared once in its namespace", () => {
    const names = words.map(({ word }) => `${namespaceOf(word.word)} ${word.name.text}`);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});

describe("documentation", () => {
  test.each(words.map(({ file, word }) => [`${word.word} ${word.name.text}`, file, word] as const))(
    "%s (%s)",
    (_, __, word) => {
      const text = word.documentation ?? "";
      expect(text.length).toBeGreaterThan(5);
      expect(text).toMatch(/[.)]$/);
    },
  );
});
