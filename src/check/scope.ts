/** @file Names: the values visible at a place, and the words of a file. */
import type { Location, SourceFile, Span } from "../base/source.js";
import type { ConstDeclaration, WordDeclaration, WordKind } from "../syntax/ast.js";
import type { Library } from "./library.js";
import type { Value } from "./values.js";

/** What may stand left of `<-`. */
type Role = "carried" | "buffer" | "state" | "param" | "grad" | "absent";

export interface Binding {
  value: Value;
  readonly location: Location | undefined;
  readonly role: Role | undefined;
  /** Path of a buffer or state. */
  readonly path: string | undefined;
}

export class Scope {
  readonly names = new Map<string, Binding>();
  /** Names of options of the word's settings: visible where nothing else has the name. */
  readonly options = new Set<string>();
  constructor(readonly parent: Scope | undefined) {}

  find(name: string): Binding | undefined {
    return this.names.get(name) ?? this.parent?.find(name);
  }
  hasOption(name: string): boolean {
    return this.options.has(name) || (this.parent?.hasOption(name) ?? false);
  }
  bind(name: string, value: Value, location?: Location, role?: Role, path?: string): void {
    this.names.set(name, { value, location, role, path });
  }
  *visible(): Iterable<string> {
    yield* this.names.keys();
    if (this.parent) yield* this.parent.visible();
  }
}

/** fn, layer, loss and metric share one set of words; the other kinds have one each. */
export type WordSet = "word" | Exclude<WordKind, "fn" | "layer" | "loss" | "metric">;
export const wordSets: readonly WordSet[] = [
  "word",
  "optimizer",
  "schedule",
  "initializer",
  "regularizer",
  "constraint",
];
export const setOf = (kind: WordKind): WordSet =>
  kind === "fn" || kind === "layer" || kind === "loss" || kind === "metric" ? "word" : kind;

export interface Word {
  readonly kind: "word";
  readonly name: string;
  readonly declaration: WordDeclaration;
  readonly file: FileScope;
}

/** A constant of a file, which another may import. */
export interface Constant {
  readonly declaration: ConstDeclaration;
  readonly file: FileScope;
}

/** The words and constants that a file declares, imports or takes from the library. */
export class FileScope {
  readonly #words = new Map<string, Word>();
  readonly constants = new Map<string, Constant>();
  readonly #declared = new Map<string, (Word | Constant)[]>();
  constructor(
    readonly source: SourceFile,
    readonly library: Library,
    readonly inLibrary: boolean,
  ) {}
  location(span: Span): Location {
    return { file: this.source, span };
  }
  own(set: WordSet, name: string): Word | undefined {
    return this.#words.get(`${set}:${name}`);
  }
  word(set: WordSet, name: string): Word | undefined {
    return this.own(set, name) ?? this.library.word(set, name);
  }
  add(word: Word, as: string = word.name): boolean {
    const key = `${setOf(word.declaration.word)}:${as}`;
    if (this.#words.has(key)) return false;
    this.#words.set(key, word);
    this.#declare(as, word);
    return true;
  }
  addConstant(constant: Constant, as: string): void {
    this.constants.set(as, constant);
    this.#declare(as, constant);
  }
  #declare(name: string, meaning: Word | Constant): void {
    const known = this.#declared.get(name);
    if (known) known.push(meaning);
    else this.#declared.set(name, [meaning]);
  }
  /** All that a name means here by the file's own text: words of any kind, a constant. */
  declared(name: string): readonly (Word | Constant)[] {
    return this.#declared.get(name) ?? [];
  }
  /** Everything that may be imported from here. */
  get names(): readonly string[] {
    return [...[...this.#words.keys()].map((key) => key.slice(key.indexOf(":") + 1)), ...this.constants.keys()];
  }
  *words(set: WordSet): Iterable<string> {
    for (const key of this.#words.keys()) if (key.startsWith(`${set}:`)) yield key.slice(set.length + 1);
    yield* this.library.names(set);
  }
}
