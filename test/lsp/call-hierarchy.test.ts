/** @file Call hierarchy: who applies a word, and what it applies. */
import {
  CallHierarchyIncomingCallsRequest,
  CallHierarchyOutgoingCallsRequest,
  CallHierarchyPrepareRequest,
} from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { connect } from "./client.js";
import { fixture } from "./fixture.js";

const parts = fixture("fn tw|ice(x) = 2 * exp(x)\nlayer block(x: [n]) = x -> dense(n) -> twice -> twice\n");
const files = {
  "parts.net": parts.text,
  "a.net":
    'import { block, twice as double } from "./parts.net"\nmodel M {\n  input x: f32[2]\n  output y = double(x) -> block\n}\n',
};

it("tells callers in all files, and what is called", async () => {
  const client = await connect(files);
  const [item] = (await client.request(CallHierarchyPrepareRequest.type, client.at("parts.net", parts.cursor)))!;
  expect(item).toMatchObject({ name: "twice", detail: "fn", selectionRange: { start: { line: 0, character: 3 } } });
  const callers = (await client.request(CallHierarchyIncomingCallsRequest.type, { item: item! }))!;
  expect(callers.map(({ from, fromRanges }) => [from.name, fromRanges.length])).toEqual([
    ["block", 2],
    ["M", 1],
  ]);
  const model = callers[1]!.from;
  const called = (await client.request(CallHierarchyOutgoingCallsRequest.type, { item: model }))!;
  expect(called.map(({ to, fromRanges }) => [to.name, fromRanges.length])).toEqual([
    ["twice", 1],
    ["block", 1],
  ]);
  const inner = (await client.request(CallHierarchyOutgoingCallsRequest.type, { item: called[1]!.to }))!;
  expect(inner.map(({ to }) => [to.name, to.uri.split(":")[0]])).toEqual([
    ["dense", "netc-library"],
    ["twice", "file"],
  ]);
  expect(await client.request(CallHierarchyIncomingCallsRequest.type, { item: model })).toEqual([]);
  await client.stop();
});

it("begins at words and models only", async () => {
  const client = await connect({ "a.net": "const k = 1\n" });
  expect(await client.request(CallHierarchyPrepareRequest.type, client.at("a.net", { line: 0, character: 6 }))).toBe(
    null,
  );
  const gone = { ...client.in("gone.net"), position: { line: 0, character: 0 } };
  expect(await client.request(CallHierarchyPrepareRequest.type, gone)).toBe(null);
  await client.stop();
});
