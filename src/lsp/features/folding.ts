/** @file Folding: declarations, blocks and statements over several lines, comments, imports. */
import type { FoldingRange, FoldingRangeKind } from "../protocol.js";
import type { Span } from "../../base/source.js";
import { walk } from "../../syntax/walk.js";
import type { Document } from "../documents.js";
import { type Feature, onRequest } from "../feature.js";

/** Kinds of nodes that fold where they take several lines. */
const foldable: ReadonlySet<string> = new Set([
  "word",
  "model",
  "const",
  "scan",
  "let",
  "use",
  "param",
  "buffer",
  "return",
  "assign",
  "require",
  "output",
  "loss",
  "metric",
  "optimizer",
  "data",
  "train",
  "phase",
]);

function foldsOf({ file, source, text }: Document): readonly FoldingRange[] {
  const lineOf = (offset: number) => source.positionAt(offset).line;
  const folds = new Map<number, FoldingRange>();
  const add = ({ start, end }: Span, kind?: FoldingRangeKind): void => {
    const startLine = lineOf(start);
    // A closing bracket stays in view.
    const last = text[end - 1];
    const closes = kind === undefined && (last === "}" || last === ")" || last === "]");
    const endLine = lineOf(end) - (closes ? 1 : 0);
    // Of several that begin on one line the longest: outer nodes come first.
    if (endLine > startLine && !folds.has(startLine))
      folds.set(startLine, { startLine, endLine, ...(kind === undefined ? {} : { kind }) });
  };
  /** Neighbours in lines that follow each other, as one. */
  const runs = (spans: readonly Span[], kind: FoldingRangeKind): void => {
    let run: Span | undefined;
    for (const span of spans) {
      const follows = run && lineOf(span.start) <= lineOf(run.end) + 1;
      if (run && !follows) add(run, kind);
      run = { start: run && follows ? run.start : span.start, end: span.end };
    }
    if (run) add(run, kind);
  };
  const alone = file.comments.filter(({ span }) => {
    const { line, column } = source.positionAt(span.start);
    return source.line(line).slice(0, column).trim() === "";
  });
  runs(
    alone.map(({ span }) => span),
    "comment",
  );
  runs(
    file.declarations.filter(({ kind }) => kind === "import").map(({ span }) => span),
    "imports",
  );
  walk(file, (node) => {
    if (node.kind !== undefined && foldable.has(node.kind)) add(node.span);
  });
  return [...folds.values()].sort((a, b) => a.startLine - b.startLine);
}

export const folding: Feature = {
  name: "folding",
  capabilities: { foldingRangeProvider: true },
  handlers: [
    onRequest("textDocument/foldingRange", (context, { textDocument }): FoldingRange[] | null => {
      const document = context.document(textDocument.uri);
      if (!document) return null;
      const limit = context.client.textDocument?.foldingRange?.rangeLimit ?? Infinity;
      return foldsOf(document).slice(0, limit);
    }),
  ],
};
