/** @file The rooms of the house as data: any other edge, a cycle, a missing header or an overlong file fails. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

/** Bottom up: a room may import only from rooms above it in this list, and from the packages named. */
const rooms: readonly { readonly name: string; readonly packages: readonly string[] }[] = [
  { name: "grammar", packages: ["chevrotain"] },
  { name: "src/base", packages: [] },
  { name: "src/plot", packages: ["node:zlib"] },
  { name: "src/diagnostics", packages: [] },
  { name: "src/syntax", packages: ["chevrotain"] },
  { name: "src/ir", packages: [] },
  { name: "src/ops", packages: [] },
  { name: "src/library", packages: [] },
  { name: "src/check", packages: [] },
  { name: "src/lower", packages: [] },
  { name: "src/passes", packages: [] },
  { name: "src/backends", packages: [] },
  { name: "src/emit", packages: [] },
  { name: "src/compiler", packages: [] },
  { name: "src/data", packages: [] },
  { name: "src/host", packages: ["node:*"] },
  { name: "src/format", packages: ["prettier", "prettier/*"] },
  { name: "src/lsp", packages: ["vscode-languageserver-protocol", "vscode-jsonrpc/*"] },
  { name: "src/bundler", packages: ["unplugin", "node:*"] },
  { name: "src/cli", packages: ["commander", "prettier", "node:*"] },
  { name: "src/editors", packages: ["vscode", "vscode-languageclient/node", "esbuild", "fflate", "node:*"] },
];

const filesUnder = (folder: string): string[] =>
  readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => /\.(ts|mjs)$/.test(name));
const files = ["grammar", "src", "examples", "test"]
  .flatMap(filesUnder)
  .filter((name) => !/examples\/(app|vite-app)\/|src\/cli\/templates\//.test(name));
const isGenerated = (name: string) => name.endsWith(".generated.ts") || /\/fixtures\//.test(name);
const handWritten = files.filter((name) => !isGenerated(name) && !name.endsWith(".net.ts"));
const textOf = new Map(files.map((name) => [name, readFileSync(name, "utf8")]));
const roomOf = (name: string) => rooms.findIndex((room) => name.startsWith(`${room.name}/`));

/** Module specifiers of import and export declarations and of dynamic imports. */
function importsOf(name: string): string[] {
  const text = textOf.get(name)!;
  return [...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^"';]*?from\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/g)].map(
    (match) => (match[1] ?? match[2])!,
  );
}
const resolveImport = (from: string, specifier: string) =>
  normalize(join(dirname(from), specifier)).replace(/\.js$/, ".ts");

describe("architecture", () => {
  const inRooms = handWritten.filter((name) => roomOf(name) >= 0);

  it("has every source file in a room", () => {
    const homeless = handWritten.filter(
      (name) => name.startsWith("src/") && roomOf(name) < 0 && !name.startsWith("src/build/"),
    );
    expect(homeless).toEqual([]);
  });

  it("imports only from rooms above", () => {
    const wrong = inRooms.flatMap((name) =>
      importsOf(name)
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => resolveImport(name, specifier))
        .filter((target) => roomOf(target) < 0 || roomOf(target) > roomOf(name))
        .map((target) => `${name} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("imports only the packages of its room", () => {
    const wrong = inRooms.flatMap((name) =>
      importsOf(name)
        .filter((specifier) => !specifier.startsWith("."))
        .filter(
          (specifier) =>
            !rooms[roomOf(name)]!.packages.some((allowed) =>
              allowed.endsWith("*") ? specifier.startsWith(allowed.slice(0, -1)) : specifier === allowed,
            ),
        )
        // The parser's own generators run at development time only.
        .filter(() => !name.startsWith("grammar/generate"))
        .map((specifier) => `${name} -> ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it("has no import cycle", () => {
    const state = new Map<string, "open" | "done">();
    const cycles: string[] = [];
    const visit = (name: string, path: readonly string[]) => {
      if (state.get(name) === "done" || !textOf.has(name)) return;
      if (state.get(name) === "open") {
        cycles.push([...path.slice(path.indexOf(name)), name].join(" -> "));
        return;
      }
      state.set(name, "open");
      const text = textOf.get(name)!;
      for (const specifier of importsOf(name)) {
        // Types alone make no cycle at run time.
        if (
          !specifier.startsWith(".") ||
          new RegExp(`import type [^;]*"${specifier.replace(/[.]/g, "\\.")}"`).test(text)
        )
          continue;
        visit(resolveImport(name, specifier), [...path, name]);
      }
      state.set(name, "done");
    };
    for (const name of files) visit(name, []);
    expect(cycles).toEqual([]);
  });

  it("starts every file with one sentence about it", () => {
    const bare = handWritten.filter((name) => !/^(#![^\n]*\n)?\/\*\*\s*(\*\s*)?@file /.test(textOf.get(name)!));
    expect(bare).toEqual([]);
  });

  it("keeps files under 500 lines", () => {
    const long = handWritten
      .map((name) => ({ name, lines: textOf.get(name)!.split("\n").length }))
      .filter(({ lines }) => lines > 500);
    expect(long).toEqual([]);
  });

  it("names no layer, loss or optimizer of the library in the compiler", () => {
    const words = filesUnderNet("src/library").flatMap((name) =>
      [
        ...readFileSync(name, "utf8").matchAll(
          /^(?:layer|loss|optimizer|metric|schedule|constraint|regularizer) (\w+)/gm,
        ),
      ].map((match) => match[1]!),
    );
    // Words of the language or of mathematics that the library also uses as names.
    const shared = new Set([
      "add",
      "subtract",
      "multiply",
      "divide",
      "maximum",
      "minimum",
      "step",
      "average",
      "flatten",
      "concatenate",
      "augment",
    ]);
    const compiler = handWritten.filter(
      (name) =>
        /^(grammar|src\/(syntax|check|ir|ops|lower|passes|backends|emit))\//.test(name) &&
        !/src\/check\/(lints\/|synonyms)/.test(name),
    );
    const found = compiler.flatMap((name) => {
      // Strings only: an identifier or a comment is no dependence.
      const strings = [
        ...textOf
          .get(name)!
          .replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, "")
          .matchAll(/"(\w+)"/g),
      ].map((match) => match[1]!);
      return strings.filter((text) => words.includes(text) && !shared.has(text)).map((text) => `${name}: ${text}`);
    });
    expect(found).toEqual([]);
  });
});

function filesUnderNet(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => name.endsWith(".net"));
}
