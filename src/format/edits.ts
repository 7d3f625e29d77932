/** @file The smallest changes that format a text, a part of it, or what was just typed. */
import { createLexer } from "../../grammar/tokens.js";
import type { Span } from "../base/source.js";
import type { Edit } from "../diagnostics/diagnostic.js";
import type { File } from "../syntax/ast.js";
import { containersOf, outerSpan } from "./containers.js";

/** A token or a comment. */
interface Piece {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function piecesOf(text: string): readonly Piece[] {
  const { tokens, groups } = createLexer().tokenize(text);
  return [...tokens, ...(groups["comments"] ?? [])]
    .sort((a, b) => a.startOffset - b.startOffset)
    .map(({ startOffset, image }) => {
      const trimmed = image.trimEnd();
      return { text: trimmed, start: startOffset, end: startOffset + trimmed.length };
    });
}

/** One edit for each gap that changed; where tokens or comments moved, one for all between those that did not. */
export function editsBetween(before: string, after: string): readonly Edit[] {
  if (before === after) return [];
  const [old, now] = [piecesOf(before), piecesOf(after)];
  const most = Math.min(old.length, now.length);
  let head = 0;
  while (head < most && old[head]!.text === now[head]!.text) head += 1;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail)!.text === now.at(-1 - tail)!.text) tail += 1;

  const edits: Edit[] = [];
  const replace = (span: Span, text: string) => {
    if (before.slice(span.start, span.end) !== text) edits.push({ span, text });
  };
  const gap = (pieces: readonly Piece[], i: number, length: number): Span => ({
    start: pieces[i - 1]?.end ?? 0,
    end: pieces[i]?.start ?? length,
  });
  const same = (i: number, j: number) => {
    const { start, end } = gap(now, j, after.length);
    replace(gap(old, i, before.length), after.slice(start, end));
  };
  for (let i = 0; i < head; i++) same(i, i);
  const [from, to] = [old.length - tail, now.length - tail];
  const span = { start: gap(old, head, before.length).start, end: gap(old, from, before.length).end };
  replace(span, after.slice(gap(now, head, after.length).start, gap(now, to, after.length).end));
  for (let i = 1; i <= tail; i++) same(from + i, to + i);
  return edits;
}

/** Containers whose items are statements and declarations. */
const blocksOf = (file: File) =>
  containersOf(file).filter(({ node }) => "declarations" in node || "statements" in node || node.kind === "model");

/** The statements, items of a model or declarations that a range touches, of the innermost block that holds the range. */
export function itemsIn(file: File, range: Span): Span | undefined {
  const around = blocksOf(file).filter(({ region }) => region.start <= range.start && range.end <= region.end);
  const touched = around
    .at(-1)
    ?.items.map(outerSpan)
    .filter(({ start, end }) => start <= range.end && range.start <= end);
  const [first, last] = [touched?.[0], touched?.at(-1)];
  return first && last && { start: first.start, end: last.end };
}

/** The largest statement, item of a model or declaration that ends at a place. */
export function itemEndingAt(file: File, offset: number): Span | undefined {
  for (const { items } of blocksOf(file)) {
    const found = items.map(outerSpan).find(({ end }) => end === offset);
    if (found) return found;
  }
  return undefined;
}

/** The edits inside a part of the text, and that of the white space before it. */
export const editsWithin = (edits: readonly Edit[], text: string, { start, end }: Span): readonly Edit[] =>
  edits.filter(
    ({ span }) =>
      start <= span.end && span.end <= end && (start <= span.start || text.slice(span.start, span.end).trim() === ""),
  );
