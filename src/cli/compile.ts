/** @file From a file's path to a checked, compiled or running model, with faults where the text is at fault. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CompiledModel } from "../backends/model.js";
import type { CheckedModel } from "../check/model.js";
import { checkModels as checkModelsIn } from "../compiler/build.js";
import { compileModel, type CompileOptions } from "../compiler/compile.js";
import { createProject } from "../compiler/project.js";
import type { EmitOptions } from "../emit/context.js";
import { emitModule } from "../emit/emit.js";
import { suggest } from "../base/suggest.js";
import { InputFault } from "./fault.js";
import { nodeHost } from "../host/files.js";
import type { Internals, ModelModule } from "./module.js";

export interface ModelChoice {
  /** Which model of the file; may be left out where there is one. */
  readonly model?: string;
  readonly batch?: number;
}

/** All models of a file; diagnostics of severity error are a fault. */
export const checkModels = (path: string, batch?: number): readonly CheckedModel[] =>
  checkModelsIn(createProject(nodeHost), path, batch);

export function checkFile(path: string, choice: ModelChoice = {}): CheckedModel {
  const models = checkModels(path, choice.batch);
  const names = models.map((model) => model.name);
  if (choice.model !== undefined) {
    const found = models.find((model) => model.name === choice.model);
    if (found) return found;
    const near = suggest(choice.model, names);
    throw new InputFault(
      `${path} has no model ${choice.model}`,
      near ? `did you mean ${near}?` : `it has ${names.join(", ")}`,
    );
  }
  if (models.length === 0) throw new InputFault(`${path} has no model`, "add one: model Name { .. }");
  if (models.length > 1)
    throw new InputFault(`${path} has several models`, `choose one with --model: ${names.join(", ")}`);
  return models[0]!;
}

/** Nets of models that have nothing to train predict, and no more. Throws InputFault. */
export function demandTraining({ name, forward, parameters }: CheckedModel): void {
  const { loss, regularization, buffers } = forward.train;
  const isMoved = (loss ?? regularization) !== undefined && parameters.some(({ trainable }) => trainable);
  if (!isMoved && buffers.length === 0)
    throw new InputFault(
      `${name} has nothing to train: no loss with a parameter to move, and no buffer that it assigns`,
    );
}

export const compileFile = (path: string, choice: ModelChoice = {}, options: CompileOptions = {}): CompiledModel =>
  compileModel(checkFile(path, choice), options);

interface Placed {
  readonly url: string;
  remove(): void;
}
/** A file, since stack traces and profiles of a data URL are hard to read; such a URL where no file can be written. */
function place(name: string, text: string): Placed {
  try {
    const folder = mkdtempSync(join(tmpdir(), "netc-"));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    try {
      const path = join(folder, `${name}.mjs`);
      writeFileSync(path, text);
      return { url: pathToFileURL(path).href, remove };
    } catch (error) {
      remove();
      throw error;
    }
  } catch {
    return { url: `data:text/javascript;base64,${Buffer.from(text).toString("base64")}`, remove() {} };
  }
}

/** Emits JavaScript and imports it. */
async function importModule(compiled: CompiledModel, options: Omit<EmitOptions, "language">): Promise<object> {
  const { text } = emitModule(compiled, { ...options, language: "js" });
  const { url, remove } = place(compiled.checked.name, text);
  try {
    return (await import(url)) as object;
  } finally {
    remove();
  }
}

export async function instantiate(compiled: CompiledModel, precision: "f32" | "f64" = "f32"): Promise<ModelModule> {
  const module = (await importModule(compiled, { precision })) as Readonly<Record<string, ModelModule>>;
  return module[compiled.checked.name]!;
}

/** The module with its inside. */
export async function instantiateOpen(
  compiled: CompiledModel,
  precision: "f32" | "f64" = "f32",
): Promise<{ readonly module: ModelModule; readonly internals: Internals }> {
  const { name } = compiled.checked;
  const exports = (await importModule(compiled, { precision, internals: true })) as Readonly<Record<string, unknown>>;
  return { module: exports[name] as ModelModule, internals: exports[`${name}Internals`] as Internals };
}
