/** @file Predictions of one example have kernels of their own, which threads share only where there is much to do. */
import { expect, it } from "vitest";
import { compileModel } from "../../src/compiler/compile.js";
import type { CompiledProgram, KernelStatement } from "../../src/ir/kernel.js";
import { checkText } from "../oracle/checked.js";

const isShared = (statement: KernelStatement): boolean =>
  (statement.kind === "for" && statement.split === true) || ("body" in statement && statement.body.some(isShared));
const sharesWork = (program: CompiledProgram | undefined): boolean | undefined =>
  program?.kernels.some(({ body }) => body.some(isShared));

/** Of `units` times `units` weights. */
function programs(units: number, batch: number) {
  const model = checkText(`model M {
  input x: f32[${units}]
  target y: f32[1]
  output z = x -> dense(${units}) -> dense(1)
  loss mean_squared_error(z, y)
  optimizer sgd(learning_rate: 0.1)
  train { batch: ${batch} }
}`);
  return compileModel(model, { target: "wasm" }).programs;
}

it("threads share what takes long", () => {
  const small = programs(64, 8);
  expect(sharesWork(small.predict)).toBe(true);
  expect(sharesWork(small.predictOne)).toBe(false);
  expect(sharesWork(programs(4096, 8).predictOne)).toBe(true);
});

it("where the batch is 1 there are no others", () => {
  const { predict, predictOne, train } = programs(64, 1);
  expect(predictOne).toBeUndefined();
  expect(sharesWork(predict)).toBe(false);
  expect(sharesWork(train)).toBe(true);
});
