/** @file `netc/libraryText`: the text of a document of the library. */
import { type Feature, onRequest } from "../feature.js";
import { isLibraryPath } from "../library-documents.js";

export const library: Feature = {
  name: "library",
  capabilities: { experimental: { libraryText: true } },
  handlers: [
    onRequest("netc/libraryText", (context, params) => {
      const path = context.documents.pathOf(String(params?.uri));
      const text = isLibraryPath(path) ? context.project.text(path) : undefined;
      return text === undefined ? null : { text };
    }),
  ],
};
