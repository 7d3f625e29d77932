/** @file The steps of a model: named as they are met, and described for summaries and editors. */
import type { AppliedStep, Context } from "./context.js";
import type { Step } from "./model.js";
import { materialise } from "./tensors.js";
import type { Value } from "./values.js";

interface NamedStep extends AppliedStep {
  readonly name: string;
}

export class Steps {
  readonly #steps: NamedStep[] = [];
  /** How often each name was met. */
  readonly #times = new Map<string, number>();

  /** The step's name: of a layer its path, of any other word the word; and a number from the second on. */
  add(step: AppliedStep): string {
    const base = step.kind === "layer" ? step.frame.path : step.word;
    const times = (this.#times.get(base) ?? 0) + 1;
    this.#times.set(base, times);
    const name = times === 1 ? base : `${base}_${times}`;
    if (step.kind === "layer" || step.kind === "fn") this.#steps.push({ ...step, name });
    return name;
  }

  /** Each parameter, of these paths, is told of at the first step of its layer. */
  described(c: Context, paths: readonly string[]): Step[] {
    const owned = new Map<string, string[]>();
    for (const path of paths)
      for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
        const prefix = path.slice(0, dot);
        const list = owned.get(prefix);
        if (list) list.push(path);
        else owned.set(prefix, [path]);
      }
    const told = new Set<string>();
    return this.#steps.map(({ name, word, location, inputs, output, frame, kind }): Step => {
      const parameters = kind === "layer" && !told.has(frame.path) ? (owned.get(frame.path) ?? []) : [];
      told.add(frame.path);
      const sizes = (value: Value | undefined): readonly number[] =>
        value?.kind === "tensor" ? value.axes.map(({ size }) => size) : [];
      return {
        name,
        word,
        location,
        input: sizes(inputs[0]),
        output: sizes(output),
        parameters,
        value: output.kind === "tensor" ? materialise(c, output, undefined).tensor : undefined,
        from: inputs.flatMap(feeding),
      };
    });
  }
}

/** The steps and ports that a value comes from directly. */
function feeding(value: Value): readonly string[] {
  if (value.kind === "list") return value.items.flatMap(feeding);
  return value.kind === "tensor" && value.trail ? [value.trail.step] : [];
}
