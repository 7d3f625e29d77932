/** @file A word as people read it: its signature, and the parts of its documentation. Messages, `netc explain` and the reference show them. */
import type { Span } from "../base/source.js";
import type { Extra } from "../diagnostics/diagnostic.js";
import type { Parameter, WordKind } from "../syntax/ast.js";
import type { Builtin } from "./builtin.js";
import type { FileScope, Word } from "./scope.js";

/** A word, or as much of one as a page tells. */
export type Paged = Pick<Word, "kind" | "name" | "declaration"> & {
  readonly file: Pick<FileScope, "source" | "inLibrary">;
};

export interface SettingLine {
  readonly name: string;
  /** As written: `int`, `valid | same`; empty where anything goes. */
  readonly type: string;
  /** As written; undefined where a value must be given. */
  readonly default: string | undefined;
}
export interface WordPage {
  readonly kind: WordKind;
  readonly name: string;
  /** Name of the file, without `library:`. */
  readonly file: string;
  readonly inLibrary: boolean;
  readonly signature: string;
  /** The documentation up to its source: what it does, formula, shapes. */
  readonly description: string;
  readonly source: string | undefined;
  readonly settings: readonly SettingLine[];
  /** The whole text of the word, as the file has it, without its documentation. */
  readonly definition: string;
}

/** Also of lists that stand with an item on each line between those of their brackets. */
const oneLine = (text: string): string =>
  text
    .replace(/([([])\s*\n\s*|\s*\n\s*([)\]])/g, "$1$2")
    .replace(/\s+/g, " ")
    .trim();

/** `layer dense(units: int, ..)(x: [..., n]) -> [..., units]`, on one line. */
export function signatureOf(word: Paged | Builtin): string {
  if (word.kind === "builtin") return word.signature;
  const { word: kind, name, settings, values, result } = word.declaration;
  const textAt = (span: Span | undefined): string =>
    span ? oneLine(word.file.source.text.slice(span.start, span.end)) : "";
  return `${kind} ${name.text}${textAt(settings?.span)}${textAt(values?.span)}${result ? ` -> ${textAt(result.span)}` : ""}`;
}
/** What a message about the use of a word shows below. */
export const signed = (word: Word | Builtin | undefined): Extra => (word ? { signature: signatureOf(word) } : {});

export function pageOf(word: Paged): WordPage {
  const { declaration, file } = word;
  const textAt = ({ start, end }: Span): string => file.source.text.slice(start, end);
  const [description = "", source] = (declaration.documentation ?? "").split(/\bSource: /);
  const line = ({ name, type, default: value }: Parameter): SettingLine => ({
    name: name.text,
    type: type ? oneLine(textAt(type.span)) : "",
    default: value && oneLine(textAt(value.span)),
  });
  return {
    kind: declaration.word,
    name: word.name,
    file: file.source.name.replace(/^library:/, ""),
    inLibrary: file.inLibrary,
    signature: signatureOf(word),
    description: oneLine(description),
    source: source && oneLine(source),
    settings: (declaration.settings?.parameters ?? []).map(line),
    definition: textAt(declaration.span)
      .replace(/^(?:\/\/\/.*\n)*/, "")
      .trimEnd(),
  };
}
