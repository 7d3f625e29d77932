/** @file Checks a text with the library as it lies on disk. */
import { readdirSync, readFileSync } from "node:fs";
import { SourceFile } from "../../src/base/source.js";
import { check, type CheckResult } from "../../src/check/check.js";
import { Library } from "../../src/check/library.js";
import type { CheckedModel } from "../../src/check/model.js";
import { render } from "../../src/diagnostics/render.js";
import type { File } from "../../src/syntax/ast.js";
import { parse } from "../../src/syntax/parse.js";

const folder = new URL("../../src/library/", import.meta.url);
export const libraryTexts: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => name.endsWith(".net"))
    .map((name) => [name, readFileSync(new URL(name, folder), "utf8")]),
);
export const library = new Library(libraryTexts);

export interface Others {
  readonly files?: Readonly<Record<string, string>>;
  readonly batch?: number;
}
export function checkText(text: string, { files = {}, batch }: Others = {}): CheckResult {
  const { file, diagnostics } = parse(new SourceFile("test.net", text));
  const parsed = new Map<string, File>([["./test.net", file]]);
  const result = check({
    file,
    library,
    resolve(path) {
      if (!parsed.has(path) && files[path] !== undefined)
        parsed.set(path, parse(new SourceFile(path, files[path])).file);
      return parsed.get(path);
    },
    readText: (path) => files[path],
    ...(batch === undefined ? {} : { batch }),
  });
  return { models: result.models, diagnostics: [...diagnostics, ...result.diagnostics] };
}
/** The one model of a text that must be right. */
export function modelOf(text: string, others?: Others): CheckedModel {
  const { models, diagnostics } = checkText(text, others);
  if (diagnostics.length > 0) throw new Error(diagnostics.map((d) => render(d)).join("\n\n"));
  return models[0]!;
}
/** Codes of what is wrong with a text, in order. */
export const codesOf = (text: string, others?: Others): string[] =>
  checkText(text, others).diagnostics.map((d) => d.code);
