/** @file The checker: from syntax trees to checked models, with everything that is wrong. */
import type { SourceFile } from "../base/source.js";
import { diagnose, type Diagnostic } from "../diagnostics/diagnostic.js";
import type { File } from "../syntax/ast.js";
import { Sink } from "./context.js";
import { nameRules } from "./diagnostics/names.js";
import { elaborateModel } from "./elaborate-model.js";
import type { CheckedModel } from "./model.js";
import { Loader, type LoadInput } from "./loader.js";
import { checkUnapplied } from "./unapplied.js";

export interface CheckInput extends LoadInput {
  readonly file: File;
  /** In place of the declared batch, for instance when that is `all`. */
  readonly batch?: number;
  /** Text of a file that `class[from ".."]` names. */
  readonly readText?: (path: string, from: SourceFile) => string | undefined;
}
export interface CheckResult {
  readonly models: readonly CheckedModel[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks a file. Models come also with errors, as far as they go; only without errors may they be lowered. */
export function check(input: CheckInput): CheckResult {
  const sink = new Sink();
  const file = new Loader(input, sink).load(input.file);
  const models: CheckedModel[] = [];
  const names = new Set<string>();
  for (const declaration of input.file.declarations) {
    if (declaration.kind !== "model") continue;
    const name = declaration.name.text;
    if (names.has(name)) sink.add(diagnose(nameRules.duplicateName, file.location(declaration.name.span), { name }));
    names.add(name);
    models.push(
      elaborateModel({
        declaration,
        file,
        sink,
        readText: (path, from) => input.readText?.(path, from.source),
        batch: input.batch,
      }),
    );
  }
  for (const declaration of input.file.declarations)
    if (declaration.kind === "word") checkUnapplied(declaration, file, sink);
  return { models, diagnostics: sink.diagnostics.list };
}
