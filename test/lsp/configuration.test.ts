/** @file Settings: from the start, sent, or asked for by the server. */
import {
  ConfigurationRequest,
  DidChangeConfigurationNotification,
  InlayHintRequest,
} from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { settingsFrom, defaultSettings } from "../../src/lsp/configuration.js";
import { connect } from "./client.js";

const text = "model M {\n  input x: f32[3]\n  output y = x -> relu\n}\n";
const range = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };

it("takes settings that a client sends", async () => {
  const client = await connect();
  await client.open("a.net", text);
  const count = async () => (await client.request(InlayHintRequest.type, { ...client.in("a.net"), range }))!.length;
  expect(await count()).toBe(1);
  const set = (netc: unknown) =>
    client.connection.sendNotification(DidChangeConfigurationNotification.type, { settings: { netc } });
  await set({ inlayHints: { shapes: false } });
  expect(await count()).toBe(0);
  await set({ inlayHints: "nonsense" });
  expect(await count()).toBe(1);
  await client.stop();
});

it("asks clients that answer, and hides warnings where they are not wanted", async () => {
  const client = await connect({}, { capabilities: { workspace: { configuration: true } } });
  let answer: unknown = {};
  client.connection.onRequest(ConfigurationRequest.type, ({ items }) => items.map(() => answer));
  await client.open("a.net", text.replace("output", "let unused = x\n  output"));
  expect(await client.published("a.net")).toMatchObject([{ code: "NET7007" }]);
  answer = { lints: false };
  client.publications.length = 0;
  await client.connection.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
  expect(await client.published("a.net")).toEqual([]);
  await client.stop();
});

it("ignores what it does not know", () => {
  for (const value of [undefined, null, 3, [], { __proto__: null, x: 1 }, { codeLens: "yes" }])
    expect(settingsFrom(value)).toEqual(defaultSettings);
});
