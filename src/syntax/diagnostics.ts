/** @file What can be wrong with the form of a `.net` text. */
import { rule } from "../diagnostics/diagnostic.js";

/** What was probably meant by a character from another language. */
const strayHelp: Readonly<Record<string, string>> = {
  "%": "`%` follows a number (`80%`); the remainder is `mod(a, b)`",
  "&": "write `and`",
  "!": "write `not`",
  "'": "texts stand in double quotes",
  "`": "texts stand in double quotes",
  "\u201C": "texts stand in straight double quotes",
  "#": "comments begin with `//`",
  ";": "statements need no `;`",
  "?": "a choice is `if c then a else b`, or `where(c, a, b)`",
  "\u2212": "the minus sign is `-`",
  "\u00D7": "times is `*`",
};

export const syntaxRules = {
  unexpected: rule<{ expected: string; after: string | undefined; found: string | undefined }>({
    code: "NET1001",
    severity: "error",
    message: ({ expected, after, found }) =>
      `expected ${expected}${after === undefined ? "" : ` after ${after}`}${found === undefined ? "" : `, found ${found}`}`,
    explanation: `The text does not have the form that the grammar asks for at this place. The message says what could stand here, after which
part, and what stands here instead. The rest of the file is still read and checked.

    let y = x ->          // expected the name of a word after \`->\`
    let y = x -> relu     // mended`,
  }),
  strayCharacter: rule<{ text: string }>({
    code: "NET1002",
    severity: "error",
    message: ({ text }) => `\`${text}\` has no meaning here`,
    help: ({ text }) => strayHelp[text.slice(0, 1)],
    explanation: `The text has characters that are part of no name, number, text or sign of the language. Names are made of the letters A to Z and a to z,
digits and \`_\`. Texts stand in double quotes, comments begin with \`//\`, and \`%\` only follows a number: the remainder is \`mod(a, b)\`.`,
  }),
  unclosedText: rule({
    code: "NET1003",
    severity: "error",
    message: () => 'this text has no closing `"`',
    explanation: `A text in double quotes must end on the line on which it begins. Write \`\\n\` for a new line inside it and \`\\"\` for a quote.`,
  }),
  badEscape: rule<{ escape: string }>({
    code: "NET1004",
    severity: "error",
    message: ({ escape }) => `\`${escape}\` is no escape`,
    help: () => 'write \\n, \\t, \\\\, \\" or \\u{..} with a code point in hexadecimal digits',
    explanation: `Inside a text a backslash begins an escape: \`\\n\` (new line), \`\\t\` (tab), \`\\\\\` (backslash), \`\\"\` (quote) and \`\\u{1F600}\`
(a Unicode code point in hexadecimal digits, at most 10FFFF).`,
  }),
  numberTooLarge: rule<{ text: string }>({
    code: "NET1005",
    severity: "error",
    message: ({ text }) => `\`${text}\` is too large for a number`,
    help: () => "infinity is written `inf`",
    explanation: `Numbers are 64-bit floating-point constants, at most about 1.8e308. Infinity is written \`inf\`.`,
  }),
  comparisonChain: rule<{ operator: string }>({
    code: "NET1006",
    severity: "error",
    message: ({ operator }) => `\`${operator}\` cannot follow another comparison or range`,
    help: () => "write `a < b and b < c`",
    explanation: `Comparisons (\`==\`, \`!=\`, \`<\`, \`<=\`, \`>\`, \`>=\`) and ranges (\`..\`) do not chain: in other languages \`a < b < c\` compares a truth value with c,
which is hardly ever meant.

    require 0 <= rate < 1, "..."             // an error
    require 0 <= rate and rate < 1, "..."    // mended`,
  }),
  looseNot: rule({
    code: "NET1007",
    severity: "error",
    message: () => "`not` binds weaker than the operator before it",
    help: () => "put `not ..` in parentheses",
    explanation: `\`not\` binds weaker than comparisons and arithmetic, stronger than \`and\` and \`or\`. To the right of a stronger operator it needs parentheses:
\`a == (not b)\`.`,
  }),
  tooDeep: rule<{ limit: number }>({
    code: "NET1008",
    severity: "error",
    message: ({ limit }) => `this is nested more than ${limit} levels deep`,
    help: () => "name the inner parts with `let`",
    explanation: `Brackets, \`if\`s and chains of operators may be nested to a limited depth, so that no text can exhaust the compiler's stack. No text
written by hand comes near the limit; a generated one can name its parts with \`let\`. Pipes (\`->\`) may have any length.`,
  }),
  tooLarge: rule<{ megabytes: number; limit: number }>({
    code: "NET1009",
    severity: "error",
    message: ({ megabytes, limit }) =>
      `the file is too large: ${megabytes.toFixed(1)} MB, at most ${limit} MB are read`,
    help: () => "is this a `.net` text? Data belongs in files that a `data` block names",
    explanation: `A \`.net\` text of more than 1 MB is most likely something else under the wrong name. Data and labels belong in files of their own, named by a
\`data\` block or by \`class[from "labels.txt"]\`.`,
  }),
  binary: rule({
    code: "NET1010",
    severity: "error",
    message: () => "the file is binary, not text",
    help: () => "`.net` files are UTF-8 text",
    explanation: `The file has bytes that occur in no text, so it was not read. \`.net\` files are UTF-8 text.`,
  }),
  stageOperator: rule<{ operator: string }>({
    code: "NET1011",
    severity: "error",
    message: ({ operator }) => `\`${operator}\` cannot follow a stage of a pipe`,
    help: () => "put the pipe in parentheses: `(x -> f) + 1`",
    explanation: `After a stage only \`->\`, \`* n\` (repeat it n times) and \`as name\` may follow, so that \`x -> f * 3\` has one meaning. To compute with the
result of a pipe, put the pipe in parentheses: \`(x -> f) + 1\`.`,
  }),
} as const;
