/** @file Questions to the index: what stands at a place, and where else it stands. */
import type { Span } from "../../base/source.js";
import { type Entity, isSame, meant, type Occurrence } from "./entity.js";
import type { FileIndex, SymbolIndex } from "./index.js";

/** A name in a file. */
export interface Site extends Occurrence {
  readonly path: string;
}

/** The occurrences that hold or touch an offset: several where an import brings words of several sets. */
export function occurrencesAt(index: FileIndex | undefined, offset: number): readonly Occurrence[] {
  return index?.occurrences.filter(({ span }) => span.start <= offset && offset <= span.end) ?? [];
}

/** The files that may name an entity: its own, and those that import it. */
export function filesNaming(index: SymbolIndex, { source }: Entity, paths: Iterable<string>): readonly string[] {
  const isLibrary = source.name.startsWith("library:");
  const others = [...paths].filter(
    (path) => path !== source.name && (isLibrary || index.file(path)?.imports.has(source.name)),
  );
  return [source.name, ...others];
}

/** Every place of an entity in its own file and in those of `paths` that import it, through other names (`as`) too if asked. */
export function sitesOf(
  index: SymbolIndex,
  entity: Entity,
  paths: Iterable<string>,
  through: "its name" | "other names too",
): readonly Site[] {
  const is = (other: Entity) =>
    isSame(other, entity) || (through !== "its name" && meant(other).some((e) => isSame(e, entity)));
  return filesNaming(index, entity, paths).flatMap((path) =>
    (index.file(path)?.occurrences ?? []).flatMap((occurrence) =>
      is(occurrence.entity) ? [{ ...occurrence, path }] : [],
    ),
  );
}

/** The word or model whose text holds a place. */
export function containerAt({ entities }: FileIndex, { start, end }: Span): Entity | undefined {
  return entities.find(
    ({ kind, node }) =>
      (kind === "word" || kind === "model") && node && node.span.start <= start && end <= node.span.end,
  );
}
