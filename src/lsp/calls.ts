/** @file Calls in a file with the word that each applies and the parameter that each argument is for. */
import type { Builtin } from "../check/builtin.js";
import { builtins } from "../check/builtins/index.js";
import { wordSetOf } from "../check/recipes.js";
import type { FileScope, Word, WordSet } from "../check/scope.js";
import type { Argument, Call, Expression, File, Parameter } from "../syntax/ast.js";
import { children, isExpression, type SyntaxNode } from "../syntax/walk.js";

/** A word by name, as the language looks it up where words of a set are due. */
export const findWord = (scope: FileScope, set: WordSet, name: string): Word | Builtin | undefined =>
  scope.word(set, name) ?? scope.word("word", name) ?? builtins.get(name);

export interface CallSite {
  readonly call: Call;
  readonly word: Word | Builtin;
  /** Settings where a word is due, else values. */
  readonly takes: "settings" | "values";
  readonly arguments: readonly { readonly argument: Argument; readonly parameter: Parameter | undefined }[];
}

/** In the order of the text, outer before inner. */
export function callsIn(file: File, scope: FileScope): readonly CallSite[] {
  const found: CallSite[] = [];

  /** An expression; with a set, one where words of it are due. */
  function visit(e: Expression, set: WordSet | undefined): void {
    if (e.kind === "pipe") {
      visit(e.value, set);
      for (const stage of e.stages) {
        visit(stage.word, set ?? "word");
        if (stage.repeat) visit(stage.repeat, undefined);
      }
    } else if (e.kind === "call") visitCall(e, set);
    else inside(e);
  }
  function visitCall(call: Call, set: WordSet | undefined): void {
    const { callee } = call;
    const second = callee.kind === "call";
    const name = second && callee.callee.kind === "name" ? callee.callee : callee.kind === "name" ? callee : undefined;
    const word = name && findWord(scope, set ?? "word", name.name);
    if (second) visit(callee, set ?? "word");
    else if (callee.kind !== "name") inside(callee);
    if (!word) return void call.arguments.forEach(({ value }) => visit(value, undefined));
    const { settings, values } = parametersOf(word);
    const takes = set !== undefined && !second && settings.length > 0 ? "settings" : "values";
    // The value that a pipe gives is the first.
    const positional = takes === "settings" ? settings : values.slice(set === undefined ? 0 : 1);
    let position = 0;
    const given = call.arguments.map((argument) => {
      const parameter = argument.name
        ? [...settings, ...values].find((one) => one.name.text === argument.name!.text)
        : positional[position++];
      return { argument, parameter };
    });
    found.push({ call, word, takes, arguments: given });
    for (const { argument, parameter } of given) visit(argument.value, wordSetOf(parameter));
  }
  function inside(node: SyntaxNode): void {
    for (const child of children(node)) {
      if (isExpression(child)) visit(child, dueIn(node, child));
      else inside(child);
    }
  }
  inside(file);
  return found.sort((a, b) => a.call.span.start - b.call.span.start);
}

export const parametersOf = (
  word: Word | Builtin,
): { readonly settings: readonly Parameter[]; readonly values: readonly Parameter[] } =>
  word.kind === "builtin"
    ? { settings: [], values: [] }
    : {
        settings: word.declaration.settings?.parameters ?? [],
        values: word.declaration.values?.parameters ?? [],
      };

/** The words that a statement asks for at one of its expressions. */
function dueIn(node: SyntaxNode, child: SyntaxNode): WordSet | undefined {
  const statement = node as unknown as { readonly kind?: string; readonly [key: string]: unknown };
  const among = (key: string) => Array.isArray(statement[key]) && (statement[key] as unknown[]).includes(child);
  switch (statement.kind) {
    case "use":
      return "word";
    case "optimizer":
      return "optimizer";
    case "param":
      if (statement["initializer"] === child) return "initializer";
      return among("regularize") ? "regularizer" : among("constrain") ? "constraint" : undefined;
    case "buffer": {
      const { initial } = node as { initial?: { kind: string; value: unknown } };
      return initial?.kind === "initializer" && initial.value === child ? "initializer" : undefined;
    }
    default:
      return undefined;
  }
}
