/** @file Names that every place knows. */
import { bool, number, type Value } from "./values.js";

/** `true`, `pi`, and the markers of `over:`. */
export const givenValues: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["true", bool(true)],
  ["false", bool(false)],
  ["pi", number(Math.PI)],
  ["inf", number(Infinity)],
  ["batch", { kind: "marker", name: "batch" }],
  ["data", { kind: "marker", name: "data" }],
  ["parameters", { kind: "marker", name: "parameters" }],
]);
/** With `training`, whose value is that of the function being elaborated. */
export const givenNames: ReadonlySet<string> = new Set([...givenValues.keys(), "training"]);
