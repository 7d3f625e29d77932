/** @file The checker: from syntax trees to checked models, with everything that is wrong. */
import type { SourceFile } from "../base/source.js";
import { diagnose, type Diagnostic } from "../diagnostics/diagnostic.js";
import type { File, ModelDeclaration, WordDeclaration } from "../syntax/ast.js";
import { Sink } from "./context.js";
import { nameRules } from "./diagnostics/names.js";
import { elaborateModel } from "./elaborate-model.js";
import { Loader, type LoadInput } from "./loader.js";
import type { CheckedModel } from "./model.js";
import type { FileScope } from "./scope.js";
import type { Trace } from "./trace.js";
import { checkUnapplied } from "./unapplied.js";

export interface DeclarationOptions {
  /** In place of the declared batch, for instance when that is `all`. */
  readonly batch?: number | undefined;
  /** Text of a file that `class[from ".."]` names. */
  readonly readText?: ((path: string, from: SourceFile) => string | undefined) | undefined;
  /** Filled with the values at places of the user's text. */
  readonly trace?: Trace | undefined;
}
/** Imports are followed by the loader, constants looked at where they are used. */
export type Checkable = ModelDeclaration | WordDeclaration;
export interface DeclarationResult {
  /** Also with errors, as far as it goes; only without errors may it be lowered. Undefined for words. */
  readonly model: CheckedModel | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks one declaration of a file: a function of its text and of what the names in it mean. */
export function checkDeclaration(
  declaration: Checkable,
  file: FileScope,
  { batch, readText, trace }: DeclarationOptions,
): DeclarationResult {
  const sink = new Sink();
  if (declaration.kind === "word") {
    checkUnapplied(declaration, file, sink);
    return { model: undefined, diagnostics: sink.diagnostics.list };
  }
  const read = (path: string, from: FileScope) => readText?.(path, from.source);
  const model = elaborateModel({ declaration, file, sink, readText: read, batch, trace });
  return { model, diagnostics: sink.diagnostics.list };
}

export interface CheckInput extends LoadInput, Omit<DeclarationOptions, "trace"> {
  readonly file: File;
}
export interface CheckResult {
  readonly models: readonly CheckedModel[];
  readonly diagnostics: readonly Diagnostic[];
}
export function check(input: CheckInput): CheckResult {
  const { results, diagnostics } = checkFile(input.file, input, (declaration, scope) =>
    checkDeclaration(declaration, scope, input),
  );
  return { models: results.flatMap(({ model }) => model ?? []), diagnostics };
}

/** Checks a file, each declaration by `one`; results of models first, in the order of the text. */
export function checkFile<Result extends Pick<DeclarationResult, "diagnostics">>(
  file: File,
  input: LoadInput,
  one: (declaration: Checkable, scope: FileScope) => Result,
): { readonly results: readonly Result[]; readonly diagnostics: readonly Diagnostic[] } {
  const sink = new Sink();
  const scope = new Loader(input, sink).load(file);
  const names = new Set<string>();
  const models = file.declarations.filter((declaration) => declaration.kind === "model");
  const words = file.declarations.filter((declaration) => declaration.kind === "word");
  const results = [...models, ...words].map((declaration) => {
    const name = declaration.name.text;
    if (declaration.kind === "model" && names.has(name))
      sink.add(diagnose(nameRules.duplicateName, scope.location(declaration.name.span), { name }));
    if (declaration.kind === "model") names.add(name);
    const result = one(declaration, scope);
    for (const diagnostic of result.diagnostics) sink.add(diagnostic);
    return result;
  });
  return { results, diagnostics: sink.diagnostics.list };
}
