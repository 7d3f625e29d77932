/** @file What `netc explain` shows of a word: signature, documentation, settings with their defaults, source, definition. */
import type { Builtin } from "../check/builtin.js";
import type { WordPage } from "../check/word-page.js";
import type { Paint } from "../diagnostics/render.js";
import { table } from "./terminal.js";

const width = 100;

/** Lines of at most `width` characters, broken between words. */
function wrapped(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}
const indented = (text: string): string => text.replace(/^(?=.)/gm, "  ");

export function wordText(page: WordPage, paint: Paint): string {
  const { kind, name, signature, description, source, settings, definition, file } = page;
  const rows = settings.map((setting) => [setting.name, setting.type, setting.default ?? "must be given"]);
  const parts = [
    `${paint("bold", `${kind} ${name}`)}\n${indented(wrapped(description))}`,
    ...(source ? [`${paint("bold", "source")}\n${indented(wrapped(source))}`] : []),
    `${paint("bold", "signature")}\n${indented(wrapped(signature))}`,
    ...(rows.length > 0 ? [indented(table([["setting", "type", "default"], ...rows], paint))] : []),
    `${paint("bold", "definition")} ${paint("dim", `(${file} of the library)`)}\n${indented(definition)}`,
  ];
  return parts.join("\n\n");
}

export const builtinText = ({ name, signature, documentation }: Builtin, paint: Paint): string =>
  [
    `${paint("bold", `${name}, a function of the language`)}\n${indented(wrapped(documentation))}`,
    `${paint("bold", "signature")}\n${indented(signature)}`,
  ].join("\n\n");
