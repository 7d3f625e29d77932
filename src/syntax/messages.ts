/** @file Parse errors in the words of the language: what was expected, after what, and what stands there. */
import {
  EOF,
  tokenLabel,
  type IParserErrorMessageProvider,
  type IRecognitionException,
  type IToken,
  type TokenType,
} from "../../grammar/chevrotain.js";
import * as t from "../../grammar/tokens.js";
import { suggest } from "../base/suggest.js";
import type { SourceFile, Span } from "../base/source.js";
import type { Diagnostics, Extra } from "../diagnostics/diagnostic.js";
import { syntaxRules } from "./diagnostics.js";
import { endOf, endsOperand, indexOf, isA } from "./tokens.js";

const { keyword } = t;

/** What a rule is called where none of its alternatives fits. */
const ruleNames: Readonly<Record<string, string>> = {
  file: "a declaration",
  importItem: "a name",
  importDeclaration: "a name",
  word: "`=` or `{`",
  type: "a type",
  namedType: "`[` or `|`",
  result: "a shape",
  axis: "a size",
  block: "a statement",
  statement: "a statement",
  modelItem: "an item of the model",
  leftSide: "a name",
  paramOption: "`regularize`, `constrain` or `frozen`",
  bufferStatement: "`=` or `~`",
  scanHeader: "a name",
  path: "a name",
  stage: "the name of a word",
  suffix: "a name",
  subscripts: "an index",
  subscript: "an index",
  indices: "an index",
  index: "an index",
};
const openers: Readonly<Record<string, TokenType>> = { RParen: t.LParen, RBracket: t.LBracket, RBrace: t.LBrace };
/** What the lists in brackets hold. */
const separated: Readonly<Record<string, string>> = {
  importDeclaration: "a name",
  group: "a name",
  shape: "a size",
  leftSide: "a name",
  indices: "an index",
  configuration: "a name",
  arguments: "an expression",
  subscripts: "an index",
  list: "an expression",
};
const declarationRules = new Set(["file", "importDeclaration", "constDeclaration", "word", "model"]);
const endOfPiece = (rule: string): string =>
  `the end of the ${declarationRules.has(rule) ? "declaration" : rule.endsWith("Header") ? "header" : "statement"}`;

/** Gives each error what was expected as its message; `reportError` makes the sentence. */
export const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage({ expected, previous, ruleName }) {
    const label = tokenLabel(expected);
    if (expected === EOF) return endOfPiece(ruleName);
    if (expected === t.Name && ruleName === "stage") return "the name of a word";
    const first = separated[ruleName];
    const opener = openers[expected.name];
    if (opener === undefined || first === undefined) return label;
    return `${previous.tokenType === opener ? first : "`,`"} or ${label}`;
  },
  buildNotAllInputParsedMessage: ({ ruleName }) => endOfPiece(ruleName),
  buildNoViableAltMessage: ({ ruleName }) => ruleNames[ruleName] ?? "an expression",
  buildEarlyExitMessage: ({ ruleName }) => ruleNames[ruleName] ?? "an expression",
};

/** Where messages about a piece of the text's tokens go. */
export interface Reporter {
  readonly source: SourceFile;
  readonly diagnostics: Diagnostics;
  /** All tokens of the file. */
  readonly tokens: readonly IToken[];
}

/** Reports a parse error. `end` is the index of the token after the piece that was parsed. */
export function reportError(reporter: Reporter, error: IRecognitionException, end: number): void {
  const atEnd = Number.isNaN(error.token.startOffset) || error.token.image === "";
  const found = atEnd ? end : indexOf(reporter.tokens, error.token);
  reportExpected(reporter, error.message, reporter.tokens[found - 1], reporter.tokens[found]);
}

/** Says that something else was expected at `found`, or at the end of the file where that is undefined. */
export function reportExpected(
  reporter: Reporter,
  expected: string,
  previous: IToken | undefined,
  found: IToken | undefined,
): void {
  const { source, diagnostics } = reporter;
  if (found && endsPipe(reporter, expected, found)) {
    diagnostics.report(syntaxRules.stageOperator, { file: source, span: spanOf(found) }, { operator: found.image });
    return;
  }
  // What is absent is missed where the line ends; what is too much is shown itself.
  const here =
    previous === undefined ||
    found === undefined ||
    expected.startsWith("the end") ||
    !source.text.slice(endOf(previous), found.startOffset).includes("\n");
  const end = previous ? endOf(previous) : 0;
  const span = found && here ? spanOf(found) : { start: end, end };
  diagnostics.report(
    syntaxRules.unexpected,
    { file: source, span },
    {
      expected,
      after: previous && `\`${shortened(previous.image)}\``,
      found: found === undefined ? "the end of the file" : here ? `\`${shortened(found.image)}\`` : undefined,
    },
    hint(expected, previous, found),
  );
}

/** Whether an operator stands after a stage: everywhere else it would continue the expression before it. */
function endsPipe({ tokens }: Reporter, expected: string, found: IToken): boolean {
  const i = indexOf(tokens, found);
  return (
    isA(found, t.BinaryOperator) &&
    endsOperand(tokens[i - 1]) &&
    /^the end|^`,`|`\)`/.test(expected) &&
    tokens.slice(Math.max(0, i - 40), i).some((token) => token.tokenType === t.Arrow)
  );
}

const spanOf = (token: IToken): Span => ({ start: token.startOffset, end: endOf(token) });

const shortened = (text: string): string => (text.length > 30 ? `${text.slice(0, 29)}…` : text);

const hardNames: ReadonlySet<string> = new Set(t.hardKeywords);

/** Help for the mistakes that other languages teach. */
function hint(expected: string, previous: IToken | undefined, found: IToken | undefined): Extra {
  if (!found) return {};
  const help =
    found.tokenType === t.Assign
      ? "`<-` assigns; to compare with a negative number write `< -`"
      : found.tokenType === t.Times && previous?.tokenType === t.Times
        ? "powers are written `^`"
        : found.tokenType === t.Bar && previous?.tokenType === t.Bar
          ? "write `or`"
          : found.tokenType === t.Equal && expected.includes("`=`")
            ? "`==` compares; a definition has one `=`"
            : expected === "a name" && hardNames.has(found.image)
              ? `\`${found.image}\` is a keyword of the language and cannot be a name`
              : expected === "the name of a word" && found.tokenType === t.LParen
                ? "several steps are made one by a name: `layer both(x) = x -> first -> second`, then `-> both`"
                : undefined;
  return help === undefined ? {} : { help };
}

/** Says that no statement, item or declaration begins here, with the nearest keyword. */
export function reportStart(
  reporter: Reporter,
  expected: string,
  found: IToken,
  next: IToken | undefined,
  keywords: readonly string[],
): void {
  const { source, diagnostics } = reporter;
  const near = found.tokenType === t.Name ? suggest(found.image, keywords) : undefined;
  const span = spanOf(found);
  const help =
    near !== undefined
      ? `did you mean \`${near}\`?`
      : next?.tokenType === t.Is && isA(found, t.Name)
        ? `a new name begins with \`let\` (\`let ${found.image} = ..\`), a change of a carried name is \`${found.image} <- ..\``
        : found.tokenType === keyword.return
          ? "a model has no `return`: write `output name = ..`"
          : undefined;
  diagnostics.report(
    syntaxRules.unexpected,
    { file: source, span },
    { expected, after: undefined, found: `\`${shortened(found.image)}\`` },
    {
      ...(help === undefined ? {} : { help }),
      ...(near === undefined ? {} : { fix: { title: `Change to \`${near}\``, edits: [{ span, text: near }] } }),
    },
  );
}
