/** @file Runs generated modules, and lets the TypeScript compiler judge them. */
import ts from "typescript";
import type { CompiledModel } from "../../src/backends/model.js";
import { emitModule } from "../../src/emit/emit.js";
import type { EmitOptions } from "../../src/emit/context.js";
import type { CreateOptions, NetParameters, PredictingNet, TrainingNet } from "../../src/emit/runtime/api.js";

export type Row = Readonly<Record<string, unknown>>;
export interface TinyMetrics {
  loss: number;
  accuracy: number;
  confusion: Float64Array;
}
export interface TinyParameters extends NetParameters {
  readonly line: { readonly kernel: Float32Array; readonly bias: Float32Array };
}
export type TinyNet = TrainingNet<Row, Row, Row, TinyMetrics, TinyParameters>;
export interface TinyModule {
  readonly Tiny: { readonly shapes: unknown; create(options?: CreateOptions): TinyNet };
  readonly TinyPredictor: { create(options?: CreateOptions): PredictingNet<Row, Row, TinyParameters> };
  readonly NetInputError: new (...arguments_: never[]) => Error;
  readonly NetWeightsError: new (...arguments_: never[]) => Error;
  readonly NetStateError: new (...arguments_: never[]) => Error;
}

export async function importText<Module>(text: string): Promise<Module> {
  return (await import(
    /* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(text).toString("base64")}`
  )) as Module;
}
export function run<Module = TinyModule>(model: CompiledModel, options: Partial<EmitOptions> = {}): Promise<Module> {
  return importText<Module>(emitModule(model, { ...options, language: "js" }).text);
}

/** The compiler's own declarations, parsed once. */
const libraries = new Map<string, ts.SourceFile | undefined>();

/** Messages of the strictest checks on files in memory, without the DOM's and Node's types. */
export function typeErrors(files: Readonly<Record<string, string>>): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitOverride: true,
    noPropertyAccessFromIndexSignature: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    isolatedModules: true,
    verbatimModuleSyntax: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  const own = (name: string) => files[name.replace(/^.*\//, "")];
  host.fileExists = (name) => own(name) !== undefined || fileExists(name);
  host.readFile = (name) => own(name) ?? readFile(name);
  host.getSourceFile = (name, ...rest) => {
    const text = own(name);
    if (text !== undefined) return ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
    if (!libraries.has(name)) libraries.set(name, getSourceFile(name, ...rest));
    return libraries.get(name);
  };
  const program = ts.createProgram(Object.keys(files), options, host);
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const place = diagnostic.file?.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
    const line = diagnostic.file?.text.split("\n")[place?.line ?? 0]?.trim();
    return `${diagnostic.file?.fileName}:${(place?.line ?? 0) + 1}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n")} | ${line}`;
  });
}
