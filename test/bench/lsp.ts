/**
 * @file How fast is the language server? Keystroke to diagnostics and hints, hover, completion, start, and its memory after many edits.
 *
 * A text of 1,000 lines with 20 models, typed into over standard input and output, as from an editor. Run it alone on the machine,
 * which is a Linux: `node dist/test/bench/lsp.js [edits]`.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import {
  CompletionRequest,
  createProtocolConnection,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  InlayHintRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node.js";
import { SourceFile } from "../../src/base/source.js";
import { Client } from "../lsp/client.js";
import { randomFrom } from "../random.js";

const sources = [
  "mnist",
  "digits-mlp",
  "iris",
  "autoencoder",
  "wine",
  "regularized",
  "fashion-mlp",
  "breast-cancer",
  "glm",
  "svm",
];

/** Models of the examples one after another, filled up with comments to 50 lines each. */
function longText(): string {
  const models = sources.flatMap((name) => {
    const text = readFileSync(`examples/${name}.net`, "utf8");
    return text.split(/^(?=(?:\/\/\/.*\n)*model )/m).filter((part) => /^model /m.test(part));
  });
  const parts = Array.from({ length: 20 }, (_, k) => {
    const text = models[k % models.length]!.replace(/^model (\w+)/m, `model $1${k}`).trimEnd();
    return `${text}\n${"// a line of comment\n".repeat(Math.max(0, 50 - text.split("\n").length))}`;
  });
  return parts.join("");
}

const milliseconds = (times: readonly number[]) => {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!.toFixed(1);
  return `median ${at(0.5)}, 95th percentile ${at(0.95)}, most ${at(1)} ms`;
};

/** A server as an editor starts it, in a process of its own, and its client. */
async function start(): Promise<{ readonly client: Client; readonly pid: number }> {
  const child = spawn(process.execPath, ["dist/package/cli.js", "lsp", "--stdio"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const client = new Client(connection, new Map(), {});
  await client.request(InitializeRequest.type, { processId: null, rootUri: null, capabilities: {} });
  await connection.sendNotification(InitializedNotification.type, {});
  return { client, pid: child.pid! };
}

/** Milliseconds from the start of the process to its first diagnostics, and those in which a processor worked for it. */
async function timeToDiagnostics(text: string): Promise<{ readonly time: number; readonly work: number }> {
  const begin = performance.now();
  const { client, pid } = await start();
  await client.open("a.net", text);
  await client.published("a.net");
  const time = performance.now() - begin;
  // In the user's code and in the system's, in hundredths of a second.
  const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ")
    .slice(11, 13);
  await client.stop();
  return { time, work: 10 * (Number(user) + Number(system)) };
}

/** Memory of a process that is in the machine's, in megabytes; Linux says it. */
const resident = (pid: number): string =>
  (Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1000).toFixed(0);

async function main(edits: number): Promise<void> {
  const text = longText();
  console.log(`${text.split("\n").length} lines, ${text.match(/^model /gm)!.length} models, ${edits} edits`);
  const one = readFileSync("examples/mnist.net", "utf8");
  const starts: Awaited<ReturnType<typeof timeToDiagnostics>>[] = [];
  for (let k = 0; k < 11; k++) starts.push(await timeToDiagnostics(one));
  console.log(`start to first diagnostics (one model)   ${milliseconds(starts.map(({ time }) => time))}`);
  console.log(`processor time of that                   ${milliseconds(starts.map(({ work }) => work))}`);

  const { client, pid } = await start();
  await client.open("a.net", text);
  await client.published("a.net");
  const next = randomFrom(5);
  const places = [...text.matchAll(/dense\(\d|-> relu|epochs: \d/g)].map(({ index, 0: found }) => index + found.length);
  const range = { start: { line: 0, character: 0 }, end: { line: 5000, character: 0 } };
  const source = new SourceFile("a", text);
  const keys: number[] = [];
  const hovers: number[] = [];
  const completions: number[] = [];
  const memory = [resident(pid)];
  // Two edits a round.
  const rounds = Math.ceil(edits / 2);
  for (let k = 0; k < rounds; k++) {
    // A key is typed at a place where it breaks the text or not, and taken back.
    const place = source.positionAt(places[Math.floor(next() * places.length)]!);
    const at = { line: place.line, character: place.column };
    const after = { line: at.line, character: at.character + 1 };
    const typed = k % 2 === 0 ? "1" : "(";
    for (const [key, span] of [
      [typed, { start: at, end: at }],
      ["", { start: at, end: after }],
    ] as const) {
      client.publications.length = 0;
      const begin = performance.now();
      await client.change("a.net", key, span);
      const hints = client.request(InlayHintRequest.type, { ...client.in("a.net"), range });
      await Promise.all([client.published("a.net"), hints]);
      keys.push(performance.now() - begin);
    }
    const position = { line: at.line, character: at.character - 2 };
    const begin = performance.now();
    await client.request(HoverRequest.type, client.at("a.net", position));
    const middle = performance.now();
    await client.request(CompletionRequest.type, client.at("a.net", at));
    hovers.push(middle - begin);
    completions.push(performance.now() - middle);
    if ((k + 1) % Math.ceil(rounds / 5) === 0) memory.push(resident(pid));
  }
  console.log(`keystroke to diagnostics and hints       ${milliseconds(keys)}`);
  console.log(`hover                                    ${milliseconds(hovers)}`);
  console.log(`completion                               ${milliseconds(completions)}`);
  console.log(`resident memory, before and each fifth   ${memory.join(", ")} MB`);
  await client.stop();
}

await main(Number(process.argv[2] ?? 500));
