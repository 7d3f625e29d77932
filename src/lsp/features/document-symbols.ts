/** @file Document symbols: the outline, as a tree where the client shows one. */
import type { DocumentSymbol, SymbolInformation } from "../protocol.js";
import type { Document } from "../documents.js";
import { type Feature, onRequest } from "../feature.js";
import { type OutlineEntry, outlineOf } from "../outline.js";

const tree = (document: Document, { name, detail, kind, span, selection, children }: OutlineEntry): DocumentSymbol => ({
  name,
  detail,
  kind,
  range: document.range(span),
  selectionRange: document.range(selection),
  children: children.map((child) => tree(document, child)),
});
const flat = (
  document: Document,
  { name, kind, span, children }: OutlineEntry,
  within?: string,
): SymbolInformation[] => [
  {
    name,
    kind,
    location: { uri: document.uri, range: document.range(span) },
    ...(within === undefined ? {} : { containerName: within }),
  },
  ...children.flatMap((child) => flat(document, child, name)),
];

export const documentSymbols: Feature = {
  name: "documentSymbols",
  capabilities: { documentSymbolProvider: true },
  handlers: [
    onRequest("textDocument/documentSymbol", (context, { textDocument }) => {
      const document = context.document(textDocument.uri);
      if (!document) return null;
      const outline = outlineOf(document.file);
      return context.client.textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport
        ? outline.map((item) => tree(document, item))
        : outline.flatMap((item) => flat(document, item));
    }),
  ],
};
