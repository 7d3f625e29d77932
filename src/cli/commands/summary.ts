/** @file `netc summary FILE`: shapes, parameters, operations and memory, step by step. */
import type { Target } from "../../backends/model.js";
import type { CompiledProgram } from "../../ir/kernel.js";
import { memoryUse } from "../../compiler/memory.js";
import { sizeOf } from "../../ir/graph.js";
import type { Register } from "../command-line.js";
import { compileFile } from "../compile.js";
import { defaultTarget, exactFlag, exactHelp, targetFlag, targetHelp, targetOf } from "../target.js";
import { grouped, table } from "../terminal.js";

const flopsOf = (program: CompiledProgram | undefined) =>
  program?.kernels.reduce((sum, kernel) => sum + kernel.flops, 0) ?? 0;
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
      const { checked, programs, batch } = compiled;
      const sizes = new Map(checked.parameters.map((parameter) => [parameter.path, sizeOf(parameter.shape, 1)]));
      const steps = checked.steps.map((step) => ({
        name: step.name,
        word: step.word,
        output: step.output,
        parameters: step.parameters.reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0),
        activationBytes: sizeOf(step.output, 1) * 4,
      }));
      const parameters = checked.parameters.reduce((sum, parameter) => sum + sizeOf(parameter.shape, 1), 0);
      const memory = memoryUse(compiled);
      const totals = {
        parameters,
        trainable: checked.parameters.filter((p) => p.trainable).reduce((sum, p) => sum + sizeOf(p.shape, 1), 0),
        flopsPredict: flopsOf(programs.predict),
        flopsTrain: flopsOf(programs.train),
        batch,
        arenaBytes: memory.arenas,
        workspaceBytes: memory.workspaces,
        memoryBytes: memory.all,
        memoryLowerBound: memory.least,
      };
      if (options.json) {
        terminal.out(JSON.stringify({ model: checked.name, steps, ...totals }, null, 2));
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
      terminal.out(`parameters         ${grouped(parameters)} (${grouped(totals.trainable)} trainable)`);
      terminal.out(
        `operations         ${grouped(totals.flopsPredict)} per predicted example, ${grouped(totals.flopsTrain)} per trained example`,
      );
      terminal.out(`memory, batch ${batch}   ${grouped(memory.arenas)} bytes of weights, slots and ports`);
      for (const [name, bytes] of Object.entries(memory.workspaces))
        terminal.out(`  ${name.padEnd(16)} ${grouped(bytes)} bytes of intermediate values`);
      const { memoryBytes, memoryLowerBound } = totals;
      const above = ((100 * (memoryBytes - memoryLowerBound)) / memoryLowerBound).toFixed(1);
      terminal.out(
        `  in all           ${grouped(memoryBytes)} bytes, ${above}% above the least that lifetimes allow, ${grouped(memoryLowerBound)}`,
      );
    });
};
