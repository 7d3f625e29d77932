#!/usr/bin/env node
/** @file The command line: `netc COMMAND`; runs one command and turns faults into messages and exit codes. */
import { CommanderError } from "commander";
import { DataError } from "../data/error.js";
import { renderFault } from "../diagnostics/fault.js";
import { commandLine } from "./command-line.js";
import { exitCodes, InputFault, UsageFault } from "./fault.js";
import { nodeTerminal } from "./terminal.js";

const terminal = nodeTerminal();

function report(error: unknown): number {
  const label = terminal.paint("red", "error");
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof UsageFault) {
    terminal.err(`${label}: ${error.message}`);
    return exitCodes.usage;
  }
  if (error instanceof InputFault) {
    terminal.err(renderFault(error, terminal.paint));
    return exitCodes.input;
  }
  if (error instanceof DataError) {
    terminal.err(`${label}: ${error.describe()}`);
    return exitCodes.input;
  }
  terminal.err(
    `${label}: a defect in netc, please report it with the file that shows it\n${error instanceof Error ? error.stack : String(error)}`,
  );
  return exitCodes.defect;
}

// A reader that closes early (`netc summary x.net | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.ok);
  throw error;
});

try {
  process.exitCode = await commandLine(terminal, process.argv);
} catch (error) {
  process.exitCode = report(error);
}
