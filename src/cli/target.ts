/** @file The option `--target`. */
import { InvalidArgumentError } from "commander";
import type { Target } from "../backends/model.js";

/** The first is what others are compared with. */
export const targets: readonly Target[] = ["wasm", "typescript"];

export const defaultTarget: Target = "wasm";

export const targetFlag = "--target <target>";
/** For `.option(targetFlag, targetHelp, targetOf, defaultTarget)`. */
export const targetHelp = "what runs the model: wasm or typescript";

export const exactFlag = "--exact";
export const exactHelp = "sums in their direct order: no forms that round otherwise (Winograd)";

export function targetOf(text: string): Target {
  const found = targets.find((target) => target === text);
  if (found === undefined) throw new InvalidArgumentError(`unknown target ${text}: use ${targets.join(" or ")}.`);
  return found;
}
