/** @file Cross-validation: k trainings, each held out from one part of the examples. */
import type { Port } from "../check/model.js";
import { permutation } from "../data/index.js";
import { type Examples, take } from "./dataset.js";
import type { Metrics, Net } from "./module.js";

export interface Folds {
  /** On the part held out, training by training. */
  readonly folds: readonly Metrics[];
  readonly mean: Readonly<Record<string, number>>;
  /** Standard deviation over the folds, of a sample: by k - 1. */
  readonly deviation: Readonly<Record<string, number>>;
}

/**
 * Trains anew `count` times, from the same start, on all parts but one. Parts are drawn by the seed and differ by one example at most.
 * `train` fits the net; it says whether to go on.
 */
export async function crossValidate(
  net: Net,
  examples: Examples,
  ports: readonly Port[],
  count: number,
  seed: number,
  train: (training: Examples) => Promise<boolean>,
  onFold: (fold: number, metrics: Metrics) => void,
): Promise<Folds> {
  const order = permutation(examples.rows, seed);
  const folds: Metrics[] = [];
  for (let fold = 0; fold < count; fold++) {
    const isHeld = (_: number, position: number) => position % count === fold;
    net.initialize(seed);
    const goOn = await train(
      take(
        examples,
        ports,
        order.filter((row, position) => !isHeld(row, position)),
      ),
    );
    if (!goOn) break;
    const metrics = net.evaluate(take(examples, ports, order.filter(isHeld)).ports);
    folds.push(metrics);
    onFold(fold + 1, metrics);
  }
  const names = Object.keys(folds[0] ?? {}).filter((name) => typeof folds[0]![name] === "number");
  const columns = names.map((name) => [name, folds.map((metrics) => metrics[name] as number)] as const);
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviationOf = (values: readonly number[]) => {
    const center = meanOf(values);
    return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / Math.max(1, values.length - 1));
  };
  return {
    folds,
    mean: Object.fromEntries(columns.map(([name, values]) => [name, meanOf(values)])),
    deviation: Object.fromEntries(columns.map(([name, values]) => [name, deviationOf(values)])),
  };
}
