/** @file Which optimizer moves which parameters, and where these and their gradients lie in memory. */
import { suggest } from "../base/suggest.js";
import type { Span } from "../base/source.js";
import type { Name, OptimizerItem } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { modelRules } from "./diagnostics/model.js";
import { nameRules } from "./diagnostics/names.js";
import type { ParameterEntry } from "./registry.js";

export interface Group {
  readonly item: OptimizerItem;
  readonly parameters: readonly ParameterEntry[];
}

/** Each trainable parameter's optimizer; undefined after a message. */
export function groupParameters(
  c: Context,
  items: readonly OptimizerItem[],
  parameters: readonly ParameterEntry[],
): readonly Group[] | undefined {
  const trainable = parameters.filter((parameter) => parameter.trainable);
  const owner = new Map<ParameterEntry, OptimizerItem>();
  let failed = false;
  for (const item of items)
    for (const path of item.paths) {
      const mine = parametersAt(c, path, parameters);
      if (!mine) failed = true;
      for (const parameter of mine ?? [])
        if (owner.has(parameter) && owner.get(parameter) !== item) {
          failed = true;
          c.report(modelRules.twoOptimizers, spanOf(path), { path: parameter.path });
        } else owner.set(parameter, item);
    }
  const general = items.filter((item) => item.paths.length === 0);
  if (general.length > 1 && trainable.length > 0) {
    c.report(modelRules.twoOptimizers, general[1]!.span, { path: trainable[0]!.path });
    failed = true;
  }
  for (const parameter of trainable) {
    if (owner.has(parameter)) continue;
    if (general[0]) owner.set(parameter, general[0]);
    else if (items[0] && !failed) {
      c.report(modelRules.withoutOptimizer, items[0].span, { path: parameter.path });
      failed = true;
    }
  }
  if (failed) return undefined;
  return items.map((item) => ({ item, parameters: trainable.filter((p) => owner.get(p) === item) }));
}
const spanOf = (path: readonly Name[]): Span => ({ start: path[0]!.span.start, end: path.at(-1)!.span.end });

/** The parameters that a path names, alone or as an instance's; undefined after a message. */
export function parametersAt(
  c: Context,
  path: readonly Name[],
  parameters: readonly ParameterEntry[],
): readonly ParameterEntry[] | undefined {
  const text = path.map((name) => name.text).join(".");
  const mine = parameters.filter((p) => p.path === text || p.path.startsWith(`${text}.`));
  if (mine.length > 0) return mine;
  const value = c.scope.find(path[0]!.text)?.value;
  if (value && value.kind !== "instance" && value.kind !== "error")
    c.report(nameRules.notAnInstance, spanOf(path), { name: text });
  else if (value?.kind !== "error") {
    const known = new Set(parameters.flatMap((p) => prefixes(p.path)));
    c.report(modelRules.unknownPath, spanOf(path), { path: text, suggestion: suggest(text, known) });
  }
  return undefined;
}
const prefixes = (path: string): string[] => {
  const parts = path.split(".");
  return parts.map((_, k) => parts.slice(0, k + 1).join("."));
};

/** The order of parameters in memory: group by group, in each those with masks first; frozen ones last. */
export function memoryOrder(
  groups: readonly Group[],
  parameters: readonly ParameterEntry[],
  masked: ReadonlySet<ParameterEntry>,
): readonly ParameterEntry[] {
  const grouped = groups.flatMap((group) => [
    ...group.parameters.filter((p) => masked.has(p)),
    ...group.parameters.filter((p) => !masked.has(p)),
  ]);
  const seen = new Set(grouped);
  const rest = parameters.filter((p) => !seen.has(p));
  return [...grouped, ...rest.filter((p) => p.trainable), ...rest.filter((p) => !p.trainable)];
}

export const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Where gradients lie in arena `gradients`: one behind the other, as the parameters do that move. */
export type GradientPlaces = ReadonlyMap<ParameterEntry, number>;
export function gradientPlaces(parameters: readonly ParameterEntry[]): GradientPlaces {
  const places = new Map<ParameterEntry, number>();
  let offset = 0;
  for (const parameter of byOffset(parameters)) {
    places.set(parameter, offset);
    offset += count(parameter.shape);
  }
  return places;
}
const byOffset = (parameters: readonly ParameterEntry[]): readonly ParameterEntry[] =>
  [...parameters].sort((a, b) => a.source.offset - b.source.offset);

/** Runs of parameters that are neighbours in memory, between which nothing lies that does not move; all with masks, or none. */
export function neighbours(
  parameters: readonly ParameterEntry[],
  isMasked: (parameter: ParameterEntry) => boolean,
): readonly ParameterEntry[][] {
  const runs: ParameterEntry[][] = [];
  for (const parameter of byOffset(parameters)) {
    const last = runs.at(-1)?.at(-1);
    const adjoins = last && last.source.offset + count(last.shape) === parameter.source.offset;
    if (adjoins && isMasked(last) === isMasked(parameter)) runs.at(-1)!.push(parameter);
    else runs.push([parameter]);
  }
  return runs;
}
