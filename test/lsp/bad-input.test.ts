/** @file Whatever a client sends, and whatever a text holds, is answered, and the server lives on. */
import { join } from "node:path";
import { PassThrough } from "node:stream";
import {
  CompletionRequest,
  DiagnosticSeverity,
  DocumentDiagnosticRequest,
  HoverRequest,
  InlayHintRequest,
} from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { serveStreams } from "../../src/lsp/node.js";
import { Folder } from "../cli/netc.js";
import { type Client, connect, memoryHost } from "./client.js";
import { ServerProcess } from "./process.js";

const good = "model M {\n  input x: f32[3]\n  output y = x -> relu\n}\n";
const range = { start: { line: 0, character: 0 }, end: { line: 1e6, character: 0 } };

/** All kinds of answers about a document. */
async function answers(client: Client, name: string): Promise<unknown[]> {
  const position = { line: 1, character: 3 };
  return Promise.all([
    client.request(HoverRequest.type, client.at(name, position)),
    client.request(CompletionRequest.type, client.at(name, position)),
    client.request(InlayHintRequest.type, { ...client.in(name), range }),
    client.request(DocumentDiagnosticRequest.type, client.in(name)),
  ]);
}

it.each([
  ["bytes that are no UTF-8", "\uFFFD\uFFFD model \uFFFD", 1],
  ["binary data", "\0\x01\x02", 1],
  ["5 MB", "// long\n".repeat(650_000), 1],
  ["one line of 1 MB", "x".repeat(1_000_000), 1],
  ["nothing", "", 0],
  ["blanks", " \r\n\t\r\r\n", 0],
  ["deep nesting", `const a = ${"(".repeat(5000)}`, 1],
  ["halves of characters outside the basic plane", "// \ud835 \udc65\nmodel \ud835 {", 1],
])("answers about %s", async (_, text, least) => {
  const client = await connect({ "a.net": text });
  await client.open("a.net");
  expect((await client.published("a.net")).length).toBeGreaterThanOrEqual(least);
  await answers(client, "a.net");
  await client.change("a.net", good);
  expect(await client.published("a.net")).toEqual([]);
  await client.stop();
});

it("answers about documents that nobody has", async () => {
  const client = await connect();
  expect(await answers(client, "none.net")).toEqual([null, [], [], { kind: "full", items: [] }]);
  await client.change("none.net", "").catch(() => {});
  await client.close("none.net");
  await client.stop();
});

it.each([
  [HoverRequest.method, undefined],
  [HoverRequest.method, { textDocument: null, position: 3 }],
  [HoverRequest.method, { textDocument: { uri: "file:///project/a.net" } }],
  [HoverRequest.method, { textDocument: { uri: "file:///project/a.net" }, position: { line: -1, character: 0.5 } }],
  [InlayHintRequest.method, { textDocument: { uri: "file:///project/a.net" }, range: [] }],
])("refuses wrong parameters of %s", async (method, params) => {
  const client = await connect({ "a.net": good });
  await expect(client.connection.sendRequest(method, params as object)).rejects.toMatchObject({ code: -32602 });
  expect(await answers(client, "a.net")).toHaveLength(4);
  await client.stop();
});

it("reads what is no UTF-8, binary, or large from the disk", async () => {
  const folder = new Folder({
    "latin.net": Buffer.from("// caf\xe9\nlayer twice(x: [n]) -> [n] = x + x\n", "latin1"),
    "binary.net": Uint8Array.from({ length: 3000 }, (_, k) => k),
    "large.net": "// long\n".repeat(650_000),
    "a.net": `import { twice } from "./latin.net"
import { one } from "./binary.net"
import { two } from "./large.net"
import { three } from "."
model M {
  input x: f32[3]
  output y = x -> twice
}
`,
  });
  const server = await ServerProcess.start();
  const uri = await server.open(join(folder.path, "a.net"));
  const found = await server.published(uri);
  expect(
    found.filter(({ severity }) => severity === DiagnosticSeverity.Error).map(({ range }) => range.start.line),
  ).toEqual([1, 2, 3]);
  const hints = await server.connection.sendRequest(InlayHintRequest.type, { textDocument: { uri }, range });
  expect(hints).toMatchObject([{ label: "[3]" }]);
  expect(await server.stop()).toBe(0);
  folder.remove();
});

it("knows when it is asked, and what it cannot do", async () => {
  const client = await connect();
  await expect(client.connection.sendRequest("initialize", {})).rejects.toMatchObject({ code: -32600 });
  await expect(client.connection.sendRequest("net/none")).rejects.toMatchObject({ code: -32601 });
  await client.connection.sendRequest("shutdown");
  await expect(client.connection.sendRequest("net/none")).rejects.toMatchObject({ code: -32600 });
  await expect(client.connection.sendRequest("textDocument/hover", {})).rejects.toMatchObject({ code: -32600 });
  client.connection.dispose();
});

it("lives on after messages that are none", async () => {
  const input = new PassThrough();
  const output = new PassThrough();
  let said = "";
  output.on("data", (bytes: Buffer) => (said += bytes.toString()));
  serveStreams(input, output, memoryHost(new Map()), { version: "test", onExit: () => {} });
  const raw = (body: string, encoding: BufferEncoding = "utf8") => {
    input.write(`Content-Length: ${Buffer.byteLength(body, encoding)}\r\n\r\n`);
    input.write(body, encoding);
  };
  const until = async (text: string) => {
    while (!said.includes(text)) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  raw('{"jsonrpc":"2.0","id":1,"method":"textDocument/hover","params":{}}');
  await until("-32002");
  raw('{"jsonrpc":"2.0","id":11,"method":"net/none"}');
  await until('"id":11,"error":{"code":-32002');
  raw('{"jsonrpc":"2.0","id":2,"method":"initialize","params":{"capabilities":{}}}');
  await until('"id":2');
  for (const body of [
    "{",
    "[]",
    "3",
    "null",
    '{"jsonrpc":"2.0"}',
    '{"jsonrpc":"2.0","id":3,"method":7}',
    '{"jsonrpc":"2.0","id":{},"method":"x"}',
  ])
    raw(body);
  // Bytes that are no UTF-8, in a string and as all there is; a header without a length.
  raw(
    '{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"\xff","text":"\xff\xc0"}}}',
    "latin1",
  );
  raw("\xff\xfe\xfd", "latin1");
  input.write("Hello\r\n\r\n");
  raw('{"jsonrpc":"2.0","id":4,"method":"shutdown"}');
  await until('"id":4');
  input.end();
});
