/** @file A diagnostic as text for a terminal: message, source frame with carets, related places, signature, help. */
import type { Location } from "../base/source.js";
import type { Diagnostic, Severity } from "./diagnostic.js";

/** Wraps text in a style; the identity where colours are off. */
export type Paint = (style: "bold" | "dim" | "red" | "yellow" | "green" | "cyan" | "blue", text: string) => string;
export const plain: Paint = (_style, text) => text;

const colours = { error: "red", warning: "yellow", hint: "cyan" } as const satisfies Record<Severity, string>;
/** Frames of very long lines show only the part around the carets. */
const frameWidth = 140;

/** `file:line:column`, counted from 1. */
export function place({ file, span }: Location): string {
  const { line, column } = file.positionAt(span.start);
  return `${file.name}:${line + 1}:${column + 1}`;
}

/** The line of a location with carets under the span (its first line). */
export function frame({ file, span }: Location, style: "red" | "yellow" | "cyan" | "blue", paint: Paint): string {
  const start = file.positionAt(span.start);
  const end = file.positionAt(Math.max(span.end, span.start + 1));
  const whole = file.line(start.line);
  const cut = start.column > frameWidth / 2 && whole.length > frameWidth ? start.column - frameWidth / 2 : 0;
  // Tabs become one space, so that carets stand where they should; other control characters would upset a terminal.
  const text = whole
    .slice(cut, cut + frameWidth)
    .replace(/\t/g, " ")
    .replace(/\p{Cc}/gu, "\uFFFD");
  const from = start.column - cut;
  const to = end.line === start.line ? end.column - cut : text.length;
  const number = String(start.line + 1);
  const margin = " ".repeat(number.length);
  const carets = " ".repeat(from) + "^".repeat(Math.max(1, Math.min(to, frameWidth) - from));
  return `${paint("dim", `${number} |`)} ${text}\n${paint("dim", `${margin} |`)} ${paint(style, carets)}`;
}

export function render(diagnostic: Diagnostic, paint: Paint = plain): string {
  const { severity, code, message, location } = diagnostic;
  const colour = colours[severity];
  const parts = [
    `${paint("bold", place(location))} ${paint(colour, `${severity}[${code}]`)}: ${paint("bold", message)}`,
    frame(location, colour, paint),
  ];
  for (const related of diagnostic.related ?? [])
    parts.push(
      `${paint("blue", "note")}: ${related.message} (${place(related.location)})`,
      frame(related.location, "blue", paint),
    );
  if (diagnostic.signature) parts.push(`${paint("blue", "signature")}: ${diagnostic.signature}`);
  if (diagnostic.help) parts.push(`${paint("green", "help")}: ${diagnostic.help}`);
  if (diagnostic.fix) parts.push(`${paint("green", "fix")}: ${diagnostic.fix.title}`);
  return parts.join("\n");
}

/** The plain data of `--json`; positions from 1. */
export function toJson({ code, severity, message, location, help, signature, related, fix }: Diagnostic): object {
  const at = ({ file, span }: Location) => {
    const start = file.positionAt(span.start);
    const end = file.positionAt(span.end);
    return {
      file: file.name,
      line: start.line + 1,
      column: start.column + 1,
      endLine: end.line + 1,
      endColumn: end.column + 1,
    };
  };
  return {
    code,
    severity,
    message,
    ...at(location),
    ...(help ? { help } : {}),
    ...(signature ? { signature } : {}),
    ...(related ? { related: related.map((r) => ({ message: r.message, ...at(r.location) })) } : {}),
    ...(fix ? { fix: { title: fix.title, edits: fix.edits } } : {}),
  };
}
