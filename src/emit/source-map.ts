/** @file Source maps (ECMA-426) from lines of generated text to places in `.net` files. */
import type { Location, SourceFile } from "../base/source.js";

export interface SourceMap {
  readonly version: 3;
  /** Names of `.net` files as diagnostics show them; of library text, `library:` and its name. */
  readonly sources: readonly string[];
  readonly sourcesContent: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** A whole number in base 64, sign in the lowest bit, five bits a digit from the lowest, the sixth where more follow. */
function encode(value: number): string {
  let rest = value < 0 ? -value * 2 + 1 : value * 2;
  let text = "";
  do {
    const more = rest >= 32;
    text += digits[(rest % 32) + (more ? 32 : 0)];
    rest = Math.floor(rest / 32);
  } while (rest > 0);
  return text;
}

/** One segment a line: a kernel's lines have one origin each. After the last line that has one, text comes from nowhere. */
export function printSourceMap(lines: readonly (Location | undefined)[]): SourceMap {
  const sources = new Map<SourceFile, number>();
  let [source, line, column] = [0, 0, 0];
  let open = false;
  const mappings = lines.map((location) => {
    if (!location) {
      const end = open ? encode(0) : "";
      open = false;
      return end;
    }
    open = true;
    const { file, span } = location;
    if (!sources.has(file)) sources.set(file, sources.size);
    const at = { source: sources.get(file)!, ...file.positionAt(span.start) };
    const segment = [0, at.source - source, at.line - line, at.column - column].map(encode).join("");
    ({ source, line, column } = at);
    return segment;
  });
  const files = [...sources.keys()];
  return {
    version: 3,
    sources: files.map(({ name }) => name),
    sourcesContent: files.map(({ text }) => text),
    names: [],
    // One empty line at the end: Node reads no segment of one number there.
    mappings: mappings.join(";").replace(/;*$/, ";"),
  };
}

/** The comment at the end of a module whose map is in a file beside it. */
export const mapReference = (file: string): string => `//# sourceMappingURL=${encodeURIComponent(file)}\n`;
