/** @file Documents: incremental changes, line ends, characters outside the basic plane, in each encoding of positions. */
import { DocumentDiagnosticRequest, type PositionEncodingKind } from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { negotiated, toOffset, toPosition } from "../../src/lsp/positions.js";
import { connect } from "./client.js";

const encodings: readonly PositionEncodingKind[] = ["utf-8", "utf-16", "utf-32"];

it("converts positions there and back, and clamps what is beyond", () => {
  const source = new SourceFile("a", "a𝑥é\r\n\tb\rc\n𝑥");
  for (const encoding of encodings) {
    for (const offset of [0, 1, 3, 4, 6, 7, 8, 9, 10, 11, 13])
      expect(toOffset(source, toPosition(source, offset, encoding), encoding)).toBe(offset);
    expect(toOffset(source, { line: 0, character: 99 }, encoding)).toBe(4);
    expect(toOffset(source, { line: 99, character: 0 }, encoding)).toBe(source.text.length);
  }
  expect(encodings.map((encoding) => toPosition(source, 4, encoding).character)).toEqual([7, 4, 3]);
});

it("takes the client's first encoding that it knows", () => {
  expect(negotiated()).toBe("utf-16");
  expect(negotiated(["utf-7", "utf-8", "utf-16"])).toBe("utf-8");
});

it.each(encodings)("follows changes of ranges in %s", async (encoding) => {
  const client = await connect({}, { capabilities: { general: { positionEncodings: [encoding] } } });
  expect(client.initialized.capabilities.positionEncoding).toBe(encoding);
  const text = "// 𝑥é𝑥 relo\r\nmodel M {\r\n\tinput x: f32[3]\r\n\toutput y = x -> relo // 𝑥\r\n}\r\n";
  await client.open("a.net", text);
  const [found] = await client.published("a.net");
  expect(found).toMatchObject({ code: "NET2002", range: { start: { line: 3, character: 17 } } });
  await client.change("a.net", "relu", found!.range);
  expect(await client.published("a.net")).toEqual([]);
  const source = new SourceFile("a", text);
  const start = toPosition(source, text.indexOf("relo"), encoding);
  const end = toPosition(source, text.indexOf("relo") + 4, encoding);
  await client.change("a.net", "\n}", { start, end });
  const report = await client.request(DocumentDiagnosticRequest.type, client.in("a.net"));
  expect(report).toMatchObject({ items: [{ range: { start: { line: 1 } } }] });
  await client.stop();
});
