/** @file Hover: words with signature, documentation and what they do here; settings, names, constants. */
import { HoverRequest, type MarkupContent } from "vscode-languageserver-protocol";
import { afterAll, expect, it } from "vitest";
import { connect } from "./client.js";
import { fixture } from "./fixture.js";

const client = await connect();
afterAll(() => client.stop());

async function hover(marked: string): Promise<string | undefined> {
  const { text, cursor } = fixture(marked);
  await client.open("a.net", text);
  const found = await client.request(HoverRequest.type, client.at("a.net", cursor));
  return found ? (found.contents as MarkupContent).value : undefined;
}
const model = (of: (text: string) => string) =>
  of(`/// Eight.
const eight = 8
/// Doubles.
fn twice(x) = 2 * x
model M {
  input x: f32[784]
  target t: class[10]
  let h = x -> dense(eight) -> relu -> twice
  output y = h -> dense(10, use_bias: false) as head -> softmax
  loss cross_entropy(y, t)
  optimizer adam(1e-3)
}
`);

it("tells of a step its shapes, parameters and operations, and what the word does", async () => {
  const text = await hover(model((m) => m.replace("-> dense(10", "-> de|nse(10")));
  expect(text).toContain("layer dense(units: int, activation: fn = linear, use_bias: bool = true");
  expect(text).toContain("step `head`: `[8] -> [10]`, 80 parameters, 160 FLOPs");
  expect(text).toContain("Source");
});
it("tells of a function its shapes", async () => {
  expect(await hover(model((m) => m.replace("-> relu", "-> r|elu")))).toContain("`[8] -> [8]`");
});
it("tells of a setting its type and default", async () => {
  const text = await hover(model((m) => m.replace("use_bias", "use_|bias")));
  expect(text).toContain("use_bias: bool = true");
  expect(text).toContain("a setting of `dense`");
});
it("tells of a name what it holds, where it is declared and where it is used", async () => {
  expect(await hover(model((m) => m.replace("let h", "let |h")))).toContain("`h` is `[8]`");
  expect(await hover(model((m) => m.replace("output y = h", "output y = |h")))).toContain("`h` is `[8]`");
  expect(await hover(model((m) => m.replace("input x", "input |x")))).toContain("`x` is `f32[784]`");
});
it("tells of constants and of the file's own words", async () => {
  expect(await hover(model((m) => m.replace("dense(eight", "dense(ei|ght")))).toContain("Eight.");
  expect(await hover(model((m) => m.replace("-> twice", "-> tw|ice")))).toContain("Doubles.");
});
it("tells of settings inside their word, of models, steps and members", async () => {
  const word = "/// Scales.\nlayer scale(by: f32 = 2)(x: [n]) -> [n] = |by * x\n";
  expect(await hover(word)).toContain("a setting of `scale`");
  expect(await hover(model((m) => m.replace("model M", "/// Mine.\nmodel |M")))).toMatch(/model M \{[^]*Mine\./);
  expect(await hover(model((m) => m.replace("as head", "as he|ad")))).toContain("dense(10, use_bias: false) as head");
  const frozen = model((m) => m.replace("adam(1e-3)", "adam(1e-3) for head.ker|nel"));
  expect(await hover(frozen)).toContain("param kernel: [n, units]");
});
it("tells of optimizers", async () => {
  expect(await hover(model((m) => m.replace("adam", "ad|am")))).toContain(
    "optimizer adam(learning_rate: schedule = 1e-3",
  );
});
it("says nothing of blanks, numbers and comments", async () => {
  expect(await hover(model((m) => m.replace("1e-3", "1e-|3")))).toBeUndefined();
  expect(await hover("// dense| is a word\nmodel M { input x: f32[1] output y = x }\n")).toBeUndefined();
  expect(await hover("|")).toBeUndefined();
});
it("tells of the rest with a half-typed line", async () => {
  const text = await hover(
    model((m) => m.replace("loss cross_entropy(y, t)", "loss cross_").replace("x -> dense", "x -> den|se")),
  );
  expect(text).toContain("`[784] -> [8]`, 6,280 parameters, 12,544 FLOPs");
});
