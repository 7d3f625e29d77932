/**
 * @file The parser toolkit, by one door: the build puts chevrotain's own single-file bundle behind it, since its hundreds of small
 * modules take Node a quarter of a second to load, most of what `netc check` may take.
 */
export {
  Alternation,
  createToken,
  CstParser,
  EOF,
  generateCstDts,
  Lexer,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  Terminal,
  tokenLabel,
  tokenMatcher,
} from "chevrotain";
export type {
  Alternative,
  CstNode,
  IParserErrorMessageProvider,
  IProduction,
  IRecognitionException,
  IToken,
  TokenType,
} from "chevrotain";
