/** @file Selection ranges: from the cursor outwards. */
import { type SelectionRange, SelectionRangeRequest } from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { toSpan } from "../../src/lsp/positions.js";
import { connect } from "./client.js";
import { fixture } from "./fixture.js";

const selections = (text: string, range: SelectionRange | undefined): string[] => {
  if (!range) return [];
  const { start, end } = toSpan(new SourceFile("a", text), range.range, "utf-16");
  return [text.slice(start, end), ...selections(text, range.parent)];
};

it("grow from a name to the file, for each cursor", async () => {
  const { text, cursors } = fixture(`// a |comment
model M {
  output y = x -> dense(un|its: 2 * k) -> relu
}
`);
  const client = await connect({ "a.net": text });
  const [comment, setting] = (await client.request(SelectionRangeRequest.type, {
    ...client.in("a.net"),
    positions: [...cursors],
  }))!;
  expect(selections(text, comment)).toEqual(["// a comment", text]);
  expect(selections(text, setting)).toEqual([
    "units",
    "units: 2 * k",
    "dense(units: 2 * k)",
    "x -> dense(units: 2 * k) -> relu",
    "output y = x -> dense(units: 2 * k) -> relu",
    text.slice(text.indexOf("model"), -1),
    text,
  ]);
  await client.stop();
});

it("are where the cursor is in an empty or broken text", async () => {
  const client = await connect({ "a.net": "", "b.net": "model {{{ \u0000" });
  for (const name of ["a.net", "b.net"]) {
    const position = { line: 0, character: 3 };
    const found = await client.request(SelectionRangeRequest.type, { ...client.in(name), positions: [position] });
    expect(found).toHaveLength(1);
  }
  await client.stop();
});
