/** @file No text makes the parser throw or hang; the library and the design's examples are sound. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { nestingLimit } from "../../src/syntax/depth.js";
import { syntaxRules } from "../../src/syntax/diagnostics.js";
import { parse } from "../../src/syntax/parse.js";
import { nodeAt, walk } from "../../src/syntax/walk.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const library = readdirSync(`${root}src/library`, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith(".net"))
  .map((name) => readFileSync(`${root}src/library/${name}`, "utf8"));

/** Small and fast; the sequence is the same in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
const random = generator(20260);
const pick = <T>(values: readonly T[]): T => values[random(values.length)]!;

const pieces =
  'let use scan in with return if then else when not and or import from as const for require fn layer loss model param state input data train gradient kept x 3 80% 10deg "a" " // /// ( ) [ ] { } = == <- -> < .. ... . , : ~ | * ^ - @ \\ $ é 😀 \0 \u2028'.split(
    " ",
  );
const randomTokens = (length: number) =>
  Array.from({ length }, () => pick(pieces) + pick([" ", "\n", "\n  ", "\r\n\t", ""])).join("");
const randomCharacters = (length: number) =>
  Array.from({ length }, () => String.fromCharCode(random(0x10000))).join("");

/** A part of a sound text with a few pieces deleted, doubled, swapped or put in. */
function mutated(): string {
  const text = pick(library);
  const start = random(text.length);
  let part = text.slice(start, start + 200 + random(1500));
  for (let n = 1 + random(4); n > 0; n--) {
    const at = random(part.length);
    const to = at + random(pick([3, 30, 200]));
    const insert = pick([
      pick(pieces),
      part.slice(random(part.length)).slice(0, random(50)),
      randomCharacters(random(3)),
      "",
    ]);
    part = part.slice(0, at) + insert + part.slice(pick([at, to]));
  }
  return part;
}

function survives(text: string): void {
  const begin = performance.now();
  const { file, diagnostics } = parse(new SourceFile("fuzz.net", text));
  const milliseconds = performance.now() - begin;
  expect(milliseconds, `slow: ${JSON.stringify(text.slice(0, 300))}`).toBeLessThan(1000);
  expect(diagnostics.length).toBeLessThanOrEqual(20);
  const inText = ({ start, end }: { start: number; end: number }) => 0 <= start && start <= end && end <= text.length;
  for (const { location } of diagnostics) expect(inText(location.span)).toBe(true);
  let places = true;
  walk(file, ({ span }) => {
    places &&= inText(span);
  });
  expect(places, `a place outside the text: ${JSON.stringify(text)}`).toBe(true);
  nodeAt(file, random(text.length + 1));
}

describe("any text", () => {
  it("is read without throwing: 2,000 mutations of the library", () => {
    for (let n = 0; n < 2000; n++) survives(mutated());
  });

  it("is read without throwing: 1,000 random texts", () => {
    for (let n = 0; n < 700; n++) survives(randomTokens(random(300)));
    for (let n = 0; n < 300; n++) survives(randomCharacters(random(300)));
  });

  it.each([
    ["parentheses", "(".repeat(100_000)],
    ["nested calls", `const a = ${"f(".repeat(50_000)}`],
    ["nested braces", "fn f(x) {".repeat(10_000)],
    ["else if", `const a = ${"if a then b else ".repeat(6_000)}c`],
    ["powers", `const a = 1${"^1".repeat(50_000)}`],
    ["signs", `const a = ${"-".repeat(100_000)}1`],
    ["sums", `const a = 1${"+1".repeat(50_000)}`],
    ["suffixes", `const a = x${"[0]".repeat(30_000)}`],
    ["results", `fn f(x) -> ${"if a then [] else ".repeat(6_000)}[] = x`],
    ["half statements", `fn f(x) {\n${"  let x =\n".repeat(10_000)}}`],
    ["half declarations", "fn x\n".repeat(20_000)],
    ["names", "a\n".repeat(50_000)],
    ["strings", '"a'.repeat(50_000)],
    ["stray characters", "$&%!;#'".repeat(14_000)],
    [
      "one line",
      library
        .join("\n")
        .replaceAll(/\/\/.*/g, "")
        .replaceAll(/\s+/g, " ")
        .replaceAll("let ", "le ")
        .slice(0, 100_000),
    ],
  ])("of 100 kB is read within a second: %s", (_, text) => survives(text));

  it.each([
    ["calls", "f(", ")"],
    ["lists", "[", "]"],
    ["subscripts", "x[1 + ", "]"],
    ["conditions", "if (", ") then 1 else 2"],
  ])("nested as deep as allowed is read, whole and broken: %s", (_, open, close) => {
    const depth = open.startsWith("if") ? nestingLimit / 2 : nestingLimit;
    const whole = parse(new SourceFile("x", `const a = ${open.repeat(depth)}1${close.repeat(depth)}`));
    expect(whole.diagnostics).toEqual([]);
    const broken = parse(new SourceFile("x", `const a = ${open.repeat(depth)}`));
    expect(broken.diagnostics.map(({ code }) => code)).toEqual([syntaxRules.unexpected.code]);
  });

  it("of 100 kB that is sound is read within a second", () => {
    const layers = ` -> dense(10) -> relu`.repeat(5_000);
    const text = `model M {\n  input x: f32[10]\n  output y = x${layers}\n}\n`;
    expect(parse(new SourceFile("x", text)).diagnostics).toEqual([]);
    survives(text);
  });
});

describe("sound texts", () => {
  it("the library", () => {
    expect(library.length).toBeGreaterThan(0);
    for (const text of library) expect(parse(new SourceFile("library", text)).diagnostics).toEqual([]);
  });

  const design = `${root}../shared/design`;
  it.skipIf(!existsSync(design))(
    "every block of the language's charter (skipped where ../shared/design is absent)",
    () => {
      const blocks = ["LANGUAGE.md", "WORDS.md"].flatMap((name) =>
        [...readFileSync(`${design}/${name}`, "utf8").matchAll(/```net\n([^]*?)```/g)].map(([, text = ""]) => text),
      );
      expect(blocks.length).toBeGreaterThan(10);
      for (const text of blocks) {
        const { file, diagnostics } = parse(new SourceFile("design", text));
        expect(diagnostics).toEqual([]);
        expect(file.declarations.length).toBeGreaterThan(0);
        walk(file, ({ kind }) => void expect(kind).not.toBe("missing"));
      }
    },
  );
});
