/** @file Edits that fixes are made of, written so that the text stays readable. */
import type { SourceFile, Span } from "../base/source.js";
import type { Edit } from "../diagnostics/diagnostic.js";
import type { Argument } from "../syntax/ast.js";

export const insertAt = (offset: number, text: string): Edit => ({ span: { start: offset, end: offset }, text });

/** Takes an argument out of its list, with a comma. */
export function withoutArgument(list: readonly Argument[], argument: Argument): Edit {
  const place = list.indexOf(argument);
  const { start, end } = argument.span;
  const span = place > 0 ? { start: list[place - 1]!.span.end, end } : { start, end: list[1]?.span.start ?? end };
  return { span, text: "" };
}

/** Puts a line of its own below the line that a statement ends on, with the same indentation. */
export function lineAfter({ span }: { readonly span: Span }, file: SourceFile, line: string): Edit {
  const { text } = file;
  const begin = lineStart(text, span.start);
  const indentation = /^[ \t]*/.exec(text.slice(begin, span.start))![0];
  // What stands on one line stays there: `model M { .. }`.
  const isBroken = text.slice(begin, span.start).trim() === "";
  return insertAt(span.end, isBroken ? `\n${indentation}${line}` : ` ${line}`);
}

/** A statement with the documentation before it, and with its lines where nothing else stands on them. */
export function statementSpan({ span }: { readonly span: Span }, file: SourceFile): Span {
  const { text } = file;
  let start = lineStart(text, span.start);
  const end = lineEnd(text, span.end);
  const alone =
    /^[ \t]*$/.test(text.slice(start, span.start)) && /^[ \t]*(\/\/.*)?\r?\n?$/.test(text.slice(span.end, end));
  if (!alone) return span;
  while (start > 0) {
    const above = lineStart(text, start - 1);
    if (!/^[ \t]*\/\/\//.test(text.slice(above, start))) break;
    start = above;
  }
  return { start, end };
}

const lineStart = (text: string, offset: number) => text.lastIndexOf("\n", offset - 1) + 1;
const lineEnd = (text: string, offset: number) => {
  const found = text.indexOf("\n", offset);
  return found < 0 ? text.length : found + 1;
};
