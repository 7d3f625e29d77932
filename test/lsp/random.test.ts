/**
 * @file Random edits and requests in any order: all answered, nothing logged, answers are those of a fresh server, memory does not grow.
 *
 * `NETC_EDITS=10000` makes a day's worth of them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  CodeActionRequest,
  CodeLensRequest,
  CompletionRequest,
  DefinitionRequest,
  DocumentDiagnosticRequest,
  DocumentFormattingRequest,
  DocumentHighlightRequest,
  DocumentSymbolRequest,
  FoldingRangeRequest,
  HoverRequest,
  InlayHintRequest,
  ReferencesRequest,
  SelectionRangeRequest,
  SemanticTokensRequest,
  SignatureHelpRequest,
  TypeDefinitionRequest,
} from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { type Client, connect } from "./client.js";
import { randomFrom } from "../random.js";
import { applied, randomEdit } from "./edits.js";

const examples = readdirSync("examples").filter((name) => name.endsWith(".net"));
const range = { start: { line: 0, character: 0 }, end: { line: 10_000, character: 0 } };
const rounds = Number(process.env["NETC_EDITS"] ?? 120);
/** Edits before the text begins anew, between comparisons with a fresh server, and between looks at the memory. */
const restart = 40;
const compare = 20;
const weigh = 1000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
/** In megabytes, of what is still in use. */
function heap(): number {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}

const positionIn = (text: string, offset: number) => {
  const { line, column } = new SourceFile("a", text).positionAt(offset);
  return { line, character: column };
};

type Question = (client: Client) => Promise<unknown>;
/** All that is asked about a text at an offset. */
function questions(name: string, text: string, offset: number): readonly Question[] {
  const position = positionIn(text, offset);
  const at = <P>(params: P) => ({ textDocument: { uri: `file:///project/${name}` }, ...params });
  const here = at({ position });
  return [
    (client) => client.request(HoverRequest.type, here),
    (client) => client.request(CompletionRequest.type, here),
    (client) => client.request(SignatureHelpRequest.type, here),
    (client) => client.request(DefinitionRequest.type, here),
    (client) => client.request(TypeDefinitionRequest.type, here),
    (client) => client.request(ReferencesRequest.type, at({ position, context: { includeDeclaration: true } })),
    (client) => client.request(DocumentHighlightRequest.type, here),
    (client) => client.request(SelectionRangeRequest.type, at({ positions: [position] })),
    (client) =>
      client.request(
        CodeActionRequest.type,
        at({ range: { start: position, end: position }, context: { diagnostics: [] } }),
      ),
    (client) => client.request(InlayHintRequest.type, at({ range })),
    (client) => client.request(CodeLensRequest.type, at({})),
    (client) => client.request(DocumentDiagnosticRequest.type, at({})),
    (client) => client.request(DocumentSymbolRequest.type, at({})),
    (client) => client.request(FoldingRangeRequest.type, at({})),
    (client) => client.request(SemanticTokensRequest.type, at({})).then((tokens) => tokens?.data),
    (client) => client.request(DocumentFormattingRequest.type, at({ options: { tabSize: 2, insertSpaces: true } })),
  ];
}
/** Answers in the order of the questions, which are asked in a random order. */
async function asked(client: Client, list: readonly Question[], next: () => number): Promise<unknown[]> {
  const order = list.map((ask, k) => ({ ask, k, key: next() })).sort((a, b) => a.key - b.key);
  const answers: unknown[] = [];
  await Promise.all(order.map(async ({ ask, k }) => void (answers[k] = await ask(client))));
  return answers;
}

it(`${rounds} edits`, { timeout: 3_600_000 }, async () => {
  const next = randomFrom(11);
  const client = await connect();
  const weights: number[] = [];
  let text = "";
  let name = "";
  for (let k = 0; k < rounds; k++) {
    if (k % restart === 0) {
      if (name) await client.close(name);
      name = examples[Math.floor(next() * examples.length)]!;
      text = readFileSync(`examples/${name}`, "utf8");
      await client.open(name, text);
    }
    const edit = randomEdit(text, next);
    await client.change(name, edit.text, { start: positionIn(text, edit.start), end: positionIn(text, edit.end) });
    text = applied(text, edit);
    const list = questions(name, text, Math.floor(next() * (text.length + 1)));
    const answers = await asked(client, list, next);
    client.publications.length = 0;
    if (k % weigh === weigh - 1) weights.push(heap());
    if (k % compare !== compare - 1) continue;
    const fresh = await connect();
    await fresh.open(name, text);
    expect(answers, text).toEqual(await asked(fresh, list, next));
    await fresh.stop();
  }
  await client.stop();
  if (weights.length === 0) return;
  console.log(`heap after each ${weigh} edits: ${weights.map((weight) => weight.toFixed(0)).join(", ")} MB`);
  expect(Math.max(...weights)).toBeLessThan(200);
  expect(weights.at(-1)! / weights[0]!).toBeLessThan(1.2);
});
