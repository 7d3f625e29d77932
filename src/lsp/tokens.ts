/** @file The tokens of a text with what they mean, for colours: keywords, names by what they stand for, texts, comments. */
import { keyword } from "../../grammar/tokens.js";
import * as t from "../../grammar/tokens.js";
import type { Span } from "../base/source.js";
import type { TypeExpression } from "../syntax/ast.js";
import { tokensOf } from "../syntax/parse.js";
import { isA } from "../syntax/tokens.js";
import type { SyntaxNode } from "../syntax/walk.js";
import { type Entity, type EntityKind, isInLibrary, meant, type Occurrence } from "./symbols/entity.js";
import type { FileIndex } from "./symbols/index.js";

export const tokenTypes = [
  "comment",
  "keyword",
  "string",
  "number",
  "operator",
  "type",
  "class",
  "function",
  "namespace",
  "parameter",
  "variable",
  "property",
  "enumMember",
  "typeParameter",
] as const;
export const tokenModifiers = ["declaration", "readonly", "modification", "defaultLibrary", "documentation"] as const;
type TokenType = (typeof tokenTypes)[number];
type TokenModifier = (typeof tokenModifiers)[number];

export interface MeaningfulToken {
  readonly span: Span;
  readonly type: TokenType;
  readonly modifiers: readonly TokenModifier[];
}

const typeOf: Readonly<Record<EntityKind, TokenType>> = {
  word: "function",
  model: "class",
  const: "variable",
  alias: "function",
  builtin: "function",
  given: "variable",
  setting: "parameter",
  value: "parameter",
  size: "typeParameter",
  option: "enumMember",
  input: "parameter",
  target: "parameter",
  output: "property",
  let: "variable",
  param: "property",
  buffer: "property",
  state: "property",
  instance: "variable",
  carried: "variable",
  index: "variable",
  objective: "property",
  phase: "namespace",
};

function named({ entity, access }: Occurrence): Omit<MeaningfulToken, "span"> {
  const [target = entity] = meant(entity);
  const isFixed = target.kind === "const" || target.kind === "setting" || target.kind === "given";
  const modifiers: TokenModifier[] = [];
  if (access === "declaration") modifiers.push("declaration");
  if (isFixed) modifiers.push("readonly");
  if (access === "write") modifiers.push("modification");
  if (isOfLanguage(target)) modifiers.push("defaultLibrary");
  return { type: target.word === "layer" ? "class" : typeOf[target.kind], modifiers };
}
const isOfLanguage = (entity: Entity): boolean => entity.node === undefined || isInLibrary(entity);

/** In the order of the text, none over another. */
export function meaningfulTokens({ file, occurrences }: FileIndex): readonly MeaningfulToken[] {
  const meaning = new Map(occurrences.map((occurrence) => [occurrence.span.start, occurrence]));
  const { names, types } = namesIn(file);
  const { tokens, comments } = tokensOf(file.source.text);
  const found: MeaningfulToken[] = [];
  for (const token of [...tokens, ...comments]) {
    const start = token.startOffset;
    const span = { start, end: start + token.image.length };
    const occurrence = meaning.get(start);
    const add = (type: TokenType, ...modifiers: readonly TokenModifier[]) => found.push({ span, type, modifiers });
    if (token.tokenType === t.CommentToken) {
      if (/^\/\/\/(?!\/)/.test(token.image)) add("comment", "documentation");
      else add("comment");
    } else if (occurrence) found.push({ span, ...named(occurrence) });
    else if (types.has(start)) add("type", "defaultLibrary");
    else if (isA(token, t.StringToken)) add("string");
    else if (token.tokenType === t.NumberToken) add("number");
    else if (isKeyword(token.image) && !names.has(start)) add("keyword");
    else if (names.has(start)) add(names.get(start)!);
    else if (isA(token, t.BinaryOperator) || isA(token, t.PrefixOperator) || operators.has(token.tokenType))
      add("operator");
  }
  return found.sort((a, b) => a.span.start - b.span.start);
}
const isKeyword = (image: string): boolean => Object.hasOwn(keyword, image);
const operators: ReadonlySet<unknown> = new Set([t.Arrow, t.Assign, t.Tilde, t.Is]);

/** Names that the index says nothing of, as they are unknown or belong to a block; and the names of types. */
function namesIn(file: FileIndex["file"]): {
  readonly names: ReadonlyMap<number, TokenType>;
  readonly types: ReadonlySet<number>;
} {
  const names = new Map<number, TokenType>();
  const types = new Set<number>();
  // As `walk`, without the order that it keeps: this runs with every key.
  const visit = (value: object): void => {
    if ("span" in value) see(value as SyntaxNode);
    for (const key in value) {
      const inner: unknown = value[key as keyof typeof value];
      if (typeof inner === "object" && inner !== null && key !== "span") visit(inner);
    }
  };
  const see = (node: SyntaxNode): void => {
    if (node.kind === "name") names.set(node.span.start, "variable");
    else if (node.kind === "named") types.add((node as TypeExpression & { kind: "named" }).name.span.start);
    else if ("text" in node && node.kind === undefined) names.set(node.span.start, "property");
  };
  file.declarations.forEach(visit);
  return { names, types };
}
