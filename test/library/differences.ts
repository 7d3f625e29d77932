/** @file Gradients against central differences, in 64 bits. */
import { expect } from "vitest";
import type { CheckedModel } from "../../src/check/model.js";
import { dataFor } from "./data.js";
import { Interpreted } from "./interpreted.js";

/** Of every parameter, each element: off by less than 1e-6, relative to 1 + |difference|. */
export function expectTrueGradients(model: CheckedModel): void {
  const net = new Interpreted(model);
  net.step = 1;
  net.load(dataFor(model, net.batch, 5));
  const width = 1e-5;
  net.gradients().forEach((gradient, p) => {
    const values = net.weights(model.parameters[p]!.path);
    gradient.forEach((element, k) => {
      const kept = values[k]!;
      values[k] = kept + width;
      const above = net.loss();
      values[k] = kept - width;
      const below = net.loss();
      values[k] = kept;
      const difference = (above - below) / (2 * width);
      const where = `${model.parameters[p]!.path}[${k}]: ${element}, finite difference ${difference}`;
      expect(Math.abs(difference - element) / (1 + Math.abs(difference)), where).toBeLessThan(1e-6);
    });
  });
}
