/** @file Find references: every place of a name, in all files of the workspace that import it. */
import type { Location } from "../protocol.js";
import { symbolsAt } from "../symbols-at.js";
import { type Feature, onRequest } from "../feature.js";
import { sitesOf } from "../symbols/query.js";

export const references: Feature = {
  name: "references",
  capabilities: { referencesProvider: true },
  handlers: [
    onRequest("textDocument/references", (context, params): Location[] | null => {
      const cursor = symbolsAt(context, params);
      if (!cursor) return null;
      const found = new Map<string, Location>();
      for (const { entity } of cursor.occurrences)
        for (const { path, span, access } of sitesOf(context.symbols, entity, context.files(), "other names too")) {
          if (access === "declaration" && params.context?.includeDeclaration === false) continue;
          const document = context.documents.at(path);
          if (document) found.set(`${path}:${span.start}`, { uri: document.uri, range: document.range(span) });
        }
      return [...found.values()];
    }),
  ],
};
