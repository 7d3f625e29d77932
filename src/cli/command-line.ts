/** @file The commands, listed by hand, and what they share. */
import { Command } from "commander";
import { exitCodes } from "./fault.js";
import type { Terminal } from "./terminal.js";
import { version } from "./version.js";

export { CommanderError } from "commander";

/** Adds one command to the program; its action returns through `done` what the process answers. */
export type Register = (program: Command, terminal: Terminal, done: (exitCode: number) => void) => void;

/** By name; a command is loaded when it is asked for: `check` needs no code generator. */
const commands: Readonly<Record<string, () => Promise<Register>>> = {
  check: async () => (await import("./commands/check.js")).check,
  build: async () => (await import("./commands/build.js")).build,
  train: async () => (await import("./commands/train.js")).train,
  eval: async () => (await import("./commands/eval.js")).evaluate,
  predict: async () => (await import("./commands/predict.js")).predict,
  diff: async () => (await import("./commands/diff.js")).diff,
  init: async () => (await import("./commands/init.js")).init,
  summary: async () => (await import("./commands/summary.js")).summary,
  prune: async () => (await import("./commands/prune.js")).prune,
  plot: async () => (await import("./commands/plot.js")).plot,
  graph: async () => (await import("./commands/graph.js")).graph,
  gradcheck: async () => (await import("./commands/gradcheck.js")).gradcheck,
  tune: async () => (await import("./commands/tune.js")).tune,
  bench: async () => (await import("./commands/bench.js")).bench,
  fmt: async () => (await import("./commands/fmt.js")).fmt,
  explain: async () => (await import("./commands/explain.js")).explain,
  lsp: async () => (await import("./commands/lsp.js")).lsp,
};

/** Parses the arguments, runs the command, gives the exit code; faults are thrown. */
export async function commandLine(terminal: Terminal, argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = new Command("netc")
    .description("Compiles .net files: neural networks and classical models, to self-contained TypeScript.")
    .version(version)
    .exitOverride()
    .showHelpAfterError("(netc --help lists the commands)")
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 the input is at fault, 2 wrong usage, 70 a defect of netc, 130 interrupted." +
        '\nWith --json an error is an object, too: {"error", "help", "diagnostics"}.',
    );
  const asked = argv[2] ?? "";
  const loaders = Object.hasOwn(commands, asked) ? [commands[asked]!] : Object.values(commands);
  for (const register of await Promise.all(loaders.map((load) => load())))
    register(program, terminal, (code) => (exitCode = code));
  await program.parseAsync(argv);
  return exitCode;
}
