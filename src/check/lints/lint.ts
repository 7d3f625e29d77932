/** @file What a lint rule is, and what it looks at. Only lint rules may name words of the library. */
import type { Span } from "../../base/source.js";
import type { Diagnostic, Rule } from "../../diagnostics/diagnostic.js";
import type { File } from "../../syntax/ast.js";
import type { CheckedModel } from "../model.js";
import type { Flow } from "./flow.js";

/** A file whose models checked without errors. */
export interface LintSubject {
  readonly file: File;
  readonly models: readonly CheckedModel[];
}
export interface LintContext extends LintSubject {
  /** One for each model of `models` and each word of the file with a body of statements. */
  readonly flows: readonly Flow[];
  /** Sizes of one example before and after the word that begins at an offset of the file; undefined if it is no step. */
  readonly sizes: (
    start: number,
  ) => { readonly input: readonly number[]; readonly output: readonly number[] } | undefined;
}

/** Code, message and explanation in `rule`, finding and mending in `check`. All are warnings. */
export interface LintRule {
  readonly rule: Rule<never>;
  /** Every word of the library or built-in function that the rule names; a test checks that they exist. */
  readonly words: readonly string[];
  readonly check: (context: LintContext) => readonly Diagnostic[];
}

export const locate = ({ file }: LintSubject, span: Span) => ({ file: file.source, span });
