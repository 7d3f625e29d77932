/** @file `netc build FILE...`: `x.net` to `x.net.ts`, or to `x.net.js` and `x.net.d.ts`. */
import { watch } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Target } from "../../backends/model.js";
import { compileModel } from "../../compiler/compile.js";
import { emitModule } from "../../emit/emit.js";
import { printBinaries } from "../../emit/memory.js";
import { afterGradient, type PassOptions } from "../../passes/pipeline.js";
import type { Register } from "../command-line.js";
import { checkModels } from "../compile.js";
import { InputFault, UsageFault } from "../fault.js";
import { writeAtomic } from "../host.js";
import { render } from "../../diagnostics/render.js";
import { checkRelaxed, relaxedFlag, relaxedHelp } from "../relaxed.js";
import { schedulesBeside, scheduleSuffix } from "../schedule-file.js";
import { defaultTarget, exactFlag, exactHelp, targetFlag, targetHelp, targetOf } from "../target.js";
import type { Terminal } from "../terminal.js";
import { whole } from "../numbers.js";

interface BuildOptions {
  readonly output?: string;
  readonly target: Target;
  readonly fallback: string;
  readonly exact?: true;
  readonly relaxed?: true;
  readonly print?: string;
  readonly emit: string;
  readonly batch?: number;
  readonly watch?: true;
  readonly printAfter?: readonly string[];
}

const passNames = afterGradient.map(({ name }) => name);

export const build: Register = (program, terminal) => {
  program
    .command("build")
    .description("write the generated module")
    .argument("<files...>", ".net files")
    .option("-o, --output <folder>", "where to write (default: beside the source)")
    .option(targetFlag, targetHelp, targetOf, defaultTarget)
    .option(exactFlag, exactHelp)
    .option(relaxedFlag, relaxedHelp)
    .option("--fallback <target>", "for engines without WebAssembly or its vectors: typescript, or none", "typescript")
    .option("--emit <language>", "ts, or js with declarations", "ts")
    .option("--batch <n>", "largest number of examples in one call (default: the model's)", whole(1))
    .option("--watch", "build again when a file changes")
    .option("--print <form>", "wat: print the programs as WebAssembly text instead of writing the module")
    .option("--print-after <passes...>", "print the graph after these passes (all: after each)")
    .addHelpText(
      "after",
      "\nExamples:\n  netc build examples/mnist.net\n  netc build examples/*.net -o generated --emit js",
    )
    .action((files: readonly string[], options: BuildOptions) => {
      if (options.fallback !== "typescript" && options.fallback !== "none")
        throw new UsageFault(`unknown fallback ${options.fallback}: use typescript or none`);
      if (options.print !== undefined && options.print !== "wat")
        throw new UsageFault(`unknown form ${options.print}: use wat`);
      if (options.print !== undefined && options.target !== "wasm")
        throw new UsageFault("--print wat needs --target wasm");
      checkRelaxed(options);
      if (options.emit !== "ts" && options.emit !== "js")
        throw new UsageFault(`unknown language ${options.emit}: use ts or js`);
      if (!options.watch) for (const file of files) buildFile(file, options, terminal);
      else for (const file of files) watchFile(file, options, terminal);
    });
};

function buildFile(file: string, options: BuildOptions, terminal: Terminal): void {
  const started = performance.now();
  const models = checkModels(file, options.batch);
  if (models.length === 0) throw new InputFault(`${file} has no model`, "add one: model Name { .. }");
  const language = options.emit === "js" ? "js" : "ts";
  const { target } = options;
  const fallback = options.fallback === "typescript";
  const schedules = schedulesBeside(file, terminal);
  const compiled = models.map((model) =>
    compileModel(model, {
      ...passOptions(options, terminal),
      target,
      exact: options.exact ?? false,
      relaxed: options.relaxed ?? false,
      schedules,
      fallback: fallback && !options.print,
    }),
  );
  if (options.print) {
    for (const model of compiled) terminal.out(printBinaries(model));
    return;
  }
  const { text, declarations } = emitModule(compiled, { language });
  const path = join(options.output ?? dirname(file), basename(file));
  // Declarations first: whoever sees the new code also sees its types.
  const written = [
    ...(declarations === undefined ? [] : [[`${path}.d.ts`, declarations] as const]),
    [`${path}.${language}`, text] as const,
  ].filter(([name, content]) => writeAtomic(name, content));
  const milliseconds = Math.round(performance.now() - started);
  for (const [name, content] of written)
    terminal.err(`${name}  ${(content.length / 1024).toFixed(1)} kB  ${milliseconds} ms`);
  if (written.length === 0) terminal.err(`${path}.${language}  unchanged`);
}

function passOptions({ printAfter }: BuildOptions, terminal: Terminal): PassOptions {
  if (!printAfter) return {};
  const unknown = printAfter.find((name) => name !== "all" && !passNames.includes(name));
  if (unknown !== undefined) throw new UsageFault(`unknown pass ${unknown}: use all, ${passNames.join(", ")}`);
  return {
    printAfter: { passes: printAfter, print: (pass, text) => terminal.out(`// after ${pass}\n${text}\n`) },
  };
}

/** Rebuilds on change; errors are shown and watching goes on. */
function watchFile(file: string, options: BuildOptions, terminal: Terminal): void {
  const attempt = () => {
    try {
      buildFile(file, options, terminal);
    } catch (error) {
      if (!(error instanceof InputFault)) throw error;
      for (const diagnostic of error.diagnostics) terminal.err(`${render(diagnostic, terminal.paint)}\n`);
      terminal.err(`${terminal.paint("red", "error")}: ${error.message}`);
    }
  };
  let pending: NodeJS.Timeout | undefined;
  // The folder is watched because editors replace files; before the first build, so that no change falls between.
  watch(dirname(file), (_event, name) => {
    if (name === null || !(name.endsWith(".net") || name.endsWith(scheduleSuffix))) return;
    clearTimeout(pending);
    pending = setTimeout(attempt, 50);
  });
  attempt();
}
