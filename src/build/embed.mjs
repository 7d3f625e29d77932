/** @file Embeds the library text and the module runtime as strings, so that the compiler needs no file system. */
import { readFileSync, readdirSync, writeFileSync, existsSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const src = fileURLToPath(new URL("..", import.meta.url));
const filesUnder = (folder, ending) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(ending))
    .sort();

/** Writes only on change, so that watchers and incremental builds stay quiet. */
const write = (file, text) => {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
};

const library = filesUnder(join(src, "library"), ".net").map((name) => [
  relative(".", name).split(sep).join("/"),
  readFileSync(join(src, "library", name), "utf8"),
]);
write(
  join(src, "library", "text.generated.ts"),
  `/** @file Generated from src/library: the text of every library file, by name. */\n` +
    `export const libraryText: Readonly<Record<string, string>> = ${JSON.stringify(Object.fromEntries(library), null, 1)};\n`,
);

const compilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  isolatedDeclarations: true,
  declaration: true,
};
/** TypeScript prints four spaces where the project has two. */
const twoSpaces = (text) => text.replace(/^( {4})+/gm, (spaces) => spaces.slice(spaces.length / 2));
/** In JavaScript the declarations beside it document. */
const withoutDocumentation = (text) => text.replace(/^ *\/\*\*(?! @file)[^]*?\*\/\n/gm, "");
const runtime = filesUnder(join(src, "emit", "runtime"), ".ts").map((name) => {
  const text = readFileSync(join(src, "emit", "runtime", name), "utf8");
  const js = withoutDocumentation(twoSpaces(ts.transpileModule(text, { compilerOptions }).outputText));
  const types = twoSpaces(ts.transpileDeclaration(text, { compilerOptions }).outputText);
  return [name.replace(/\.ts$/, ""), { ts: text, js, types }];
});
write(
  join(src, "emit", "runtime.generated.ts"),
  `/** @file Generated from src/emit/runtime: each source file as TypeScript, as JavaScript, and its declarations. */\n` +
    `export const runtimeText: Readonly<Record<string, { readonly ts: string; readonly js: string; readonly types: string }>> = ${JSON.stringify(Object.fromEntries(runtime), null, 1)};\n`,
);
