/** @file Each mistake of form gives its message, at its place. */
import { describe, expect, it } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { syntaxRules } from "../../src/syntax/diagnostics.js";
import { chainLimit, nestingLimit } from "../../src/syntax/depth.js";
import { parse } from "../../src/syntax/parse.js";

/** `code line:column message | help`, counted from 1, for each diagnostic. */
function messages(text: string): string[] {
  return parse(new SourceFile("x.net", text)).diagnostics.map(({ code, location, message, help }) => {
    const { line, column } = location.file.positionAt(location.span.start);
    return `${code} ${line + 1}:${column + 1} ${message}${help === undefined ? "" : ` | ${help}`}`;
  });
}
const inModel = (line: string): string[] => messages(`model M {\n  ${line}\n}`);

const covered = new Set<string>();
const expectMessages = (found: readonly string[], expected: readonly string[]): void => {
  expect(found).toEqual(expected);
  for (const message of found) covered.add(message.slice(0, 7));
};

describe("messages", () => {
  it.each([
    ["let x =\n  let y = 3", ["NET1001 2:10 expected an expression after `=`"]],
    ["let", ["NET1001 2:6 expected a name after `let`"]],
    ["let y == 3", ["NET1001 2:9 expected `=` after `y`, found `==` | `==` compares; a definition has one `=`"]],
    [
      "let in = 3",
      ["NET1001 2:7 expected a name after `let`, found `in` | `in` is a keyword of the language and cannot be a name"],
    ],
    [
      "let y = x -> (f -> g) * 2",
      [
        "NET1001 2:16 expected the name of a word after `->`, found `(` | " +
          "several steps are made one by a name: `layer both(x) = x -> first -> second`, then `-> both`",
      ],
    ],
    ["lte x = 3", ["NET1001 2:3 expected an item of the model, found `lte` | did you mean `let`?"]],
    [
      "return x",
      ["NET1001 2:3 expected an item of the model, found `return` | a model has no `return`: write `output name = ..`"],
    ],
    ["param w [3] ~ zeros", ["NET1001 2:15 expected `:` after `]`, found `~`"]],
    ["param w: [3]", ["NET1001 2:15 expected `~` after `]`"]],
    ["param", ["NET1001 2:8 expected a name after `param`"]],
    ["input x:", ["NET1001 2:11 expected a type after `:`"]],
    ["train { batch: 32 epochs: 3 }", ["NET1001 2:21 expected `,` or `}` after `32`, found `epochs`"]],
    ["optimizer", ["NET1001 2:12 expected an expression after `optimizer`"]],
    ["metric f(", ["NET1001 2:12 expected an expression or `)` after `(`"]],
    ["output y = x ->", ["NET1001 2:18 expected the name of a word after `->`"]],
    [
      "output y = x -> f * 3 + 1",
      ["NET1011 2:25 `+` cannot follow a stage of a pipe | put the pipe in parentheses: `(x -> f) + 1`"],
    ],
    [
      "output y = (x -> f(3) + 1)",
      ["NET1011 2:25 `+` cannot follow a stage of a pipe | put the pipe in parentheses: `(x -> f) + 1`"],
    ],
    ["scan i in t with h = 0\n    h <- 1\n  }", ["NET1001 2:25 expected `{` after `0`"]],
  ])("of a model: %s", (line, expected) => expectMessages(inModel(line), expected));

  it.each([
    ["let x = 3", ["NET1001 1:1 expected a declaration, found `let`"]],
    ["layr f(x) = x", ["NET1001 1:1 expected a declaration, found `layr` | did you mean `layer`?"]],
    ["fn 3(x) = 2", ["NET1001 1:4 expected a name after `fn`, found `3`"]],
    ["fn f(x) = x }", ["NET1001 1:13 expected the end of the declaration after `x`, found `}`"]],
    ["fn f(x) = a ** b", ["NET1001 1:14 expected an expression after `*`, found `*` | powers are written `^`"]],
    [
      "fn f(x) = f(x <-1)",
      [
        "NET1001 1:15 expected `,` or `)` after `x`, found `<-` | `<-` assigns; to compare with a negative number write `< -`",
      ],
    ],
    ["fn f(x) = x[", ["NET1001 1:13 expected an index after `[`, found the end of the file"]],
    ["fn f(x) = if a then b", ["NET1001 1:22 expected `else` after `b`, found the end of the file"]],
    ["model M {\n input x: f32\n", ["NET1001 2:14 expected `}` after `f32`, found the end of the file"]],
    ["model {\n input x: f32\n}", ["NET1001 1:7 expected a name after `model`, found `{`"]],
    ["layer f(x: [n) {\n return x\n}", ["NET1001 1:14 expected `,` or `]` after `n`, found `)`"]],
    [
      "fn f(x) {\n y = 3\n}",
      [
        "NET1001 2:2 expected a statement, found `y` | a new name begins with `let` (`let y = ..`), a change of a carried name is `y <- ..`",
      ],
    ],
    [
      "fn f(x) = x % 2",
      ["NET1002 1:13 `%` has no meaning here | `%` follows a number (`80%`); the remainder is `mod(a, b)`"],
    ],
    ["fn f(x) = a && b || c", ["NET1002 1:13 `&&` has no meaning here | write `and`"]],
    ["fn f(x) = 'a'", ["NET1002 1:11 `'` has no meaning here | texts stand in double quotes"]],
    ['import { a } from "./x', ['NET1003 1:19 this text has no closing `"`']],
    [
      'const a = "\\q"',
      [
        'NET1004 1:12 `\\q` is no escape | write \\n, \\t, \\\\, \\" or \\u{..} with a code point in hexadecimal digits',
      ],
    ],
    [
      'const a = "\\u{110000}"',
      [
        'NET1004 1:12 `\\u{110000}` is no escape | write \\n, \\t, \\\\, \\" or \\u{..} with a code point in hexadecimal digits',
      ],
    ],
    ["const a = 1e999", ["NET1005 1:11 `1e999` is too large for a number | infinity is written `inf`"]],
    ["const a = 0 <= b < c", ["NET1006 1:18 `<` cannot follow another comparison or range | write `a < b and b < c`"]],
    [
      "const a = b + not c",
      ["NET1007 1:15 `not` binds weaker than the operator before it | put `not ..` in parentheses"],
    ],
  ])("%s", (text, expected) => expectMessages(messages(text), expected));

  it("of texts that are refused", () => {
    expectMessages(messages(`fn f(x) = ${"(".repeat(nestingLimit + 1)}`), [
      `NET1008 1:${11 + nestingLimit} this is nested more than ${nestingLimit} levels deep | name the inner parts with \`let\``,
    ]);
    expect(messages(`const a = 1${" + 1".repeat(chainLimit + 1)}`)[0]).toContain("NET1008");
    expectMessages(messages("a".repeat(10_000_000)), [
      "NET1009 1:1 the file is too large: 10.0 MB, at most 1 MB are read | is this a `.net` text? Data belongs in files that a `data` block names",
    ]);
    expectMessages(messages("\u007FELF\0\0"), [
      "NET1010 1:1 the file is binary, not text | `.net` files are UTF-8 text",
    ]);
    expect(messages("\0".repeat(3_000_000)).length).toBe(1);
  });

  it("of a mistyped keyword come with their fix", () => {
    const [diagnostic] = parse(new SourceFile("x", "modle M {}")).diagnostics;
    expect(diagnostic?.fix).toEqual({
      title: "Change to `model`",
      edits: [{ span: { start: 0, end: 5 }, text: "model" }],
    });
  });

  it("are at most 20", () => {
    expect(messages("$\n".repeat(1000)).length).toBe(20);
    expect(messages("fn f(x) {\n" + "  let x =\n".repeat(1000) + "}").length).toBe(20);
  });

  it("cover every rule, and each rule has its page", () => {
    expect([...covered].sort()).toEqual(Object.values(syntaxRules).map(({ code }) => code));
    for (const { explanation } of Object.values(syntaxRules)) expect(explanation.length).toBeGreaterThan(80);
  });

  it("are absent for an empty file, or one of comments", () => {
    expect(messages("")).toEqual([]);
    expect(messages(" \r\n\t// only this")).toEqual([]);
  });
});
