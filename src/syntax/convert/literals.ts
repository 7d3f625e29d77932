/** @file Numbers and texts from their tokens. */
import type { IToken } from "../../../grammar/chevrotain.js";
import { UnclosedString } from "../../../grammar/tokens.js";
import type { NumberLiteral, StringLiteral } from "../ast.js";
import { syntaxRules } from "../diagnostics.js";
import { spanOr, type Context } from "./context.js";

export function numberOf(context: Context, token: IToken): NumberLiteral {
  const [, digits = "", suffix] = /^(.*?)(deg|%)?$/.exec(token.image) ?? [];
  const number = Number(digits);
  const span = spanOr(token, 0);
  if (!Number.isFinite(number)) {
    context.diagnostics.report(syntaxRules.numberTooLarge, { file: context.source, span }, { text: token.image });
  }
  const unit = suffix === "deg" || suffix === "%" ? suffix : undefined;
  const value = unit === "%" ? number / 100 : unit === "deg" ? (number * Math.PI) / 180 : number;
  return { kind: "number", value, unit, span };
}

const simpleEscapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", "\\": "\\", '"': '"' };

/** The text between the quotes with its escapes replaced; placeholders `{..}` stay as written. */
export function stringOf(context: Context, token: IToken | undefined, at: number): StringLiteral {
  const span = spanOr(token, at);
  if (!token || token.image === "") return { kind: "string", value: "", span };
  const closed = token.tokenType !== UnclosedString;
  const inner = token.image.slice(1, closed ? -1 : undefined);
  const value = inner.replaceAll(
    /\\(?:u\{([^}"]*)\}|(.?))/g,
    (escape, digits: string | undefined, letter: string, offset: number) => {
      const code = digits !== undefined && /^[0-9a-fA-F]{1,6}$/.test(digits) ? parseInt(digits, 16) : -1;
      const text =
        digits === undefined
          ? simpleEscapes[letter]
          : code >= 0 && code <= 0x10ffff
            ? String.fromCodePoint(code)
            : undefined;
      if (text !== undefined) return text;
      const start = span.start + 1 + offset;
      if (closed) {
        context.diagnostics.report(
          syntaxRules.badEscape,
          { file: context.source, span: { start, end: start + escape.length } },
          { escape },
        );
      }
      return escape;
    },
  );
  return { kind: "string", value, span };
}
