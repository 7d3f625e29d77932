/** @file The fix for a value with too many axes: the word that makes a vector, inserted before the step that mixes the last axis. */
import type { Fix } from "../diagnostics/diagnostic.js";
import type { WordDeclaration } from "../syntax/ast.js";
import type { Context } from "./context.js";
import type { Trail } from "./values.js";

/** `layer f(x: [...]) = reshape(x, [size(x)])`: the library's word that makes a vector, whatever it is called. */
function makesVector({ word, values, body, settings }: WordDeclaration): boolean {
  if (word !== "layer" || settings || values?.parameters.length !== 1 || "statements" in body || body.kind !== "call")
    return false;
  if (body.callee.kind !== "name" || body.callee.name !== "reshape") return false;
  const shape = body.arguments[1]?.value;
  const only = shape?.kind === "list" && shape.items.length === 1 ? shape.items[0] : undefined;
  return only?.kind === "call" && only.callee.kind === "name" && only.callee.name === "size";
}

/** Inserts it before the first of the last steps that take any shape. */
export function flattenFix(c: Context, trail: Trail): Fix | undefined {
  let step: Trail | undefined;
  for (let t: Trail | undefined = trail; t?.anyRank; t = t.before) if (t.mixing) step = t;
  if (!step?.stage || (step.before?.axes.length ?? 0) < 2) return undefined;
  let name: string | undefined;
  for (const candidate of c.file.words("word"))
    if (makesVector(c.file.word("word", candidate)!.declaration)) name = candidate;
  if (!name || step.location.file !== c.userLocation(step.location.span).location.file) return undefined;
  const start = step.stage.word.span.start;
  return {
    title: `insert \`-> ${name}\` before \`${step.name}\``,
    edits: [{ span: { start, end: start }, text: `${name} -> ` }],
  };
}
