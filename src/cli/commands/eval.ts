/** @file `netc eval FILE --weights W`: metrics of trained weights on the model's test data. */
import type { Register } from "../command-line.js";
import { demandTraining } from "../compile.js";
import { metricsJson } from "../module.js";
import { defaultTarget, exactFlag, exactHelp, targetFlag, targetHelp, targetOf } from "../target.js";
import { openTrained, type TrainedOptions } from "../trained.js";

export const evaluate: Register = (program, terminal) => {
  program
    .command("eval")
    .description("metrics of trained weights on the test data (the training data where the model has none)")
    .argument("<file>", ".net file")
    .requiredOption("--weights <path>", "a file saved by netc train --save")
    .option("--data <path>", "folder of the data files (default: the model's folder), or the one file it reads")
    .option("--model <name>", "which model of the file")
    .option(targetFlag, targetHelp, targetOf, defaultTarget)
    .option(exactFlag, exactHelp)
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  netc eval examples/mnist.net --weights mnist.safetensors --data mnist")
    .action(async (file: string, options: TrainedOptions & { readonly json?: true }) => {
      const { checked, dataset, net } = await openTrained(file, options, terminal);
      demandTraining(checked);
      const metrics = net.evaluate((dataset.test ?? dataset.train).ports);
      if (options.json) terminal.out(metricsJson(metrics));
      else for (const [name, value] of Object.entries(metrics)) terminal.out(`${name} ${value}`);
    });
};
