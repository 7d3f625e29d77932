/** @file The parts of a word's signature as entities, made once for each word. */
import { SourceFile, type Span } from "../../base/source.js";
import { builtins } from "../../check/builtins/index.js";
import type { Library } from "../../check/library.js";
import type { WordSet } from "../../check/scope.js";
import {
  type ConstDeclaration,
  type ModelDeclaration,
  type Parameter,
  type WordDeclaration,
  type WordKind,
  wordKinds,
} from "../../syntax/ast.js";
import type { Entity, EntityKind } from "./entity.js";

export interface Part {
  readonly parameter: Parameter;
  readonly entity: Entity;
  readonly options: ReadonlyMap<string, Entity>;
}
export interface Parts {
  readonly settings: readonly Part[];
  readonly values: readonly Part[];
}

const nowhere: Span = { start: 0, end: 0 };

/** The kind of word that a parameter's type asks for: its arguments are words, and it can be applied. */
export function wordKindOf({ type }: Parameter): WordKind | undefined {
  if (type?.kind !== "named" || type.shapes.length > 0) return undefined;
  return wordKinds.find((kind) => kind === type.name.text);
}

/** Words as entities: those of the library, the functions of the language, and the parts of signatures. */
export class Words {
  readonly #undeclared = new Map<string, Entity>();
  readonly #library = new Map<string, Entity | undefined>();
  readonly #parts = new WeakMap<Entity, Parts>();
  readonly #builtinSource = new SourceFile("builtin:", "");
  constructor(readonly library: Library) {}

  /** A word of the library. */
  ofLibrary(set: WordSet, name: string): Entity | undefined {
    const key = `${set}:${name}`;
    if (!this.#library.has(key)) {
      const word = this.library.word(set, name);
      this.#library.set(key, word && entityOf(word.file.source, word.declaration));
    }
    return this.#library.get(key);
  }
  builtin(name: string): Entity | undefined {
    return builtins.has(name) ? this.#nowhere("builtin", name) : undefined;
  }
  given(name: string): Entity {
    return this.#nowhere("given", name);
  }
  #nowhere(kind: "builtin" | "given", name: string): Entity {
    const key = `${kind}:${name}`;
    let entity = this.#undeclared.get(key);
    if (!entity) {
      entity = { kind, name, source: this.#builtinSource, span: nowhere, node: undefined, container: undefined };
      this.#undeclared.set(key, entity);
    }
    return entity;
  }

  /** Undefined for what is no word. */
  parts(word: Entity): Parts | undefined {
    if (word.kind !== "word") return undefined;
    let parts = this.#parts.get(word);
    if (!parts) this.#parts.set(word, (parts = partsOf(word, word.node as WordDeclaration)));
    return parts;
  }
}

/** A declaration at the level of a file. */
export const entityOf = (source: SourceFile, node: WordDeclaration | ConstDeclaration | ModelDeclaration): Entity => ({
  kind: node.kind,
  name: node.name.text,
  source,
  span: node.name.span,
  node,
  container: undefined,
  ...(node.kind === "word" ? { word: node.word } : {}),
});

function partsOf(word: Entity, { settings, values }: WordDeclaration): Parts {
  const part = (kind: EntityKind, parameter: Parameter): Part => {
    const base = { source: word.source, container: word };
    const { name, type } = parameter;
    const options = type?.kind === "options" ? type.options : [];
    return {
      parameter,
      entity: {
        ...base,
        kind,
        name: name.text,
        span: name.span,
        node: parameter,
        ...(wordKindOf(parameter) ? { recipe: {} } : {}),
      },
      options: new Map(
        options.map((option) => [
          option.text,
          { ...base, kind: "option", name: option.text, span: option.span, node: option } as const,
        ]),
      ),
    };
  };
  return {
    settings: (settings?.parameters ?? []).map((parameter) => part("setting", parameter)),
    values: (values?.parameters ?? []).map((parameter) => part("value", parameter)),
  };
}
