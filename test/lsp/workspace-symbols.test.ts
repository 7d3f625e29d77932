/** @file Workspace symbols: by part of a name, in all files, saved or not. */
import { type SymbolInformation, WorkspaceSymbolRequest } from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { connect, uriOf } from "./client.js";

it("finds declarations of all files by letters in their order", async () => {
  const client = await connect({
    "a.net": "fn soft_clip(x) = x\nfn other(x) = x\n",
    "b.net": "model Clipped {\n  input clip: f32\n  output y = clip\n}\n",
  });
  const find = async (query: string) => {
    const found = (await client.request(WorkspaceSymbolRequest.type, { query })) as SymbolInformation[];
    return found.map(({ name, containerName, location: { uri } }) => [name, containerName, uri]);
  };
  expect(await find("clip")).toEqual([
    ["soft_clip", undefined, uriOf("a.net")],
    ["Clipped", undefined, uriOf("b.net")],
    ["clip", "Clipped", uriOf("b.net")],
  ]);
  expect(await find("sclp")).toEqual([["soft_clip", undefined, uriOf("a.net")]]);
  expect(await find("zzz")).toEqual([]);
  expect(await find("")).toHaveLength(5);
  await client.open("c.net", "const clip_limit = 1\n");
  expect(await find("climit")).toEqual([["clip_limit", undefined, uriOf("c.net")]]);
  await client.stop();
});
