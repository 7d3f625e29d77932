/** @file The parser toolkit, by one door: what the project uses of it. */
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
