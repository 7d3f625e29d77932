/** @file Formatting of a document, of a range, and of a statement or block as it is finished. */
import { LSPErrorCodes, ResponseError, type TextEdit } from "../protocol.js";
import type { Span } from "../../base/source.js";
import { editsBetween, editsWithin, itemEndingAt, itemsIn } from "../../format/edits.js";
import { format, type FormatOptions } from "../../format/format.js";
import type { Context } from "../context.js";
import type { Document } from "../documents.js";
import { type Feature, onRequest } from "../feature.js";

/**
 * The style is that of `netc fmt`, whatever width the editor has for tabs. A text with errors of syntax has no edits. `part`: what part
 * of the document may change, all by default.
 */
async function edits(context: Context, document: Document | undefined, part?: Span): Promise<TextEdit[]> {
  if (!document) return [];
  const { source, path } = document;
  const { text } = await format(source, await options(context, path));
  const all = editsBetween(source.text, text);
  const chosen = part ? editsWithin(all, source.text, part) : all;
  return chosen.map(({ span, text }) => ({ range: document.range(span), newText: text }));
}

async function options(context: Context, path: string): Promise<FormatOptions | undefined> {
  try {
    return await context.host.formatOptions?.(path);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ResponseError(LSPErrorCodes.RequestFailed, `the configuration of prettier cannot be read: ${message}`);
  }
}

export const formatting: Feature = {
  name: "formatting",
  capabilities: {
    documentFormattingProvider: true,
    documentRangeFormattingProvider: true,
    documentOnTypeFormattingProvider: { firstTriggerCharacter: "}", moreTriggerCharacter: ["\n"] },
  },
  handlers: [
    onRequest("textDocument/formatting", (context, { textDocument }) =>
      edits(context, context.document(textDocument.uri)),
    ),
    onRequest("textDocument/rangeFormatting", (context, { textDocument, range }) => {
      const document = context.document(textDocument.uri);
      const part = document && itemsIn(document.file, document.span(range));
      return part ? edits(context, document, part) : [];
    }),
    onRequest("textDocument/onTypeFormatting", (context, { textDocument, position }) => {
      const document = context.document(textDocument.uri);
      if (!document) return [];
      // After a line end: what ends on the line before.
      const typed = document.text.slice(0, document.offset(position)).trimEnd().length;
      const part = itemEndingAt(document.file, typed);
      return part ? edits(context, document, part) : [];
    }),
  ],
};
