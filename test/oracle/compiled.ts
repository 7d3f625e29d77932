/** @file Compiles `.net` text and runs it as a user would: through the generated module. */
import type { CheckedModel } from "../../src/check/model.js";
import { compileModel } from "../../src/compiler/compile.js";
import { createProject } from "../../src/compiler/project.js";
import { instantiate } from "../../src/cli/compile.js";
import type { NetParameters } from "../../src/emit/runtime/api.js";
import type { Net } from "./fixture.js";

const path = "model.net";

/** The messages of a text, one line each. */
export function messagesOf(text: string): string[] {
  const checked = createProject({ readText: () => text, resolve: (specifier) => specifier }).check(path);
  return (checked?.diagnostics ?? []).map(({ code, severity, message, location }) => {
    const line = text.slice(0, location.span.start).split("\n").length;
    return `${severity} ${code} in line ${line}: ${message}`;
  });
}

/** The one model of a text without errors. */
export function checkText(text: string, batch?: number): CheckedModel {
  const project = createProject({ readText: () => text, resolve: (specifier) => specifier });
  const checked = project.check(path, batch === undefined ? {} : { batch });
  const errors = messagesOf(text).filter((message) => message.startsWith("error"));
  if (errors.length > 0 || !checked?.models[0]) throw new Error(`${errors.join("\n")}\n${text}`);
  return checked.models[0];
}

/** The generated module of a text, in memory; `f64` computes in 64 bits throughout. */
export async function compileText(text: string, precision: "f32" | "f64" = "f32"): Promise<Net> {
  const module = await instantiate(compileModel(checkText(text)), precision);
  const net = module.create({ seed: 1 });
  const view = (parameter: string) => {
    let node: unknown = net.parameters;
    for (const name of parameter.split(".")) node = (node as NetParameters | undefined)?.[name];
    if (!node) throw new Error(`no parameter ${parameter}`);
    return node as Float32Array | Float64Array;
  };
  const typed = (data: Readonly<Record<string, readonly number[]>>) => ({ ...data });
  return {
    setParameter: (parameter, values) => view(parameter).set(values),
    parameter: view,
    predict: (data) => {
      const outputs = net.predict(typed(data));
      return Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => [name, Array.from(value as ArrayLike<number>)]),
      );
    },
    trainStep: (data) => net.trainStep(typed(data))["loss"] as number,
  };
}
