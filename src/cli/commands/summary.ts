/** @file `netc summary FILE`: shapes, parameters, operations and memory, step by step. */
import type { Target } from "../../backends/model.js";
import { sizeOf } from "../../ir/graph.js";
import type { Register } from "../command-line.js";
import { compileFile } from "../compile.js";
import { figuresOf } from "../figures.js";
import { defaultTarget, exactFlag, exactHelp, targetFlag, targetHelp, targetOf } from "../target.js";
import { grouped, table } from "../terminal.js";

const shapeText = (shape: readonly number[]) => `[${shape.join(", ")}]`;

export const summary: Register = (program, terminal) => {
  program
    .command("summary")
    .description("shapes, parameters, operations and memory of a model")
    .argument("<file>", ".net file")
    .option("--model <name>", "which model of the file")
    .option(targetFlag, targetHelp, targetOf, defaultTarget)
    .option(exactFlag, exactHelp)
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  netc summary examples/mnist.net")
    .action((file: string, options: { model?: string; target: Target; exact?: true; json?: true }) => {
      const compiled = compileFile(file, options, options);
      const { checked } = compiled;
      const figures = figuresOf(compiled);
      const { steps, parameters, trainable, flopsPredict, flopsTrain, batch, arenaBytes, workspaceBytes } = figures;
      if (options.json) {
        terminal.out(JSON.stringify({ model: checked.name, ...figures }, null, 2));
        return;
      }
      const rows = [
        ["step", "word", "output", "parameters", "activation bytes"],
        ...checked.inputs.map((port) => [
          port.name,
          "input",
          shapeText(port.shape),
          "0",
          grouped(4 * sizeOf(port.shape, 1)),
        ]),
        ...steps.map((s) => [s.name, s.word, shapeText(s.output), grouped(s.parameters), grouped(s.activationBytes)]),
      ];
      terminal.out(`${terminal.paint("bold", checked.name)}\n${table(rows, terminal.paint)}\n`);
      terminal.out(`parameters         ${grouped(parameters)} (${grouped(trainable)} trainable)`);
      terminal.out(
        `operations         ${grouped(flopsPredict)} per predicted example, ${grouped(flopsTrain)} per trained example`,
      );
      terminal.out(`memory, batch ${batch}   ${grouped(arenaBytes)} bytes of weights, slots and ports`);
      for (const [name, bytes] of Object.entries(workspaceBytes))
        terminal.out(`  ${name.padEnd(16)} ${grouped(bytes)} bytes of intermediate values`);
      const { memoryBytes, memoryLowerBound } = figures;
      const above = ((100 * (memoryBytes - memoryLowerBound)) / memoryLowerBound).toFixed(1);
      terminal.out(
        `  in all           ${grouped(memoryBytes)} bytes, ${above}% above the least that lifetimes allow, ${grouped(memoryLowerBound)}`,
      );
    });
};
