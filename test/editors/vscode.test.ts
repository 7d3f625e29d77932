/** @file The packed extension for VS Code is whole: what its manifest names is in it, it loads, and its own server answers. */
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { unzipSync } from "fflate";
import {
  createProtocolConnection,
  InitializeRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultSettings } from "../../src/lsp/configuration.js";
import { Folder } from "../cli/netc.js";

interface Manifest {
  readonly main: string;
  readonly version: string;
  readonly contributes: {
    readonly languages: readonly { readonly configuration: string }[];
    readonly grammars: readonly { readonly path: string }[];
    readonly snippets: readonly { readonly path: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
  };
}

describe("the extension for VS Code", () => {
  const folder = new Folder();
  let files: Readonly<Record<string, Uint8Array>> = {};
  let manifest: Manifest;
  beforeAll(() => {
    const path = join(folder.path, "netc.vsix");
    execFileSync(process.execPath, ["src/editors/vscode/pack.mjs", path]);
    files = unzipSync(readFileSync(path));
    for (const [name, content] of Object.entries(files)) folder.write(name, content);
    manifest = JSON.parse(readFileSync(join(folder.path, "extension/package.json"), "utf8")) as Manifest;
  }, 120_000);
  afterAll(() => folder.remove());

  it("holds every file that its manifests name", () => {
    const { languages, grammars, snippets } = manifest.contributes;
    const named = [
      manifest.main,
      ...languages.map(({ configuration }) => configuration),
      ...[...grammars, ...snippets].map(({ path }) => path),
    ].map((path) => join("extension", path));
    const text = readFileSync(join(folder.path, "extension.vsixmanifest"), "utf8");
    const assets = [...text.matchAll(/Path="([^"]+)"/g)].map(([, path]) => path!);
    expect(assets.length).toBe(3);
    expect([...named, ...assets].filter((path) => !Object.hasOwn(files, path))).toEqual([]);
    expect(text).toContain(`Version="${manifest.version}"`);
    const endings = new Set(Object.keys(files).map((name) => /\.\w+$/.exec(name)![0]));
    const typed = readFileSync(join(folder.path, "[Content_Types].xml"), "utf8");
    expect([...endings].filter((ending) => ending !== ".xml" && !typed.includes(`"${ending}"`))).toEqual([]);
  });

  it("has the server's settings, with the same defaults", () => {
    const flat = (settings: object, prefix: string): readonly (readonly [string, unknown])[] =>
      Object.entries(settings).flatMap(([key, value]: [string, unknown]) =>
        typeof value === "object" && value !== null
          ? flat(value, `${prefix}${key}.`)
          : [[prefix + key, value] as const],
      );
    const { properties } = manifest.contributes.configuration;
    const written = Object.entries(properties).map(([name, property]) => [name, property.default]);
    expect(written.filter(([name]) => name !== "netc.path" && name !== "netc.trace.server")).toEqual(
      flat(defaultSettings, "netc."),
    );
  });

  it("loads in an editor's process", () => {
    // Whatever the client asks of the editor's interface is there, as a class.
    folder.write(
      "node_modules/vscode/index.js",
      `module.exports = new Proxy(class {}, { get: (target, key) => target[key] ?? module.exports });`,
    );
    const extension: unknown = createRequire(import.meta.url)(join(folder.path, "extension", manifest.main));
    const aFunction = expect.any(Function) as unknown;
    expect(extension).toMatchObject({ activate: aFunction, deactivate: aFunction });
  });

  it("starts its own server where the workspace has none", async () => {
    const server = spawn(process.execPath, [join(folder.path, "extension/server/netc.mjs"), "lsp", "--stdio"]);
    const connection = createProtocolConnection(
      new StreamMessageReader(server.stdout),
      new StreamMessageWriter(server.stdin),
    );
    connection.listen();
    const answer = await connection.sendRequest(InitializeRequest.type, {
      processId: null,
      rootUri: null,
      capabilities: {},
    });
    expect(answer).toMatchObject({ serverInfo: { name: "netc" }, capabilities: { documentFormattingProvider: true } });
    connection.dispose();
    server.stdin.end();
    await new Promise((done) => server.on("exit", done));
  });
});
