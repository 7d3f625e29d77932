/** @file Compiles `.net` text and runs it as a user would: through the generated module. */
import type { CompiledModel } from "../../src/backends/model.js";
import type { Port } from "../../src/check/model.js";
import { instantiate } from "../../src/cli/compile.js";
import type { NetParameters } from "../../src/emit/runtime/api.js";
import type { Net } from "./fixture.js";

/** The generated module of a model, in memory; `f64` computes in 64 bits throughout. */
export async function instance(compiled: CompiledModel, precision: "f32" | "f64" = "f32", seed = 1): Promise<Net> {
  const { checked } = compiled;
  const net = (await instantiate(compiled, precision)).create({ seed });
  const view = (parameter: string) => {
    let node: unknown = net.parameters;
    for (const name of parameter.split(".")) node = (node as NetParameters | undefined)?.[name];
    if (!node) throw new Error(`no parameter ${parameter}`);
    return node as Float32Array | Float64Array;
  };
  const typed = (ports: readonly Port[], data: Readonly<Record<string, readonly number[]>>) =>
    Object.fromEntries(
      ports.map(({ name, element, sequence }) => {
        const values = element.kind === "f32" ? Float32Array.from(data[name]!) : Int32Array.from(data[name]!);
        return [name, sequence ? { values, lengths: Int32Array.from(data[sequence.name]!) } : values];
      }),
    );
  /** Sequences with zeros after their items. */
  const padded = (name: string, values: readonly (number | ArrayLike<number>)[]): number[] => {
    const size = checked.outputs.find((port) => port.name === name)?.shape.reduce((n, extent) => n * extent, 1) ?? 0;
    return values.flatMap((value) =>
      typeof value === "number" ? [value] : Array.from({ length: size }, (_, k) => value[k] ?? 0),
    );
  };
  const numbers = (result: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(result).map(([name, value]) => [
        name,
        typeof value === "number" ? [value] : padded(name, Array.from(value as ArrayLike<number | ArrayLike<number>>)),
      ]),
    );
  const all = [...checked.inputs, ...checked.targets];
  return {
    setParameter: (parameter, values) => view(parameter).set(values),
    parameter: view,
    predict: (data) => numbers(net.predict(typed(checked.inputs, data))),
    trainStep: (data) => net.trainStep(typed(all, data))["loss"] as number,
    evaluate: (data) => numbers(net.evaluate(typed(all, data))),
  };
}
