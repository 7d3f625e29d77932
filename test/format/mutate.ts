/** @file Other layouts of a text: the same tokens with other white space, blank lines and comments between them. */
import { randomFrom } from "../random.js";
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
