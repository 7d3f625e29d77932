/** @file Every example of the language reference compiles. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtins } from "../../src/check/builtins/index.js";
import { allRules } from "../../src/compiler/rules.js";
import { createProject } from "../../src/compiler/project.js";

const text = readFileSync(join(import.meta.dirname, "../../grammar/README.md"), "utf8");
const blocks = [...text.matchAll(/^```net\n([^]*?)^```/gm)].map((match) => ({
  line: text.slice(0, match.index).split("\n").length,
  source: match[1]!,
}));
const messagesOf = (source: string) =>
  createProject({ readText: () => source, resolve: (specifier) => specifier })
    .check("example.net")!
    .diagnostics.map(({ severity, code, message }) => `${severity} ${code} ${message}`);

test("the reference has an example for each of its rules", () => {
  const sections = text.split(/^##+ /m).filter((section) => /^\d/.test(section));
  const without = sections.filter((section) => !section.includes("```net")).map((section) => section.split("\n")[0]);
  expect(sections.length).toBeGreaterThanOrEqual(24);
  expect(without).toEqual([]);
});

test("the table of functions is that of the compiler", () => {
  const rows = [...text.matchAll(/^\| `(\w+\(.*\))` \| (.*) \|$/gm)].map(([, signature, documentation]) => [
    signature,
    documentation,
  ]);
  const functions = [...builtins.values()].map(({ signature, documentation }) => [signature, documentation]);
  expect(rows.filter(([signature]) => !/^(csv|idx|np[yz]|text|lines|conllu)\(/.test(signature!))).toEqual(functions);
});

test("the table of messages covers every code", () => {
  const ranges = [...text.matchAll(/^\| (NET\d+)(?: to (NET\d+))? \|/gm)].map(
    ([, from, to]) => [from!, to ?? from!] as const,
  );
  const codes = allRules.map(({ code }) => code);
  expect(codes.filter((code) => !ranges.some(([from, to]) => from <= code && code <= to))).toEqual([]);
  expect(ranges.flat().filter((code) => !codes.includes(code))).toEqual([]);
});

describe("examples of the reference", () => {
  test.each(blocks)("line $line compiles without a message", ({ source }) => {
    expect(messagesOf(source)).toEqual([]);
  });
});
