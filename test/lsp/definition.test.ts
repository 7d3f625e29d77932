/** @file Go to definition: names of every kind, in their file, through imports, into the library's text. */
import { DefinitionRequest, type Location } from "vscode-languageserver-protocol";
import { describe, expect, it } from "vitest";
import { connect, uriOf } from "./client.js";
import { fixture, marked } from "./fixture.js";

async function definitions(files: Readonly<Record<string, string>>, name = "a.net"): Promise<readonly Location[][]> {
  const texts = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, fixture(text)]));
  const client = await connect(Object.fromEntries(Object.entries(texts).map(([path, { text }]) => [path, text])));
  await client.open(name);
  const found: Location[][] = [];
  for (const cursor of texts[name]!.cursors)
    found.push((await client.request(DefinitionRequest.type, client.at(name, cursor))) as Location[]);
  await client.stop();
  return found;
}
/** Every cursor of the text leads to its one marked range. */
async function leads(text: string): Promise<void> {
  const { text: plain, cursors } = fixture(text);
  const found = await definitions({ "a.net": text });
  expect(cursors.length).toBeGreaterThan(0);
  expect(found.length).toBe(cursors.length);
  for (const [place, ...others] of found) {
    expect(others).toEqual([]);
    expect(marked(plain, [place!.range])).toBe(text.replace(/(?<! )\||\|(?! )/g, ""));
  }
}
const model = (body: string) => `model M {\n  input x: f32[4]\n${body}\n}\n`;

describe("definition", () => {
  it.each([
    ["a word", `fn <<own>>(x) = x\nfn other(x) = o|wn(x)\n${model("  output y = x -> |own -> relu")}`],
    ["a value", model("  let <<h>> = x\n  output y = |h + h|")],
    ["the last of several with one name", model("  let h = x\n  let <<h>> = h + 1\n  output y = |h")],
    ["what was meant above a second declaration", model("  let <<h>> = x\n  let h = |h + 1\n  output y = h")],
    ["a constant", `const <<wide>> = 3\n${model("  output y = x -> dense(w|ide)")}`],
    [
      "a setting by its name",
      `fn own(<<by>> = 2)(x) = |by * x\n${model("  output y = x -> own(|by: 3)\n  output z = own(x, |by: 1)")}`,
    ],
    [
      "a setting that is a word",
      `layer own(<<inner>>: layer)(x: [n]) = x -> |inner\n${model("  output y = x -> own(|inner: dense(2))")}`,
    ],
    ["a value by its name", `fn own(a, <<b>>) = a - |b\n${model("  output y = own(x, |b: x)")}`],
    ["a size", "layer own(x: [<<n>>, m], y: [|n]) -> [|n] = y * |n"],
    ["a size in a pattern", "layer own(k: [<<kh>>, kw] = 2)(x: [h, w]) = x[:|kh, :kw]"],
    [
      "an option",
      `layer own(mode: plain | <<odd>> = |odd)(x: [n]) = if mode == |odd then x else 2 * x\n${model("  output y = x -> own(|odd) -> own(mode: o|dd)")}`,
    ],
    ["an index", model("  let y[<<i>>] = x[|i] * |i\n  output z = y")],
    ["an index of a reducer", model("  output y = sum[<<k>>](x[|k] * k|)")],
    ["an index beside a value of its name", model("  let k = 1\n  output y = sum[<<k>> in 4](x[|k])")],
    ["a scatter's index", "layer own(s: int)(x: [t]) {\n  let y[<<i>> * s + a] = x[|i]\n  return y\n}"],
    [
      "an index of a scan",
      model("  scan <<i>> in 4 with h = 0 {\n    h <- h + x[|i]\n    let all[|i] = h\n  }\n  output y = h"),
    ],
    ["what a scan carries", model("  scan i in 4 with <<h>> = 0 {\n    |h <- |h + x[i]\n  }\n  output y = |h")],
    [
      "rows of a scan",
      model("  scan i in 4 with h = 0 {\n    h <- h + x[i]\n    let <<all>>[i] = h\n  }\n  output y = a|ll"),
    ],
    ["a parameter", model("  param <<w>>: [4] ~ zeros\n  output y = x * |w")],
    ["a buffer that is assigned", model("  buffer <<b>>: [4] = 0\n  |b <- mean(x, over: batch)\n  output y = x * |b")],
    ["a state", "optimizer own(param, grad) {\n  state <<m>> = 0\n  |m <- |m + grad\n  param <- param - m|\n}"],
    [
      "a step",
      model(
        "  output y = (x -> dense(2) as <<head>>) @ transpose(|head.kernel)\n  optimizer sgd(1) for |head\n  phase a { only: [|head] }",
      ),
    ],
    ["a repeated step", model("  output y = x -> dense(4) * 2 as <<head>>\n  optimizer sgd(1) for |head_2")],
    ["an instance", model("  use <<tower>> = dense(2)\n  output y = x -> |tower\n  output z = |tower(x)")],
    [
      "a port of the data block",
      `model M {\n  input <<x>>: f32[4]\n  output y = x|\n  data { |x: csv("a.csv"), test |x: csv("b.csv") }\n}`,
    ],
    ["a loss", model("  loss <<first>> = sum(x)\n  phase a { minimize: |first }\n  phase b { minimize: [fir|st] }")],
    ["a metric", model("  metric <<size>> = sum(x)\n  train { stop: early_stop(monitor: |size, patience: 1) }")],
    ["a name in a message", 'fn own(<<k>> = 1)(x) {\n  require k > 0, "not {|k} but {2 * k|}"\n  return x\n}'],
    ["a value in a gradient clause", "fn own(<<a>>) = a   gradient |a = dout * |a"],
  ])("leads to %s", (_, text) => leads(text));

  it("leads through imports, to the file and to what it declares", async () => {
    const parts = fixture("fn <<twice>>(x) = x\nconst <<k>> = 2\n");
    const a = 'import { tw|ice as double, |k } from ".|/parts.net"\nconst m = |k\nfn f(x) = dou|ble(x)\n';
    const found = await definitions({ "parts.net": parts.text, "a.net": a });
    const uri = uriOf("parts.net");
    const [twice, k] = parts.ranges.map((range) => [{ uri, range }]);
    const start = { line: 0, character: 0 };
    expect(found).toEqual([twice, k, [{ uri, range: { start, end: start } }], k, twice]);
  });

  it("leads through a file that imports in its turn", async () => {
    const end = fixture("fn <<twice>>(x) = x\n");
    const files = {
      "end.net": end.text,
      "middle.net": 'import { twice as double } from "./end.net"\n',
      "a.net": 'import { double } from "./middle.net"\nfn f(x) = dou|ble(x)\n',
    };
    expect(await definitions(files)).toEqual([[{ uri: uriOf("end.net"), range: end.ranges[0] }]]);
  });

  it("opens the library's text", async () => {
    const text = model("  output y = x -> de|nse(units: 3) as head -> dense(un|its: 2)\n  output z = head.ker|nel");
    const client = await connect();
    const { text: plain, cursors } = fixture(text);
    await client.open("a.net", plain);
    const names: string[] = [];
    for (const cursor of cursors) {
      const [place] = (await client.request(DefinitionRequest.type, client.at("a.net", cursor))) as Location[];
      expect(place!.uri).toBe("netc-library:/dense.net");
      const shown = (await client.connection.sendRequest("netc/libraryText", { uri: place!.uri })) as { text: string };
      const { start, end } = place!.range;
      names.push(shown.text.split("\n")[start.line]!.slice(start.character, end.character));
    }
    expect(names).toEqual(["dense", "units", "kernel"]);
    await client.stop();
  });

  it("works inside the library's text", async () => {
    const client = await connect();
    const uri = "netc-library:/dense.net";
    const { text } = (await client.connection.sendRequest("netc/libraryText", { uri })) as { text: string };
    const line = text.split("\n").findIndex((row) => row.includes("glorot_uniform"));
    const position = { line, character: text.split("\n")[line]!.indexOf("glorot_uniform") + 1 };
    const found = await client.request(DefinitionRequest.type, { textDocument: { uri }, position });
    expect(found).toMatchObject([{ uri: "netc-library:/initializers.net" }]);
    await client.stop();
  });

  it("says nothing of functions of the language, keywords, unknown names, unknown documents", async () => {
    const text = model("  out|put y = e|xp(x) + unkno|wn + tra|ining");
    expect((await definitions({ "a.net": text })).flat()).toEqual([]);
    const client = await connect();
    const position = { line: 9, character: 9 };
    expect(await client.request(DefinitionRequest.type, client.at("none.net", position))).toBe(null);
    await client.stop();
  });

  it("works in the sound part of a broken text", () =>
    leads(
      "fn <<own>>(x) = x\nmodel M {\n  input x: f32[4]\n  let h = x -> \n  output y = x -> |own -> dense(\n  output z = x -> ow|n\n",
    ));
});
