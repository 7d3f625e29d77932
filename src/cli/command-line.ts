/** @file The commands, listed by hand, and what they share. */
import { Command } from "commander";
import { bench } from "./commands/bench.js";
import { build } from "./commands/build.js";
import { check } from "./commands/check.js";
import { evaluate } from "./commands/eval.js";
import { explain } from "./commands/explain.js";
import { gradcheck } from "./commands/gradcheck.js";
import { graph } from "./commands/graph.js";
import { predict } from "./commands/predict.js";
import { summary } from "./commands/summary.js";
import { train } from "./commands/train.js";
import { exitCodes } from "./fault.js";
import type { Terminal } from "./terminal.js";

/** Adds one command to the program; its action returns through `done` what the process answers. */
export type Register = (program: Command, terminal: Terminal, done: (exitCode: number) => void) => void;

const commands: readonly Register[] = [
  check,
  build,
  train,
  evaluate,
  predict,
  summary,
  graph,
  gradcheck,
  bench,
  explain,
];

/** Parses the arguments, runs the command, gives the exit code; faults are thrown. */
export async function commandLine(terminal: Terminal, argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = new Command("netc")
    .description("Compiles .net files: neural networks and classical models, to self-contained TypeScript.")
    .version("0.1.0")
    .exitOverride()
    .showHelpAfterError("(netc --help lists the commands)")
    .showSuggestionAfterError();
  for (const register of commands) register(program, terminal, (code) => (exitCode = code));
  await program.parseAsync(argv);
  return exitCode;
}
