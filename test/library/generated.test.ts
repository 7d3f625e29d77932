/** @file For each library word the generated module does what the interpreter does, on every target: passes and back ends change no result. */
import { describe, expect, test } from "vitest";
import { compileModel } from "../../src/compiler/compile.js";
import { checkText } from "../oracle/checked.js";
import { instance } from "../oracle/compiled.js";
import { dataFor } from "./data.js";
import { Interpreted } from "./interpreted.js";
import { tinyModels } from "./tiny.js";

/** Relative above 1, else absolute. In 64 bits only the module's polynomials differ; in 32 bits a few steps of training add up. */
const targets = [
  { target: "typescript", precision: "f64", tolerance: 1e-9 },
  { target: "wasm", precision: "f32", tolerance: 1e-5 },
] as const;

describe.each(targets)("generated modules agree with the interpreter: $target, $precision", (run) => {
  const differences = (what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): string[] =>
    Array.from(expected).flatMap((value, k) => {
      const error = Math.abs(actual[k]! - value);
      return error <= run.tolerance * (1 + Math.abs(value)) || Object.is(actual[k], value)
        ? []
        : [`${what}[${k}]: ${actual[k]}, interpreted ${value}`];
    });
  test.each(tinyModels)("$word", async ({ source }) => {
    const model = checkText(source);
    const expected = new Interpreted(model);
    const actual = await instance(compileModel(model, { target: run.target }), run.precision);
    const data = dataFor(model, expected.batch, 5);
    const found: string[] = [];
    const compareParameters = (when: string) => {
      for (const { path } of model.parameters)
        found.push(...differences(`${path} ${when}`, actual.parameter(path), expected.parameter(path)));
    };
    const compare = (when: string, a: Readonly<Record<string, ArrayLike<number>>>, b: typeof a) => {
      for (const [name, value] of Object.entries(b)) found.push(...differences(`${name} ${when}`, a[name]!, value));
    };
    compareParameters("at the start");
    for (const step of [1, 2, 3])
      found.push(...differences(`loss of step ${step}`, [actual.trainStep(data)], [expected.trainStep(data)]));
    compareParameters("after training");
    compare("in prediction", actual.predict(data), expected.predict(data));
    compare("in evaluation", actual.evaluate(data), expected.evaluate(data));
    expect(found).toEqual([]);
  });
});
