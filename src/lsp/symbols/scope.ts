/** @file The names visible at a place inside a word or model. */
import type { WordSet } from "../../check/scope.js";
import type { Argument, Expression, Parameter, Pipe } from "../../syntax/ast.js";
import type { Entity, Occurrence, Recipe } from "./entity.js";
import type { FileNames } from "./names.js";

/** Later declarations hide earlier ones from there on. */
export class Scope {
  readonly names = new Map<string, Entity>();
  constructor(readonly parent?: Scope) {}
  find(name: string): Entity | undefined {
    return this.names.get(name) ?? this.parent?.find(name);
  }
}

/** `head.kernel`: what the names after the first mean is known when the words of all files are. */
export interface Path {
  /** The instance that the names are looked up in, or the model whose steps they name. */
  readonly base: Recipe | Entity;
  readonly names: readonly { readonly text: string; readonly span: Occurrence["span"] }[];
}

/** A call of a word, with the parameter that each argument is for. */
export interface CallSite {
  /** Settings where a word is due, else values. */
  readonly takes: "settings" | "values";
  readonly arguments: readonly { readonly argument: Argument; readonly parameter: Parameter | undefined }[];
}

/** What one walk over a file collects. */
export interface Found {
  readonly entities: Entity[];
  readonly occurrences: Occurrence[];
  readonly paths: Path[];
  /** Pipes that carry a value: their steps are applied where they stand, and may be named. */
  readonly pipes: Pipe[];
  readonly calls: CallSite[];
}

/** Where the walk stands. */
export interface Place {
  readonly file: FileNames;
  readonly found: Found;
  readonly scope: Scope;
  /** Options of the word's settings: visible where nothing else has the name. */
  readonly options: ReadonlyMap<string, Entity>;
  /** Which words a name before `(` means after fns: inside an initializer, initializers too. */
  readonly set: WordSet;
  readonly container: Entity | undefined;
  /** The index of the innermost scan, among whose statements the walk stands directly. */
  readonly scanIndex: Entity | undefined;
  /** Added to all places: those of an expression inside a text count from its own start. */
  readonly offset: number;
}

export type NameLike = { readonly text: string; readonly span: Occurrence["span"] };
export const asName = (e: Expression & { kind: "name" }): NameLike => ({ text: e.name, span: e.span });

export function occur(p: Place, entity: Entity, span: Occurrence["span"], access: Occurrence["access"]): void {
  if (span.end <= span.start) return;
  const { offset } = p;
  p.found.occurrences.push({ entity, span: { start: span.start + offset, end: span.end + offset }, access });
}
export function declare(
  p: Place,
  kind: Entity["kind"],
  name: NameLike,
  node: Entity["node"],
  recipe?: Recipe,
): Entity | undefined {
  if (name.text === "") return undefined;
  const entity: Entity = {
    kind,
    name: name.text,
    source: p.file.source,
    span: name.span,
    node,
    container: p.container,
    ...(recipe ? { recipe } : {}),
  };
  return introduce(p, entity);
}
/** Makes an entity known: it is declared here. */
export function introduce(p: Place, entity: Entity): Entity {
  p.found.entities.push(entity);
  occur(p, entity, entity.span, "declaration");
  return entity;
}
export function bind(p: Place, entity: Entity | undefined): void {
  if (entity) p.scope.names.set(entity.name, entity);
}
