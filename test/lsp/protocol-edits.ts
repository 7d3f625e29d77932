/** @file Edits of the protocol applied to texts. */
import { type TextEdit, TextDocumentEdit, type WorkspaceEdit } from "vscode-languageserver-protocol";
import { SourceFile } from "../../src/base/source.js";
import { toSpan } from "../../src/lsp/positions.js";

/** The text after edits, which must lie in it and not overlap. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  const source = new SourceFile("edited", text);
  const spans = edits
    .map(({ range, newText }) => ({ ...toSpan(source, range, "utf-16"), newText }))
    .sort((a, b) => b.start - a.start || b.end - a.end);
  spans.forEach(({ start }, k) => {
    const before = spans[k + 1];
    if (before && before.end > start) throw new Error("edits overlap");
  });
  return spans.reduce((so, { start, end, newText }) => so.slice(0, start) + newText + so.slice(end), text);
}

/** The edits of each document, by URI. */
export function editsOf({ changes, documentChanges }: WorkspaceEdit): ReadonlyMap<string, readonly TextEdit[]> {
  if (!documentChanges) return new Map(Object.entries(changes ?? {}));
  return new Map(
    documentChanges.flatMap((change) =>
      TextDocumentEdit.is(change) ? [[change.textDocument.uri, change.edits as TextEdit[]] as const] : [],
    ),
  );
}
