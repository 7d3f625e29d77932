/** @file Find references: with and without declarations, in importing files, through other names. */
import { ReferencesRequest } from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { connect, uriOf } from "./client.js";
import { fixture, marked } from "./fixture.js";

/** The files with the references marked. */
async function references(files: Readonly<Record<string, string>>, includeDeclaration = true): Promise<object> {
  const [name] = Object.keys(files).filter((path) => fixture(files[path]!).cursors.length > 0);
  const plain = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, fixture(text).text]));
  const client = await connect(plain);
  const found = await client.request(ReferencesRequest.type, {
    ...client.at(name!, fixture(files[name!]!).cursor),
    context: { includeDeclaration },
  });
  await client.stop();
  return Object.fromEntries(
    Object.entries(plain).map(([path, text]) => [
      path,
      marked(
        text,
        found!.filter(({ uri }) => uri === uriOf(path)).map(({ range }) => range),
      ),
    ]),
  );
}
const unmarked = (text: string) => text.replace(/(?<! )\||\|(?! )/g, "");

it.each([
  [
    "a value",
    'model M {\n  input <<x>>: f32[4]\n  let y[i] = <<|x>>[i]\n  output z = <<x>> + y\n  data { <<x>>: csv("x") }\n}\n',
  ],
  ["a setting", "fn own(<<k|>> = 1)(x) = <<k>> * x\nfn other(k, x) = own(k, <<k>>: 2)\n"],
  ["a word and not a value of its name", "fn <<own>>(x) = x\nfn f(own) = <<o|wn>>(own)\n"],
  [
    "only the declaration that is meant",
    "model M {\n  input x: f32\n  let <<h>> = x\n  let h = <<h|>> + 1\n  output y = h\n}\n",
  ],
])("finds %s", async (_, text) => {
  expect(await references({ "a.net": text })).toEqual({ "a.net": unmarked(text) });
});

it("leaves declarations out where they are not asked for", async () => {
  const text = "fn own(x) = x\nfn f(x) = <<|own>>(x)\n";
  expect(await references({ "a.net": text }, false)).toEqual({ "a.net": unmarked(text) });
});

it("finds the places in all files that import it, whatever they call it", async () => {
  const files = {
    "parts.net": "fn <<twi|ce>>(x) = x\n",
    "a.net": 'import { <<twice>> } from "./parts.net"\nfn f(x) = <<twice>>(x)\n',
    "b.net": 'import { <<twice>> as <<double>> } from "./parts.net"\nfn f(x) = <<double>>(x)\n',
    "c.net": "fn twice(x) = x\nfn f(x) = twice(x)\n",
    "d.net": 'import { f } from "./a.net"\nfn twice(x) = f(x)\n',
  };
  const found = await references(files);
  expect(found).toEqual(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, unmarked(text)])));
});

it("finds the places of a library's word in the workspace", async () => {
  const client = await connect({ "a.net": "fn f(x) = relu(x)\n", "b.net": "fn g(x) = relu(relu(x))\n" });
  const found = await client.request(ReferencesRequest.type, {
    ...client.at("a.net", { line: 0, character: 11 }),
    context: { includeDeclaration: false },
  });
  const own = found!.filter(({ uri }) => !uri.startsWith("netc-library:"));
  expect(own.map(({ uri }) => uri)).toEqual([uriOf("a.net"), uriOf("b.net"), uriOf("b.net")]);
  await client.stop();
});
