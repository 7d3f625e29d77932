/** @file The TextMate grammar gives every token of the project's own files the scope of its kind. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createLexer, hardKeywords, kindKeywords, softKeywords, StringToken } from "../../grammar/tokens.js";

interface Rule {
  readonly name?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly captures?: Readonly<Record<string, { readonly name: string }>>;
}
const { patterns } = JSON.parse(readFileSync("grammar/net.tmLanguage.json", "utf8")) as { patterns: readonly Rule[] };
const compiled = patterns.map((rule) => ({ rule, pattern: new RegExp(rule.match ?? rule.begin!, "dg") }));

/** The scope of each character of a line, as editors give them: the earliest match, of several at one place the first rule's. */
function scopesOf(line: string): readonly string[] {
  const scopes = Array<string>(line.length).fill("");
  const paint = (start: number, end: number, scope: string) => scopes.fill(scope, start, end);
  for (let at = 0; at < line.length;) {
    let best: { readonly rule: Rule; readonly match: RegExpExecArray } | undefined;
    for (const { rule, pattern } of compiled) {
      pattern.lastIndex = at;
      const match = pattern.exec(line);
      if (match && (!best || match.index < best.match.index)) best = { rule, match };
    }
    if (!best) break;
    const { rule, match } = best;
    let end = match.index + match[0].length;
    if (rule.end) {
      // Escapes do not end a text.
      const rest = /(?:\\.|[^"\\])*"?/.exec(line.slice(end))![0];
      end += rest.length;
    }
    expect(end, `${JSON.stringify(rule)} matches nothing`).toBeGreaterThan(at);
    if (rule.name) paint(match.index, end, rule.name);
    for (const [group, { name }] of Object.entries(rule.captures ?? {})) {
      const place = match.indices![Number(group)];
      if (place) paint(...place, name);
    }
    at = end;
  }
  return scopes;
}

const lexer = createLexer();
/** The scopes of a text's tokens and comments, in order. */
function tokenScopes(text: string): { readonly image: string; readonly type: string; readonly scope: string }[] {
  const scopes = text.split("\n").flatMap((line) => [...scopesOf(line), ""]);
  const { tokens, groups } = lexer.tokenize(text);
  return [...tokens, ...(groups["comments"] ?? [])]
    .sort((a, b) => a.startOffset - b.startOffset)
    .map(({ image, tokenType, startOffset }) => ({ image, type: tokenType.name, scope: scopes[startOffset]! }));
}

const expected = (image: string, type: string): RegExp => {
  if (type === "Comment") return /^comment\.line/;
  if (type === StringToken.name) return /^string/;
  if (type === "Number") return /^constant\.numeric/;
  if ((hardKeywords as readonly string[]).includes(image)) return /^(keyword|storage)/;
  if ((["Name", ...kindKeywords, ...softKeywords] as readonly string[]).includes(type))
    return /^(variable|entity|support|constant\.language)/;
  if ("()[]{}".includes(image)) return /^punctuation\.section/;
  if (",:.".includes(image)) return /^punctuation\.(separator|accessor)/;
  return /^(keyword|storage|variable|entity)/;
};

const files = ["src/library", "examples"].flatMap((folder) =>
  readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => name.endsWith(".net") && !name.includes("broken")),
);

describe("the TextMate grammar", () => {
  it.each(files)("tells the tokens of %s apart", (name) => {
    const wrong = tokenScopes(readFileSync(name, "utf8")).filter(
      ({ image, type, scope }) => !expected(image, type).test(scope),
    );
    expect(wrong).toEqual([]);
  });

  it("knows soft keywords where they are keywords, and names elsewhere", () => {
    const keywords = (text: string) =>
      tokenScopes(text)
        .filter(({ scope }) => /^(storage|keyword\.control)/.test(scope))
        .map(({ image }) => image);
    expect(
      keywords(`model M {
  input  x: f32[3]
  target target: bool
  param  param: [3] ~ zeros, regularize l2(0.1), frozen when data else 0
  loss   -state * loss
  data { x: csv("a") }
}
optimizer adam(param, grad) {
  param <- param - grad
}
fn f(input) = 1 / input   gradient input = dout * gradient`),
    ).toEqual(
      ["model", "input", "target", "param", "regularize", "frozen", "when", "else", "loss", "data"].concat([
        "optimizer",
        "fn",
        "gradient",
      ]),
    );
  });

  it("ends an unclosed text with its line", () => {
    expect(tokenScopes('const a = "b \\" c\nconst d = 80%').map(({ scope }) => scope.split(".")[0])).toEqual([
      "storage",
      "variable",
      "keyword",
      "string",
      "storage",
      "variable",
      "keyword",
      "constant",
    ]);
  });
});
