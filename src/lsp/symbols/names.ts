/** @file The words and constants that a file declares or imports. */
import type { SourceFile } from "../../base/source.js";
import { setOf, type WordSet, wordSets } from "../../check/scope.js";
import type { File, ImportDeclaration, ImportItem } from "../../syntax/ast.js";
import type { Entity } from "./entity.js";
import { entityOf, type Words } from "./words.js";

export interface Imported {
  readonly item: ImportItem;
  /** What the name is in the other file. */
  readonly targets: readonly Entity[];
  /** The name given by `as`; without a target also the name itself. */
  readonly alias: Entity | undefined;
}

export class FileNames {
  readonly #words = new Map<string, Entity>();
  readonly constants = new Map<string, Entity>();
  readonly imported: Imported[] = [];

  constructor(
    readonly source: SourceFile,
    readonly words: Words,
  ) {}

  own(set: WordSet, name: string): Entity | undefined {
    return this.#words.get(`${set}:${name}`);
  }
  word(set: WordSet, name: string): Entity | undefined {
    return this.own(set, name) ?? this.words.ofLibrary(set, name);
  }
  /** The entity of a declaration of this file. */
  entity(node: Parameters<typeof entityOf>[1]): Entity {
    const name = node.name.text;
    const known =
      node.kind === "word" ? this.own(setOf(node.word), name) : node.kind === "const" && this.constants.get(name);
    return known && known.node === node ? known : entityOf(this.source, node);
  }
  /** What an import of the name gives. */
  exported(name: string): readonly Entity[] {
    const found = [...wordSets.map((set) => this.own(set, name)), this.constants.get(name)];
    return [...new Set(found.filter((entity) => entity !== undefined))];
  }
  /** The first declaration of a name holds. */
  add(set: WordSet, name: string, entity: Entity): void {
    const key = `${set}:${name}`;
    if (name !== "" && !this.#words.has(key)) this.#words.set(key, entity);
  }
  sets(name: string): readonly WordSet[] {
    return wordSets.filter((set) => this.own(set, name));
  }
}

/** `load`: the names of the file that an import means; undefined if there is none, or if it is what is being loaded. */
export function namesOf(file: File, words: Words, load: (specifier: string) => FileNames | undefined): FileNames {
  const { source } = file;
  const names = new FileNames(source, words);
  for (const declaration of file.declarations) {
    if (declaration.kind === "word")
      names.add(setOf(declaration.word), declaration.name.text, entityOf(source, declaration));
    else if (declaration.kind === "const") names.constants.set(declaration.name.text, entityOf(source, declaration));
  }
  for (const declaration of file.declarations)
    if (declaration.kind === "import") importInto(names, declaration, load(declaration.from.value));
  return names;
}

function importInto(names: FileNames, { items }: ImportDeclaration, other: FileNames | undefined): void {
  for (const item of items) {
    const { text } = item.name;
    const as = item.as ?? item.name;
    if (text === "" || as.text === "") continue;
    const targets = other?.exported(text) ?? [];
    const alias: Entity | undefined =
      item.as || targets.length === 0
        ? {
            kind: "alias",
            name: as.text,
            source: names.source,
            span: as.span,
            node: item,
            container: undefined,
            targets,
          }
        : undefined;
    names.imported.push({ item, targets, alias });
    for (const set of other?.sets(text) ?? []) names.add(set, as.text, alias ?? other!.own(set, text)!);
    const constant = other?.constants.get(text);
    if (constant) names.constants.set(as.text, alias ?? constant);
    // Of what kind a name is that was not found, nobody knows: its uses are known all the same.
    if (alias && targets.length === 0) {
      names.add("word", as.text, alias);
      names.constants.set(as.text, alias);
    }
  }
}
