/** @file Every code has a text that gives it, at the right place, with an explanation. */
import { expect, test } from "vitest";
import { checkRules } from "../../src/check/diagnostics/index.js";
import * as tables from "../../src/check/diagnostics/index.js";
import { render } from "../../src/diagnostics/render.js";
import { cases } from "./cases.js";
import { checkText } from "./support.js";

for (const [k, { code, text, files, fixed, help }] of cases.entries())
  test(`${code} (${k})`, () => {
    const start = text.indexOf("«");
    const end = text.indexOf("»") - 1;
    const plain = text.replace(/[«»]/g, "");
    const { diagnostics } = checkText(plain, files ? { files } : {});
    const shown = diagnostics.map((d) => render(d)).join("\n");
    if (process.env["SHOW"]) console.log(shown);
    expect(
      diagnostics.map((d) => d.code),
      shown,
    ).toEqual([code]);
    const [{ location, fix, help: said }] = diagnostics as [(typeof diagnostics)[number]];
    if (start >= 0) expect(plain.slice(location.span.start, location.span.end), shown).toBe(plain.slice(start, end));
    if (fixed !== undefined) expect(fix?.edits[0]?.text, shown).toBe(fixed);
    if (help !== undefined) expect(said).toContain(help);
  });

test("every code has a case, a page, and a number of its own", () => {
  const rules = Object.values(tables).flatMap((table) => (table === checkRules ? [] : Object.values(table)));
  const codes = rules.map((rule) => rule.code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(
    Object.values(checkRules)
      .map((rule) => rule.code)
      .toSorted(),
  ).toEqual(codes.toSorted());
  const covered = new Set(cases.map(({ code }) => code));
  expect(codes.filter((code) => !covered.has(code))).toEqual([]);
  for (const rule of rules) expect(rule.explanation.split(/[.:] /).length, rule.code).toBeGreaterThan(1);
});
