/** @file The text of `require` messages: braces hold expressions whose values are shown. */
import { SourceFile } from "../base/source.js";
import type { Expression, StringLiteral } from "../syntax/ast.js";
import { parse } from "../syntax/parse.js";
import type { Context } from "./context.js";
import { wordRules } from "./diagnostics/words.js";
import { valueText } from "./values.js";

/** The message with `{expression}` replaced; undefined after a message about it. */
export function interpolate(c: Context, message: StringLiteral): string | undefined {
  let failed = false;
  const text = message.value.replace(/\{([^{}]*)\}/g, (_all, inside: string) => {
    const e = parseExpression(inside);
    if (!e) {
      c.report(wordRules.badText, message.span, { text: inside });
      failed = true;
      return "";
    }
    // Its spans are those of a text of its own: messages stand at the whole literal.
    const value = c.evaluate(relocated(e, message.span));
    return valueText(value);
  });
  return failed ? undefined : text;
}
function parseExpression(text: string): Expression | undefined {
  const { file, diagnostics } = parse(new SourceFile("message", `const message = ${text}`));
  const [declaration] = file.declarations;
  return diagnostics.length === 0 && declaration?.kind === "const" ? declaration.value : undefined;
}
function relocated<T>(node: T, span: Expression["span"]): T {
  if (Array.isArray(node)) return node.map((item: unknown) => relocated(item, span)) as T;
  if (typeof node !== "object" || node === null) return node;
  const copy = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === "span" || key.endsWith("Span") ? span : relocated(value, span),
    ]),
  );
  return copy as T;
}
