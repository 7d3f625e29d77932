/** @file Memory in code lenses, as the real server plans it: in a thread of its own, never of a text that is gone, without end. */
import { resolve } from "node:path";
import {
  type CodeLens,
  CodeLensRequest,
  CodeLensResolveRequest,
  DidChangeTextDocumentNotification,
  HoverRequest,
} from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { nodeHost } from "../../src/host/files.js";
import { createProject } from "../../src/compiler/project.js";
import { Folder } from "../cli/netc.js";
import { ServerProcess } from "./process.js";

const part = "layer block(units: int)(x: [n]) -> [units] = x -> dense(units) -> relu\n";
const text = (units: number) => `import { block } from "./part.net"
model M {
  input x: f32[64]
  target t: class[10]
  output y = x -> block(${units}) -> dense(10) -> softmax
  loss cross_entropy(y, t)
  optimizer adam(1e-3)
}
`;
const planned = / · ([\d.]+) KiB for batch 32$/;

it("plans what is in the editor, keeps nobody waiting, and gives up a plan that an edit overtakes", async () => {
  const folder = new Folder({
    "part.net": "layer block(units: int)(x: [n]) -> [units] = x -> dense(1)\n",
    "a.net": text(10),
  });
  const path = resolve(folder.path, "a.net");
  const server = await ServerProcess.start();
  const { connection } = server;
  // Only in the editor `block` is as wide as it says.
  await server.open(resolve(folder.path, "part.net"), part);
  const uri = await server.open(path);
  const lens = async () => (await connection.sendRequest(CodeLensRequest.type, { textDocument: { uri } }))![0]!;
  const resolved = async (one: CodeLens) =>
    (await connection.sendRequest(CodeLensResolveRequest.type, one)).command!.title;
  const kibibytes = async (units: number) => {
    const project = createProject(nodeHost);
    project.setText(resolve(folder.path, "part.net"), part);
    project.setText(path, text(units));
    return Number(((await project.memory(path, "M"))! / 1024).toPrecision(3));
  };

  const first = resolved(await lens());
  let hovers = 0;
  const state = { isPlanned: false };
  void first.then(() => (state.isPlanned = true));
  while (!state.isPlanned) {
    await connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position: { line: 4, character: 19 } });
    hovers++;
  }
  expect(hovers).toBeGreaterThan(1);
  expect(Number(planned.exec(await first)?.[1])).toBe(await kibibytes(10));

  const change = (units: number, version: number) =>
    connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version },
      contentChanges: [{ text: text(units) }],
    });
  await change(20, 2);
  const overtaken = resolved(await lens());
  // Into the pause before the plan, and, the second time, most likely into the plan itself.
  await change(30, 3);
  expect(await overtaken).not.toMatch(planned);
  const again = resolved(await lens());
  await new Promise((done) => setTimeout(done, 400));
  await change(40, 4);
  expect([undefined, String(await kibibytes(30))]).toContain(planned.exec(await again)?.[1]);
  expect(Number(planned.exec(await resolved(await lens()))?.[1])).toBe(await kibibytes(40));
  // The thread does not keep the process.
  expect(await server.stop()).toBe(0);
  folder.remove();
});
