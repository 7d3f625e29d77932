/** @file The language server on standard input and output. */
import { serveStreams } from "../lsp/node.js";
import { exitCodes } from "./fault.js";
import { languageHost } from "./language-host.js";
import { answerPlans, PlanningThread } from "./planning.js";
import type { Terminal } from "./terminal.js";
import { version } from "./version.js";

/** Milliseconds for what has arrived when the input ends. */
const grace = 500;

/** Serves one editor, or, in a thread of another server, answers its questions; the exit code. */
export async function serve(terminal: Terminal): Promise<number> {
  if (answerPlans(languageHost)) return exitCodes.ok;
  // Standard output belongs to the protocol.
  console.log = (...values) => terminal.err(values.join(" "));
  const thread = new PlanningThread(process.argv[1]!);
  const host = { ...languageHost, planMemory: thread.plan.bind(thread) };
  const clean = await new Promise<boolean>((onExit) => {
    serveStreams(process.stdin, process.stdout, host, { version, onExit });
    // An editor that died says no more; what it said before is still to be read.
    process.stdin.on("end", () => setTimeout(() => onExit(false), grace));
  });
  // An open input would keep the process alive.
  process.stdin.destroy();
  return clean ? exitCodes.ok : exitCodes.input;
}
