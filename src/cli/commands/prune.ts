/** @file `netc prune FILE --weights W -o SMALL.net`: a smaller model with the weights of its strongest units. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { sizeOf } from "../../ir/graph.js";
import { readSafetensors } from "../../emit/runtime/safetensors.js";
import { compileModel } from "../../compiler/compile.js";
import type { Register } from "../command-line.js";
import { checkFile, demandTraining, instantiate } from "../compile.js";
import { InputFault, UsageFault } from "../fault.js";
import { nodeHost, writeAtomic } from "../../host/files.js";
import { part } from "../numbers.js";
import {
  type AllWeights,
  Checker,
  examples,
  fileOf,
  layersOf,
  type Net,
  shrink,
  type Shrunk,
  tensorsOf,
} from "../smaller.js";
import { grouped, table, type Terminal } from "../terminal.js";
import { load } from "../weights.js";
import type { CheckedModel } from "../../check/model.js";

interface PruneOptions {
  readonly weights: string;
  readonly output: string;
  readonly sparsity: number;
  readonly only?: readonly string[];
  readonly model?: string;
  readonly json?: true;
}

export const prune: Register = (program, terminal) => {
  program
    .command("prune")
    .description("write a smaller model: without the units or filters whose weights are weakest")
    .argument("<file>", ".net file")
    .requiredOption("--weights <path>", "a file saved by netc train --save")
    .requiredOption("-o, --output <path>", "the smaller model; its weights go beside it, as .safetensors")
    .option("--sparsity <part>", "which part of each layer's units goes", part, 0.5)
    .option("--only <layers...>", "these layers alone, by the names of their weights (default: all)")
    .option("--model <name>", "which model of the file")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      "\nA unit's strength is the norm of the weights that lead into it. The smaller net is run against the given one with the same\n" +
        "units silenced: layers that cannot do without them (they normalise over them, say) are left as they are, and named.\n" +
        "\nExample:\n  netc prune examples/mnist.net --weights mnist.safetensors --sparsity 50% -o small.net\n" +
        "  netc train small.net --data mnist --resume small.safetensors --epochs 1",
    )
    .action((file: string, options: PruneOptions) => run(file, options, terminal));
};

async function run(file: string, options: PruneOptions, terminal: Terminal): Promise<void> {
  const { output, sparsity } = options;
  if (!output.endsWith(".net")) throw new UsageFault(`--output ${output} must end in .net`);
  const weightsPath = output.replace(/\.net$/, ".safetensors");
  if (resolve(output) === resolve(file) || resolve(weightsPath) === resolve(options.weights))
    throw new UsageFault(`--output ${output} would overwrite what is pruned: name another file`);
  const model = checkFile(file, { ...options, batch: examples });
  demandTraining(model);
  const text = readFileSync(file, "utf8");
  const checker = new Checker(nodeHost, file, model.name);
  let net: Net = { text, model, weights: await weightsIn(model, options.weights) };
  const layers = layersOf(checker, text, model);
  const names = [...new Set(layers.map(({ name }) => name))];
  for (const name of options.only ?? [])
    if (!names.includes(name))
      throw new InputFault(
        `${model.name} has no layer ${name} whose units can be counted`,
        names.length > 0 ? `it has ${names.join(", ")}` : undefined,
      );
  const chosen = layers.filter(({ name }) => !options.only || options.only.includes(name));
  if (chosen.length === 0) throw new InputFault(`${model.name} has no layer whose number of units the text says`);
  const shrunk: Shrunk[] = [];
  // Last to first: the places of numbers further up in the text stay.
  for (const layer of [...chosen].reverse()) {
    const kept = Math.max(1, layer.units - Math.round(sparsity * layer.units));
    const smaller = await shrink(checker, net, layer, kept);
    shrunk.unshift({ ...layer, kept: smaller ? kept : layer.units });
    net = smaller ?? net;
  }
  if (net.text === text) throw new InputFault("no layer can do with fewer units: nothing is written");
  const place = new Checker(nodeHost, output, model.name);
  if (!place.model(net.text))
    throw new InputFault(
      `the smaller model does not check at ${output}`,
      "its imports and files are found beside it: write it into the folder of the given model",
    );
  writeAtomic(weightsPath, fileOf(net.weights));
  writeAtomic(output, net.text);
  const count = (of: CheckedModel) => of.parameters.reduce((sum, { shape }) => sum + sizeOf(shape, 1), 0);
  const parameters = { before: count(model), after: count(net.model) };
  if (options.json) {
    const report = shrunk.map(({ name, units, kept }) => ({ name, units, kept }));
    terminal.out(JSON.stringify({ layers: report, parameters, model: output, weights: weightsPath }));
    return;
  }
  const rows = shrunk.map(({ name, units, kept }) => [
    name,
    String(units),
    String(kept),
    kept === units && sparsity > 0 ? "cannot do without" : "",
  ]);
  terminal.out(table([["layer", "units", "kept", ""], ...rows], terminal.paint));
  terminal.out(`${grouped(parameters.before)} parameters before, ${grouped(parameters.after)} after`);
  terminal.err(`wrote ${output} and ${weightsPath}`);
}

/** What prediction reads. */
async function weightsIn(model: CheckedModel, path: string): Promise<AllWeights> {
  const net = (await instantiate(compileModel(model, { target: "typescript" }))).create();
  load(net, path);
  const { tensors } = readSafetensors(net.save());
  net.dispose();
  return new Map(
    tensorsOf(model).map(({ path: name }) => {
      const { shape, bytes } = tensors.get(name)!;
      return [name, { shape, values: new Float32Array(bytes.slice().buffer) }];
    }),
  );
}
