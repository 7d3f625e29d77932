/** @file Names in library text: every one is declared, also in words that no example applies. */
import { expect, test } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { check } from "../../src/check/check.js";
import { render } from "../../src/diagnostics/render.js";
import { parse } from "../../src/syntax/parse.js";
import { setOf } from "../../src/check/scope.js";
import { library, libraryTexts } from "./support.js";

const files = Object.entries(libraryTexts).map(([name, text]) => parse(new SourceFile(name, text)).file);

test("no library word names what does not exist", () => {
  for (const file of files) {
    const { diagnostics } = check({ file, library, resolve: () => undefined });
    expect(diagnostics.map((d) => render(d)).join("\n\n")).toBe("");
  }
});

test("a word parsed alone is what it is in its file, at the same place", () => {
  let words = 0;
  for (const { declarations } of files)
    for (const declaration of declarations) {
      if (declaration.kind !== "word") continue;
      words++;
      const alone = library.word(setOf(declaration.word), declaration.name.text)?.declaration;
      expect(JSON.stringify(alone)).toBe(JSON.stringify(declaration));
    }
  const sets = ["word", "optimizer", "schedule", "initializer", "regularizer", "constraint"] as const;
  expect(sets.flatMap((set) => [...library.names(set)]).length).toBe(words);
});
