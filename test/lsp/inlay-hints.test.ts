/** @file Inlay hints: shapes after steps, names of settings, each with its switch; also around a line that is being typed. */
import { type InlayHint, InlayHintRequest } from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { type Client, connect } from "./client.js";

const whole = { start: { line: 0, character: 0 }, end: { line: 10_000, character: 0 } };

/** The text with each hint in `‹›` where it stands. */
async function hinted(client: Client, name: string, text: string): Promise<string> {
  const hints = await client.request(InlayHintRequest.type, { ...client.in(name), range: whole });
  const source = new SourceFile(name, text);
  const offsetOf = ({ position }: InlayHint) => source.offsetAt({ line: position.line, column: position.character });
  return (hints ?? []).reduceRight((so, hint) => {
    const at = offsetOf(hint);
    return `${so.slice(0, at)}‹${hint.label as string}›${so.slice(at)}`;
  }, text);
}
async function shown(text: string, settings?: object): Promise<string> {
  const client = await connect({}, { initializationOptions: settings });
  await client.open("a.net", text);
  const found = await hinted(client, "a.net", text);
  await client.stop();
  return found;
}

const model = `model M {
  input x: f32[8, 8, 1]
  target t: class[3]
  let h = x -> conv2d(4, 3) -> relu
    -> max_pool2d(2) -> flatten
  output y = h -> dense(3) as head -> softmax
  loss cross_entropy(y, t)
  optimizer adam(1e-3)
}
`;

it("shows the shape after each step and the names of settings", async () => {
  expect(await shown(model)).toBe(`model M {
  input x: f32[8, 8, 1]
  target t: class[3]
  let h = x -> conv2d(‹filters:›4, ‹kernel_size:›3)‹[6, 6, 4]› -> relu‹[6, 6, 4]›
    -> max_pool2d(‹pool_size:›2)‹[3, 3, 4]› -> flatten‹[36]›
  output y = h -> dense(‹units:›3)‹[3]› as head -> softmax‹[3]›
  loss cross_entropy(y, ‹target:›t)
  optimizer adam(‹learning_rate:›1e-3)
}
`);
});

it("shows the names of settings wherever words are due, and of values of steps", async () => {
  const found = await shown(
    `layer both()(x: [n], other: [n]) = x + other
layer scaled()(x: [n]) {
  param scale: [n] ~ random_uniform(-1, 1), regularize l2(0.1)
  use sum = both()
  return sum(x, x * scale) -> dropout(rate: 0.1)
}
model M { input x: f32[5, 3] output y = x -> scaled }
`,
    { inlayHints: { shapes: false } },
  );
  expect(found).toContain("random_uniform(‹minval:›-1, ‹maxval:›1), regularize l2(‹l2:›0.1)");
  expect(found).toContain("return sum(x, ‹other:›x * scale) -> dropout(rate: 0.1)");
});

it("switches each kind off", async () => {
  expect(await shown(model, { inlayHints: { shapes: false, parameterNames: false } })).toBe(model);
  expect(await shown(model, { inlayHints: { shapes: false } })).toContain("dense(‹units:›3) as head");
  expect(await shown(model, { inlayHints: { parameterNames: false } })).toContain("dense(3)‹[3]› as head");
});

it("shows shapes inside words, by the names of their sizes, and ? for what differs", async () => {
  const found = await shown(
    `layer block(units: int)(x: [t, n]) -> [t, n] {
  let wide = x -> dense(units) -> relu
  return wide -> dense(n)
}
model A { input x: f32[5, 3] output y = x -> block(8) }
model B { input x: f32[6, 4] output y = x -> block(9) }
`,
    { inlayHints: { parameterNames: false } },
  );
  expect(found).toContain("let wide = x -> dense(units)‹[t, ?]› -> relu‹[t, ?]›");
  expect(found).toContain("return wide -> dense(n)‹[t, n]›");
});

it("shows what holds for all sizes inside a word that no model applies, also while another is being typed", async () => {
  const words = `/// Its settings have no defaults, its sizes no numbers.
layer block(units: int, width: int = 3)(x: [t, n], other: [t, n]) -> [t, 10] {
  let wide = x -> dense(units) -> relu
  let pair = concatenate([x, other]) -> dense(2 * n)
  let four = x -> dense(width + 1)
  return wide -> dense(10)
}
layer image(x: [h, w, c]) = x -> conv2d(8, 3, padding: same) -> max_pool2d(2) -> flatten
layer rows(x: [..., n]) = x -> dense(4) -> relu
layer outer(x: [t, n]) = x -> inner -> dense(2)
layer inner(x: [t, n]) = x -> dense(n) -> relu
layer unknown(x) = x -> relu
layer wrong(x: [n]) = x -> dense(n) -> danse(3) -> relu
`;
  const settings = { inlayHints: { parameterNames: false } };
  const found = `/// Its settings have no defaults, its sizes no numbers.
layer block(units: int, width: int = 3)(x: [t, n], other: [t, n]) -> [t, 10] {
  let wide = x -> dense(units)‹[t, ?]› -> relu‹[t, ?]›
  let pair = concatenate([x, other]) -> dense(2 * n)‹[t, ?]›
  let four = x -> dense(width + 1)‹[t, 4]›
  return wide -> dense(10)‹[t, 10]›
}
layer image(x: [h, w, c]) = x -> conv2d(8, 3, padding: same)‹[?, ?, 8]› -> max_pool2d(2)‹[?, ?, 8]› -> flatten‹[?]›
layer rows(x: [..., n]) = x -> dense(4) -> relu
layer outer(x: [t, n]) = x -> inner‹[t, n]› -> dense(2)‹[t, 2]›
layer inner(x: [t, n]) = x -> dense(n)‹[t, n]› -> relu‹[t, n]›
layer unknown(x) = x -> relu
layer wrong(x: [n]) = x -> dense(n)‹[n]› -> danse(3) -> relu
`;
  expect(await shown(words, settings)).toBe(found);
  const half = "layer typing(x: [n]) = x -> den";
  expect(await shown(words + half, settings)).toBe(found + half);
  // What a model says of a word is more than what holds always.
  const applied = "model M { input x: f32[5, 3] output y = x -> outer }\n";
  expect(await shown(words + applied, settings)).toBe(
    found + "model M { input x: f32[5, 3] output y = x -> outer‹[5, 2]› }\n",
  );
});

it.each(
  model
    .split("\n")
    .slice(0, -1)
    .map((line, k) => [line.trim(), k] as const),
)("keeps the hints of the rest with half of `%s`", async (line, k) => {
  const lines = model.split("\n");
  lines[k] = lines[k]!.slice(0, lines[k]!.length - Math.ceil(line.length / 2));
  const found = (await shown(lines.join("\n"))).split("\n");
  const good = (await shown(model)).split("\n");
  // What hangs on the value that the line gives cannot be known.
  const dependent = k === 1 ? [3, 4, 5] : k === 3 ? [4, 5] : k === 4 ? [5] : [];
  for (const [at, hints] of good.entries())
    if (at !== k && !dependent.includes(at)) expect(found[at], `line ${at + 1}`).toBe(hints);
});
