/** @file Code lens: parameters, operations and planned memory of each model, as `netc summary` says. */
import { CodeLensRequest, CodeLensResolveRequest } from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { compileModel } from "../../src/compiler/compile.js";
import { memoryUse } from "../../src/compiler/memory.js";
import { createProject } from "../../src/compiler/project.js";
import { connect } from "./client.js";

const text = `model M {
  input x: f32[64]
  target t: class[10]
  output y = x -> dense(100) -> relu -> dense(10) -> softmax
  loss cross_entropy(y, t)
  optimizer adam(1e-3)
}
`;

it("stands above each model", async () => {
  const client = await connect();
  await client.open("a.net", `${text}model Empty {}\n`);
  const lenses = (await client.request(CodeLensRequest.type, client.in("a.net")))!;
  expect(lenses.map(({ range }) => range.start)).toEqual([
    { line: 0, character: 6 },
    { line: 7, character: 6 },
  ]);
  await client.open("a.net", text);
  const [lens] = (await client.request(CodeLensRequest.type, client.in("a.net")))!;
  const { command } = await client.request(CodeLensResolveRequest.type, lens!);
  const project = createProject({ readText: () => text, resolve: (path) => path });
  const bytes = memoryUse(compileModel(project.check("a.net")!.models[0]!, { target: "wasm" })).all;
  expect(command?.title).toBe(
    `7,510 parameters · 14.8 k FLOPs per prediction · ${Number((bytes / 1024).toPrecision(3))} KiB for batch 32`,
  );
  await client.stop();
});

it("shows no figures of a model with errors", async () => {
  const client = await connect();
  await client.open("a.net", `${text.replace("dense(100)", "dens(100)")}model Empty {}\n`);
  const lenses = (await client.request(CodeLensRequest.type, client.in("a.net")))!;
  const [broken] = await Promise.all(lenses.map((lens) => client.request(CodeLensResolveRequest.type, lens)));
  expect(broken!.command?.title).toBe("no figures while the model has errors");
  await client.stop();
});

it("is switched off by `netc.codeLens`", async () => {
  const client = await connect({}, { initializationOptions: { codeLens: false } });
  await client.open("a.net", text);
  expect(await client.request(CodeLensRequest.type, client.in("a.net"))).toEqual([]);
  await client.stop();
});
