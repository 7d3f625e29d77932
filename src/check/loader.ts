/** @file Words and constants of a file and of those it imports. */
import type { SourceFile } from "../base/source.js";
import { suggest } from "../base/suggest.js";
import { diagnose } from "../diagnostics/diagnostic.js";
import type { File, ImportDeclaration } from "../syntax/ast.js";
import type { Sink } from "./context.js";
import { nameRules } from "./diagnostics/names.js";
import type { Library } from "./library.js";
import { FileScope, wordSets } from "./scope.js";

export interface LoadInput {
  readonly library: Library;
  /** The file that an import names, parsed; undefined if there is none. */
  readonly resolve: (path: string, from: SourceFile) => File | undefined;
}

export class Loader {
  readonly #loaded = new Map<SourceFile, FileScope>();
  readonly #open = new Set<SourceFile>();
  constructor(
    readonly input: LoadInput,
    readonly sink: Sink,
  ) {}

  load(file: File): FileScope {
    const known = this.#loaded.get(file.source);
    if (known) return known;
    const scope = new FileScope(file.source, this.input.library, false);
    this.#open.add(file.source);
    for (const declaration of file.declarations) {
      if (declaration.kind === "word") {
        const word = { kind: "word", name: declaration.name.text, declaration, file: scope } as const;
        if (!scope.add(word)) this.#twice(scope, declaration.name);
      } else if (declaration.kind === "const") {
        if (scope.constants.has(declaration.name.text)) this.#twice(scope, declaration.name);
        scope.addConstant({ declaration, file: scope }, declaration.name.text);
      }
    }
    for (const declaration of file.declarations) if (declaration.kind === "import") this.#import(scope, declaration);
    this.#open.delete(file.source);
    this.#loaded.set(file.source, scope);
    return scope;
  }
  #twice(
    scope: FileScope,
    { text, span }: { readonly text: string; readonly span: { start: number; end: number } },
  ): void {
    this.sink.add(diagnose(nameRules.duplicateName, scope.location(span), { name: text }));
  }

  #import(scope: FileScope, declaration: ImportDeclaration): void {
    const path = declaration.from.value;
    const file = this.input.resolve(path, scope.source);
    if (!file) {
      this.sink.add(diagnose(nameRules.missingFile, scope.location(declaration.from.span), { path }));
      return;
    }
    if (this.#open.has(file.source)) {
      this.sink.add(diagnose(nameRules.importsItself, scope.location(declaration.from.span), { path }));
      return;
    }
    const other = this.load(file);
    for (const item of declaration.items) {
      const name = item.name.text;
      const as = item.as?.text ?? name;
      const words = wordSets.flatMap((set) => other.own(set, name) ?? []);
      const constant = other.constants.get(name);
      for (const word of words) if (!scope.add(word, as)) this.#twice(scope, item.as ?? item.name);
      if (constant) scope.addConstant(constant, as);
      if (words.length === 0 && !constant) {
        this.sink.add(
          diagnose(nameRules.unknownImport, scope.location(item.name.span), {
            name,
            path,
            suggestion: suggest(name, other.names),
          }),
        );
      }
    }
  }
}
