/** @file Folding: blocks, statements over several lines, comments, imports. */
import { FoldingRangeRequest } from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { connect } from "./client.js";

const text = `// What this is
// about.
import { a } from "./a.net"
import { b } from "./b.net"

/// A layer
/// of ours.
layer own(x: [n]) -> [n] {
  scan i in 3 with h = x {
    h <- h + 1
  }
  return h // last
}
const one = 1
model M {
  input  x: f32[4]
  output y = x
    -> own
    -> own
  train {
    epochs: 3
  }
}
`;
it("folds what takes several lines, closing brackets staying in view", async () => {
  const client = await connect({ "a.net": text });
  const found = await client.request(FoldingRangeRequest.type, client.in("a.net"));
  expect(found!.map(({ startLine, endLine, kind }) => [startLine, endLine, kind])).toEqual([
    [0, 1, "comment"],
    [2, 3, "imports"],
    [5, 6, "comment"],
    [7, 11, undefined],
    [8, 9, undefined],
    [14, 21, undefined],
    [16, 18, undefined],
    [19, 20, undefined],
  ]);
  await client.stop();
});

it("folds the sound part of a broken text, and no more ranges than the client wants", async () => {
  const client = await connect(
    { "a.net": text.replace("-> own\n    -> own", "->\n    -> own(") },
    { capabilities: { textDocument: { foldingRange: { rangeLimit: 4 } } } },
  );
  const found = await client.request(FoldingRangeRequest.type, client.in("a.net"));
  expect(found!.map(({ startLine }) => startLine)).toEqual([0, 2, 5, 7]);
  await client.stop();
});
