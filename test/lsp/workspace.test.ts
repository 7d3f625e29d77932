/** @file Several files: imports in buffers and on disk, files that come and go, folders. */
import { expect, it } from "vitest";
import { Context } from "../../src/lsp/context.js";
import { connect, memoryHost } from "./client.js";

const main = 'import { block } from "./block.net"\nmodel M {\n  input x: f32[3]\n  output y = x -> block\n}\n';
const block = "layer block(x: [n]) -> [n] = x -> dense(n)\n";
const codes = (found: readonly { code?: unknown }[]) => found.map(({ code }) => code);

it("checks again what depends on a file that changed on disk, in a buffer, or went", async () => {
  const client = await connect({ "main.net": main, "block.net": block });
  await client.open("main.net");
  expect(await client.published("main.net")).toEqual([]);
  const after = async (change: () => Promise<void>) => {
    client.publications.length = 0;
    await change();
    return codes(await client.published("main.net"));
  };
  expect(await after(() => client.write("block.net", undefined))).toContain("NET2006");
  expect(await after(() => client.write("block.net", block))).toEqual([]);
  expect(await after(() => client.open("block.net", "layer other(x) = x\n"))).not.toEqual([]);
  expect(await after(() => client.close("block.net"))).toEqual([]);
  await client.stop();
});

it("keeps a file that is deleted while open", async () => {
  const client = await connect({ "main.net": main, "block.net": block });
  await client.open("main.net");
  await client.write("main.net", undefined);
  await client.change("main.net", main.replaceAll("x", "z"));
  expect(await client.published("main.net")).toEqual([]);
  client.publications.length = 0;
  await client.close("main.net");
  await client.nextPublication();
  expect(client.publications).toEqual([{ uri: expect.stringContaining("main.net") as string, diagnostics: [] }]);
  await client.stop();
});

it("survives import cycles", async () => {
  const client = await connect({
    "a.net": 'import { f } from "./b.net"\nfn g(x) = f(x)\n',
    "b.net": 'import { g } from "./a.net"\nfn f(x) = g(x)\n',
  });
  await client.open("a.net");
  expect((await client.published("a.net")).length).toBeLessThan(5);
  await client.stop();
});

it("knows the files of its folders and those open", async () => {
  const files = new Map([
    ["a.net", ""],
    ["sub/b.net", ""],
    ["words.txt", ""],
  ]);
  const client = await connect();
  const context = new Context(memoryHost(files), {}, client.connection);
  context.changeFolders(["file:///project"], []);
  expect(context.files()).toEqual(["/project/a.net", "/project/sub/b.net"]);
  context.changeFolders(["file:///project/sub"], ["file:///project"]);
  context.documents.didOpen({ uri: "file:///else.net", languageId: "net", version: 1, text: "" });
  expect(context.files()).toEqual(["/project/sub/b.net", "/else.net"]);
  await client.stop();
});
