/** @file `netc lsp --stdio`: the language server, started by an editor. */
import type { Register } from "../command-line.js";
import { UsageFault } from "../fault.js";
import { serve } from "../serve.js";

export const lsp: Register = (program, terminal, done) => {
  program
    .command("lsp")
    .description("the language server, for editors")
    .option("--stdio", "talk over standard input and output")
    .option("--clientProcessId <pid>", "accepted from editors; the server ends with its input")
    .addHelpText("after", "\nExample, as an editor's command:\n  netc lsp --stdio")
    .action(async (options: { stdio?: true }) => {
      if (!options.stdio) throw new UsageFault("netc lsp speaks over standard input and output only: add --stdio");
      done(await serve(terminal));
    });
};
