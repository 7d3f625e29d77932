/** @file Prints constant values as source text, wrapped at the project's line width. */
import { literalKey, propertyKey, stringLiteral } from "./names.js";

/** Text that is an expression already. */
export class Code {
  constructor(readonly text: string) {}
}
export type Value = Code | string | number | boolean | undefined | readonly Value[] | { readonly [key: string]: Value };

const width = 120;

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** As many items per line as fit. */
function fill(items: readonly string[], indent: string): string {
  const lines: string[] = [];
  let line = indent;
  for (const item of items) {
    if (line !== indent && line.length + item.length + 2 > width) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${item}, `;
  }
  return [...lines, line.trimEnd()].join("\n");
}

/** `used` is the number of columns taken on the first line; continuation lines are indented by `indent`. */
export function printValue(value: Value, indent = "", used = indent.length): string {
  if (value instanceof Code) return value.text;
  if (typeof value === "string") return stringLiteral(value);
  if (typeof value !== "object") return Object.is(value, -0) ? "-0" : String(value);
  const inner = `${indent}  `;
  if (isList(value)) {
    const flat = `[${value.map((item) => printValue(item)).join(", ")}]`;
    if (fits(flat, used)) return flat;
    if (value.every((item) => typeof item !== "object")) {
      return `[\n${fill(
        value.map((item) => printValue(item)),
        inner,
      )}\n${indent}]`;
    }
    return `[\n${value.map((item) => `${inner}${printValue(item, inner)},\n`).join("")}${indent}]`;
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return "{}";
  const flat = `{ ${entries.map(([key, item]) => `${literalKey(key)}: ${printValue(item)}`).join(", ")} }`;
  if (fits(flat, used) && entries.length <= 8) return flat;
  const lines = entries.map(([key, item]) => {
    const start = `${inner}${literalKey(key)}: `;
    return `${start}${printValue(item, inner, start.length)},\n`;
  });
  return `{\n${lines.join("")}${indent}}`;
}

function fits(text: string, used: number): boolean {
  return !text.includes("\n") && used + text.length + 2 <= width;
}

/** The narrowest type of a value, as `as const` gives it. */
export function printLiteralType(value: Value, indent = ""): string {
  if (value instanceof Code || typeof value !== "object") return printValue(value);
  if (isList(value)) return `readonly [${value.map((item) => printLiteralType(item, indent)).join(", ")}]`;
  const inner = `${indent}  `;
  const lines = Object.entries(value).map(
    ([key, item]) => `${inner}readonly ${propertyKey(key)}: ${printLiteralType(item, inner)};\n`,
  );
  return lines.length === 0 ? "{}" : `{\n${lines.join("")}${indent}}`;
}
