/** @file What the names after an instance mean: `head.kernel`, `encoder.dense_2.kernel`. */
import { isSame, meant, type Entity, type Occurrence, type Recipe } from "./entity.js";
import { isCounted } from "./models.js";
import type { Found, Path } from "./scope.js";

export interface ResolvedPath {
  readonly occurrences: readonly Occurrence[];
  /** The first name that nothing is known of. */
  readonly unknown: Path["names"][number] | undefined;
}

const members: ReadonlySet<Entity["kind"]> = new Set(["param", "buffer", "instance"]);

/** `foundIn`: what a walk over the file of a word or model found. */
export function resolvePath(path: Path, foundIn: (entity: Entity) => Found | undefined): ResolvedPath {
  const occurrences: Occurrence[] = [];
  let base: Recipe | Entity | undefined = path.base;
  for (const name of path.names) {
    const next: Entity | undefined = base && memberOf(base, name.text, foundIn);
    if (!next) return { occurrences, unknown: name };
    // Of `dense_2` the word is `dense`, of a repeated `tower_2` the step is `tower`.
    const end = name.span.start + next.name.length;
    occurrences.push({ entity: next, span: { start: name.span.start, end }, access: "read" });
    base = next.recipe ?? (meant(next)[0]?.kind === "word" ? { word: meant(next)[0]! } : undefined);
  }
  return { occurrences, unknown: undefined };
}

function memberOf(
  base: Recipe | Entity,
  name: string,
  foundIn: (entity: Entity) => Found | undefined,
): Entity | undefined {
  const within = (fits: (text: string) => boolean): Entity | undefined => {
    if ("kind" in base) return inside(base, fits, foundIn);
    if (base.word) return inside(base.word, fits, foundIn);
    return base.stages?.flatMap(({ word }) => word ?? []).find((word) => isStep(word) && fits(word.name));
  };
  return within((text) => text === name) ?? within((text) => isCounted(name, text));
}
const isStep = (entity: Entity): boolean => meant(entity).some(({ kind }) => kind === "word");

/** What a word or model declares, or the words that it applies without a name. */
function inside(
  container: Entity,
  fits: (text: string) => boolean,
  foundIn: (entity: Entity) => Found | undefined,
): Entity | undefined {
  const found = foundIn(container);
  const declared = found?.entities.find(
    (entity) =>
      entity.container && isSame(entity.container, container) && members.has(entity.kind) && fits(entity.name),
  );
  if (declared) return declared;
  const span = container.node?.span;
  if (!found || !span) return undefined;
  return found.occurrences.find(
    (occurrence) =>
      span.start <= occurrence.span.start &&
      occurrence.span.end <= span.end &&
      isStep(occurrence.entity) &&
      !isSame(occurrence.entity, container) &&
      fits(occurrence.entity.name),
  )?.entity;
}
