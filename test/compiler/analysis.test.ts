/** @file What is remembered of a file between edits is what a fresh project finds in the same text. */
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { expect, it } from "vitest";
import type { Analysis } from "../../src/compiler/analysis.js";
import { createProject, type Host, type Project } from "../../src/compiler/project.js";
import { render } from "../../src/diagnostics/render.js";
import { applied, randomEdit } from "../lsp/edits.js";
import { randomFrom } from "../random.js";

const examples = readdirSync("examples").filter((name) => name.endsWith(".net"));
const exampleText = (name: string) => readFileSync(`examples/${name}`, "utf8");

const blocks = `const wide = 8
/// Adds what comes in.
layer block(units: int)(x: [n]) -> [n] = x + (x -> dense(units) -> relu -> dense(n))
fn half(x) = x / 2
`;
const main = `import { block, half as halved, wide } from "./blocks.net"
layer pair(x: [n]) -> [n] {
  let a = x -> block(wide)
  return a + halved(x)
}
model One { input x: f32[3] target t: f32[3]
  output y = x -> pair -> dense(3)
  loss mean_squared_error(y, t)
  optimizer sgd(0.1) }
model Two {
  input x: f32[4]
  input word: class[from "words.txt"]
  output y = x -> block(2) -> pair
  output z = word -> embedding(2) -> halved
}
`;
const host = (files: ReadonlyMap<string, string>): Host => ({
  readText: (path) => files.get(path),
  resolve: (specifier, from) => posix.join(posix.dirname(from), specifier),
});

/** Everything that an editor is told, with places as text. */
function told(analysis: Analysis | undefined): unknown {
  const plain = (key: string, value: unknown): unknown =>
    key === "location" ? placeText(value as { file: { name: string }; span: object }) : value;
  const { models, diagnostics } = analysis!;
  return [JSON.parse(JSON.stringify(models, plain)), diagnostics.map((d) => [render(d), d.fix?.edits])];
}
const placeText = ({ file, span }: { file: { name: string }; span: object }) => `${file.name} ${JSON.stringify(span)}`;

function same(project: Project, files: ReadonlyMap<string, string>, path: string): void {
  const fresh = createProject(host(files));
  const checked = fresh.check(path)!.diagnostics.map((d) => [render(d), d.fix?.edits]);
  const [models, diagnostics] = told(project.analyse(path)) as [unknown, unknown];
  expect(diagnostics).toEqual(checked);
  expect(models).toEqual((told(fresh.analyse(path)) as [unknown])[0]);
}

const rounds = Number(process.env["NETC_EDITS"] ?? 60);

it("remembers through edits of two files and a list of words", () => {
  const next = randomFrom(1);
  const start = { "main.net": main, "blocks.net": blocks, "words.txt": "a\nb\nc\n" };
  let files = new Map(Object.entries(start));
  const project = createProject(host(files));
  for (let k = 0; k < rounds; k++) {
    if (k % 15 === 0) files = new Map(Object.entries(start));
    const name = [...files.keys()][Math.floor(next() * 3)]!;
    const text = files.get(name)!;
    files.set(name, applied(text, randomEdit(text, next)));
    for (const [path, now] of files) project.setText(path, now);
    same(project, files, "main.net");
  }
});

it("remembers through edits of a file with many models", () => {
  const next = randomFrom(2);
  const all = examples.map(exampleText).join("\n");
  let text = all;
  const project = createProject(host(new Map()));
  for (let k = 0; k < rounds / 20; k++) {
    if (k % 5 === 0) text = all;
    text = applied(text, randomEdit(text, next));
    project.setText("all.net", text);
    same(project, new Map([["all.net", text]]), "all.net");
  }
});
