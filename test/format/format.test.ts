/** @file The formatter keeps tokens and comments, gives the same result again, and leaves the project's own files alone. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { format } from "../../src/format/format.js";
import { lex, mutate } from "./mutate.js";

const filesUnder = (folder: string) =>
  readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => name.endsWith(".net") && !name.includes("broken"));
const files = ["src/library", "examples"].flatMap(filesUnder);

async function formatted(text: string): Promise<string> {
  const result = await format(new SourceFile("a.net", text), { endOfLine: "lf" });
  expect(
    result.diagnostics.map(({ message }) => message),
    text,
  ).toEqual([]);
  return result.text;
}

describe("the project's own files", () => {
  it.each(files)("%s is formatted", async (name) => {
    const text = readFileSync(name, "utf8");
    expect(await formatted(text)).toBe(text);
  });
});

describe("other layouts of the project's files", () => {
  const layouts = [
    { name: "white space", spaces: 0.3, comments: 0 },
    { name: "some comments", spaces: 0.05, comments: 0.02 },
    { name: "comments everywhere", spaces: 0.2, comments: 0.4 },
  ];
  it.each(layouts)("keep tokens and comments: $name", async ({ spaces, comments }) => {
    for (const [i, name] of files.entries()) {
      const text = mutate(readFileSync(name, "utf8"), i, spaces, comments);
      const once = await formatted(text);
      const [before, after] = [lex(text), lex(once)];
      expect(after.tokens, name).toEqual(before.tokens);
      expect(after.comments.toSorted(), name).toEqual(before.comments.toSorted());
      expect(await formatted(once), name).toBe(once);
    }
  });
});
