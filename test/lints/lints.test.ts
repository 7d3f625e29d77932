/** @file Lints name words that exist, and are quiet where nothing is wrong. What they say is in test/fixtures/errors. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { builtins } from "../../src/check/builtins/index.js";
import { lintRules, runLints } from "../../src/check/lints/index.js";
import { createProject } from "../../src/compiler/project.js";
import { nodeHost } from "../../src/host/files.js";
import { render } from "../../src/diagnostics/render.js";
import { libraryText } from "../../src/library/text.generated.js";
import { parse } from "../../src/syntax/parse.js";

const project = createProject(nodeHost);
const shown = (path: string) => project.check(path)!.diagnostics.map((diagnostic) => render(diagnostic));

/** Warnings and errors about a model with an input `x: f32[4]` and a target `label: class[3]`. */
function say(body: string, before = ""): readonly string[] {
  const text = `${before}\nmodel M {\n  input x: f32[4]\n  target label: class[3]\n${body}\n  optimizer adam(1e-3)\n}\n`;
  project.setText("m.net", text);
  return project.check("m.net")!.diagnostics.map(({ code, message }) => `${code} ${message}`);
}
const classify = (pipe: string) => `output y = ${pipe}\n loss cross_entropy(y, label)`;

describe("lints", () => {
  it("name words that the library or the language has", () => {
    const known = new Set([...project.library.names("word"), ...builtins.keys()]);
    for (const { rule, words } of lintRules)
      expect(
        words.filter((word) => !known.has(word)),
        rule.code,
      ).toEqual([]);
  });

  it("are warnings with codes of their own, one file each", () => {
    const codes = lintRules.map(({ rule }) => rule.code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const { rule } of lintRules) expect([rule.severity, rule.code.slice(0, 4)]).toEqual(["warning", "NET7"]);
    const files = readdirSync("src/check/lints").filter((name) => name.endsWith(".rule.ts"));
    expect(files.length).toBe(codes.length);
    const texts = files.map((name) => readFileSync(`src/check/lints/${name}`, "utf8"));
    for (const code of codes) expect(texts.filter((text) => text.includes(`"${code}"`)).length).toBe(1);
  });

  it("are quiet about the library", () => {
    for (const [name, text] of Object.entries(libraryText)) {
      const { file } = parse(new SourceFile(name, text));
      expect(runLints({ file, models: [] }).map((diagnostic) => render(diagnostic))).toEqual([]);
    }
  });

  it.each(readdirSync("examples").filter((name) => name.endsWith(".net")))("are quiet about examples/%s", (name) => {
    expect(shown(`examples/${name}`)).toEqual([]);
  });

  it.each([
    ["softmax once", classify("x -> dense(8) -> relu -> dense(3) -> softmax")],
    ["softmax inside the network", classify("x -> dense(8) -> softmax -> dense(3) -> softmax")],
    ["an explicit linear layer", classify("x -> dense(8) -> linear -> dense(3) -> softmax")],
    ["a bottleneck", `output y = x -> dense(2) -> dense(4)\n loss mean_squared_error(y, x)\n loss 0 * sum(label)`],
    [
      "a value that is normalised and also read as it is",
      `let h = x -> dense(8)\n ${classify("h -> batch_norm -> relu -> dense(3) -> softmax")}\n loss mean(h^2)`,
    ],
    [
      "a value that a linear layer reads, and another",
      `output h = x -> dense(8)\n ${classify("h -> dense(3) -> softmax")}`,
    ],
    ["a layer without bias", classify("x -> dense(8, use_bias: false) -> batch_norm -> relu -> dense(3) -> softmax")],
    ["an activation before the norm", classify("x -> dense(8) -> relu -> batch_norm -> dense(3) -> softmax")],
    ["dropout inside", classify("x -> dense(8) -> relu -> dropout(0.5) -> dense(3) -> softmax")],
    ["two independent answers", `output y = x -> dense(3) -> sigmoid\n loss binary_cross_entropy(y, label)`],
    ["probabilities of one's own", `let e = exp(x -> dense(3))\n output y = e / sum(e)\n loss cross_entropy(y, label)`],
    [
      "an instance used twice",
      `use t = dense(3)\n output y = softmax((x -> t) + (x * 2 -> t))\n loss cross_entropy(y, label)`,
    ],
    [
      "weights of an unread step",
      `let h = x -> dense(3) as a\n output y = softmax(x @ a.kernel)\n loss cross_entropy(y, label)`,
    ],
  ])("are quiet about %s", (_, body) => {
    expect(say(body)).toEqual([]);
  });

  it("do not take a file's own word for the library's", () => {
    expect(say(classify("x -> dense(3) -> relu -> softmax"), "fn relu(x) = 2 * x")).toEqual([]);
    expect(say(classify("x -> dense(3) -> relu -> softmax"))).toHaveLength(1);
  });

  it("follow names, settings, instances and calls", () => {
    const codes = (body: string) => say(body).map((text) => text.slice(0, 7));
    expect(codes(`let s = x -> dense(3)\n let r = relu(s)\n ${classify("softmax(r)")}`)).toEqual(["NET7002"]);
    expect(codes(`use last = dense(3, relu)\n ${classify("x -> last -> softmax")}`)).toEqual(["NET7002"]);
    expect(codes(classify("x -> dense(5) * 3 -> relu -> dense(3) -> softmax"))).toEqual(["NET7008"]);
    expect(codes("output y = x -> dense(3)\n loss cross_entropy(label_smoothing: 0.1)(y, label)")).toEqual(["NET7004"]);
    expect(codes(classify("x -> dense(8) -> dropout(0.1) -> dense(3) -> softmax"))).toEqual(["NET7008"]);
  });

  it("say nothing while the text has errors", () => {
    expect(say(`let unused = x -> relu\n output y = x -> dens(3)`).every((text) => !text.startsWith("NET7"))).toBe(
      true,
    );
  });

  it("look at words of the file, too", () => {
    expect(say(classify("x -> own -> dense(3) -> softmax"), "fn own(x) {\n let z = 2 * x\n return x + 1\n}")).toEqual([
      "NET7007 the value `z` is never used",
    ]);
  });
});
