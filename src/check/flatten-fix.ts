/** @file Fixes for a value with too many axes: make a vector before the step that mixes the last axis, or a number of one element. */
import type { Fix } from "../diagnostics/diagnostic.js";
import type { WordDeclaration } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { type OwnAxis, shapeText, type Trail } from "./values.js";

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
export function flattenFix(
  c: Context,
  trail: Trail,
): { readonly word: string; readonly step: Trail; readonly fix: Fix | undefined } | undefined {
  let step: Trail | undefined;
  for (let t: Trail | undefined = trail; t?.anyRank; t = t.before) if (t.mixing) step = t;
  if (!step?.stage || (step.before?.axes.length ?? 0) < 2) return undefined;
  let word: string | undefined;
  for (const candidate of c.file.words("word"))
    if (makesVector(c.file.word("word", candidate)!.declaration)) word = candidate;
  if (!word) return undefined;
  const { start } = step.stage.word.span;
  const edits = [{ span: { start, end: start }, text: `${word} -> ` }];
  // An edit belongs to the file of its message.
  const here = step.location.file === c.userLocation(step.location.span).location.file;
  return { word, step, fix: here ? { title: `insert \`-> ${word}\` before \`${step.name}\``, edits } : undefined };
}

/** A value of one element where a value with fewer axes is due. */
export function numberFix(
  c: Context,
  trail: Trail,
  axes: readonly OwnAxis[],
): { readonly help: string; readonly fix: Fix | undefined } {
  const stage = `-> reshape(${shapeText(axes)})`;
  const here = trail.stage && trail.location.file === c.userLocation(trail.location.span).location.file;
  const at = trail.stage?.span.end ?? 0;
  const fix = { title: `append \`${stage}\``, edits: [{ span: { start: at, end: at }, text: ` ${stage}` }] };
  return { help: `the elements are the same: append \`${stage}\``, fix: here ? fix : undefined };
}
