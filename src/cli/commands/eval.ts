/** @file `netc eval FILE --weights W`: metrics of trained weights on the model's test data. */
import { nodeHost } from "../../host/files.js";
import type { Target } from "../../backends/model.js";
import { compileModel } from "../../compiler/compile.js";
import type { Register } from "../command-line.js";
import { checkFile, instantiate } from "../compile.js";
import { loadDataset } from "../dataset.js";
import { schedulesBeside } from "../../compiler/schedule-file.js";
import { defaultTarget, exactFlag, exactHelp, targetFlag, targetHelp, targetOf } from "../target.js";
import { load } from "../weights.js";

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
    .action(
      async (
        file: string,
        options: { weights: string; data?: string; model?: string; target: Target; exact?: true; json?: true },
      ) => {
        const checked = checkFile(file, options);
        const dataset = await loadDataset(checked, { ...options, seed: checked.training.seed });
        const batch = checked.training.batch === "all" ? dataset.train.rows : checked.training.batch;
        const module = await instantiate(
          compileModel(checkFile(file, { ...options, batch }), {
            ...options,
            schedules: schedulesBeside(nodeHost, file, terminal.note),
          }),
        );
        const net = module.create();
        load(net, options.weights);
        const metrics = net.evaluate((dataset.test ?? dataset.train).ports);
        if (options.json) terminal.out(JSON.stringify(metrics));
        else for (const [name, value] of Object.entries(metrics)) terminal.out(`${name} ${value}`);
      },
    );
};
