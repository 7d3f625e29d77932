/** @file Renaming: every place of an entity, done only if afterwards every name still means what it meant. */
import { SourceFile, type Span } from "../../base/source.js";
import { givenNames } from "../../check/given.js";
import { setOf } from "../../check/scope.js";
import type { Edit } from "../../diagnostics/diagnostic.js";
import { hardKeywords } from "../../../grammar/tokens.js";
import { parse, type ParseResult } from "../../syntax/parse.js";
import { type Entity, isInLibrary, isSame, keyOf, meant, type Occurrence } from "./entity.js";
import { type FileIndex, SymbolIndex } from "./index.js";
import { isCounted } from "./models.js";
import { filesNaming, occurrencesAt, sitesOf } from "./query.js";

/** Why something cannot be renamed, for the user. */
export interface Refusal {
  readonly refused: string;
}
export interface Renamable {
  readonly entity: Entity;
  readonly span: Span;
}
/** By file. */
export type FileEdits = ReadonlyMap<string, readonly Edit[]>;

const refuse = (refused: string): Refusal => ({ refused });

/** What stands at an offset and can be renamed; undefined where no name stands. */
export function renamableAt(index: FileIndex | undefined, offset: number): Renamable | Refusal | undefined {
  const [first, ...others] = occurrencesAt(index, offset);
  if (!index || !first) return undefined;
  const { entity, span } = first;
  const name = `\`${entity.name}\``;
  if (others.some((other) => !isSame(other.entity, entity)))
    return refuse(`${name} stands for several words here: rename one where it is declared`);
  switch (entity.kind) {
    case "builtin":
      return refuse(`${name} is a function of the language`);
    case "given":
      return refuse(`${name} is a name of the language`);
    case "option":
      return refuse(`${name} is an option: options are handed on from word to word by their names`);
    default:
  }
  if (isInLibrary(entity)) return refuse(`${name} belongs to the library, which is read only`);
  if (entity.kind === "alias" && meant(entity).length === 0 && !importsAs(entity))
    return refuse(`${name} was not found in the file that it is imported from`);
  const { container } = entity;
  const isGiven = container?.word !== undefined && setOf(container.word) !== "word" && entity.kind === "value";
  if (isGiven) return refuse(`${name} is given to every ${container.word} by this name`);
  if (entity.name === "learning_rate" && container?.word === "optimizer" && entity.kind === "setting")
    return refuse(`${name} is what an optimizer's chain finds its learning rate by`);
  return { entity, span };
}
const importsAs = ({ node }: Entity): boolean => node !== undefined && "as" in node && node.as !== undefined;

/** The edits that give an entity a new name wherever it is used, `paths` being the files of the workspace. */
export function rename(
  index: SymbolIndex,
  entity: Entity,
  name: string,
  paths: readonly string[],
): FileEdits | Refusal {
  const refused = unusable(name);
  if (refused) return refuse(refused);
  const edits = new Map<string, Edit[]>();
  if (name === entity.name) return edits;
  const files = filesNaming(index, entity, paths);
  for (const { path, span } of sitesOf(index, entity, files, "its name")) {
    const list = edits.get(path) ?? [];
    // An import may bring an entity twice to one place.
    if (!list.some((edit) => edit.span.start === span.start)) list.push({ span, text: name });
    edits.set(path, list);
  }
  for (const path of files) {
    const unknown = index.file(path)?.unknownMembers;
    if (entity.container && unknown?.has(entity.name))
      return refuse(`\`.${entity.name}\` is read in ${path} from a step whose word is not known there`);
  }
  return difference(index, edits, files, entity, name) ?? edits;
}

/** Why a text cannot be a name. */
function unusable(name: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    return `\`${name}\` is no name: names are letters, digits and \`_\`, and begin with no digit`;
  if ((hardKeywords as readonly string[]).includes(name)) return `\`${name}\` is a keyword of the language`;
  return givenNames.has(name) ? `\`${name}\` is a name of the language` : undefined;
}

/** What would not be as before with the edits made. */
function difference(
  index: SymbolIndex,
  edits: FileEdits,
  files: readonly string[],
  entity: Entity,
  name: string,
): Refusal | undefined {
  const changed = new Map<string, ParseResult>();
  for (const [path, list] of edits) {
    const before = index.trees.parse(path)!;
    const after = parse(new SourceFile(path, applied(before.file.source.text, list)));
    if (after.diagnostics.length > before.diagnostics.length)
      return refuse(`\`${name}\` cannot stand as a name everywhere that \`${entity.name}\` stands`);
    changed.set(path, after);
  }
  const { trees } = index;
  const after = new SymbolIndex({
    library: trees.library,
    resolve: (specifier, from) => trees.resolve(specifier, from),
    parse: (path) => changed.get(path) ?? trees.parse(path),
  });
  const moved = (path: string, offset: number) => movedOffset(edits.get(path) ?? [], offset);
  for (const path of files) {
    const was = index.file(path);
    const is = after.file(path);
    if (!was || !is) continue;
    const clash = clashOf(is, name);
    if (clash) {
      const { line } = is.file.source.positionAt(clash.span.start);
      return refuse(`\`${name}\` is declared already, in line ${line + 1} of ${path}`);
    }
    const key = ({ entity: of, span }: Occurrence, move: typeof moved) => {
      const target = of.source.name;
      const id = of.node ? `${target}:${move(target, of.span.start)}` : keyOf(of);
      return `${move(path, span.start)} ${id}`;
    };
    const expected = was.occurrences.map((occurrence) => key(occurrence, moved)).sort();
    const found = is.occurrences.map((occurrence) => key(occurrence, (_, offset) => offset)).sort();
    const at = expected.find((text, k) => text !== found[k]) ?? found[expected.length];
    if (at === undefined) continue;
    const { line } = is.file.source.positionAt(Number.parseInt(at, 10));
    return refuse(`with the name \`${name}\`, line ${line + 1} of ${path} would mean something else`);
  }
  return undefined;
}

export function applied(text: string, edits: readonly Edit[]): string {
  const sorted = edits.toSorted((a, b) => b.span.start - a.span.start);
  return sorted.reduce(
    (result, { span, text: put }) => result.slice(0, span.start) + put + result.slice(span.end),
    text,
  );
}
/** Where the character at an offset stands after edits, for offsets that no edit removes. */
function movedOffset(edits: readonly Edit[], offset: number): number {
  return edits.reduce(
    (sum, { span, text }) =>
      span.end <= offset && span.start < offset ? sum + text.length - (span.end - span.start) : sum,
    offset,
  );
}

/** What makes a name ambiguous: another of its kind in the same place, or an unnamed step that is called so. */
function clashOf({ entities, occurrences, names }: FileIndex, name: string): Entity | Occurrence | undefined {
  const bySpace = new Map<string, Entity>();
  const imported = names.imported.flatMap(({ item, targets, alias }) =>
    alias ? [] : targets.map((target) => ({ ...target, span: item.name.span })),
  );
  for (const entity of [...imported, ...entities]) {
    if (entity.name !== name || rebinds.has(entity.kind)) continue;
    for (const of of spacesOf(entity)) {
      const space = `${entity.container ? keyOf(entity.container) : ""} ${of}`;
      const other = bySpace.get(space);
      if (other && other.span.start !== entity.span.start) return other;
      bySpace.set(space, entity);
    }
  }
  for (const instance of entities) {
    const { kind, container } = instance;
    if (kind !== "instance" || !container) continue;
    const step = occurrences.find(
      ({ entity, span }) =>
        entity.kind === "word" &&
        isWithin(span, container) &&
        isCounted(instance.name, entity.name) &&
        (instance.name === name || entity.name === name),
    );
    if (step) return step;
  }
  return undefined;
}
const isWithin = ({ start, end }: Span, { node }: Entity): boolean =>
  node !== undefined && node.span.start <= start && end <= node.span.end;

/** What may take a name again: it then means the new value from there on. */
const rebinds: ReadonlySet<Entity["kind"]> = new Set(["let", "index", "carried"]);
/** The sets in which a name must be its own. */
function spacesOf(entity: Entity): readonly string[] {
  return meant(entity).map(({ kind, word }) => {
    if (kind === "word" && word) return setOf(word);
    return kind === "const" || kind === "model" || kind === "objective" || kind === "phase" ? kind : "value";
  });
}
