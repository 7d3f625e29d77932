/** @file `netc graph FILE`: the network as a picture. */
import { dot, mermaid, networkOf, svg } from "../../compiler/picture.js";
import type { Register } from "../command-line.js";
import { checkFile } from "../compile.js";
import { UsageFault } from "../fault.js";
import { writeAtomic } from "../../host/files.js";

const printers = { svg, dot, mermaid } as const;

export const graph: Register = (program, terminal) => {
  program
    .command("graph")
    .description("draw a model as SVG, Graphviz dot or Mermaid")
    .argument("<file>", ".net file")
    .option("--format <format>", "svg, dot or mermaid", "svg")
    .option("--model <name>", "which model of the file")
    .option("-o, --output <path>", "write to a file instead of standard output")
    .addHelpText("after", "\nExample:\n  netc graph examples/mnist.net -o mnist.svg")
    .action((file: string, options: { format: string; model?: string; output?: string }) => {
      if (!Object.hasOwn(printers, options.format))
        throw new UsageFault(`unknown format ${options.format}: use svg, dot or mermaid`);
      const text = printers[options.format as keyof typeof printers](networkOf(checkFile(file, options)));
      if (options.output === undefined) terminal.out(text);
      else writeAtomic(options.output, `${text}\n`);
    });
};
