/** @file A net with weights from a file, on the data that its model binds; and a net's weights by path. */
import type { Target } from "../backends/model.js";
import type { CheckedModel } from "../check/model.js";
import { compileModel } from "../compiler/compile.js";
import { schedulesBeside } from "../compiler/schedule-file.js";
import { parameterPaths } from "../emit/spec.js";
import { nodeHost } from "../host/files.js";
import { checkFile, instantiate } from "./compile.js";
import { type Dataset, loadDataset } from "./dataset.js";
import type { Net } from "./module.js";
import type { Terminal } from "./terminal.js";
import { load } from "./weights.js";

export interface TrainedOptions {
  readonly weights: string;
  readonly data?: string;
  readonly model?: string;
  readonly target: Target;
  readonly exact?: true;
}

export async function openTrained(
  file: string,
  options: TrainedOptions,
  terminal: Terminal,
): Promise<{ readonly checked: CheckedModel; readonly dataset: Dataset; readonly net: Net }> {
  const checked = checkFile(file, options);
  const dataset = await loadDataset(checked, { ...options, seed: checked.training.seed });
  const batch = checked.training.batch === "all" ? dataset.train.rows : checked.training.batch;
  const compiled = compileModel(checkFile(file, { ...options, batch }), {
    ...options,
    schedules: schedulesBeside(nodeHost, file, terminal.note),
  });
  const net = (await instantiate(compiled)).create();
  load(net, options.weights);
  return { checked, dataset, net };
}

/** Views of the net's memory. */
export function weightsOf(net: Net, { parameters }: CheckedModel): ReadonlyMap<string, Float32Array> {
  const paths = parameterPaths(parameters.map(({ path }) => path));
  return new Map(
    parameters.map(({ path }, k) => {
      const found = paths[k]!.reduce<unknown>(
        (node, name) => (node as Readonly<Record<string, unknown>>)[name],
        net.parameters,
      );
      return [path, found as Float32Array];
    }),
  );
}
