/** @file From text to syntax tree; never throws, whatever the text. */
import type { IToken } from "../../grammar/chevrotain.js";
import type * as cst from "../../grammar/cst.js";
import { NetParser } from "../../grammar/parser.js";
import { createLexer, UnclosedString } from "../../grammar/tokens.js";
import type { SourceFile } from "../base/source.js";
import { diagnose, Diagnostics, type Diagnostic } from "../diagnostics/diagnostic.js";
import type { Comment, Declaration, File } from "./ast.js";
import type { Context } from "./convert/context.js";
import { declarationsOf } from "./convert/declarations.js";
import { tooDeepAt } from "./depth.js";
import { syntaxRules } from "./diagnostics.js";
import { expectations, reportError, type Reporter } from "./messages.js";
import { recover } from "./recover.js";
import { endOf } from "./tokens.js";

export interface ParseResult {
  readonly file: File;
  readonly diagnostics: readonly Diagnostic[];
}

/** In UTF-16 units. The library's longest file has some 10,000. */
export const sizeLimit = 1_000_000;
/** Messages about one text. */
export const reportLimit = 20;

/** Made on first use, as their construction takes most of the time that a short file needs; the second parser only for errors. */
const tools = (() => {
  let lexer: ReturnType<typeof createLexer> | undefined;
  let strict: NetParser | undefined;
  let recovering: NetParser | undefined;
  return {
    lexer: () => (lexer ??= createLexer()),
    strict: () => (strict ??= new NetParser({ recovery: false, messages: expectations })),
    recovering: () => (recovering ??= new NetParser({ messages: expectations })),
  };
})();

/** The tokens of a text and its comments, each in order; what is no token is left out. */
export function tokensOf(text: string): { readonly tokens: readonly IToken[]; readonly comments: readonly IToken[] } {
  const { tokens, groups } = tools.lexer().tokenize(text);
  return { tokens, comments: groups.comments ?? [] };
}

/** The syntax tree of a text and what is wrong with its form, at most 20 messages. Broken parts are `missing`. */
export function parse(source: SourceFile): ParseResult {
  const { text } = source;
  const refusal = refusalOf(source);
  if (refusal)
    return {
      file: { source, declarations: [], comments: [], span: { start: 0, end: text.length } },
      diagnostics: [refusal],
    };

  const diagnostics = new Diagnostics();
  const lexed = tools.lexer().tokenize(text);
  const comments = (lexed.groups.comments ?? []).map(commentOf);
  for (const { offset, length } of lexed.errors.slice(0, reportLimit)) {
    const span = { start: offset, end: offset + length };
    const stray = text.slice(offset, offset + Math.min(length, reportLimit));
    diagnostics.report(syntaxRules.strayCharacter, { file: source, span }, { text: stray });
  }
  for (const token of lexed.tokens) {
    // The lexer counts starts only; the parser's places need ends, and counting lines as well would cost more.
    token.endOffset = endOf(token) - 1;
    if (token.tokenType !== UnclosedString) continue;
    diagnostics.report(
      syntaxRules.unclosedText,
      { file: source, span: { start: token.startOffset, end: endOf(token) } },
      {},
    );
  }

  const declarations = declarationsIn({ source, diagnostics, comments }, lexed.tokens);
  return {
    file: { source, declarations, comments, span: { start: 0, end: text.length } },
    diagnostics: chosen(source, diagnostics.list),
  };
}

/** In the order of the text; of a line with a stray character only that, as it explains the rest. */
function chosen(source: SourceFile, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const lineOf = ({ location }: Diagnostic) => source.positionAt(location.span.start).line;
  const lexical = diagnostics.filter(({ code }) => lexicalCodes.has(code));
  const explained = new Map(lexical.toReversed().map((diagnostic) => [lineOf(diagnostic), diagnostic]));
  return diagnostics
    .filter((diagnostic) => (explained.get(lineOf(diagnostic)) ?? diagnostic) === diagnostic)
    .toSorted((a, b) => a.location.span.start - b.location.span.start)
    .slice(0, reportLimit);
}
const lexicalCodes: ReadonlySet<string> = new Set([syntaxRules.strayCharacter.code, syntaxRules.unclosedText.code]);

function declarationsIn(context: Context, tokens: readonly IToken[]): readonly Declaration[] {
  const { source, diagnostics } = context;
  const deep = tooDeepAt(tokens);
  if (deep) {
    const span = { start: deep.token.startOffset, end: endOf(deep.token) };
    diagnostics.report(syntaxRules.tooDeep, { file: source, span }, { limit: deep.limit });
    return [];
  }
  const parser = tools.strict();
  parser.input = [...tokens];
  const tree = parser.file() as cst.FileCstNode;
  const [error] = parser.errors;
  parser.input = [];
  if (!error) return declarationsOf(context, tree);

  const reporter: Reporter = { source, diagnostics, tokens };
  const before = diagnostics.list.length;
  const declarations = recover(context, reporter, { strict: parser, recovering: tools.recovering() });
  // Every piece is sound, so braces do not match.
  if (diagnostics.list.length === before) reportError(reporter, error, tokens.length);
  return declarations;
}

function refusalOf(source: SourceFile): Diagnostic | undefined {
  const { text } = source;
  const location = { file: source, span: { start: 0, end: 0 } };
  // Control characters other than tab, line feed, form feed and carriage return.
  // oxlint-disable-next-line no-control-regex
  const control = /[\0-\x08\x0e-\x1f]/.exec(text.length > sizeLimit ? text.slice(0, sizeLimit) : text);
  if (control) return diagnose(syntaxRules.binary, location, {});
  if (text.length <= sizeLimit) return undefined;
  return diagnose(syntaxRules.tooLarge, location, { megabytes: text.length / 1e6, limit: sizeLimit / 1e6 });
}

const commentOf = (token: IToken): Comment => ({
  text: token.image,
  documentation: /^\/\/\/(?!\/)/.test(token.image),
  span: { start: token.startOffset, end: endOf(token) },
});
