/** @file `netc build FILE...`: `x.net` to `x.net.ts`, or to `x.net.js` and its declarations, or to declarations alone. */
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { Target } from "../../backends/model.js";
import { type BuildOptions, buildModels, buildModule } from "../../compiler/build.js";
import { declarationsPath } from "../../compiler/declarations.js";
import { createProject, type Project } from "../../compiler/project.js";
import { printBinaries } from "../../emit/memory.js";
import { mapReference, type SourceMap } from "../../emit/source-map.js";
import { renderFault } from "../../diagnostics/fault.js";
import { nodeHost, writeAtomic } from "../../host/files.js";
import { afterGradient, type PassOptions } from "../../passes/pipeline.js";
import type { Register } from "../command-line.js";
import { exitCodes, InputFault, UsageFault } from "../fault.js";
import { whole } from "../numbers.js";
import { checkRelaxed, relaxedFlag, relaxedHelp } from "../relaxed.js";
import { defaultTarget, exactFlag, exactHelp, targetFlag, targetHelp, targetOf } from "../target.js";
import type { Terminal } from "../terminal.js";
import { watchFiles } from "../watch.js";

interface Options {
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

export const build: Register = (program, terminal, done) => {
  program
    .command("build")
    .description("write the generated module")
    .argument("<files...>", ".net files")
    .option("-o, --output <folder>", "where to write (default: beside the source)")
    .option(targetFlag, targetHelp, targetOf, defaultTarget)
    .option(exactFlag, exactHelp)
    .option(relaxedFlag, relaxedHelp)
    .option("--fallback <target>", "for engines without WebAssembly or its vectors: typescript, or none", "typescript")
    .option("--emit <language>", "ts; js with declarations and source map; or types: what programs import", "ts")
    .option("--batch <n>", "largest number of examples in one call (default: the model's)", whole(1))
    .option("--watch", "build again when a file that it depends on changes, until Ctrl-C")
    .option("--print <form>", "wat: print the programs as WebAssembly text instead of writing the module")
    .option("--print-after <passes...>", "print the graph after these passes (all: after each)")
    .addHelpText(
      "after",
      `
--emit types writes x.d.net.ts: the types of \`import .. from "./x.net"\`, in programs that a bundler's plugin
or netc/register compiles (tsconfig.json: "allowArbitraryExtensions": true).

Examples:
  netc build examples/mnist.net
  netc build examples/*.net -o generated --emit js
  netc build src/*.net --watch`,
    )
    .action(async (files: readonly string[], options: Options) => {
      checkOptions(files, options);
      const project = createProject(nodeHost);
      const attempt = (file: string): boolean => {
        try {
          buildFile(project, file, options, terminal);
          return true;
        } catch (error) {
          if (!(error instanceof InputFault)) throw error;
          terminal.err(renderFault(error, terminal.paint));
          return false;
        }
      };
      if (options.watch) await watchFiles(project, files, attempt, terminal);
      // A fault of one file does not keep the others from being built.
      else if (files.map(attempt).includes(false)) done(exitCodes.input);
    });
};

function checkOptions(files: readonly string[], options: Options): void {
  const { fallback, print, target, emit } = options;
  if (fallback !== "typescript" && fallback !== "none")
    throw new UsageFault(`unknown fallback ${fallback}: use typescript or none`);
  if (print !== undefined && print !== "wat") throw new UsageFault(`unknown form ${print}: use wat`);
  if (print !== undefined && target !== "wasm") throw new UsageFault("--print wat needs --target wasm");
  checkRelaxed(options);
  const twin = files.find((file, k) => files.findIndex((other) => basename(other) === basename(file)) < k);
  if (options.output !== undefined && twin !== undefined)
    throw new UsageFault(`two files are called ${basename(twin)}: --output ${options.output} has room for one`);
  if (!["ts", "js", "types"].includes(emit)) throw new UsageFault(`unknown language ${emit}: use ts, js or types`);
}

function buildFile(project: Project, file: string, options: Options, terminal: Terminal): void {
  const started = performance.now();
  const buildOptions: BuildOptions = {
    ...passOptions(options, terminal),
    batch: options.batch,
    target: options.target,
    exact: options.exact ?? false,
    relaxed: options.relaxed ?? false,
    fallback: options.fallback === "typescript" && options.print === undefined,
    note: terminal.note,
  };
  if (options.print !== undefined) {
    for (const model of buildModels(project, file, buildOptions).models) terminal.out(printBinaries(model));
    return;
  }
  const path = join(options.output ?? dirname(file), basename(file));
  const outputs = outputsOf(project, file, path, options.emit, buildOptions);
  const written = outputs.filter(([name, content]) => writeAtomic(name, content));
  const milliseconds = Math.round(performance.now() - started);
  for (const [name, content] of written)
    terminal.err(`${name}  ${(content.length / 1024).toFixed(1)} kB  ${milliseconds} ms`);
  if (written.length === 0) terminal.err(`${outputs.at(-1)![0]}  unchanged  ${milliseconds} ms`);
}

type Output = readonly [path: string, content: string];

/** In the order in which they are written: whoever sees new code also sees its types and its map. */
function outputsOf(
  project: Project,
  file: string,
  path: string,
  emit: string,
  options: BuildOptions,
): readonly Output[] {
  if (emit === "ts") return [[`${path}.ts`, buildModule(project, file, { ...options, language: "ts" }).text]];
  const { text, map, declarations = "" } = buildModule(project, file, { ...options, language: "js" });
  if (emit === "types") return [[declarationsPath(path), declarations]];
  return [
    [`${path}.d.ts`, declarations],
    [`${path}.js.map`, JSON.stringify(seenFrom(dirname(path), map))],
    [`${path}.js`, text + mapReference(`${basename(path)}.js.map`)],
  ];
}

/** A map whose sources are found from the folder that it lies in. */
function seenFrom(folder: string, map: SourceMap): SourceMap {
  const place = (source: string) =>
    source.startsWith("library:") ? source : relative(folder, resolve(source)).split(sep).join("/");
  return { ...map, sources: map.sources.map(place) };
}

function passOptions({ printAfter }: Options, terminal: Terminal): PassOptions {
  if (!printAfter) return {};
  const unknown = printAfter.find((name) => name !== "all" && !passNames.includes(name));
  if (unknown !== undefined) throw new UsageFault(`unknown pass ${unknown}: use all, ${passNames.join(", ")}`);
  return {
    printAfter: { passes: printAfter, print: (pass, text) => terminal.out(`// after ${pass}\n${text}\n`) },
  };
}
