/** @file Open documents: their unsaved text is what the compiler sees. */
import { TextDocumentSyncKind } from "../protocol.js";
import { type Feature, onNotification } from "../feature.js";
import { negotiated } from "../positions.js";

export const documents: Feature = {
  name: "documents",
  capabilities: (client) => ({
    positionEncoding: negotiated(client.general?.positionEncodings),
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
  }),
  handlers: [
    onNotification("textDocument/didOpen", (context, { textDocument }) =>
      context.changed({ kind: "text", path: context.documents.didOpen(textDocument) }),
    ),
    onNotification("textDocument/didChange", (context, { textDocument, contentChanges }) => {
      const path = context.documents.didChange(textDocument.uri, textDocument.version, contentChanges);
      if (path !== undefined) context.changed({ kind: "text", path });
    }),
    onNotification("textDocument/didClose", (context, { textDocument }) =>
      context.changed({ kind: "text", path: context.documents.didClose(textDocument.uri) }),
    ),
  ],
};
