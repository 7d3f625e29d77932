/** @file `src/library/README.md` is what the words' documentation says; `UPDATE=1` writes it anew. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pageOf, type WordPage } from "../../src/check/word-page.js";
import { createProject } from "../../src/compiler/project.js";

const folder = join(import.meta.dirname, "../../src/library");
const { library } = createProject({ readText: () => undefined, resolve: (specifier) => specifier });
const sets = ["word", "optimizer", "schedule", "initializer", "regularizer", "constraint"] as const;
const pages = sets.flatMap((set) => [...library.names(set)].map((name) => pageOf(library.word(set, name)!)));

function section({ name, signature, description, source }: WordPage): string {
  const from = source === undefined ? "" : ` *Source:* ${source}`;
  return `### ${name}\n\n\`\`\`net\n${signature}\n\`\`\`\n\n${description}${from}\n`;
}
/** One part per file, headed by the comment that the file begins with. */
function part(file: string): string {
  const text = readFileSync(join(folder, file), "utf8");
  const comment = /^(?:\/\/ ?.*\n)*/
    .exec(text)![0]
    .replace(/^\/\/\/.*\n/gm, "")
    .replace(/^\/\/ ?/gm, "");
  const own = pages.filter((page) => page.file === file);
  return [`## ${file.replace(/\.net$/, "")}\n`, ...(comment ? [comment] : []), ...own.map(section)].join("\n");
}
const files = readdirSync(folder).filter((file) => file.endsWith(".net"));
const reference = `# The words of the library

Made from the documentation of the words (\`UPDATE=1 npx vitest run --config test/vitest.config.ts test/library/reference.test.ts\`): each
with its signature, where settings come first, with their defaults, then values, then the shape of the result; with formula, shapes and
source. \`netc explain adam\` also shows the definition. Functions that are not words, such as \`reshape\` and \`concatenate\`, are in
[the language reference](../../grammar/README.md).

${files.map(part).join("\n")}`;

test("the reference is up to date", () => {
  const path = join(folder, "README.md");
  if (process.env["UPDATE"] === "1") writeFileSync(path, reference);
  expect(readFileSync(path, "utf8")).toBe(reference);
});

test("each word is in it", () => {
  for (const { signature } of pages) expect(reference).toContain(`\n${signature}\n`);
});
