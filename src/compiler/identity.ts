/** @file Declarations as the same from text to text: an edit elsewhere moves a declaration and leaves it what it is. */
import type { SourceFile, Span } from "../base/source.js";
import type { Declaration } from "../syntax/ast.js";
import { type ParseResult, reportLimit } from "../syntax/parse.js";

/** One text of a declaration of one file. The object is the same as long as the text is. */
export interface Identity {
  readonly id: number;
  /** Every name that the text could mean, comments included. */
  readonly names: readonly string[];
}
export interface Placed {
  readonly identity: Identity;
  readonly source: SourceFile;
  readonly span: Span;
}

export class Identities {
  #last = 0;
  /** Of each file: identities by text, those of the newest tree only. */
  readonly #files = new Map<string, ReadonlyMap<string, Identity>>();
  readonly #placed = new WeakMap<Declaration, Placed>();
  readonly #seen = new WeakSet<ParseResult>();

  /** Where a declaration of a tree is, and which one it is. */
  of(declaration: Declaration, parsed: ParseResult): Placed {
    if (!this.#seen.has(parsed)) this.#identify(parsed);
    return this.#placed.get(declaration)!;
  }
  #identify(parsed: ParseResult): void {
    const { file, diagnostics } = parsed;
    const { source } = file;
    // With so many messages the parser may have given up, and what it made of one part depends on others.
    const before = diagnostics.length < reportLimit ? this.#files.get(source.name) : undefined;
    const now = new Map<string, Identity>();
    const times = new Map<string, number>();
    for (const declaration of file.declarations) {
      const { span } = declaration;
      const documentation = "documentation" in declaration ? declaration.documentation : undefined;
      const text = `${documentation ?? ""}\0${source.text.slice(span.start, span.end)}`;
      const time = (times.get(text) ?? 0) + 1;
      times.set(text, time);
      const key = `${time}\0${text}`;
      const identity = before?.get(key) ?? { id: ++this.#last, names: [...new Set(text.match(/[A-Za-z_]\w*/g))] };
      now.set(key, identity);
      this.#placed.set(declaration, { identity, source, span });
    }
    this.#files.set(source.name, now);
    this.#seen.add(parsed);
  }
}
