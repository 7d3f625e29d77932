/** @file Go to type definition: what gives a value its shape. */
import { type Location, TypeDefinitionRequest } from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { connect } from "./client.js";
import { fixture } from "./fixture.js";

it.each([
  ["the word of the last step", "let h = x -> tanh -> own(3)\n  output y = |h", "own"],
  ["the word that is called", "let h = own(x, k: 3)\n  output y = |h", "own"],
  ["through names", "let a = x -> own(3)\n  let b = a\n  let c = b\n  output y = |c", "own"],
  ["the input where nothing is applied", "let a = x\n  output y = |a", "x"],
  ["itself for a parameter", "param w: [4] ~ zeros\n  output y = |w * x", "w"],
  ["the word of an instance", "use t = own(2)\n  output y = x -> |t", "own"],
  ["the value itself for arithmetic", "let h = x + 1\n  output y = |h", "h"],
  ["the word of an output", "output y| = x -> own(2)", "own"],
])("leads to %s", async (_, body, name) => {
  const { text, cursor } = fixture(`fn own(k)(v) = k * v\nmodel M {\n  input x: f32[4]\n  ${body}\n}\n`);
  const client = await connect({ "a.net": text });
  const found = (await client.request(TypeDefinitionRequest.type, client.at("a.net", cursor))) as Location[];
  const lines = text.split("\n");
  expect(found.map(({ range: { start, end } }) => lines[start.line]!.slice(start.character, end.character))).toEqual([
    name,
  ]);
  await client.stop();
});
