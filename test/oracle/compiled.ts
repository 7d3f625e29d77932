/** @file Compiles `.net` text and runs it as a user would: through the generated module. */
import type { Port } from "../../src/check/model.js";
import { compileModel } from "../../src/compiler/compile.js";
import { instantiate } from "../../src/cli/compile.js";
import type { NetParameters } from "../../src/emit/runtime/api.js";
import { checkText } from "./checked.js";
import type { Net } from "./fixture.js";

/** The generated module of a text, in memory; `f64` computes in 64 bits throughout. */
export async function compileText(text: string, precision: "f32" | "f64" = "f32"): Promise<Net> {
  const checked = checkText(text);
  const module = await instantiate(compileModel(checked), precision);
  const net = module.create({ seed: 1 });
  const view = (parameter: string) => {
    let node: unknown = net.parameters;
    for (const name of parameter.split(".")) node = (node as NetParameters | undefined)?.[name];
    if (!node) throw new Error(`no parameter ${parameter}`);
    return node as Float32Array | Float64Array;
  };
  const typed = (ports: readonly Port[], data: Readonly<Record<string, readonly number[]>>) =>
    Object.fromEntries(
      ports.map(({ name, element }) => [
        name,
        element.kind === "f32" ? Float32Array.from(data[name]!) : Int32Array.from(data[name]!),
      ]),
    );
  return {
    setParameter: (parameter, values) => view(parameter).set(values),
    parameter: view,
    predict: (data) => {
      const outputs = net.predict(typed(checked.inputs, data));
      return Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => [name, Array.from(value as ArrayLike<number>)]),
      );
    },
    trainStep: (data) => net.trainStep(typed([...checked.inputs, ...checked.targets], data))["loss"] as number,
  };
}
