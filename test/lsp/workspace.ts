/** @file Files in memory with the index of their names, without a server; and texts to try things on. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createProject, type Project } from "../../src/compiler/project.js";
import type { FileEdits } from "../../src/lsp/symbols/rename.js";
import { applied } from "../../src/lsp/symbols/rename.js";
import { SymbolIndex } from "../../src/lsp/symbols/index.js";

export class Workspace {
  readonly project: Project;
  readonly symbols: SymbolIndex;
  constructor(files: Readonly<Record<string, string>>) {
    this.project = createProject({
      readText: (path) => (Object.hasOwn(files, path) ? files[path] : undefined),
      resolve: (specifier) => specifier.replace(/^\.\//, ""),
    });
    this.paths = Object.keys(files).filter((path) => path.endsWith(".net"));
    this.symbols = new SymbolIndex({
      library: this.project.library,
      parse: (path) => this.project.parse(path),
      resolve: (specifier) => specifier.replace(/^\.\//, ""),
    });
  }
  readonly paths: readonly string[];
  text(path: string): string {
    return this.project.text(path)!;
  }
  apply(edits: FileEdits): void {
    for (const [path, list] of edits) this.project.setText(path, applied(this.text(path), list));
  }
}

const read = (path: string) => readFileSync(join(import.meta.dirname, "../..", path), "utf8");
const filesIn = (folder: string, ending: string) =>
  readdirSync(join(import.meta.dirname, "../..", folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => [name, read(join(folder, name))] as const);

/** The examples, with the texts that their types name. */
export const examples = (): Readonly<Record<string, string>> => Object.fromEntries(filesIn("examples", ".net"));
export const library = (): Readonly<Record<string, string>> => Object.fromEntries(filesIn("src/library", ".net"));
/** The blocks of the language reference. */
export function reference(): Readonly<Record<string, string>> {
  const blocks = [...read("grammar/README.md").matchAll(/^```net\n([^]*?)^```/gm)];
  return Object.fromEntries(blocks.map(([, text], k) => [`reference-${k + 1}.net`, text!]));
}
