/**
 * @file Parses a text that differs little from the last one: declarations at the margin are parsed one by one, unchanged ones not
 * again. The result is that of `parse`; where the parts could influence each other, it is `parse` that answers.
 *
 * A text is cut before each line that begins, unindented, as a declaration does, with its documentation. No declaration goes on
 * over such a line: after an expression no name can follow. So a text whose parts are sound is the sequence of their
 * declarations. Recovery from errors cuts the text at these lines, too, unless statements stand at the margin as well; so a
 * broken part is parsed with the part that follows it, whose beginning messages may mention.
 */
import { hardKeywords, kindKeywords } from "../../grammar/tokens.js";
import { SourceFile, type Span } from "../base/source.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Comment, Declaration } from "./ast.js";
import { syntaxRules } from "./diagnostics.js";
import { parse, type ParseResult, reportLimit, sizeLimit } from "./parse.js";

const lineStart = String.raw`(?<![^\r\n])`;
const opening = new RegExp(
  String.raw`${lineStart}(?:[ \t]*///[^\r\n]*(?:\r\n?|\n))*(?:(?:import|const)\b|` +
    String.raw`(?:model|${kindKeywords.join("|")})[ \t]+(?!(?:${hardKeywords.join("|")})\b)[A-Za-z_])`,
  "g",
);
const unindentedStatement = new RegExp(String.raw`${lineStart}(?:let|use|require|scan|return)\b`);
/** Inside a declaration: a line at the margin that recovery could take for the beginning of another. */
const marginal = /[\r\n](?!gradient\b|surrogate\b)[A-Za-z_]/;
/** Rules whose messages concern the whole text. */
const refusals: ReadonlySet<string> = new Set(
  [syntaxRules.tooDeep, syntaxRules.binary, syntaxRules.tooLarge].map(({ code }) => code),
);

interface Content {
  readonly declarations: readonly Declaration[];
  readonly comments: readonly Comment[];
  readonly diagnostics: readonly Diagnostic[];
}
interface Part {
  /** Where the part was when its tree was last asked for. */
  at: number;
  content: Content;
  /** One declaration, of which no line could begin another. */
  readonly isPlain: boolean;
}

export class IncrementalParser {
  #last: ParseResult | undefined;
  /** By text; those of the last parse. */
  #parts = new Map<string, Part>();

  parse(source: SourceFile): ParseResult {
    const result = (this.#last && this.#inParts(source)) ?? parse(source);
    this.#last = result;
    return result;
  }

  #inParts(source: SourceFile): ParseResult | undefined {
    const { text } = source;
    if (text.length > sizeLimit) return undefined;
    const cuts = [...new Set([0, ...Array.from(text.matchAll(opening), ({ index }) => index), text.length])];
    if (cuts.length < 3) return undefined;
    const before = this.#parts;
    this.#parts = new Map();
    const starts = cuts.slice(0, -1);
    const parts = starts.map((start, k) => this.#part(text.slice(start, cuts[k + 1]), start, before));
    const broken = parts.flatMap(({ content }, k) => (content.diagnostics.length > 0 ? [k] : []));
    const contents = parts.map(({ content }) => content);
    const [first] = broken;
    if (first !== undefined) {
      const last = broken.at(-1)!;
      const others = parts.filter((_, k) => k < first || k > last);
      // Several broken parts side by side are one.
      if (last - first >= broken.length || !others.every(({ isPlain }) => isPlain) || unindentedStatement.test(text))
        return undefined;
      const end = cuts[last + 1]!;
      const together = contentOf(text.slice(starts[first], cuts[last + 2] ?? end), starts[first]!);
      const { diagnostics } = together;
      if (diagnostics.length >= reportLimit || diagnostics.some(({ code }) => refusals.has(code))) return undefined;
      const within = ({ span }: { readonly span: Span }) => span.start < end;
      contents.splice(first, last - first + 1, {
        declarations: together.declarations.filter(within),
        comments: together.comments.filter(within),
        diagnostics,
      });
    }
    return {
      file: {
        source,
        declarations: contents.flatMap(({ declarations }) => declarations),
        comments: contents.flatMap(({ comments }) => comments),
        span: { start: 0, end: text.length },
      },
      diagnostics: contents.flatMap(({ diagnostics }) => diagnostics).map((entry) => moved(entry, 0, source)),
    };
  }

  #part(text: string, at: number, before: ReadonlyMap<string, Part>): Part {
    // Of two equal parts each needs a tree of its own.
    const key = this.#parts.has(text) ? `${at} ${text}` : text;
    let part = before.get(key);
    if (!part) {
      const content = contentOf(text, at);
      const isEmpty = content.declarations.length === 0;
      const body = text.slice(text.search(/[A-Za-z_]/));
      part = { at, content, isPlain: isEmpty || (content.declarations.length === 1 && !marginal.test(body)) };
    } else if (part.at !== at) {
      part.content = moved(part.content, at - part.at, undefined);
      part.at = at;
    }
    this.#parts.set(key, part);
    return part;
  }
}

function contentOf(text: string, at: number): Content {
  const { file, diagnostics } = parse(new SourceFile("", text));
  const { declarations, comments } = file;
  return moved({ declarations, comments, diagnostics }, at, undefined);
}

/** A copy with all spans moved, and in another source if one is given. */
function moved<T>(value: T, by: number, source: SourceFile | undefined): T {
  if (typeof value !== "object" || value === null || (by === 0 && !source)) return value;
  if (value instanceof SourceFile) return (source ?? value) as T;
  if (Array.isArray(value)) return value.map((entry: unknown) => moved(entry, by, source)) as T;
  const copy: Record<string, unknown> = {};
  for (const key in value) {
    const entry: unknown = value[key];
    copy[key] = typeof entry === "number" && (key === "start" || key === "end") ? entry + by : moved(entry, by, source);
  }
  return copy as T;
}
