/** @file Refuses texts nested so deeply that parsing them, or walking their trees, could exhaust the stack. */
import type { IToken } from "../../grammar/chevrotain.js";
import {
  keyword,
  LBrace,
  LBracket,
  LParen,
  Name,
  NumberToken,
  RBrace,
  RBracket,
  RParen,
  StringToken,
} from "../../grammar/tokens.js";
import * as t from "../../grammar/tokens.js";
import { isA } from "./tokens.js";

/** Brackets and `if`s inside each other: each costs the parser some 5 kB of the 1 MB that stacks commonly have. */
export const nestingLimit = 50;
/** Operators and suffixes of one expression, with those around it: the depth of the tree. */
export const chainLimit = 250;

/** The first token beyond a limit. A chain ends where the grammar begins a new expression that does not hang on the last. */
export function tooDeepAt(tokens: readonly IToken[]): { readonly token: IToken; readonly limit: number } | undefined {
  const around: { ifs: number; chain: number }[] = [];
  let ifs = 0;
  let chain = 0;
  let nesting = 0;
  let length = 0;
  const restart = () => {
    nesting -= ifs;
    length -= chain;
    ifs = 0;
    chain = 0;
  };
  let afterOperand = false;
  for (const token of tokens) {
    const type = token.tokenType;
    if (type === LParen || type === LBracket || type === LBrace) {
      chain += 1;
      length += 1;
      around.push({ ifs, chain });
      nesting += 1;
      ifs = 0;
      chain = 0;
      afterOperand = false;
    } else if (type === RParen || type === RBracket || type === RBrace) {
      restart();
      const outer = around.pop();
      if (outer) {
        nesting -= 1;
        ({ ifs, chain } = outer);
      }
      afterOperand = true;
    } else if (isA(token, Name) || type === NumberToken || isA(token, StringToken)) {
      // Two operands side by side: a new statement.
      if (afterOperand) restart();
      afterOperand = true;
    } else {
      if (restarts.has(type)) restart();
      else if (type === keyword.if) {
        ifs += 1;
        nesting += 1;
      } else if (isA(token, t.BinaryOperator) || isA(token, t.PrefixOperator) || type === t.Dot) {
        chain += 1;
        length += 1;
      }
      afterOperand = false;
    }
    if (nesting > nestingLimit) return { token, limit: nestingLimit };
    if (length + nesting > chainLimit) return { token, limit: chainLimit };
  }
  return undefined;
}

const restarts = new Set([
  t.Comma,
  t.Is,
  t.Tilde,
  t.Assign,
  t.Arrow,
  keyword.let,
  keyword.use,
  keyword.scan,
  keyword.return,
  keyword.require,
  keyword.when,
  keyword.with,
]);
