/** @file `netc fmt FILE...`: files in the formatter's style. */
import { statSync } from "node:fs";
import { SourceFile } from "../../base/source.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { render, toJson } from "../../diagnostics/render.js";
import { format } from "../../format/format.js";
import type { Register } from "../command-line.js";
import { exitCodes, InputFault } from "../fault.js";
import { formatOptions } from "../format-options.js";
import { readBytes, writeAtomic } from "../../host/files.js";
import { languageHost } from "../language-host.js";

interface Outcome {
  readonly file: string;
  /** It was, or with `--check` would be, written anew. */
  readonly changed: boolean;
  /** Errors of syntax. */
  readonly diagnostics: readonly Diagnostic[];
  /** Why the file could not be read or written. */
  readonly fault?: string;
}

export const fmt: Register = (program, terminal, done) => {
  program
    .command("fmt")
    .description("format files")
    .argument("<files...>", ".net files, or folders with such files")
    .option("--check", "write nothing: name the files that are not formatted, and exit with 1 if there are any")
    .option("--json", "print one JSON array: file, whether it changed, diagnostics")
    .addHelpText(
      "after",
      "\nWidth, indentation and line ends are those that prettier's configuration (.prettierrc, .editorconfig) says for" +
        "\nthe file; by default 120 columns and 2 spaces. A file with errors of syntax is left as it is." +
        "\n\nExamples:\n  netc fmt examples/mnist.net\n  netc fmt --check .",
    )
    .action(async (paths: readonly string[], options: { check?: true; json?: true }) => {
      const check = options.check ?? false;
      const outcomes: Outcome[] = [];
      for (const file of paths.flatMap(filesAt)) outcomes.push(await outcomeOf(file, check));
      if (options.json) terminal.out(JSON.stringify(outcomes.map(outcomeJson), null, 2));
      else {
        for (const { file, changed, diagnostics, fault } of outcomes) {
          if (changed) terminal.out(file);
          for (const diagnostic of diagnostics) terminal.err(`${render(diagnostic, terminal.paint)}\n`);
          if (fault) terminal.err(`${terminal.paint("red", "error")}: ${fault}`);
        }
        terminal.err(summary(outcomes, check));
      }
      done(
        outcomes.some((outcome) => hasErrors(outcome) || (check && outcome.changed)) ? exitCodes.input : exitCodes.ok,
      );
    });
};

const hasErrors = ({ diagnostics, fault }: Outcome): boolean => diagnostics.length > 0 || fault !== undefined;
const outcomeJson = (outcome: Outcome): object => ({ ...outcome, diagnostics: outcome.diagnostics.map(toJson) });

function summary(outcomes: readonly Outcome[], check: boolean): string {
  const count = (holds: (outcome: Outcome) => boolean, words: string) => {
    const n = outcomes.filter(holds).length;
    return n === 0 ? [] : [`${n} ${n === 1 ? "file" : "files"} ${words}`];
  };
  return [
    ...count(({ changed }) => changed, check ? "not formatted" : "formatted"),
    ...count((outcome) => !outcome.changed && !hasErrors(outcome), "unchanged"),
    ...count(hasErrors, "with errors"),
  ].join(", ");
}

/** A fault of one file does not keep the others from being formatted. */
async function outcomeOf(file: string, check: boolean): Promise<Outcome> {
  try {
    return await formatFile(file, check);
  } catch (error) {
    if (error instanceof InputFault) return { file, changed: false, diagnostics: [], fault: error.message };
    throw error;
  }
}

function filesAt(path: string): readonly string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const found = languageHost.files(path);
  if (found.length === 0) throw new InputFault(`${path} holds no .net file`);
  return found;
}

async function formatFile(file: string, check: boolean): Promise<Outcome> {
  const source = new SourceFile(file, readUtf8(file));
  const { text, diagnostics } = await format(source, await configured(file));
  const changed = text !== source.text;
  if (changed && !check) writeAtomic(file, text);
  return { file, changed, diagnostics };
}

/** What is not UTF-8 would be written back damaged. */
function readUtf8(file: string): string {
  const bytes = readBytes(file, "the file");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new InputFault(`${file} is not in UTF-8`);
  }
}

async function configured(file: string): ReturnType<typeof formatOptions> {
  try {
    return await formatOptions(file);
  } catch (error) {
    throw new InputFault(
      `cannot read prettier's configuration for ${file}: ${error instanceof Error ? error.message : ""}`,
    );
  }
}
