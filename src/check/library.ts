/** @file The words of the library. A model uses a few of them, so each is parsed when it is first asked for. */
import { SourceFile } from "../base/source.js";
import { type WordDeclaration, type WordKind, wordKinds } from "../syntax/ast.js";
import { parse } from "../syntax/parse.js";
import { FileScope, setOf, type Word, type WordSet } from "./scope.js";

/** Where a word begins in library text, its documentation included: always at the start of a line. */
const beginning = new RegExp(String.raw`^(?:///.*\n)*(${wordKinds.join("|")}) (\w+)`, "gm");

/** Before the file's name in the name of a source of the library. */
export const libraryPrefix = "library:";

export class Library {
  readonly #words = new Map<string, Word>();
  readonly #texts: ReadonlyMap<string, string>;

  /** Texts by file name; they hold words only. */
  constructor(texts: Readonly<Record<string, string>>) {
    this.#texts = new Map(Object.entries(texts).map(([name, text]) => [libraryPrefix + name, text]));
    for (const [name, text] of this.#texts) {
      const file = new FileScope(new SourceFile(name, text), this, true);
      const begun = [...text.matchAll(beginning)];
      for (const [k, { 1: kind, 2: word, index }] of begun.entries())
        this.#words.set(
          `${setOf(kind as WordKind)}:${word}`,
          new LibraryWord(word!, file, index, begun[k + 1]?.index ?? text.length),
        );
    }
  }
  /** The text of a file, named as its sources are: `library:dense.net`. */
  text(name: string): string | undefined {
    return this.#texts.get(name);
  }
  word(set: WordSet, name: string): Word | undefined {
    return this.#words.get(`${set}:${name}`);
  }
  *names(set: WordSet): Iterable<string> {
    for (const key of this.#words.keys()) if (key.startsWith(`${set}:`)) yield key.slice(set.length + 1);
  }
}

class LibraryWord implements Word {
  readonly kind = "word";
  #declaration: WordDeclaration | undefined;
  constructor(
    readonly name: string,
    readonly file: FileScope,
    readonly start: number,
    readonly end: number,
  ) {}
  get declaration(): WordDeclaration {
    if (this.#declaration) return this.#declaration;
    const { name, text } = this.file.source;
    // Blanks before it keep its places those of the whole text.
    const alone = " ".repeat(this.start) + text.slice(this.start, this.end);
    const [found] = parse(new SourceFile(name, alone)).file.declarations;
    if (found?.kind !== "word") throw new Error(`${name}: \`${this.name}\` does not parse`);
    return (this.#declaration = found);
  }
}
