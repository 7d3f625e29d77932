/** @file Names of other libraries are answered with what is meant here, which exists. */
import { expect, test } from "vitest";
import { spellings } from "../../src/check/synonyms.js";
import { render } from "../../src/diagnostics/render.js";
import { checkText } from "./support.js";

test.each(Object.entries(spellings))("`%s` is written `%s`", (_, spelling) => {
  const [before, item] = spelling.startsWith("fn ")
    ? [spelling, "output y = double(x)"]
    : ["", spelling.startsWith("let ") ? `${spelling}\n  output z = y` : `output y = ${spelling}`];
  const ports = ["input x: f32[3]", "input a: f32[3, 3]", "input b: f32[3, 3]", "input k: class[3]"];
  const { diagnostics } = checkText(`${before}\nmodel M {\n  ${[...ports, item].join("\n  ")}\n}`);
  expect(diagnostics.filter(({ severity }) => severity === "error").map((d) => render(d))).toEqual([]);
});

test.each([
  ["matmul(x, x)", "that is written `a @ b` here", undefined],
  ["x -> one_hot", "that is written `number(k)` here", undefined],
  ["clip(x, 0, 1)", "`clip` is called `clamp` here", "clamp"],
  ["x -> reluu", "did you mean `relu`?", "relu"],
])("%s", (text, help, fix) => {
  const { diagnostics } = checkText(`model M {\n  input x: f32[3]\n  output y = ${text}\n}`);
  expect(diagnostics.map((d) => [d.code, d.help, d.fix?.edits[0]?.text])).toEqual([["NET2002", help, fix]]);
});
