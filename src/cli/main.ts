#!/usr/bin/env node
/** @file The command line: `netc COMMAND`; runs one command and turns faults into messages and exit codes. */
import * as modules from "node:module";
import { DataError } from "../data/error.js";
import { renderFault } from "../diagnostics/fault.js";
import { toJson } from "../diagnostics/render.js";
import { exitCodes, InputFault, isNetError, UsageFault } from "./fault.js";
import { nodeTerminal } from "./terminal.js";

// From Node 22 on: what is loaded below is compiled once, and the next start takes it from there.
(modules as { readonly enableCompileCache?: () => unknown }).enableCompileCache?.();

const terminal = nodeTerminal();

function report(error: unknown): number {
  const label = terminal.paint("red", "error");
  if (process.argv.includes("--json")) terminal.out(JSON.stringify(errorJson(error)));
  if (error instanceof UsageFault) {
    terminal.err(`${label}: ${error.message}`);
    return exitCodes.usage;
  }
  if (error instanceof InputFault) {
    terminal.err(renderFault(error, terminal.paint));
    return exitCodes.input;
  }
  if (error instanceof DataError || isNetError(error)) {
    terminal.err(`${label}: ${error instanceof DataError ? error.describe() : error.message}`);
    return exitCodes.input;
  }
  terminal.err(
    `${label}: a defect in netc, please report it with the file that shows it\n${error instanceof Error ? error.stack : String(error)}`,
  );
  return exitCodes.defect;
}

/** Whoever reads JSON finds JSON, whatever happens. */
function errorJson(error: unknown): object {
  const { message, help, diagnostics } =
    error instanceof Error ? (error as Partial<InputFault>) : { message: String(error) };
  return { error: message, help, diagnostics: diagnostics?.map(toJson) };
}

/**
 * A reader that closes early (`netc summary x.net | head`) is no error; a full disk is. What a command would leave unfinished, it
 * finishes as after Ctrl-C: training saves what it has.
 */
function onOutputError(error: NodeJS.ErrnoException): void {
  const isClosed = error.code === "EPIPE";
  if (!isClosed) terminal.err(`${terminal.paint("red", "error")}: cannot write to standard output: ${error.message}`);
  if (process.listenerCount("SIGINT") > 0) process.emit("SIGINT");
  else process.exit(isClosed ? exitCodes.ok : exitCodes.input);
}
const ignore = () => {};
process.stdout.once("error", onOutputError).on("error", ignore);
// Nobody can be told.
process.stderr.on("error", ignore);

/** How editors start the server. They wait for it, so it does without the parser of arguments, which takes 10 ms to load. */
const startsServer = /^lsp --stdio(?: --clientProcessId[= ]\d+)?$/;

async function run(): Promise<number> {
  if (startsServer.test(process.argv.slice(2).join(" "))) return (await import("./serve.js")).serve(terminal);
  const { commandLine, CommanderError } = await import("./command-line.js");
  try {
    return await commandLine(terminal, process.argv);
  } catch (error) {
    // It has said why.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    throw error;
  }
}

try {
  process.exitCode = await run();
} catch (error) {
  process.exitCode = report(error);
}
