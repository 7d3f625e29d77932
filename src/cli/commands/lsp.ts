/** @file `netc lsp --stdio`: the language server, started by an editor. */
import { serveStreams } from "../../lsp/node.js";
import type { Register } from "../command-line.js";
import { exitCodes, UsageFault } from "../fault.js";
import { languageHost } from "../language-host.js";

export const lsp: Register = (program, terminal, done) => {
  program
    .command("lsp")
    .description("the language server, for editors")
    .option("--stdio", "talk over standard input and output")
    .option("--clientProcessId <pid>", "accepted from editors; the server ends with its input")
    .addHelpText("after", "\nExample, as an editor's command:\n  netc lsp --stdio")
    .action(async (options: { stdio?: true }) => {
      if (!options.stdio) throw new UsageFault("netc lsp speaks over standard input and output only: add --stdio");
      // Standard output belongs to the protocol.
      console.log = (...values) => terminal.err(values.join(" "));
      await new Promise<void>((resolve) => {
        const end = (clean: boolean) => {
          done(clean ? exitCodes.ok : exitCodes.input);
          resolve();
        };
        serveStreams(process.stdin, process.stdout, languageHost, { version: program.version() ?? "", onExit: end });
        // An editor that died says no more.
        process.stdin.on("end", () => end(false));
      });
    });
};
