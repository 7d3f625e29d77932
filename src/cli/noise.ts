/** @file Made-up examples that fit a model's ports, for checks and benches. */
import type { CheckedModel, Port } from "../check/model.js";
import { uniform } from "../data/random.js";
import type { Data } from "./module.js";

/** Numbers in 0 .. 1, classes and truth values at random; the same for the same seed. */
export function noise(model: CheckedModel, rows: number, seed: number): Data {
  let counter = 0;
  const column = ({ element, shape }: Port) => {
    const length = rows * shape.reduce((size, extent) => size * extent, 1);
    const draw = () => uniform(seed, counter++);
    if (element.kind === "f32") return Float32Array.from({ length }, draw);
    const below = element.kind === "class" ? element.size : 2;
    return Int32Array.from({ length }, () => Math.floor(draw() * below));
  };
  return Object.fromEntries([...model.inputs, ...model.targets].map((port) => [port.name, column(port)]));
}
