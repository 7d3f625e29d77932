/** @file Questions about tokens and the lines they stand on. */
import { tokenMatcher, type IToken, type TokenType } from "../../grammar/chevrotain.js";
import { Name, NumberToken, RBrace, RBracket, RParen, StringToken } from "../../grammar/tokens.js";
import type { SourceFile } from "../base/source.js";

/** Whether the token is of the type or in the category. */
export const isA = (token: IToken | undefined, type: TokenType): boolean =>
  token !== undefined && (token.tokenType === type || tokenMatcher(token, type));

export const endOf = (token: IToken): number => token.startOffset + token.image.length;

/** Whether an expression could end with the token: a name right after it then begins something new. */
export const endsOperand = (token: IToken | undefined): boolean =>
  token !== undefined &&
  (isA(token, Name) ||
    token.tokenType === NumberToken ||
    isA(token, StringToken) ||
    token.tokenType === RParen ||
    token.tokenType === RBracket ||
    token.tokenType === RBrace);

/** For each token, its column if it is the first on its line, else undefined. */
export function lineColumns(source: SourceFile, tokens: readonly IToken[]): readonly (number | undefined)[] {
  const starts = source.lineStarts;
  let line = -1;
  return tokens.map((token) => {
    const before = line;
    while ((starts[line + 1] ?? Infinity) <= token.startOffset) line += 1;
    return line === before ? undefined : token.startOffset - starts[line]!;
  });
}

/** The index of the token that begins at the offset. */
export function indexOf(tokens: readonly IToken[], { startOffset }: IToken): number {
  let low = 0;
  let high = tokens.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle]!.startOffset < startOffset) low = middle + 1;
    else high = middle;
  }
  return low;
}
