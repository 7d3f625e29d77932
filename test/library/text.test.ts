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

/** Words that only serve others: no paper speaks of them. */
const helpers: ReadonlySet<string> = new Set<string>([
  "fn draw_between",
  "fn draw_sign",
  "fn resample",
  "fn interpolate",
  "layer augment",
  "fn safe_log",
  "fn log_add",
  "fn ratio",
]);

describe("documentation", () => {
  const cases = words.map(({ file, word }) => [`${word.word} ${word.name.text}`, file, word] as const);
  test.each(cases)("%s (%s)", (name, _, { documentation: text = "" }) => {
    expect(text).toMatch(/[.)]$/);
    if (helpers.has(name)) return;
    const [description = "", source] = text.split("Source: ");
    // A formula has an operation or a function in it.
    expect(description).toMatch(/[=^*/+@<]|\w\(.*\)| - /);
    expect(source, "it says where the word comes from").toMatch(/^\w.*[.)]$/s);
    if (name.startsWith("layer ")) expect(description, "it says which shape becomes which").toMatch(/\] -> (the|\[)/);
  });
  test("no helper is gone", () => {
    const names = cases.map(([name]) => name);
    expect([...helpers].filter((name) => !names.some((known) => known === name))).toEqual([]);
  });
});
