/** @file The language server in a worker of headless Chromium answers as it does in Node: it needs nothing of Node. */
import { build } from "esbuild";
import {
  CodeLensRequest,
  CodeLensResolveRequest,
  CompletionRequest,
  DefinitionRequest,
  DocumentFormattingRequest,
  DocumentSymbolRequest,
  HoverRequest,
  InlayHintRequest,
  SemanticTokensRequest,
} from "vscode-languageserver-protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, uriOf } from "../lsp/client.js";
import { chromiumPath, Site } from "./chromium.js";

if (!chromiumPath)
  console.warn("no CHROMIUM_PATH, and no chromium on PATH: the language server in a browser is not tested");

const files = { "part.net": "/// Twice.\nlayer twice(x: [n]) -> [n] = x + x\n" };
const broken = `import { twice } from "./part.net"
// 𝑥
model M {
  input x: f32[3]
  output y = x -> twice -> dense(2) -> relo
}

model N { input x: f32[3] output y = x -> dense(4) }
`;
const textDocument = { uri: uriOf("a.net") };
const at = (line: number, character: number) => ({ textDocument, position: { line, character } });
const range = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };
const requests: readonly (readonly [method: string, params: object])[] = [
  [HoverRequest.method, at(4, 20)],
  [HoverRequest.method, at(4, 30)],
  [CompletionRequest.method, at(4, 42)],
  [DefinitionRequest.method, at(4, 20)],
  [InlayHintRequest.method, { textDocument, range }],
  [DocumentSymbolRequest.method, { textDocument }],
  [SemanticTokensRequest.method, { textDocument }],
  [DocumentFormattingRequest.method, { textDocument, options: { tabSize: 2, insertSpaces: true } }],
];

describe.skipIf(!chromiumPath)("in Chromium", () => {
  let site: Site;
  beforeAll(async () => {
    // Fails where a module of Node is imported.
    const bundled = async (name: string) => {
      const { outputFiles } = await build({
        entryPoints: [`test/browser/pages/${name}.js`],
        bundle: true,
        write: false,
        format: "esm",
        platform: "browser",
        logLevel: "silent",
      });
      return outputFiles[0]!.text;
    };
    site = await Site.open({
      "index.html": '<!doctype html><script type="module" src="page.js"></script>',
      "page.js": await bundled("language-client"),
      "language-server.js": await bundled("language-server"),
    });
  }, 60_000);
  afterAll(() => site?.close());

  it.each([
    ["a text with an error", broken, [{ code: "NET2002" }]],
    // Its memory can be planned, which takes the rest of the compiler.
    ["a sound text", broken.replace("relo", "relu"), []],
  ])("answers as in Node about %s", async (_, text, expected) => {
    const found = await site.visit("plain", async (page) => {
      await page.waitForFunction("globalThis.edit");
      const all = Object.fromEntries(Object.entries(files).map(([name, content]) => [uriOf(name), content]));
      return page.evaluate<object>(`edit(${JSON.stringify({ files: all, uri: textDocument.uri, text, requests })})`);
    });

    const client = await connect(files);
    await client.open("a.net", text);
    const diagnostics = await client.published("a.net");
    const answers: unknown[] = [];
    for (const [method, params] of requests) answers.push(await client.connection.sendRequest(method, params));
    const [lens] = (await client.request(CodeLensRequest.type, { textDocument }))!;
    const { command } = await client.request(CodeLensResolveRequest.type, lens!);
    await client.stop();

    expect(diagnostics).toMatchObject(expected);
    expect(/ for batch \d+$/.test(command!.title)).toBe(expected.length === 0);
    expect(answers.every((answer) => JSON.stringify(answer).length > 2)).toBe(true);
    expect(found).toEqual({ server: "netc", diagnostics, answers, lens: command!.title, log: [] });
  });
});
