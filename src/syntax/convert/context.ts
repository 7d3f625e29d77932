/** @file What every conversion from the concrete to the abstract syntax tree shares: spans, names, documentation. */
import type { CstNode, IToken } from "../../../grammar/chevrotain.js";
import type { SourceFile, Span } from "../../base/source.js";
import type { Diagnostics } from "../../diagnostics/diagnostic.js";
import type { Comment, Missing, Name } from "../ast.js";

export interface Context {
  readonly source: SourceFile;
  readonly diagnostics: Diagnostics;
  /** In order of place. */
  readonly comments: readonly Comment[];
}

/** Undefined where recovery invented the token or left the node empty. */
export function spanOf(part: CstNode | IToken | undefined): Span | undefined {
  const location = part && "children" in part ? part.location : part;
  if (!location || Number.isNaN(location.startOffset)) return undefined;
  return { start: location.startOffset, end: (location.endOffset ?? location.startOffset) + 1 };
}

/** The span of a node, or the empty span at a fallback place. */
export const spanOr = (part: CstNode | IToken | undefined, at: number): Span => spanOf(part) ?? { start: at, end: at };

export const missing = (at: number): Missing => ({ kind: "missing", span: { start: at, end: at } });

/** A token as a name; an empty name where it is absent. */
export const nameOf = (token: IToken | undefined, at: number): Name => {
  const span = spanOf(token);
  return span && token ? { text: token.image, span } : { text: "", span: { start: at, end: at } };
};

/** The `///` lines right above a place. */
export function documentationAt({ source, comments }: Context, start: number): string | undefined {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comments[middle]!.span.end <= start) low = middle + 1;
    else high = middle;
  }
  const lines: string[] = [];
  let next = start;
  for (let i = low - 1; i >= 0; i--) {
    const comment = comments[i]!;
    if (!comment.documentation || !/^[ \t]*\r?\n?[ \t]*$/.test(source.text.slice(comment.span.end, next))) break;
    const lineStart = source.text.lastIndexOf("\n", comment.span.start - 1) + 1;
    if (source.text.slice(lineStart, comment.span.start).trim() !== "") break;
    lines.unshift(comment.text.replace(/^\/\/\/ ?/, ""));
    next = comment.span.start;
  }
  return lines.length === 0 ? undefined : lines.join("\n");
}
