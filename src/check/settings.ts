/** @file The `train` block: constants with defaults filled in. */
import type { ConfigurationItem } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { boolOf, fraction, natural, numberOf, positive, unknownKey } from "./entries.js";
import { earlyStop, reduceOnPlateau } from "./monitors.js";
import type { TrainingSettings } from "./model.js";

const defaultTraining: TrainingSettings = {
  batch: 32,
  epochs: 1,
  shuffle: true,
  validation: 0,
  seed: 0,
  accumulate: undefined,
  stop: undefined,
  plateau: undefined,
  checkpoint: undefined,
  terminateOnNan: false,
};
export const trainKeys = [
  "batch",
  "epochs",
  "shuffle",
  "validation",
  "seed",
  "accumulate",
  "stop",
  "learning_rate",
  "checkpoint",
  "terminate_on_nan",
] as const;

export function trainingSettings(
  c: Context,
  item: ConfigurationItem | undefined,
  override: number | undefined,
): TrainingSettings {
  const settings: { -readonly [K in keyof TrainingSettings]: TrainingSettings[K] } = { ...defaultTraining };
  for (const entry of item?.entries ?? []) {
    const { value } = entry;
    const key = entry.key.text;
    switch (key) {
      case "batch":
        if (value.kind === "name" && value.name === "all") settings.batch = "all";
        else settings.batch = numberOf(c, key, value, "a whole number or `all`", positive) ?? settings.batch;
        break;
      case "epochs":
        settings.epochs = numberOf(c, key, value, "a whole number", positive) ?? settings.epochs;
        break;
      case "seed":
        settings.seed = numberOf(c, key, value, "a whole number", natural) ?? settings.seed;
        break;
      case "validation":
        settings.validation =
          numberOf(c, key, value, "a part of the rows such as 10%", fraction) ?? settings.validation;
        break;
      case "shuffle":
        settings.shuffle = boolOf(c, key, value) ?? settings.shuffle;
        break;
      case "terminate_on_nan":
        settings.terminateOnNan = boolOf(c, key, value) ?? settings.terminateOnNan;
        break;
      case "learning_rate":
        settings.plateau = reduceOnPlateau(c, value) ?? settings.plateau;
        break;
      case "checkpoint":
        if (value.kind === "name" && value.name === "best") settings.checkpoint = "best";
        else settings.checkpoint = numberOf(c, key, value, "`best` or a whole number of epochs", positive);
        break;
      case "accumulate": {
        if (value.kind === "name" && value.name === "epoch") settings.accumulate = "epoch";
        else {
          const batches = numberOf(c, key, value, "`epoch` or a whole number of batches", positive);
          settings.accumulate = batches === 1 ? undefined : batches;
        }
        break;
      }
      case "stop":
        settings.stop = earlyStop(c, value) ?? settings.stop;
        break;
      default:
        unknownKey(c, "train", entry, trainKeys);
    }
  }
  if (override !== undefined && settings.batch !== "all") settings.batch = override;
  return settings;
}
