/** @file Semantic tokens: of a document, of a range, and what changed since the last. */
import type { SemanticTokens } from "../protocol.js";
import type { Span } from "../../base/source.js";
import type { Context } from "../context.js";
import type { Document } from "../documents.js";
import { type Feature, onRequest } from "../feature.js";
import { meaningfulTokens, tokenModifiers, tokenTypes } from "../tokens.js";

/** Five numbers for each token: lines and columns since the one before, length, type, modifiers. */
function encoded(context: Context, document: Document, within?: Span): number[] {
  const index = context.symbols.file(document.path);
  const data: number[] = [];
  let before = { line: 0, character: 0 };
  for (const { span, type, modifiers } of index ? meaningfulTokens(index) : []) {
    if (within && (span.end <= within.start || span.start >= within.end)) continue;
    const { start, end } = document.range(span);
    const isSameLine = start.line === before.line;
    const bits = modifiers.reduce((sum, modifier) => sum | (1 << tokenModifiers.indexOf(modifier)), 0);
    data.push(start.line - before.line, isSameLine ? start.character - before.character : start.character);
    data.push(end.character - start.character, tokenTypes.indexOf(type), bits);
    before = start;
  }
  return data;
}
const none: SemanticTokens = { data: [] };

export const semanticTokens: Feature = {
  name: "semanticTokens",
  capabilities: {
    semanticTokensProvider: {
      legend: { tokenTypes: [...tokenTypes], tokenModifiers: [...tokenModifiers] },
      full: { delta: true },
      range: true,
    },
  },
  handlers: [
    onRequest("textDocument/semanticTokens/full", (context, { textDocument }) => {
      const document = context.document(textDocument.uri);
      if (!document) return none;
      return context.tokens.send(document.path, encoded(context, document));
    }),
    onRequest("textDocument/semanticTokens/full/delta", (context, { textDocument, previousResultId }) => {
      const document = context.document(textDocument.uri);
      if (!document) return none;
      return context.tokens.sendSince(document.path, previousResultId, encoded(context, document));
    }),
    onRequest("textDocument/semanticTokens/range", (context, { textDocument, range }) => {
      const document = context.document(textDocument.uri);
      if (!document) return none;
      return { data: encoded(context, document, document.span(range)) };
    }),
  ],
  start: (context) =>
    context.onChange((change) => {
      if (change.kind === "text" && !context.documents.isOpen(change.path)) context.tokens.forget(change.path);
    }),
};
