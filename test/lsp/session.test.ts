/** @file An editing session, key by key: after each key all is answered, and what the key does not touch stays as it was. */
import {
  CompletionRequest,
  DocumentDiagnosticRequest,
  type InlayHint,
  InlayHintRequest,
  type Position,
} from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { parse } from "../../src/syntax/parse.js";
import { type Client, connect } from "./client.js";

const range = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };
const start = `layer block(units: int)(x: [n]) -> [n] {
  let wide = x -> dense(units) -> relu
  return x + (wide -> dense(n))
}

model First {
  input  x: f32[4]
  target t: class[3]

  output y = x -> block(8) -> dense(3) -> softmax
  loss   cross_entropy(y, t)
  optimizer adam(1e-3)
}

model Second {
  input  x: f32[8, 8, 1]
  output y = x -> conv2d(4, 3) -> relu -> flatten
}
`;
/** Lines as they are typed, each at a line of the text. */
const typed: readonly { readonly line: number; readonly text: string }[] = [
  { line: 8, text: "  let h = x -> dense(16, activation: tanh) -> dropout(20%) as mid // 𝑥 is small" },
  { line: 8, text: "  param w[j]: [4] ~ where(j < 2, 1, 0), regularize l2(1e-4)" },
  { line: 2, text: '  require units >= 1, "a block of {units}"' },
  { line: 4, text: "fn half(x) = if true then x / 2 else (x * [1, 2][0])" },
  { line: 12, text: "  train { batch: 8, epochs: 3, validation: 10% }" },
];

async function hintsByLine(client: Client, skip: number): Promise<Readonly<Record<number, string[]>>> {
  const hints = (await client.request(InlayHintRequest.type, { ...client.in("a.net"), range }))!;
  const lines: Record<number, string[]> = {};
  for (const { position, label } of hints as (InlayHint & { position: Position })[])
    if (position.line !== skip)
      (lines[position.line > skip ? position.line - 1 : position.line] ??= []).push(
        `${position.character} ${label as string}`,
      );
  return lines;
}
/** Names of declarations and of what models hold, but for those on one line. */
function outline(text: string, skip: number): string[] {
  const source = new SourceFile("a.net", text);
  const { file } = parse(source);
  return file.declarations
    .flatMap((declaration) => [declaration, ...(declaration.kind === "model" ? declaration.items : [])])
    .filter(({ span }) => source.positionAt(span.start).line !== skip)
    .map((node) => `${node.kind} ${"name" in node && node.name ? node.name.text : ""}`);
}

it.each(typed)("typing `$text`", async ({ line, text }) => {
  const client = await connect();
  const lines = start.split("\n");
  await client.open("a.net", start);
  const before = await hintsByLine(client, Infinity);
  lines.splice(line, 0, "");
  const at = (character: number) => ({ line, character });
  await client.change("a.net", "\n", { start: { line, character: 0 }, end: { line, character: 0 } });
  for (let k = 0; k < text.length; k++) {
    await client.change("a.net", text[k]!, { start: at(k), end: at(k) });
    lines[line] = text.slice(0, k + 1);
    const now = lines.join("\n");
    const [hints, completions, report] = await Promise.all([
      hintsByLine(client, line),
      client.request(CompletionRequest.type, client.at("a.net", at(k + 1))),
      client.request(DocumentDiagnosticRequest.type, client.in("a.net")),
    ]);
    expect(hints, now).toEqual(before);
    expect(outline(now, line)).toEqual(outline(start, Infinity));
    expect(Array.isArray(completions)).toBe(true);
    expect(report.kind).toBe("full");
  }
  await client.published("a.net");
  await client.stop();
});
