/** @file Ties the mutually recursive parts of the elaborator together. */
import { apply } from "./apply.js";
import type { Language } from "./context.js";
import { wordRules } from "./diagnostics/words.js";
import { evaluate } from "./expressions.js";
import { evaluateCallable } from "./recipes.js";
import { execute } from "./statements.js";
import { errorValue } from "./values.js";

export const language: Language = {
  evaluate,
  execute,
  apply,
  callable: evaluateCallable,
  body(c, body) {
    if ("statements" in body) {
      const value = execute(c, body.statements);
      if (value) return value;
      const word = c.caller?.word;
      if (word) c.report(wordRules.noResult, word.declaration.name.span, { word: word.name });
      return errorValue;
    }
    return evaluate(c, body);
  },
};
