/** @file From text to syntax tree; never throws, whatever the text. */
import type { IToken } from "chevrotain";
import type * as cst from "../../grammar/cst.js";
import { NetParser } from "../../grammar/parser.js";
import { createLexer } from "../../grammar/tokens.js";
import type { SourceFile } from "../base/source.js";
import { Diagnostics, type Diagnostic } from "../diagnostics/diagnostic.js";
import type { Comment, File } from "./ast.js";
import type { Context } from "./convert/context.js";
import { declarationsOf } from "./convert/declarations.js";
import { syntaxRules } from "./diagnostics.js";

export interface ParseResult {
  readonly file: File;
  readonly diagnostics: readonly Diagnostic[];
}

/** Made on first use, as their construction takes most of the time that a short file needs. */
const tools = (() => {
  let made: { lexer: ReturnType<typeof createLexer>; parser: NetParser } | undefined;
  return () => (made ??= { lexer: createLexer(), parser: new NetParser() });
})();

/** The syntax tree of a text, with whatever is wrong with its form. Parts that are broken are `missing`. */
export function parse(source: SourceFile): ParseResult {
  const { lexer, parser } = tools();
  const diagnostics = new Diagnostics();
  const lexed = lexer.tokenize(source.text);
  const comments = (lexed.groups.comments ?? []).map(commentOf);
  const context: Context = { source, diagnostics, comments };
  parser.input = lexed.tokens;
  const tree = parser.file() as cst.FileCstNode;
  for (const error of parser.errors.slice(0, 20)) {
    const start = Number.isNaN(error.token.startOffset) ? source.text.length : error.token.startOffset;
    const span = { start, end: start + Math.max(1, error.token.image.length) };
    diagnostics.report(
      syntaxRules.unexpected,
      { file: source, span },
      { expected: error.message, after: error.message, found: error.token.image },
    );
  }
  const declarations = declarationsOf(context, tree);
  parser.input = [];
  return {
    file: { source, declarations, comments, span: { start: 0, end: source.text.length } },
    diagnostics: diagnostics.list,
  };
}

const commentOf = (token: IToken): Comment => ({
  text: token.image,
  documentation: /^\/\/\/(?!\/)/.test(token.image),
  span: { start: token.startOffset, end: token.startOffset + token.image.length },
});
