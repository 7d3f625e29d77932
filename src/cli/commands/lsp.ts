/** @file `netc lsp --stdio`: the language server, started by an editor. */
import { serveStreams } from "../../lsp/node.js";
import type { Register } from "../command-line.js";
import { exitCodes, UsageFault } from "../fault.js";
import { languageHost } from "../language-host.js";
import { answerPlans, PlanningThread } from "../planning.js";

/** Milliseconds for what has arrived when the input ends. */
const grace = 500;

export const lsp: Register = (program, terminal, done) => {
  program
    .command("lsp")
    .description("the language server, for editors")
    .option("--stdio", "talk over standard input and output")
    .option("--clientProcessId <pid>", "accepted from editors; the server ends with its input")
    .addHelpText("after", "\nExample, as an editor's command:\n  netc lsp --stdio")
    .action(async (options: { stdio?: true }) => {
      if (!options.stdio) throw new UsageFault("netc lsp speaks over standard input and output only: add --stdio");
      if (answerPlans(languageHost)) return;
      // Standard output belongs to the protocol.
      console.log = (...values) => terminal.err(values.join(" "));
      const thread = new PlanningThread(process.argv[1]!);
      const host = { ...languageHost, planMemory: thread.plan.bind(thread) };
      const clean = await new Promise<boolean>((onExit) => {
        serveStreams(process.stdin, process.stdout, host, { version: program.version() ?? "", onExit });
        // An editor that died says no more; what it said before is still to be read.
        process.stdin.on("end", () => setTimeout(() => onExit(false), grace));
      });
      // An open input would keep the process alive.
      process.stdin.destroy();
      done(clean ? exitCodes.ok : exitCodes.input);
    });
};
