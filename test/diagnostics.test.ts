/** @file Every diagnostic has a fixture: `test/fixtures/errors/CODE-what.net` beside what is shown of it; `UPDATE=1` writes these anew. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createProject, type Host } from "../src/compiler/project.js";
import { allRules } from "../src/compiler/rules.js";
import type { Diagnostic } from "../src/diagnostics/diagnostic.js";
import { render } from "../src/diagnostics/render.js";

const folder = "test/fixtures/errors";
const update = process.env.UPDATE === "1";

/** Texts that would be a burden in the repository. */
const made: Readonly<Record<string, () => string>> = {
  "NET1008-nested-too-deep": () => `const deep = ${"(".repeat(2000)}1${")".repeat(2000)}\n`,
  "NET1009-too-large": () => "// all of it\n".repeat(100_000),
  "NET1010-binary": () => "\u0000\u0001\u0002\u007fELF\u0000",
  "NET4015-doubling": () =>
    `fn f0(x) = x + 1\n${Array.from({ length: 30 }, (_, k) => `fn f${k + 1}(x) = f${k}(f${k}(x))`).join("\n")}\nmodel M {\n  input x: f32\n  output y = f30(x)\n}\n`,
};
const names = [
  ...readdirSync(folder)
    .filter((name) => name.endsWith(".net"))
    .map((name) => name.slice(0, -".net".length)),
  ...Object.keys(made),
].sort();

const textOf = (name: string) => made[name]?.() ?? readFileSync(join(folder, `${name}.net`), "utf8");

const host: Host = {
  readText: (path) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path), "utf8") : undefined),
  resolve: (specifier) => specifier.replace(/^\.\//, ""),
};
const project = createProject(host);

function check(name: string, text: string): readonly Diagnostic[] {
  project.setText(`${name}.net`, text);
  return project.check(`${name}.net`)!.diagnostics;
}

const checked = new Map<string, readonly Diagnostic[]>();
/** Remembered: two tests look at it. */
function checkFixture(name: string): readonly Diagnostic[] {
  let found = checked.get(name);
  if (!found) checked.set(name, (found = check(name, textOf(name))));
  return found;
}

describe("diagnostics", () => {
  it.each(names)("%s", (name) => {
    const diagnostics = checkFixture(name);
    const shown = `${diagnostics.map((diagnostic) => render(diagnostic)).join("\n\n")}\n`;
    const golden = join(folder, `${name}.txt`);
    if (update) writeFileSync(golden, shown);
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(name.slice(0, "NET0000".length));
    expect(shown).toBe(readFileSync(golden, "utf8"));
  });

  it("has no expectation without its text", () => {
    const orphans = readdirSync(folder).filter(
      (name) => name.endsWith(".txt") && !names.includes(name.slice(0, -".txt".length)),
    );
    expect(orphans).toEqual([]);
  });

  it("has a fixture for every code", () => {
    const missing = allRules
      .map((rule) => rule.code)
      .filter((code) => !names.some((name) => name.startsWith(`${code}-`)));
    expect(missing).toEqual([]);
  });

  it("explains every code in sentences, each code once", () => {
    expect(new Set(allRules.map((rule) => rule.code)).size).toBe(allRules.length);
    for (const rule of allRules) expect(rule.explanation.length, rule.code).toBeGreaterThan(80);
  });

  it("proposes fixes that mend", () => {
    for (const name of names) {
      const text = textOf(name);
      const before = checkFixture(name);
      for (const diagnostic of before) {
        if (!diagnostic.fix) continue;
        const after = check(name, applied(text, diagnostic));
        const same = (other: Diagnostic) => other.code === diagnostic.code && other.message === diagnostic.message;
        const context = `${name}: ${diagnostic.fix.title}\n${after.map((other) => render(other)).join("\n")}`;
        expect(after.filter(same).length, context).toBeLessThan(before.filter(same).length);
        expect(errors(after), context).toBeLessThanOrEqual(errors(before));
      }
    }
  });
});

/** The text with a diagnostic's edits, which do not overlap. */
function applied(text: string, { fix }: Diagnostic): string {
  const edits = [...fix!.edits].sort((a, b) => b.span.start - a.span.start || b.span.end - a.span.end);
  return edits.reduce((edited, { span, text: by }) => edited.slice(0, span.start) + by + edited.slice(span.end), text);
}
const errors = (list: readonly Diagnostic[]) => list.filter(({ severity }) => severity === "error").length;
