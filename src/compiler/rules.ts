/** @file Every rule of every phase: what `netc explain` knows. */
import { checkRules } from "../check/diagnostics/index.js";
import { lintRules } from "../check/lints/index.js";
import type { Rule } from "../diagnostics/diagnostic.js";
import { syntaxRules } from "../syntax/diagnostics.js";

export const allRules: readonly Rule<never>[] = [
  ...Object.values(syntaxRules),
  ...Object.values(checkRules),
  ...lintRules.map((lint) => lint.rule),
].sort((a, b) => (a.code < b.code ? -1 : 1));
