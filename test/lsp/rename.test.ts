/** @file Rename: every place in every file, and clear answers where it would change what a name means. */
import { PrepareRenameRequest, RenameRequest } from "vscode-languageserver-protocol";
import { describe, expect, it } from "vitest";
import { type Client, connect, uriOf } from "./client.js";
import { fixture } from "./fixture.js";
import { edited, editsOf } from "./protocol-edits.js";

async function opened(files: Readonly<Record<string, string>>) {
  const name = Object.keys(files).find((path) => fixture(files[path]!).cursors.length > 0)!;
  const plain = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, fixture(text).text]));
  const client = await connect(plain, { capabilities: { textDocument: { rename: { prepareSupport: true } } } });
  await client.open(name);
  return { client, plain, at: client.at(name, fixture(files[name]!).cursor) };
}
async function renamed(files: Readonly<Record<string, string>>, newName: string): Promise<object> {
  const { client, plain, at } = await opened(files);
  const edits = editsOf((await client.request(RenameRequest.type, { ...at, newName }))!);
  await client.stop();
  return Object.fromEntries(
    Object.entries(plain).map(([path, text]) => [path, edited(text, edits.get(uriOf(path)) ?? [])]),
  );
}
const answer = async (client: Client, run: Promise<unknown>): Promise<string> => {
  const message = await run.then(
    () => "done",
    (error: Error) => error.message,
  );
  await client.stop();
  return message;
};

describe("rename", () => {
  it("changes declaration and uses, also in messages and by numbered names", async () => {
    const text = `layer own(k: int)(x: [n]) -> [k] {
  require k > 0, "k = {k}"
  return x -> dense(k)
}
model M {
  input  x: f32[4]
  output y = x -> own(k: 2) -> o|wn(3)
  optimizer sgd(1) for own_2
}
`;
    const { "a.net": done } = (await renamed({ "a.net": text }, "block")) as { "a.net": string };
    expect(done).toBe(fixture(text).text.replaceAll("own", "block"));
    const setting = text.replace("o|wn(3)", "own(3)").replace("own(k: 2)", "own(k|: 2)");
    const { "a.net": other } = (await renamed({ "a.net": setting }, "units")) as { "a.net": string };
    expect(other).toBe(fixture(setting).text.replaceAll(/\bk\b(?! =)/g, "units"));
  });

  it("goes along with imports", async () => {
    const files = {
      "parts.net": "fn twi|ce(x) = 2 * x\n",
      "a.net": 'import { twice } from "./parts.net"\nfn f(x) = twice(x)\n',
      "b.net": 'import { twice as double } from "./parts.net"\nfn f(twice) = double(twice)\n',
    };
    expect(await renamed(files, "doubled")).toEqual({
      "parts.net": "fn doubled(x) = 2 * x\n",
      "a.net": 'import { doubled } from "./parts.net"\nfn f(x) = doubled(x)\n',
      "b.net": 'import { doubled as double } from "./parts.net"\nfn f(twice) = double(twice)\n',
    });
  });

  it("changes a name given by `as` in its own file", async () => {
    const files = {
      "parts.net": "fn twice(x) = 2 * x\n",
      "b.net": 'import { twice as double } from "./parts.net"\nfn f(x) = dou|ble(x)\n',
    };
    expect(await renamed(files, "more")).toEqual({
      "parts.net": "fn twice(x) = 2 * x\n",
      "b.net": 'import { twice as more } from "./parts.net"\nfn f(x) = more(x)\n',
    });
  });

  it("prepares with the range and the name", async () => {
    const { client, at } = await opened({ "a.net": "fn own(x) = x\nfn f(x) = o|wn(x)\n" });
    const range = { start: { line: 1, character: 10 }, end: { line: 1, character: 13 } };
    expect(await client.request(PrepareRenameRequest.type, at)).toEqual({ range, placeholder: "own" });
    await client.stop();
  });

  it("tells versions to clients that ask for them", async () => {
    const documentChanges = { workspace: { workspaceEdit: { documentChanges: true } } };
    const client = await connect({ "a.net": "const k = 1\n" }, { capabilities: documentChanges });
    await client.open("a.net");
    const edit = await client.request(RenameRequest.type, {
      ...client.at("a.net", { line: 0, character: 6 }),
      newName: "m",
    });
    expect(edit).toMatchObject({ documentChanges: [{ textDocument: { uri: uriOf("a.net"), version: 1 } }] });
    await client.stop();
  });

  it.each([
    ["a word of the library", "fn f(x) = re|lu(x)", /belongs to the library, which is read only/],
    ["a function of the language", "fn f(x) = e|xp(x)", /is a function of the language/],
    ["a given name", "fn f(x) = if tra|ining then x else 0", /is a name of the language/],
    [
      "a value given by its name",
      "optimizer o(param, gr|ad) {\n  param <- param - grad\n}",
      /is given to every optimizer by this name/,
    ],
    [
      "the rate of a chain",
      "optimizer o(learning|_rate = 1)(param, grad) {\n  param <- param - learning_rate * grad\n}",
      /finds its learning rate by/,
    ],
    ["an option", "fn f(m: a | bb = b|b)(x) = x", /handed on from word to word/],
    ["what was not found", 'import { |lost } from "./none.net"', /was not found in the file/],
  ])("refuses %s", async (_, text, message) => {
    const { client, at } = await opened({ "a.net": text });
    expect(await answer(client, client.request(PrepareRenameRequest.type, at))).toMatch(message);
  });

  it.each([
    ["a keyword", "scan", "const |k = 1", /`scan` is a keyword/],
    ["a number", "1k", "const |k = 1", /`1k` is no name/],
    ["nothing", "", "const |k = 1", /`` is no name/],
    ["two words", "a b", "const |k = 1", /`a b` is no name/],
    ["a name of the language", "batch", "const |k = 1", /`batch` is a name of the language/],
    ["a name that is taken", "f", "fn f(x) = x\nfn |g(x) = f(x)", /`f` is declared already, in line 1/],
    [
      "a parameter's name",
      "b",
      "layer l(x: [n]) {\n  param |w: [n] ~ zeros\n  param b: [n] ~ zeros\n  return w * x + b\n}",
      /`b` is declared already/,
    ],
    ["what a word hides", "relu", "fn |own(x) = x\nfn f(x) = relu(own(x))", /line 2 of .* would mean something else/],
    ["what would be hidden", "a", "fn f(a) {\n  let |b = 1\n  return a + b\n}", /would mean something else/],
    ["an index that hides it", "k", "fn f(|a, v: [n]) = sum[k](a * v[k])", /would mean something else/],
    [
      "a step's own name",
      "dense",
      "model M {\n  input x: f32[2]\n  output y = x -> dense(2) -> dense(3) as h|ead\n}",
      /declared already|something else/,
    ],
  ])("refuses %s as a new name", async (_, newName, text, message) => {
    const { client, at } = await opened({ "a.net": text });
    expect(await answer(client, client.request(RenameRequest.type, { ...at, newName }))).toMatch(message);
  });

  it("refuses what an importing file already has", async () => {
    const { client, at } = await opened({
      "parts.net": "fn twi|ce(x) = 2 * x\n",
      "a.net": 'import { twice } from "./parts.net"\nfn more(x) = twice(x)\n',
    });
    const message = await answer(client, client.request(RenameRequest.type, { ...at, newName: "more" }));
    expect(message).toMatch(/`more` is declared already, in line \d of .*a\.net/);
  });

  it("refuses a parameter that is read through a word which only a call tells", async () => {
    const text = `layer cell(x: [n]) -> [n] {
  param we|ight: [n] ~ ones
  return x * weight
}
layer around(inner: layer)(x: [n]) -> [n] {
  use only = inner
  return x -> only
}
model M {
  input  x: f32[4]
  let    h = x -> around(cell) as a
  output y = h * a.only.weight
}
`;
    const { client, at } = await opened({ "a.net": text });
    const message = await answer(client, client.request(RenameRequest.type, { ...at, newName: "scale" }));
    expect(message).toMatch(/`\.weight` is read in .*a\.net from a step whose word is not known there/);
  });
});
