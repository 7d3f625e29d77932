/** @file Positions of the protocol: lines and columns in the units that client and server agreed on. */
import type { Position, PositionEncodingKind, Range } from "./protocol.js";
import type { SourceFile, Span } from "../base/source.js";

/** How many units a text has. */
const lengths: Readonly<Record<string, (text: string) => number>> = {
  "utf-16": (text) => text.length,
  "utf-8": (text) => {
    let length = 0;
    for (const character of text) {
      const code = character.codePointAt(0)!;
      length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    }
    return length;
  },
  "utf-32": (text) => [...text].length,
};

/** The first that the client offers and we know; UTF-16 is what every client knows. */
export const negotiated = (offered: readonly PositionEncodingKind[] = []): PositionEncodingKind =>
  offered.find((encoding) => Object.hasOwn(lengths, encoding)) ?? "utf-16";

/** The UTF-16 column of a column in other units; inside a character, where it begins; beyond the line, its end. */
function columnIn(line: string, units: number, encoding: PositionEncodingKind): number {
  if (encoding === "utf-16") return Math.min(units, line.length);
  const length = lengths[encoding]!;
  let column = 0;
  let left = units;
  for (const character of line) {
    left -= length(character);
    if (left < 0) break;
    column += character.length;
  }
  return column;
}

export function toPosition(source: SourceFile, offset: number, encoding: PositionEncodingKind): Position {
  const { line, column } = source.positionAt(offset);
  return { line, character: lengths[encoding]!(source.text.slice(offset - column, offset)) };
}
export const toRange = (source: SourceFile, { start, end }: Span, encoding: PositionEncodingKind): Range => ({
  start: toPosition(source, start, encoding),
  end: toPosition(source, end, encoding),
});

/** Beyond a line its end, beyond the text the text's. */
export function toOffset(source: SourceFile, { line, character }: Position, encoding: PositionEncodingKind): number {
  const start = source.lineStarts[line];
  return start === undefined ? source.text.length : start + columnIn(source.line(line), character, encoding);
}
export const toSpan = (source: SourceFile, range: Range, encoding: PositionEncodingKind): Span => {
  const start = toOffset(source, range.start, encoding);
  return { start, end: Math.max(start, toOffset(source, range.end, encoding)) };
};
