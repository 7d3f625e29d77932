/** @file Made-up examples that fit a model's ports, for checks and benches. */
import type { CheckedModel, Port, Sequence } from "../check/model.js";
import { uniform } from "../data/random.js";
import type { Data } from "./module.js";

/** Numbers in 0 .. 1, classes and truth values at random; the same for the same seed; sequences of all lengths. */
export function noise(model: CheckedModel, rows: number, seed: number): Data {
  let counter = 0;
  const column = ({ element, shape }: Port) => {
    const length = rows * shape.reduce((size, extent) => size * extent, 1);
    const draw = () => uniform(seed, counter++);
    if (element.kind === "f32") return Float32Array.from({ length }, draw);
    const below = element.kind === "class" ? element.size : 2;
    return Int32Array.from({ length }, () => Math.floor(draw() * below));
  };
  /** By dimension, of all its ports. */
  const lengths = new Map<string, Int32Array>();
  const sequences = (port: Port & { sequence: Sequence }) => {
    const { name, longest } = port.sequence;
    let known = lengths.get(name);
    if (!known) {
      known = Int32Array.from({ length: rows }, () => 1 + Math.floor(uniform(seed, counter++) * longest));
      lengths.set(name, known);
    }
    return { values: column(port), lengths: known };
  };
  const hasItems = (port: Port): port is Port & { sequence: Sequence } => port.sequence !== undefined;
  return Object.fromEntries(
    [...model.inputs, ...model.targets].map((port) => [port.name, hasItems(port) ? sequences(port) : column(port)]),
  );
}
