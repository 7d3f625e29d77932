/** @file Edits of files as the protocol says them. */
import type { TextEdit, WorkspaceEdit } from "./protocol.js";
import type { Edit } from "../diagnostics/diagnostic.js";
import type { Context } from "./context.js";
import type { Document } from "./documents.js";

export const textEdits = (document: Document, edits: readonly Edit[]): TextEdit[] =>
  edits.map(({ span, text }) => ({ range: document.range(span), newText: text }));

/** Edits by file, for the versions that they were made from where the client can tell. */
export function workspaceEdit(context: Context, edits: ReadonlyMap<string, readonly Edit[]>): WorkspaceEdit {
  const documents = [...edits].flatMap(([path, list]) => {
    const document = context.documents.at(path);
    return document ? [{ document, changes: textEdits(document, list) }] : [];
  });
  if (context.client.workspace?.workspaceEdit?.documentChanges)
    return {
      documentChanges: documents.map(({ document: { uri, version }, changes }) => ({
        textDocument: { uri, version: version ?? null },
        edits: changes,
      })),
    };
  return { changes: Object.fromEntries(documents.map(({ document, changes }) => [document.uri, changes])) };
}
