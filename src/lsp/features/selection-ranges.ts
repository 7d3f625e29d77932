/** @file Selection ranges: from a name outwards, through expression, stage, statement and declaration, to the file. */
import type { SelectionRange } from "../protocol.js";
import type { Span } from "../../base/source.js";
import { pathAt } from "../../syntax/walk.js";
import type { Document } from "../documents.js";
import { type Feature, onRequest } from "../feature.js";

/** Outermost first; each holds the next. */
function spansAt({ file }: Document, offset: number): readonly Span[] {
  const comment = file.comments.find(({ span }) => span.start <= offset && offset <= span.end);
  const nodes = pathAt(file, offset).map(({ span }) => span);
  const spans: Span[] = [];
  for (const span of comment ? [file.span, comment.span] : nodes) {
    const outer = spans.at(-1);
    const isInside = !outer || (outer.start <= span.start && span.end <= outer.end);
    if (isInside && span.end > span.start && !(outer?.start === span.start && outer.end === span.end)) spans.push(span);
  }
  return spans;
}

export const selectionRanges: Feature = {
  name: "selectionRanges",
  capabilities: { selectionRangeProvider: true },
  handlers: [
    onRequest("textDocument/selectionRange", (context, { textDocument, positions }): SelectionRange[] | null => {
      const document = context.document(textDocument.uri);
      if (!document) return null;
      return (positions ?? []).map((position) => {
        const offset = document.offset(position);
        const found = spansAt(document, offset).reduce<SelectionRange | undefined>(
          (parent, span) => ({ range: document.range(span), ...(parent ? { parent } : {}) }),
          undefined,
        );
        return found ?? { range: { start: position, end: position } };
      });
    }),
  ],
};
