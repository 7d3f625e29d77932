/** @file Highlights of a name in its document: where it is read, where it is given a value. */
import { type DocumentHighlight, DocumentHighlightKind } from "../protocol.js";
import { symbolsAt } from "../symbols-at.js";
import { type Feature, onRequest } from "../feature.js";
import { isSame } from "../symbols/entity.js";

export const documentHighlight: Feature = {
  name: "documentHighlight",
  capabilities: { documentHighlightProvider: true },
  handlers: [
    onRequest("textDocument/documentHighlight", (context, params): DocumentHighlight[] | null => {
      const cursor = symbolsAt(context, params);
      if (!cursor) return null;
      const { document, index, occurrences } = cursor;
      const found = index.occurrences.filter(({ entity }) => occurrences.some((at) => isSame(at.entity, entity)));
      const places = new Map(found.map((occurrence) => [occurrence.span.start, occurrence]));
      return [...places.values()].map(({ span, access }) => ({
        range: document.range(span),
        kind: access === "read" ? DocumentHighlightKind.Read : DocumentHighlightKind.Write,
      }));
    }),
  ],
};
