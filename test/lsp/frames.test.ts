/** @file Frames that are wrong: the server goes on with the next header, and answers what comes in whole frames. */
import { spawn } from "node:child_process";
import { PassThrough } from "node:stream";
import { afterAll, expect, it } from "vitest";
import { FrameReader } from "../../src/lsp/frames.js";

const child = spawn(process.execPath, ["dist/package/cli.js", "lsp", "--stdio"], {
  stdio: ["pipe", "pipe", "inherit"],
});
const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
let said = "";
child.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
const until = async (text: string) => {
  while (!said.includes(text)) await new Promise((resolve) => setTimeout(resolve, 5));
};

let id = 0;
const body = (method: string, params: object = {}) => JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params });
const frame = (text: string, length: number | string = Buffer.byteLength(text)) =>
  `Content-Length: ${length}\r\n\r\n${text}`;
const hover = () =>
  body("textDocument/hover", { textDocument: { uri: "file:///é.net" }, position: { line: 0, character: 0 } });

child.stdin.write(frame(body("initialize", { capabilities: {} })));
afterAll(async () => {
  child.stdin.write(frame(body("shutdown")));
  child.stdin.end(frame(JSON.stringify({ jsonrpc: "2.0", method: "exit" })));
  expect(await ended).toBe(0);
});

const size = Buffer.byteLength(hover());
it.each<[string, () => string]>([
  ...[1, 3, 20, 10_000, 1e9, 1e300].map((more): [string, () => string] => [
    `a length too long by ${more}`,
    () => frame(hover(), BigInt(size + more).toString()),
  ]),
  ...[1, 3, 20, size].map((less): [string, () => string] => [
    `a length too short by ${less}`,
    () => frame(hover(), size - less),
  ]),
  ...["-5", "many", "", "1.5", "0x10", "99999999999999999999"].map((length): [string, () => string] => [
    `the length \`${length}\``,
    () => frame(hover(), length),
  ]),
  ["a header of another kind", () => "Hello: you\r\n\r\n"],
  ["a header without a colon", () => "Content-Length 5\r\n\r\n"],
  ["rubbish before a header", () => "\0\xff\r\n\r\r\n\nContent-Length: "],
  ["rubbish without end", () => "x".repeat(3_000_000)],
  ["no header", hover],
  ["half a frame", () => frame(hover()).slice(0, -7)],
  ["half a header", () => "Content-Length: 12"],
  ["no JSON", () => frame("}{")],
  ["nothing", () => frame("")],
  ["half a character", () => `${frame("é").slice(0, -1)}`],
])("lives on after %s", async (_, broken) => {
  child.stdin.write(broken());
  child.stdin.write(frame(hover()));
  await until(`"id":${id}`);
});

it.each([
  ["}{", -32700],
  ["[]", -32600],
  ["null", -32600],
])("answers %s", async (text, code) => {
  said = "";
  child.stdin.write(frame(text));
  await until(`"id":null,"error":{"code":${code}`);
});

it("ends with the process that started it", async () => {
  const parent = spawn(process.execPath, ["-e", "0"]);
  await new Promise((resolve) => parent.on("exit", resolve));
  const server = spawn(process.execPath, ["dist/package/cli.js", "lsp", "--stdio"], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  server.stdin.write(frame(body("initialize", { capabilities: {}, processId: parent.pid })));
  expect(await new Promise((resolve) => server.on("exit", resolve))).toBe(1);
});

it("reads any bytes in any pieces", async () => {
  const texts = [
    { text: "Content-Length: 5\r\n\r\n{}" },
    { text: "é𝑥\u2028" },
    { text: "long ".repeat(100_000) },
    { text: "" },
  ];
  const bytes = Buffer.from(
    texts
      .map((text) => `Content-Type: x/json\r\n${frame(JSON.stringify(text)).replace("\r\n", "\r\nA: b\r\n")}`)
      .join(""),
  );
  for (const piece of [1, 7, 4096, bytes.length]) {
    const stream = new PassThrough();
    const read: unknown[] = [];
    new FrameReader(stream).listen((message) => read.push(message));
    for (let at = 0; at < bytes.length; at += piece) stream.write(bytes.subarray(at, at + piece));
    await new Promise((resolve) => stream.end(resolve));
    while (read.length < texts.length) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(read).toEqual(texts);
  }
});
