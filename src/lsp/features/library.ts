/** @file `netc/libraryText`: the text of a document of the library, for clients to show read-only. */
import { RequestType } from "../protocol.js";
import { type Feature, onRequest } from "../feature.js";
import { isLibraryPath } from "../library-documents.js";

interface LibraryTextParams {
  /** Such as `netc-library:/dense.net`. */
  readonly uri: string;
}
/** The text; null if the library has no such document. */
export const LibraryTextRequest = new RequestType<LibraryTextParams, { readonly text: string } | null, void>(
  "netc/libraryText",
);

export const library: Feature = {
  name: "library",
  capabilities: { experimental: { libraryText: true } },
  handlers: [
    onRequest(LibraryTextRequest, (context, params) => {
      const path = context.documents.pathOf(String(params?.uri));
      const text = isLibraryPath(path) ? context.project.text(path) : undefined;
      return text === undefined ? null : { text };
    }),
  ],
};
