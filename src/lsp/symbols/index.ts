/** @file Every name of every file with what it stands for, remembered for as long as the syntax trees it was read from. */
import type { Library } from "../../check/library.js";
import type { File } from "../../syntax/ast.js";
import type { ParseResult } from "../../syntax/parse.js";
import type { Entity, Occurrence } from "./entity.js";
import { value } from "./expressions.js";
import { model } from "./models.js";
import { type FileNames, namesOf } from "./names.js";
import { resolvePath } from "./paths.js";
import { type Found, introduce, occur, type Place, Scope } from "./scope.js";
import { word } from "./statements.js";
import { Words } from "./words.js";

/** Where syntax trees come from. */
export interface Trees {
  /** A file, or a text of the library; undefined if there is none. */
  parse(path: string): ParseResult | undefined;
  /** The path that an import in the file `from` means. */
  resolve(specifier: string, from: string): string;
  readonly library: Library;
}

export interface FileIndex {
  readonly file: File;
  readonly names: FileNames;
  /** What the file declares, in the order of the text. */
  readonly entities: readonly Entity[];
  /** In the order of the text; where words of several sets share an imported name, one for each at the same place. */
  readonly occurrences: readonly Occurrence[];
  readonly pipes: Found["pipes"];
  readonly calls: Found["calls"];
  /** Names of members that nothing is known of, as which word has them is told by a call only. */
  readonly unknownMembers: ReadonlySet<string>;
  /** The files it imports, directly or not. */
  readonly imports: ReadonlySet<string>;
}

interface Remembered<T> {
  readonly file: File;
  /** The trees of the imports, as they were. */
  readonly trees: ReadonlyMap<string, File | undefined>;
  readonly value: T;
}
interface Loaded {
  readonly names: FileNames;
  readonly found: Found;
}

export class SymbolIndex {
  readonly #words: Words;
  readonly #loaded = new Map<string, Remembered<Loaded>>();
  readonly #indexed = new Map<string, Remembered<FileIndex>>();
  /** Files being loaded: an import in a circle gives nothing. */
  readonly #open = new Set<string>();

  constructor(readonly trees: Trees) {
    this.#words = new Words(trees.library);
  }

  /** Undefined if there is no such file. */
  file(path: string): FileIndex | undefined {
    const loaded = this.#load(path);
    if (!loaded) return undefined;
    const known = this.#indexed.get(path);
    if (known?.file === loaded.file && known.trees === loaded.trees) return known.value;
    const { names, found } = loaded.value;
    const { pipes, calls } = found;
    const occurrences = [...found.occurrences];
    const unknownMembers = new Set<string>();
    for (const entry of found.paths) {
      const resolved = resolvePath(entry, (entity) => this.#load(entity.source.name)?.value.found);
      occurrences.push(...resolved.occurrences);
      if (resolved.unknown) unknownMembers.add(resolved.unknown.text);
    }
    occurrences.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
    const entities = found.entities.toSorted((a, b) => a.span.start - b.span.start);
    const imports = new Set(loaded.trees.keys());
    const value = { file: loaded.file, names, entities, occurrences, pipes, calls, unknownMembers, imports };
    this.#indexed.set(path, { ...loaded, value });
    return value;
  }

  #tree(path: string): File | undefined {
    return this.trees.parse(path)?.file;
  }
  #load(path: string): Remembered<Loaded> | undefined {
    const file = this.#tree(path);
    if (!file) {
      this.#loaded.delete(path);
      this.#indexed.delete(path);
      return undefined;
    }
    const known = this.#loaded.get(path);
    if (known?.file === file && [...known.trees].every(([name, tree]) => this.#tree(name) === tree)) return known;
    const trees = new Map<string, File | undefined>();
    this.#open.add(path);
    const names = namesOf(file, this.#words, (specifier) => {
      const target = this.trees.resolve(specifier, path);
      trees.set(target, this.#tree(target));
      const other = this.#open.has(target) ? undefined : this.#load(target);
      for (const [name, tree] of other?.trees ?? []) trees.set(name, tree);
      return other?.value.names;
    });
    this.#open.delete(path);
    const fresh = { file, trees, value: { names, found: walkFile(file, names) } };
    // What was loaded inside a circle of imports lacks something.
    if (this.#open.size === 0) this.#loaded.set(path, fresh);
    return fresh;
  }
}

function walkFile(file: File, names: FileNames): Found {
  const found: Found = { entities: [], occurrences: [], paths: [], pipes: [], calls: [] };
  const top: Place = {
    file: names,
    found,
    scope: new Scope(),
    options: new Map(),
    set: "word",
    container: undefined,
    scanIndex: undefined,
    offset: 0,
  };
  for (const { item, targets, alias } of names.imported) {
    for (const entity of targets) occur(top, entity, item.name.span, "read");
    if (alias) introduce(top, alias);
  }
  for (const declaration of file.declarations) {
    if (declaration.kind === "import") continue;
    const entity = names.entity(declaration);
    introduce(top, entity);
    if (declaration.kind === "const") value({ ...top, container: entity }, declaration.value);
    else if (declaration.kind === "word") word(top, entity, declaration);
    else model(top, entity, declaration);
  }
  return found;
}
