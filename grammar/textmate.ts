/** @file The TextMate grammar that editors colour `.net` text by, made from the tokens. Regular expressions are those of JavaScript and Oniguruma. */
import type { TokenType } from "./chevrotain.js";
import {
  Arrow,
  Assign,
  BinaryOperator,
  CommentToken,
  hardKeywords,
  kindKeywords,
  Name,
  NumberToken,
  softKeywords,
  tokens,
} from "./tokens.js";

type Hard = (typeof hardKeywords)[number];
type Soft = (typeof softKeywords)[number];

const hardScopes: Readonly<Record<Hard, string>> = {
  let: "storage.type",
  use: "storage.type",
  const: "storage.type",
  scan: "keyword.control.loop",
  in: "keyword.control.loop",
  with: "keyword.control.loop",
  for: "keyword.control",
  return: "keyword.control.flow",
  require: "keyword.control",
  if: "keyword.control.conditional",
  // oxlint-disable-next-line unicorn/no-thenable
  then: "keyword.control.conditional",
  else: "keyword.control.conditional",
  when: "keyword.control.conditional",
  not: "keyword.operator.logical",
  and: "keyword.operator.logical",
  or: "keyword.operator.logical",
  import: "keyword.control.import",
  from: "keyword.control.import",
  as: "keyword.control.import",
};

/** Where a soft keyword is one: at the beginning of a statement, after a comma, or elsewhere with what follows it. */
const softPlaces: Readonly<Record<Soft, "statement" | "option" | "own">> = {
  model: "own",
  gradient: "own",
  surrogate: "own",
  kept: "own",
  param: "statement",
  buffer: "statement",
  state: "statement",
  serve: "statement",
  input: "statement",
  target: "statement",
  output: "statement",
  data: "statement",
  train: "statement",
  phase: "statement",
  regularize: "option",
  constrain: "option",
  frozen: "option",
};
/** Kinds of word that also begin an item of a model. */
const itemKinds = ["loss", "metric", "optimizer"] as const satisfies readonly (typeof kindKeywords)[number][];

interface Rule {
  readonly match: string;
  readonly name?: string;
  readonly captures?: Readonly<Record<string, { readonly name: string }>>;
}

const sourceOf = ({ PATTERN }: TokenType): string =>
  PATTERN instanceof RegExp ? PATTERN.source : escape(String(PATTERN));
const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
const words = (list: readonly string[]): string => `\\b(${list.join("|")})\\b`;
const placed = (place: string): readonly string[] => softKeywords.filter((word) => softPlaces[word] === place);
const named = (scopes: readonly string[]) =>
  Object.fromEntries(scopes.map((scope, i) => [i + 1, { name: `${scope}.net` }]));
const name = sourceOf(Name);

const [number = "", suffix = ""] = sourceOf(NumberToken).split(/(?=\(\?:%)/);
const operators = tokens
  .filter(({ CATEGORIES = [], PATTERN }) => CATEGORIES.includes(BinaryOperator) && /^\W+$/.test(String(PATTERN)))
  .map((token) => sourceOf(token))
  .sort((a, b) => b.length - a.length);

const hardRules = [...new Set(Object.values(hardScopes))].map((scope): Rule => ({
  name: `${scope}.net`,
  match: words(hardKeywords.filter((word) => hardScopes[word] === scope)),
}));

/** In order: of those that match at one place the first wins. */
const rules: readonly Rule[] = [
  { name: "comment.line.documentation.net", match: "///(?!/).*" },
  { name: "comment.line.double-slash.net", match: sourceOf(CommentToken) },
  {
    match: `^(${kindKeywords.join("|")})[ \\t]+(${name})`,
    captures: named(["storage.type", "entity.name.function"]),
  },
  { match: `\\b(model)\\s+(${name})(?=\\s*\\{)`, captures: named(["storage.type", "entity.name.type"]) },
  {
    match: `(?:^|(?<=\\{))\\s*(${[...placed("statement"), ...itemKinds].join("|")})\\b(?=\\s+[\\w\\[{("-])`,
    captures: named(["storage.type"]),
  },
  { match: `(?:^|(?<=,))\\s*(${placed("option").join("|")})\\b`, captures: named(["storage.modifier"]) },
  {
    match: `\\b(gradient|surrogate)\\s+(${name})(?=\\s*=)`,
    captures: named(["storage.type", "variable.parameter"]),
  },
  { name: "storage.modifier.net", match: "\\bkept\\b(?=\\s*(?:when\\b|,|\\{|$))" },
  ...hardRules,
  { name: "constant.language.net", match: words(["true", "false"]) },
  { match: `(${number})(${suffix})?`, captures: named(["constant.numeric", "keyword.other.unit"]) },
  {
    // Before the shape of a result an `if` may stand.
    match: `(${sourceOf(Arrow)})(?:\\s*(?!(?:${hardKeywords.join("|")})\\b)(${name}))?`,
    captures: named(["keyword.operator.pipe", "entity.name.function"]),
  },
  { match: `(?<=:)\\s*(${name})(?=\\[)`, captures: named(["support.type"]) },
  { name: "variable.parameter.net", match: `\\b${name}(?=\\s*:)` },
  { name: "entity.name.function.net", match: `\\b${name}(?=\\s*\\()` },
  { name: "variable.other.net", match: `\\b${name}` },
  { name: "keyword.operator.assignment.net", match: `${sourceOf(Assign)}|=(?!=)|~` },
  { name: "keyword.operator.net", match: [...operators, "\\|"].join("|") },
  { name: "punctuation.separator.net", match: "[,:]" },
  { name: "punctuation.accessor.net", match: "\\." },
  { name: "punctuation.section.net", match: "[()\\[\\]{}]" },
];

/** The text of `net.tmLanguage.json`, before formatting. */
export function textmateGrammar(): string {
  const text = {
    name: "string.quoted.double.net",
    begin: '"',
    // A text ends with its line.
    end: '"|$',
    patterns: [
      { name: "constant.character.escape.net", match: '\\\\(?:[nt\\\\"]|u\\{[0-9A-Fa-f]{1,6}\\})' },
      { name: "invalid.illegal.escape.net", match: "\\\\." },
      { name: "variable.other.placeholder.net", match: '\\{[^{}"]*\\}' },
    ],
  };
  const grammar = {
    information_for_contributors:
      "Generated from the tokens by grammar/textmate.ts (UPDATE=1 vitest run test/grammar).",
    name: "net",
    scopeName: "source.net",
    fileTypes: ["net"],
    patterns: [text, ...rules],
  };
  return JSON.stringify(grammar, undefined, 2);
}
