/**
 * @file Code actions: every diagnostic with a fix is mended by it, and refactorings do what their goldens say. Errors are those of
 * test/fixtures/errors, their mended texts stand in fixtures/fixes; fixtures/actions holds NAME.before.net with marks and
 * NAME.after.net. `UPDATE=1` writes what should come out anew.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type CodeAction, CodeActionRequest, type Range } from "vscode-languageserver-protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProject } from "../../src/compiler/project.js";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.js";
import { allRules } from "../../src/compiler/rules.js";
import { type Client, connect, uriOf } from "./client.js";
import { edited, editsOf } from "./protocol-edits.js";
import { fixture } from "./fixture.js";

const here = import.meta.dirname;
const errors = join(here, "../fixtures/errors");
const fixes = join(here, "fixtures/fixes");
const actions = join(here, "fixtures/actions");
const update = process.env.UPDATE === "1";

const filesIn = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [relative(folder, path), readFileSync(path, "utf8")]),
  );

async function offered(client: Client, name: string, range: Range, only?: readonly string[]): Promise<CodeAction[]> {
  const found = await client.request(CodeActionRequest.type, {
    ...client.in(name),
    range,
    context: { diagnostics: [], ...(only ? { only: [...only] } : {}) },
  });
  return (found ?? []) as CodeAction[];
}
const after = (name: string, text: string, action: CodeAction): string =>
  edited(text, editsOf(action.edit!).get(uriOf(name)) ?? []);
function golden(path: string, text: string): void {
  if (update) writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, "utf8"));
}

/** Errors and warnings of a file among others. */
function checked(files: Readonly<Record<string, string>>, name: string) {
  const project = createProject({
    readText: (path) => files[path],
    resolve: (specifier) => specifier.replace(/^\.\//, ""),
  });
  return project.check(name)!;
}

describe("quick fixes", () => {
  const files = filesIn(errors);
  const names = Object.keys(files).filter((name) => /^NET.*\.net$/.test(name));
  /** Fixtures whose first diagnostic of the fixture's code has a fix. */
  const fixable = names.flatMap((name) => {
    const code = name.slice(0, "NET0000".length);
    const diagnostic = checked(files, name).diagnostics.find((entry) => entry.code === code && entry.fix);
    return diagnostic ? [{ name, code, diagnostic }] : [];
  });
  let client: Client;
  beforeAll(async () => {
    client = await connect(files);
  });
  afterAll(() => client.stop());

  it.each(fixable)("$name", async ({ name, code, diagnostic }) => {
    const text = files[name]!;
    const { span } = diagnostic.location;
    const start = diagnostic.location.file.positionAt(span.start);
    const position = { line: start.line, character: start.column };
    await client.open(name);
    const found = await offered(client, name, { start: position, end: position }, ["quickfix"]);
    const action = found.find(
      ({ title, diagnostics }) => title === diagnostic.fix!.title && diagnostics?.[0]?.code === code,
    );
    const mended = after(name, text, action!);
    golden(join(fixes, name), mended);
    const count = (list: readonly Diagnostic[]) =>
      list.filter((entry) => entry.code === code && entry.message === diagnostic.message).length;
    const before = checked(files, name).diagnostics;
    expect(count(checked({ ...files, [name]: mended }, name).diagnostics)).toBeLessThan(count(before));
    await client.close(name);
  });

  it("has a golden for each of them, and no other", () => {
    expect(readdirSync(fixes).sort()).toEqual(fixable.map(({ name }) => name).sort());
  });

  it("has a fixture for every rule that brings a fix", () => {
    const without = allRules.filter(({ code, fix }) => fix && !fixable.some((entry) => entry.code === code));
    expect(without.map(({ code }) => code)).toEqual([]);
  });
});

describe("actions", () => {
  const files = filesIn(actions);
  const names = Object.keys(files).flatMap((name) => /^(.*)\.before\.net$/.exec(name)?.[1] ?? []);
  const kinds: Readonly<Record<string, string>> = {
    "name-step": "refactor.rewrite",
    "extract-layer": "refactor.extract",
    "organise-imports": "source.organizeImports",
    "fix-all": "source.fixAll",
    import: "quickfix",
  };

  it.each(names)("%s", async (name) => {
    const { text, cursors, ranges } = fixture(files[`${name}.before.net`]!);
    const [, kind] = Object.entries(kinds).find(([start]) => name.startsWith(start))!;
    const { "parts.net": parts = "", "words.net": words = "" } = files;
    const client = await connect({ "parts.net": parts, "words.net": words, "a.net": text });
    await client.open("a.net");
    const none = { line: 0, character: 0 };
    const range = ranges[0] ?? { start: cursors[0] ?? none, end: cursors[0] ?? none };
    const [action] = await offered(client, "a.net", range, [kind]);
    const done = after("a.net", text, action!);
    golden(join(actions, `${name}.after.net`), done);
    const others = { "parts.net": parts, "words.net": words };
    const was = checked({ ...others, "a.net": text }, "a.net");
    const is = checked({ ...others, "a.net": done }, "a.net");
    const isError = ({ severity }: { readonly severity: string }) => severity === "error";
    expect(is.diagnostics.filter(isError)).toEqual([]);
    if (was.diagnostics.some(isError)) return;
    const shapes = ({ models }: typeof was) =>
      models.map(({ outputs, parameters }) => [outputs, parameters].map((list) => list.map(({ shape }) => shape)));
    expect(shapes(is)).toEqual(shapes(was));
    await client.stop();
  });

  it("has no golden without its text", () => {
    const orphans = Object.keys(files).filter(
      (name) => name.endsWith(".after.net") && !names.includes(name.slice(0, -".after.net".length)),
    );
    expect(orphans).toEqual([]);
  });

  it.each([
    ["a step that has a name", "output y = x -> den|se(2) as head", "refactor"],
    ["a step that owns nothing", "output y = x -> re|lu", "refactor"],
    ["steps of a recipe", "use r = dense(2) -> den|se(3)\n output y = x -> r", "refactor.rewrite"],
    ["steps that read a value", "let h = x -> tanh\n output y = x <<-> subtracted(h)>>", "refactor.extract"],
    [
      "steps whose weights are read elsewhere",
      "let h = x <<-> dense(4) as a>>\n output y = h @ a.kernel",
      "refactor.extract",
    ],
    ["more than steps", "output y = <<x -> dense(4)>>", "refactor.extract"],
    ["imports in order", "output y = x|", "source.organizeImports"],
  ])("are not offered for %s", async (_, body, kind) => {
    const start = "fn subtracted(a, b) = a - b\nmodel M {\n input x: f32[4]\n ";
    const { text, cursors, ranges } = fixture(`${start}${body}\n}\n`);
    const client = await connect({ "a.net": text });
    const range = ranges[0] ?? { start: cursors[0]!, end: cursors[0]! };
    expect((await offered(client, "a.net", range, [kind])).map(({ title }) => title)).toEqual([]);
    await client.stop();
  });

  it("bring only the kinds that are asked for, and what is done on saving only when asked", async () => {
    const client = await connect({ "a.net": "model M {\n input x: f32[4]\n output y = x -> dense(2) -> relo\n}\n" });
    const at = (character: number) => ({ line: 2, character });
    const titles = async (only?: readonly string[]) =>
      (await offered(client, "a.net", { start: at(18), end: at(34) }, only)).map(({ kind }) => kind);
    expect(await titles()).toEqual(["quickfix", "refactor.extract"]);
    expect(await titles(["refactor"])).toEqual(["refactor.extract"]);
    expect(await titles(["source"])).toEqual(["source.fixAll"]);
    expect(await titles(["source.organizeImports"])).toEqual([]);
    await client.stop();
  });
});
