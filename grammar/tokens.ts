/** @file The tokens of `.net` text: the only place that lists the keywords. */
import { createToken, Lexer, type TokenType } from "./chevrotain.js";

/** Never usable as names. */
export const hardKeywords = [
  "let",
  "use",
  "scan",
  "in",
  "with",
  "return",
  "if",
  "then",
  "else",
  "when",
  "not",
  "and",
  "or",
  "import",
  "from",
  "as",
  "const",
  "for",
  "require",
] as const;

/** The kinds of word; usable as names. */
export const kindKeywords = [
  "fn",
  "layer",
  "loss",
  "metric",
  "optimizer",
  "schedule",
  "initializer",
  "regularizer",
  "constraint",
] as const;

/** Keywords at one place of the grammar, names everywhere else. */
export const softKeywords = [
  "model",
  "gradient",
  "surrogate",
  "param",
  "buffer",
  "state",
  "serve",
  "input",
  "target",
  "output",
  "data",
  "train",
  "phase",
  "regularize",
  "constrain",
  "frozen",
  "kept",
] as const;

type Keyword = (typeof hardKeywords)[number] | (typeof kindKeywords)[number] | (typeof softKeywords)[number];

export const Name = createToken({ name: "Name", label: "a name", pattern: /[A-Za-z_][A-Za-z0-9_]*/ });
/** Any of `kindKeywords`. */
export const Kind = createToken({ name: "Kind", label: "a kind of word", pattern: Lexer.NA });
export const BinaryOperator = createToken({ name: "BinaryOperator", label: "an operator", pattern: Lexer.NA });
export const PrefixOperator = createToken({ name: "PrefixOperator", label: "`-` or `not`", pattern: Lexer.NA });

const capitalised = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
const categoriesOf = new Map<string, TokenType[]>([
  ["not", [PrefixOperator]],
  ["and", [BinaryOperator]],
  ["or", [BinaryOperator]],
  ...kindKeywords.map((word): [string, TokenType[]] => [word, [Name, Kind]]),
  ...softKeywords.map((word): [string, TokenType[]] => [word, [Name]]),
]);

/** Longest first, as the first match wins and `in` begins `input`. */
const keywords: readonly Keyword[] = [...hardKeywords, ...kindKeywords, ...softKeywords].sort(
  (a, b) => b.length - a.length,
);
const keywordTokens = keywords.map((word) =>
  createToken({
    name: capitalised(word),
    label: `\`${word}\``,
    pattern: word,
    longer_alt: Name,
    categories: categoriesOf.get(word) ?? [],
  }),
);
/** The token of each keyword. */
export const keyword = Object.fromEntries(keywords.map((word, i) => [word, keywordTokens[i]!])) as Readonly<
  Record<Keyword, TokenType>
>;

const punctuation = (name: string, pattern: string, categories: TokenType[] = []) =>
  createToken({ name, label: `\`${pattern}\``, pattern, categories });
const operator = (name: string, pattern: string) => punctuation(name, pattern, [BinaryOperator]);

export const Ellipsis = punctuation("Ellipsis", "...");
export const Range = operator("Range", "..");
export const Dot = punctuation("Dot", ".");
export const Arrow = punctuation("Arrow", "->");
export const Assign = punctuation("Assign", "<-");
export const Equal = operator("Equal", "==");
export const NotEqual = operator("NotEqual", "!=");
export const LessEqual = operator("LessEqual", "<=");
export const GreaterEqual = operator("GreaterEqual", ">=");
export const Less = operator("Less", "<");
export const Greater = operator("Greater", ">");
export const Is = punctuation("Is", "=");
export const Plus = operator("Plus", "+");
export const Minus = punctuation("Minus", "-", [BinaryOperator, PrefixOperator]);
export const Times = operator("Times", "*");
export const Divide = operator("Divide", "/");
export const Contract = operator("Contract", "@");
export const Power = operator("Power", "^");
export const Tilde = punctuation("Tilde", "~");
export const Bar = punctuation("Bar", "|");
export const Comma = punctuation("Comma", ",");
export const Colon = punctuation("Colon", ":");
export const LParen = punctuation("LParen", "(");
export const RParen = punctuation("RParen", ")");
export const LBracket = punctuation("LBracket", "[");
export const RBracket = punctuation("RBracket", "]");
export const LBrace = punctuation("LBrace", "{");
export const RBrace = punctuation("RBrace", "}");

/** `1`, `2.5e-3`, `80%`, `10deg`; a suffix touches its number. */
export const NumberToken = createToken({
  name: "Number",
  label: "a number",
  pattern: /[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?:%|deg(?![A-Za-z0-9_]))?/,
});
export const StringToken = createToken({ name: "String", label: "a text in quotes", pattern: /"(?:[^"\\\r\n]|\\.)*"/ });
/** Stands for a text where its line ends before the closing quote; reported, and parsed as a text. */
export const UnclosedString = createToken({
  name: "UnclosedString",
  pattern: /"(?:[^"\\\r\n]|\\.)*\\?/,
  categories: [StringToken],
});

const Whitespace = createToken({
  name: "Whitespace",
  pattern: /[ \t\r\n\f\v\uFEFF]+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
});
export const CommentToken = createToken({ name: "Comment", pattern: /\/\/[^\r\n]*/, group: "comments" });

/** All tokens; of two that match, the first here wins. */
export const tokens: readonly TokenType[] = [
  Whitespace,
  CommentToken,
  ...keywordTokens,
  Name,
  NumberToken,
  StringToken,
  UnclosedString,
  Ellipsis,
  Range,
  Dot,
  Arrow,
  Assign,
  Equal,
  NotEqual,
  LessEqual,
  GreaterEqual,
  Less,
  Greater,
  Is,
  Plus,
  Minus,
  Times,
  Divide,
  Contract,
  Power,
  Tilde,
  Bar,
  Comma,
  Colon,
  LParen,
  RParen,
  LBracket,
  RBracket,
  LBrace,
  RBrace,
  Kind,
  BinaryOperator,
  PrefixOperator,
];

/** Validation costs start-up time, so only tests ask for it. */
export function createLexer(options: { validate?: boolean } = {}): Lexer {
  return new Lexer([...tokens], {
    positionTracking: "onlyOffset",
    skipValidations: options.validate !== true,
    ensureOptimizations: options.validate === true,
  });
}
