/** @file Navigation in texts broken at random: every request is answered, and every range lies in its document. */
import {
  CallHierarchyIncomingCallsRequest,
  CallHierarchyOutgoingCallsRequest,
  CallHierarchyPrepareRequest,
  CodeActionRequest,
  DefinitionRequest,
  DocumentHighlightRequest,
  DocumentLinkRequest,
  DocumentSymbolRequest,
  FoldingRangeRequest,
  PrepareRenameRequest,
  ReferencesRequest,
  RenameRequest,
  SelectionRangeRequest,
  SemanticTokensDeltaRequest,
  SemanticTokensRangeRequest,
  SemanticTokensRequest,
  TypeDefinitionRequest,
  WorkspaceSymbolRequest,
} from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { libraryText } from "../../src/library/text.generated.js";
import { type Client, connect, uriOf } from "./client.js";
import { randomFrom } from "../random.js";
import { applied, randomEdit } from "./edits.js";
import { examples } from "./workspace.js";

const isPosition = (value: unknown): value is { readonly line: number; readonly character: number } =>
  typeof value === "object" && value !== null && "line" in value && "character" in value;

/** Every range in an answer with the document it is of: that of the nearest URI around it. */
function* rangesIn(value: unknown, uri: string): Iterable<readonly [uri: string, start: unknown, end: unknown]> {
  if (typeof value !== "object" || value === null) return;
  const own = "uri" in value && typeof value.uri === "string" ? value.uri : uri;
  if ("start" in value && "end" in value && isPosition(value.start)) yield [own, value.start, value.end];
  for (const [key, inner] of Object.entries(value)) yield* rangesIn(inner, key.startsWith("file:") ? key : own);
}

function check(answer: unknown, uri: string, texts: ReadonlyMap<string, string>): number {
  let count = 0;
  for (const [of, start, end] of rangesIn(answer, uri)) {
    const library = /^netc-library:\/(.*)$/.exec(of)?.[1];
    const lines = (library === undefined ? texts.get(of) : libraryText[library])!.split("\n");
    for (const at of [start, end]) {
      if (!isPosition(at)) throw new Error(`${JSON.stringify(at)} is no position`);
      expect(at.line).toBeLessThan(lines.length);
      expect(at.character).toBeLessThanOrEqual(lines[at.line]!.length);
    }
    const [a, b] = [start, end] as { line: number; character: number }[];
    expect(a!.line < b!.line || (a!.line === b!.line && a!.character <= b!.character)).toBe(true);
    count += 1;
  }
  return count;
}

async function everything(client: Client, name: string, next: () => number, texts: ReadonlyMap<string, string>) {
  const lines = texts.get(uriOf(name))!.split("\n");
  const anywhere = () => {
    const line = Math.floor(next() * lines.length);
    return { line, character: Math.floor(next() * (lines[line]!.length + 2)) };
  };
  const [position, other] = [anywhere(), anywhere()];
  const isFirst = position.line < other.line || (position.line === other.line && position.character <= other.character);
  const range = isFirst ? { start: position, end: other } : { start: other, end: position };
  const inside = client.in(name);
  const at = client.at(name, position);
  const kinds = ["quickfix", "refactor", "source"];
  const context = { diagnostics: [], only: kinds };
  const items = await client.request(CallHierarchyPrepareRequest.type, at);
  /** A request that may be refused, which is an answer. */
  const orRefused = async <T>(answer: Promise<T>): Promise<T | undefined> =>
    answer.catch((error: Error & { readonly code?: number }) => {
      expect(error.code).toBe(-32803);
      return undefined;
    });
  const answers: unknown[] = [
    items,
    await client.request(DefinitionRequest.type, at),
    await client.request(TypeDefinitionRequest.type, at),
    await client.request(ReferencesRequest.type, { ...at, context: { includeDeclaration: true } }),
    await client.request(DocumentHighlightRequest.type, at),
    await orRefused(client.request(PrepareRenameRequest.type, at)),
    await orRefused(client.request(RenameRequest.type, { ...at, newName: "renamed" })),
    await client.request(DocumentSymbolRequest.type, inside),
    await client.request(WorkspaceSymbolRequest.type, { query: "o" }),
    await client.request(FoldingRangeRequest.type, inside).then((folds) =>
      folds?.map(({ startLine, endLine }) => ({
        start: { line: startLine, character: 0 },
        end: { line: endLine, character: 0 },
      })),
    ),
    await client.request(SelectionRangeRequest.type, { ...inside, positions: [position] }),
    await client.request(DocumentLinkRequest.type, inside),
    await client.request(CodeActionRequest.type, { ...inside, range, context }),
  ];
  for (const item of items ?? []) {
    // Ranges of calls are in the caller's document.
    const incoming = (await client.request(CallHierarchyIncomingCallsRequest.type, { item })) ?? [];
    answers.push(incoming.map(({ from, fromRanges }) => ({ uri: from.uri, from, fromRanges })));
    answers.push({ uri: item.uri, calls: await client.request(CallHierarchyOutgoingCallsRequest.type, { item }) });
  }
  const { resultId } = (await client.request(SemanticTokensRequest.type, inside))!;
  await client.request(SemanticTokensDeltaRequest.type, { ...inside, previousResultId: resultId! });
  await client.request(SemanticTokensRangeRequest.type, { ...inside, range });
  return answers.reduce<number>((sum, answer) => sum + check(answer, uriOf(name), texts), 0);
}

it.each(Object.keys(examples()))("answers about %s, however broken", async (name) => {
  const text = examples()[name]!;
  const client = await connect({ [name]: text, "other.net": `import { M } from "./${name}"\nfn f(x) = relu(x)\n` });
  const texts = new Map([[uriOf("other.net"), client.files.get("other.net")!]]);
  const next = randomFrom(name.length);
  await client.open(name);
  let count = 0;
  let broken = text;
  for (let round = 0; round < 12; round++) {
    for (let k = 0; k < 2; k++) broken = applied(broken, randomEdit(broken, next));
    await client.change(name, broken);
    texts.set(uriOf(name), broken);
    count += await everything(client, name, next, texts);
  }
  expect(count).toBeGreaterThan(20);
  await client.stop();
});
