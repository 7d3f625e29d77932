/** @file Diagnostics of the language server: pushed and pulled, in open files and those they import. */
import { DocumentDiagnosticRequest } from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { connect } from "./client.js";
import { fixture } from "./fixture.js";

it("publishes what is wrong, and an empty list when it is mended", async () => {
  const { text, ranges } = fixture(`model M {
  input x: f32[3]
  output y = x -> <<relo>>
}
`);
  const client = await connect();
  await client.open("a.net", text);
  const [found, ...others] = await client.published("a.net");
  expect(found).toMatchObject({ code: "NET2002", source: "netc", range: ranges[0] });
  expect(others).toEqual([]);
  await client.change("a.net", "relu", ranges[0]);
  expect(await client.published("a.net")).toEqual([]);
  await client.stop();
});

it("answers requests with the same list", async () => {
  const client = await connect({ "a.net": "model M {\n  output y = x\n}\n" });
  const report = await client.request(DocumentDiagnosticRequest.type, client.in("a.net"));
  expect(report).toMatchObject({ kind: "full", items: [{ range: { start: { line: 1, character: 13 } } }] });
  await client.stop();
});
