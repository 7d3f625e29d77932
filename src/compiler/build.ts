/** @file From a file's path to its generated module: what `netc build` writes and the plugins of bundlers load. */
import type { CompiledModel } from "../backends/model.js";
import type { CheckedModel } from "../check/model.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { InputFault } from "../diagnostics/fault.js";
import type { EmitOptions } from "../emit/context.js";
import { type EmittedModule, emitModule } from "../emit/emit.js";
import { compileModel, type CompileOptions } from "./compile.js";
import type { Project } from "./project.js";
import { schedulePath, schedulesBeside } from "./schedule-file.js";

export interface BuildOptions extends Omit<CompileOptions, "schedules" | "gradient"> {
  /** Largest number of examples in one call. Default: the model's. */
  readonly batch?: number | undefined;
  /** Is told what the file of schedules beside the source holds in vain. */
  readonly note?: ((text: string) => void) | undefined;
}

export interface ModuleOptions extends BuildOptions, Pick<EmitOptions, "language" | "threads"> {}

export interface BuiltModels {
  readonly models: readonly CompiledModel[];
  /** Of the source: errors are thrown. */
  readonly warnings: readonly Diagnostic[];
}
export interface BuiltModule extends EmittedModule {
  readonly warnings: readonly Diagnostic[];
}

/** Largest number of examples in one call of a model that declares `batch: all`, where no data are at hand. */
const openBatch = 1024;

function checkedFile(project: Project, path: string, batch?: number) {
  const checked = project.check(path, batch === undefined ? {} : { batch });
  const why = checked ? undefined : project.whyUnreadable(path);
  if (!checked) throw new InputFault(`cannot read ${path}${why === undefined ? "" : `: ${why}`}`);
  const errors = checked.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0)
    throw new InputFault(`${path} has ${errors.length} error${errors.length === 1 ? "" : "s"}`, undefined, errors);
  return checked;
}

/**
 * All models of a file. `batch: all` is as many examples as there are; where no data say how many, room for some thousand.
 * @throws InputFault where the file cannot be read or has errors.
 */
export function checkModels(project: Project, path: string, batch?: number): readonly CheckedModel[] {
  const { models } = checkedFile(project, path, batch);
  const open = models.some((model) => model.batch === 0) ? checkedFile(project, path, openBatch).models : [];
  return models.map((model, k) => (model.batch === 0 ? open[k]! : model));
}

/**
 * All models of a file, compiled.
 * @throws InputFault where the file cannot be read, has errors, or has no model.
 */
export function buildModels(project: Project, path: string, options: BuildOptions = {}): BuiltModels {
  const { batch, note = () => {}, ...compileOptions } = options;
  const { diagnostics } = checkedFile(project, path, batch);
  const models = checkModels(project, path, batch);
  if (models.length === 0) throw new InputFault(`${path} has no model`, "add one: model Name { .. }");
  const schedules = schedulesBeside({ readText: project.text }, path, note);
  return {
    models: models.map((model) => compileModel(model, { ...compileOptions, schedules })),
    warnings: diagnostics,
  };
}

/**
 * The generated module of a file.
 * @throws InputFault where the file cannot be read, has errors, or has no model.
 */
export function buildModule(
  project: Project,
  path: string,
  { language, threads, ...options }: ModuleOptions,
): BuiltModule {
  const { models, warnings } = buildModels(project, path, options);
  return { ...emitModule(models, { language, threads }), warnings };
}

/** Every file on which the module of a file depends, whether it exists or not. */
export function dependenciesOf(project: Project, path: string): readonly string[] {
  return [...(project.check(path)?.dependencies ?? [path]), schedulePath(path)];
}
