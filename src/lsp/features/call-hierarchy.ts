/** @file Call hierarchy: which words and models apply a word, and which words it applies. */
import {
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  type Range,
  SymbolKind,
} from "../protocol.js";
import type { Context } from "../context.js";
import { symbolsAt } from "../symbols-at.js";
import { type Feature, onRequest } from "../feature.js";
import { kindOfWord } from "../outline.js";
import { type Entity, keyOf, meant } from "../symbols/entity.js";
import { containerAt, sitesOf } from "../symbols/query.js";

function itemOf(context: Context, entity: Entity): CallHierarchyItem | undefined {
  const document = entity.node && context.documents.at(entity.source.name);
  if (!document || !entity.node) return undefined;
  return {
    name: entity.name,
    kind: entity.word ? kindOfWord(entity.word) : SymbolKind.Module,
    detail: entity.word ?? "model",
    uri: document.uri,
    range: document.range(entity.node.span),
    selectionRange: document.range(entity.span),
  };
}

/** The word or model that a client's item means, as the text is now. */
function entityOf(context: Context, item: CallHierarchyItem): Entity | undefined {
  const position = item?.selectionRange?.start;
  if (!position || typeof item.uri !== "string") return undefined;
  const cursor = symbolsAt(context, { textDocument: { uri: item.uri }, position });
  return cursor?.occurrences.flatMap(({ entity }) => meant(entity)).find(isCaller);
}
const isCaller = ({ kind }: Entity): boolean => kind === "word" || kind === "model";

/** Ranges by entity, in the order first met. */
class Grouped {
  readonly #groups = new Map<string, { readonly entity: Entity; readonly ranges: Range[] }>();
  add(entity: Entity, range: Range): void {
    const group = this.#groups.get(keyOf(entity)) ?? { entity, ranges: [] };
    group.ranges.push(range);
    this.#groups.set(keyOf(entity), group);
  }
  map<T>(make: (item: CallHierarchyItem, ranges: Range[]) => T, context: Context): T[] {
    return [...this.#groups.values()].flatMap(({ entity, ranges }) => {
      const item = itemOf(context, entity);
      return item ? [make(item, ranges)] : [];
    });
  }
}

function incoming(context: Context, word: Entity): CallHierarchyIncomingCall[] {
  const callers = new Grouped();
  for (const { path, span, access } of sitesOf(context.symbols, word, context.files(), "other names too")) {
    const index = context.symbols.file(path);
    const caller = index && access === "read" ? containerAt(index, span) : undefined;
    const document = caller && context.documents.at(path);
    if (caller && document) callers.add(caller, document.range(span));
  }
  return callers.map((from, fromRanges) => ({ from, fromRanges }), context);
}

function outgoing(context: Context, caller: Entity): CallHierarchyOutgoingCall[] {
  const called = new Grouped();
  const path = caller.source.name;
  const document = context.documents.at(path);
  const inside = caller.node?.span;
  if (!document || !inside) return [];
  for (const { entity, span, access } of context.symbols.file(path)?.occurrences ?? [])
    if (access === "read" && inside.start <= span.start && span.end <= inside.end)
      for (const word of meant(entity)) if (word.kind === "word") called.add(word, document.range(span));
  return called.map((to, fromRanges) => ({ to, fromRanges }), context);
}

export const callHierarchy: Feature = {
  name: "callHierarchy",
  capabilities: { callHierarchyProvider: true },
  handlers: [
    onRequest("textDocument/prepareCallHierarchy", (context, params): CallHierarchyItem[] | null => {
      const found = symbolsAt(context, params)?.occurrences.flatMap(({ entity }) => meant(entity)) ?? [];
      const items = found.filter(isCaller).flatMap((entity) => itemOf(context, entity) ?? []);
      return items.length > 0 ? items : null;
    }),
    onRequest("callHierarchy/incomingCalls", (context, { item }) => {
      const word = entityOf(context, item);
      return word ? incoming(context, word) : null;
    }),
    onRequest("callHierarchy/outgoingCalls", (context, { item }) => {
      const caller = entityOf(context, item);
      return caller ? outgoing(context, caller) : null;
    }),
  ],
};
