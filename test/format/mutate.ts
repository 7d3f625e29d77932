/** @file Other layouts of a text: the same tokens with other white space, blank lines and comments between them. */
import { createLexer } from "../../grammar/tokens.js";

const lexer = createLexer();

export interface Lexed {
  readonly tokens: readonly string[];
  readonly comments: readonly string[];
}
export function lex(text: string): Lexed {
  const { tokens, groups } = lexer.tokenize(text);
  return {
    tokens: tokens.map(({ image }) => image),
    comments: (groups.comments ?? []).map(({ image }) => image.trimEnd()),
  };
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** `spaces`, `comments`: how many of the gaps between tokens get other white space, and how many a comment. */
export function mutate(text: string, seed: number, spaces: number, comments: number): string {
  const random = randomFrom(seed);
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!;
  const { tokens, groups } = lexer.tokenize(text);
  const pieces = [...tokens, ...(groups.comments ?? [])].sort((a, b) => a.startOffset - b.startOffset);
  let result = "";
  let end = 0;
  let afterComment = false;
  for (const { startOffset, image } of pieces) {
    let gap = text.slice(end, startOffset);
    if (random() < comments)
      gap = pick(
        " // one\n",
        "\n// two\n",
        "\n// prettier-ignore\n",
        "\n\n  // three  \n\n",
        " // four\n  // five\n",
        "\n/// six\n",
      );
    else if (random() < spaces) gap = pick(" ", "\n", "\n\n\n", "  \t ", " \r\n  ");
    result += (afterComment && !/^[ \t\r]*\n/.test(gap) ? "\n" : "") + gap + image;
    afterComment = image.startsWith("//");
    end = startOffset + image.length;
  }
  return result + text.slice(end);
}
