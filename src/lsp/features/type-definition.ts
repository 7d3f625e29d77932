/** @file Go to type definition: what gives a value its shape: the word applied last, or the input or parameter itself. */
import type { Expression } from "../../syntax/ast.js";
import { symbolsAt, declarationOf } from "../symbols-at.js";
import { type Feature, onRequest } from "../feature.js";
import { type Entity, meant, type Recipe } from "../symbols/entity.js";
import type { FileIndex, SymbolIndex } from "../symbols/index.js";

/** Names of names: far more than anyone writes. */
const deepest = 100;

function giverOf(symbols: SymbolIndex, entity: Entity, depth = 0): readonly Entity[] {
  const { recipe, node } = entity;
  if (recipe && entity.kind !== "setting" && entity.kind !== "value") return wordsOf(recipe);
  const value = node && valueOf(node);
  const index = symbols.file(entity.source.name);
  if (!value || !index || depth > deepest) return meant(entity);
  const found = lastOf(index, value).flatMap((from) =>
    from.kind === "word" || from.kind === "builtin" ? [from] : giverOf(symbols, from, depth + 1),
  );
  // Arithmetic has no word: the value is its own.
  return found.length > 0 ? found : [entity];
}
const wordsOf = ({ word, stages }: Recipe): readonly Entity[] =>
  word ? meant(word) : (stages?.slice(-1).flatMap(wordsOf) ?? []);

/** The right side of a declaration that has one. */
function valueOf(node: object): Expression | undefined {
  if (!("kind" in node) || node.kind === "const" || !("value" in node)) {
    const isCarried = !("kind" in node) && "kept" in node && "value" in node;
    return isCarried ? (node.value as Expression) : undefined;
  }
  return node.kind === "let" || node.kind === "output" || node.kind === "loss" || node.kind === "metric"
    ? (node.value as Expression)
    : undefined;
}

/** What the last word or name of an expression stands for. */
function lastOf(index: FileIndex, e: Expression): readonly Entity[] {
  switch (e.kind) {
    case "pipe":
      return e.stages.length > 0 ? lastOf(index, e.stages.at(-1)!.word) : lastOf(index, e.value);
    case "call":
      return lastOf(index, e.callee);
    case "subscript":
    case "member":
      return lastOf(index, e.value);
    case "if":
      return lastOf(index, e.then);
    case "name":
      return index.occurrences
        .filter(({ span }) => span.start === e.span.start)
        .flatMap(({ entity }) => {
          const { recipe } = entity;
          return recipe ? wordsOf(recipe) : meant(entity);
        });
    default:
      return [];
  }
}

export const typeDefinition: Feature = {
  name: "typeDefinition",
  capabilities: { typeDefinitionProvider: true },
  handlers: [
    onRequest("textDocument/typeDefinition", (context, params) => {
      const cursor = symbolsAt(context, params);
      if (!cursor) return null;
      return cursor.occurrences
        .flatMap(({ entity }) => giverOf(context.symbols, entity))
        .flatMap((entity) => declarationOf(context, entity) ?? []);
    }),
  ],
};
