/** @file Places in declarations that have moved since, because the text around them changed. */
import type { Location, SourceFile, Span } from "../base/source.js";
import { libraryPrefix } from "../check/library.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { ModelFacts, PlaceFacts } from "./facts.js";
import type { Identity, Placed } from "./identity.js";

interface Move {
  readonly source: SourceFile;
  readonly span: Span;
  readonly to: SourceFile;
  readonly by: number;
}

export class Moves {
  readonly #moves: readonly Move[];
  /** Some place lies in no declaration that is still there: then nothing that was moved may be used. */
  failed = false;

  /** From where declarations were to where they are; `now` is undefined for one that is gone. */
  constructor(places: readonly Placed[], now: (identity: Identity) => Placed | undefined) {
    this.#moves = places.flatMap(({ identity, source, span }) => {
      const place = now(identity);
      return place ? [{ source, span, to: place.source, by: place.span.start - span.start }] : [];
    });
  }

  #at(file: SourceFile, offset: number): Move | undefined {
    const found = this.#moves.find(({ source, span }) => source === file && span.start <= offset && offset <= span.end);
    if (!found) this.failed = true;
    return found;
  }
  location(location: Location): Location {
    const { file, span } = location;
    if (file.name.startsWith(libraryPrefix)) return location;
    const move = this.#at(file, span.start);
    return move ? { file: move.to, span: shifted(span, move.by) } : location;
  }
  placed = <T extends { readonly location: Location }>(entry: T): T => ({
    ...entry,
    location: this.location(entry.location),
  });
  diagnostic = (entry: Diagnostic): Diagnostic => {
    const { location, related, fix } = entry;
    const edit = ({ span, text }: { readonly span: Span; readonly text: string }) => ({
      span: shifted(span, this.#at(location.file, span.start)?.by ?? 0),
      text,
    });
    return {
      ...entry,
      location: this.location(location),
      ...(related ? { related: related.map(this.placed) } : {}),
      ...(fix ? { fix: { ...fix, edits: fix.edits.map(edit) } } : {}),
    };
  };
  places = ({ applications, names }: PlaceFacts): PlaceFacts => ({
    applications: applications.map(this.placed),
    names: names.map(this.placed),
  });
  facts(facts: ModelFacts): ModelFacts {
    return {
      ...this.placed(facts),
      ...this.places(facts),
      parameters: facts.parameters.map(this.placed),
    };
  }
}

const shifted = ({ start, end }: Span, by: number): Span => ({ start: start + by, end: end + by });
