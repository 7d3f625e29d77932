/** @file Words as they are looked up at the cursor, in a text that need not be whole, and their parameters. */
import type { Builtin } from "../check/builtin.js";
import { builtins } from "../check/builtins/index.js";
import type { FileScope, Word, WordSet } from "../check/scope.js";
import type { Parameter } from "../syntax/ast.js";

/** A word by name, as the language looks it up where words of a set are due. */
export const findWord = (scope: FileScope, set: WordSet, name: string): Word | Builtin | undefined =>
  scope.word(set, name) ?? scope.word("word", name) ?? builtins.get(name);

export const parametersOf = (
  word: Word | Builtin,
): { readonly settings: readonly Parameter[]; readonly values: readonly Parameter[] } =>
  word.kind === "builtin"
    ? { settings: [], values: [] }
    : {
        settings: word.declaration.settings?.parameters ?? [],
        values: word.declaration.values?.parameters ?? [],
      };
