/** @file Made-up examples for a model. */
import type { CheckedModel, Port } from "../../src/check/model.js";
import { elementsOf } from "../oracle/fixture.js";

/** Numbers in -1 .. 1, classes and truth values for each port. */
export function dataFor({ inputs, targets }: CheckedModel, batch: number, seed: number): Record<string, number[]> {
  const values = ({ element, shape }: Port, k: number) => {
    const spec = { shape: [batch, ...shape], seed: seed + k };
    if (element.kind === "class") return elementsOf({ ...spec, classes: element.size });
    if (element.kind === "bool") return elementsOf({ ...spec, classes: 2 });
    return elementsOf({ ...spec, scale: 1, offset: 0 });
  };
  return Object.fromEntries([...inputs, ...targets].map((port, k) => [port.name, values(port, k)]));
}
