/** @file What a name in a text can stand for, and where it stands. */
import type { SourceFile, Span } from "../../base/source.js";
import type { WordKind } from "../../syntax/ast.js";
import type { SyntaxNode } from "../../syntax/walk.js";

export type EntityKind =
  /** fn, layer, loss, .. */
  | "word"
  | "model"
  | "const"
  /** The name that an import gives by `as`. */
  | "alias"
  /** A function of the language, `sum`; it is declared nowhere. */
  | "builtin"
  /** `training`, `batch`, `pi`, and `dout` and `out` of a gradient clause; declared nowhere. */
  | "given"
  | "setting"
  | "value"
  /** A size named in a signature: `n` in `(x: [..., n])`. */
  | "size"
  /** One of the choices of a setting: `same` in `padding: valid | same`. */
  | "option"
  | "input"
  | "target"
  | "output"
  | "let"
  | "param"
  | "buffer"
  | "state"
  /** Made by `use`, or a step named by `as`. */
  | "instance"
  | "carried"
  | "index"
  /** A named loss or metric. */
  | "objective"
  | "phase";

export interface Entity {
  readonly kind: EntityKind;
  readonly name: string;
  readonly source: SourceFile;
  /** Where its name is declared. */
  readonly span: Span;
  /** Its declaration; for an index or size the name alone. Undefined for what is declared nowhere. */
  readonly node: SyntaxNode | undefined;
  /** The word or model that declares it. */
  readonly container: Entity | undefined;
  /** Of a word, its kind. */
  readonly word?: WordKind;
  /** What an alias stands for: words of several sets and a constant may share a name. */
  readonly targets?: readonly Entity[];
  /** What applying it applies, where it can be applied. */
  readonly recipe?: Recipe;
}

/** A word with its settings, or a chain of them; empty where only a call tells which word it is. */
export interface Recipe {
  readonly word?: Entity;
  readonly stages?: readonly Recipe[];
}

export interface Occurrence {
  readonly entity: Entity;
  readonly span: Span;
  readonly access: "declaration" | "read" | "write";
}

/** The same for the same declaration, whichever tree it was read from. */
export const keyOf = ({ kind, name, source, span }: Entity): string =>
  kind === "builtin" || kind === "given" ? `${kind}:${name}` : `${source.name}:${span.start}`;

export const isSame = (a: Entity, b: Entity): boolean => keyOf(a) === keyOf(b);

/** The words and constants that an alias stands for in the end; of everything else itself. */
export function meant(entity: Entity): readonly Entity[] {
  return entity.targets ? entity.targets.flatMap(meant) : [entity];
}

/** Library text is read only. */
export const isInLibrary = ({ source }: Entity): boolean => source.name.startsWith("library:");
