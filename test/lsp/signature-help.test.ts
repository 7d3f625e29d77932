/** @file Signature help: the open call, and which setting or value is due. */
import { SignatureHelpRequest } from "vscode-languageserver-protocol";
import { afterAll, expect, it } from "vitest";
import { connect } from "./client.js";
import { fixture } from "./fixture.js";

const client = await connect();
afterAll(() => client.stop());

it.each([
  ["x -> dense(|", "layer dense", "units: int"],
  ["x -> dense(3, |", "layer dense", "activation: fn = linear"],
  ["x -> dense(3, use_bias: |", "layer dense", "use_bias: bool = true"],
  ["x -> dense(units: 3, activation: leaky_relu(|", "fn leaky_relu", "negative_slope = 0.2"],
  ["x -> attention(2)(|", "layer attention", "value: [s, m] = query"],
  ["softmax(|", "fn softmax", "x"],
  ["x -> dense(3) -> |", undefined, undefined],
])("in `%s`", async (expression, signature, parameter) => {
  const { text, cursor } = fixture(`model M {\n  input x: f32[4, 3]\n  output y = ${expression}\n}\n`);
  await client.open("a.net", text);
  const found = await client.request(SignatureHelpRequest.type, client.at("a.net", cursor));
  const [shown] = found?.signatures ?? [];
  if (signature === undefined) return expect(found).toBeNull();
  expect(shown?.label).toContain(signature);
  expect(shown?.parameters?.[found!.activeParameter!]?.label).toContain(parameter);
});
