/** @file Random edits and requests in any order: all answered, nothing logged, and answers are those of a fresh server. */
import { readdirSync, readFileSync } from "node:fs";
import {
  CodeLensRequest,
  CompletionRequest,
  DocumentDiagnosticRequest,
  HoverRequest,
  InlayHintRequest,
  SignatureHelpRequest,
} from "vscode-languageserver";
import { expect, it } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { type Client, connect } from "./client.js";
import { applied, random, randomEdit } from "./edits.js";

const examples = readdirSync("examples").filter((name) => name.endsWith(".net"));
const range = { start: { line: 0, character: 0 }, end: { line: 10_000, character: 0 } };
const rounds = Number(process.env["NETC_EDITS"] ?? 120);
/** Edits before the text begins anew, and between comparisons with a fresh server. */
const restart = 40;
const compare = 20;

const positionIn = (text: string, offset: number) => {
  const { line, column } = new SourceFile("a", text).positionAt(offset);
  return { line, character: column };
};
/** All that is asked about a text at an offset. */
async function asked(client: Client, name: string, text: string, offset: number): Promise<unknown[]> {
  const at = client.at(name, positionIn(text, offset));
  return Promise.all([
    client.request(HoverRequest.type, at),
    client.request(CompletionRequest.type, at),
    client.request(SignatureHelpRequest.type, at),
    client.request(InlayHintRequest.type, { ...client.in(name), range }),
    client.request(CodeLensRequest.type, client.in(name)),
    client.request(DocumentDiagnosticRequest.type, client.in(name)),
  ]);
}

it(`${rounds} edits`, { timeout: 3_600_000 }, async () => {
  const next = random(11);
  const client = await connect();
  let text = "";
  let name = "";
  for (let k = 0; k < rounds; k++) {
    if (k % restart === 0) {
      name = examples[Math.floor(next() * examples.length)]!;
      text = readFileSync(`examples/${name}`, "utf8");
      await client.open(name, text);
    }
    const edit = randomEdit(text, next);
    await client.change(name, edit.text, { start: positionIn(text, edit.start), end: positionIn(text, edit.end) });
    text = applied(text, edit);
    const offset = Math.floor(next() * (text.length + 1));
    const answers = await asked(client, name, text, offset);
    if (k % compare !== compare - 1) continue;
    const fresh = await connect();
    await fresh.open(name, text);
    expect(answers, text).toEqual(await asked(fresh, name, text, offset));
    await fresh.stop();
  }
  await client.stop();
});
