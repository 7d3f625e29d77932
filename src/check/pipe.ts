/** @file Pipes: `x -> f(a) * 3 as name`, each stage an application whose place in the text is its instance. */
import type { Pipe, Stage } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { nameRules } from "./diagnostics/names.js";
import { evaluateCallable, repeatCount } from "./recipes.js";
import { errorValue, isCallable, type Value } from "./values.js";

export function evaluatePipe(c: Context, e: Pipe): Value {
  let value = c.evaluate(e.value);
  if (isCallable(value))
    return c.report(nameRules.notAWord, e.value.span, { what: "a pipe that begins with a word: it needs a value" });
  for (const stage of e.stages) {
    // A stage after a broken one is still read for messages about its words.
    value = applyStage(c, value, stage);
  }
  return value;
}

function applyStage(c: Context, input: Value, stage: Stage): Value {
  const callable = evaluateCallable(c, stage.word, "word");
  const repeat = stage.repeat ? repeatCount(c, stage.repeat) : 1;
  if (!callable || repeat === undefined || input.kind === "error") {
    if (stage.as) c.scope.bind(stage.as.text, errorValue, c.location(stage.as.span));
    return errorValue;
  }
  if (stage.as && callable.kind !== "instance") {
    const frame = c.frame.named(stage, stage.as.text);
    if (!frame) return c.report(nameRules.duplicateName, stage.as.span, { name: stage.as.text });
    const instance: Value = { kind: "instance", recipe: callable, frame };
    c.scope.bind(stage.as.text, instance, c.location(stage.as.span));
  }
  let value: Value = input;
  for (let k = 0; k < repeat; k++)
    value = c.run.language.apply(c, callable, [value], {
      node: stage,
      variant: k === 0 ? "" : String(k),
      span: stage.word.span,
      name: stage.as ? (k === 0 ? stage.as.text : `${stage.as.text}_${k + 1}`) : undefined,
      stage,
    });
  if (stage.as && callable.kind === "instance") c.scope.bind(stage.as.text, callable, c.location(stage.as.span));
  return value;
}
