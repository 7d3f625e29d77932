/**
 * @file Texts with marks for tests: `|` is a cursor, `<<` and `>>` enclose a range. A `|` between blanks is the language's own,
 * as in `valid | same`.
 */
import { SourceFile, type Span } from "../../src/base/source.js";
import { toPosition, toRange } from "../../src/lsp/positions.js";
import type { Position, Range } from "vscode-languageserver-protocol";

export interface Fixture {
  /** Without the marks. */
  readonly text: string;
  readonly cursors: readonly Position[];
  readonly ranges: readonly Range[];
  /** The first cursor. */
  readonly cursor: Position;
}

export function fixture(marked: string): Fixture {
  let text = "";
  let last = 0;
  const cursors: number[] = [];
  const open: number[] = [];
  const spans: Span[] = [];
  for (const { 0: mark, index } of marked.matchAll(/<<|>>|(?<! )\||\|(?! )/g)) {
    text += marked.slice(last, index);
    last = index + mark.length;
    if (mark === "|") cursors.push(text.length);
    else if (mark === "<<") open.push(text.length);
    else spans.push({ start: open.pop()!, end: text.length });
  }
  text += marked.slice(last);
  const source = new SourceFile("fixture", text);
  const positions = cursors.map((offset) => toPosition(source, offset, "utf-16"));
  return {
    text,
    cursors: positions,
    ranges: spans.sort((a, b) => a.start - b.start).map((span) => toRange(source, span, "utf-16")),
    get cursor() {
      if (positions.length === 0) throw new Error("the fixture has no cursor");
      return positions[0]!;
    },
  };
}

/** The text with ranges marked again, for comparing what a feature found with a fixture. */
export function marked(text: string, ranges: readonly Range[]): string {
  const source = new SourceFile("fixture", text);
  const at = ({ line, character }: Position) => source.offsetAt({ line, column: character });
  const marks = ranges.flatMap(({ start, end }) => [
    { offset: at(start), mark: "<<", order: 1 },
    { offset: at(end), mark: ">>", order: 0 },
  ]);
  marks.sort((a, b) => b.offset - a.offset || b.order - a.order);
  return marks.reduce((so, { offset, mark }) => so.slice(0, offset) + mark + so.slice(offset), text);
}
