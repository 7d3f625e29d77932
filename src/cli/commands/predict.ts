/** @file `netc predict FILE --weights W --input PATH`: one prediction per row. */
import { nodeHost } from "../../host/files.js";
import type { Target } from "../../backends/model.js";
import type { CheckedModel, Port } from "../../check/model.js";
import { compileModel } from "../../compiler/compile.js";
import type { Register } from "../command-line.js";
import { checkFile, instantiate } from "../compile.js";
import { loadInputs } from "../dataset.js";
import { schedulesBeside } from "../../compiler/schedule-file.js";
import { defaultTarget, exactFlag, exactHelp, targetFlag, targetHelp, targetOf } from "../target.js";
import { table } from "../terminal.js";
import type { Outputs } from "../module.js";
import { load } from "../weights.js";

/** The values of one row of an output: a number or label, or an array of them. */
function rowOf(values: Outputs[string], port: Port, row: number): unknown {
  if (port.sequence) return Array.from(values[row] as ArrayLike<number | string>);
  const width = port.shape.reduce((size, extent) => size * extent, 1);
  const cells = Array.from({ length: width }, (_, k) => values[row * width + k]);
  return port.shape.length === 0 ? cells[0] : cells;
}
const cellText = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(cellText).join(" ")
    : typeof value === "number"
      ? String(Number(value.toPrecision(5)))
      : String(value);

export const predict: Register = (program, terminal) => {
  program
    .command("predict")
    .description("one prediction per row of the input")
    .argument("<file>", ".net file")
    .requiredOption("--weights <path>", "a file saved by netc train --save")
    .requiredOption("--input <path>", "a file (or folder of files) as the data block names them")
    .option("--model <name>", "which model of the file")
    .option(targetFlag, targetHelp, targetOf, defaultTarget)
    .option(exactFlag, exactHelp)
    .option("--json", "print one JSON object per row")
    .addHelpText("after", "\nExample:\n  netc predict examples/iris.net --weights iris.safetensors --input flowers.csv")
    .action(
      async (
        file: string,
        options: { weights: string; input: string; model?: string; target: Target; exact?: true; json?: true },
      ) => {
        const checked = checkFile(file, options);
        const inputs = await loadInputs(checked, options.input);
        const net = (
          await instantiate(
            compileModel(checkFile(file, { ...options, ...batchOf(checked, inputs.rows) }), {
              ...options,
              schedules: schedulesBeside(nodeHost, file, terminal.note),
            }),
          )
        ).create();
        load(net, options.weights);
        const outputs = net.predict(inputs.ports);
        const rows = Array.from({ length: inputs.rows }, (_, row) =>
          Object.fromEntries(checked.outputs.map((port) => [port.name, rowOf(outputs[port.name]!, port, row)])),
        );
        if (options.json) for (const row of rows) terminal.out(JSON.stringify(row));
        else {
          const names = checked.outputs.map((port) => port.name);
          const body = rows.map((row, k) => [String(k + 1), ...names.map((name) => cellText(row[name]))]);
          terminal.out(table([["row", ...names], ...body], terminal.paint));
        }
      },
    );
};

/** A model that declares `batch: all` takes as many rows at once as there are. */
const batchOf = ({ training }: CheckedModel, rows: number) => (training.batch === "all" ? { batch: rows } : {});
