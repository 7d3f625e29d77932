/** @file Words as editors show them: signature, documentation, settings, in Markdown. */
import type { MarkupContent } from "./protocol.js";
import type { Builtin } from "../check/builtin.js";
import { type Paged, pageOf, signatureOf } from "../check/word-page.js";

export const markdown = (...parts: readonly (string | undefined)[]): MarkupContent => ({
  kind: "markdown",
  value: parts.filter((part) => part !== undefined && part !== "").join("\n\n"),
});
export const code = (text: string): string => `\`\`\`net\n${text}\n\`\`\``;

/** Formulas hold `*` and `_`, and text is text: nothing in it is markup. */
export const plainText = (text: string): string => text.replace(/[\\*_<>[\]#|]/g, "\\$&");

/** Signature with defaults, what it does, where it comes from. */
export function wordParts(word: Paged | Builtin): readonly string[] {
  if (word.kind === "builtin") return [code(word.signature), plainText(word.documentation)];
  const { description, source } = pageOf(word);
  return [code(signatureOf(word)), plainText(description), ...(source ? [`*Source:* ${plainText(source)}`] : [])];
}
