/** @file `prune: magnitude(sparsity: 90%, scope: global)` in a phase: which weights become 0 when it begins, and stay so. */
import type { Expression } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { dataRules } from "./diagnostics/data.js";
import { itemsOf, numberOf, pathOf, textOf } from "./entries.js";
import { count, memoryOrder, parametersAt, type Group } from "./groups.js";
import type { Pruning } from "./model.js";
import { name, options, type Reader } from "./options.js";
import type { ParameterEntry, Registry } from "./registry.js";
import type { Source } from "../ir/types.js";

export interface PruneSettings {
  readonly sparsity: number;
  readonly scope: "global" | "layer";
  readonly parameters: readonly ParameterEntry[];
}

interface Options {
  readonly sparsity: number | undefined;
  readonly scope: string;
  readonly only: readonly ParameterEntry[] | undefined;
}

/** What a phase prunes; undefined after a message. Without `only`: every matrix and kernel that `moving` says can move. */
export function pruneSettings(
  c: Context,
  value: Expression,
  parameters: readonly ParameterEntry[],
  moving: (parameter: ParameterEntry) => boolean,
): PruneSettings | undefined {
  const sparsity: Reader<number> = (at, key, e) => numberOf(at, key, e, "a part such as 90%", (n) => n > 0 && n < 1);
  const only: Reader<readonly ParameterEntry[]> = (at, _, e) => prunable(at, e, parameters);
  const none: Options = { sparsity: undefined, scope: "layer", only: undefined };
  const example = "sparsity: 90%, scope: global";
  const found = options<Options>(c, "prune", "magnitude", example, value, none, {
    sparsity: ["sparsity", sparsity],
    scope: ["scope", name("global or layer", (scope) => scope === "global" || scope === "layer")],
    only: ["only", only],
  });
  if (!found) return undefined;
  const bad = (expected: string): undefined => {
    c.report(dataRules.badEntry, value.span, { key: "prune", expected, actual: textOf(value, c) });
  };
  if (found.sparsity === undefined) return bad(`magnitude(${example}), with a sparsity`);
  const chosen = found.only ?? parameters.filter((p) => p.shape.length >= 2 && moving(p));
  if (chosen.length === 0) return bad("of a phase that moves a parameter with two axes or more");
  return { sparsity: found.sparsity, scope: found.scope === "global" ? "global" : "layer", parameters: chosen };
}

/** Parameters named themselves, and those with two axes or more of instances. */
function prunable(c: Context, value: Expression, parameters: readonly ParameterEntry[]) {
  const found = new Set<ParameterEntry>();
  for (const e of itemsOf(value)) {
    const path = pathOf(e);
    const named = path?.map(({ text }) => text).join(".");
    const mine = path && parametersAt(c, path, parameters);
    const own = mine?.filter((p) => p.trainable && (p.path === named || p.shape.length >= 2)) ?? [];
    for (const parameter of own) found.add(parameter);
    if (own.length > 0 || (path && !mine) || e.kind === "missing") continue;
    const expected = "a list of parameters, or of instances with parameters of two axes or more, that are not frozen";
    c.report(dataRules.badEntry, e.span, { key: "only", expected, actual: textOf(e, c) });
  }
  return [...found];
}

interface Prunes {
  readonly prune: PruneSettings | undefined;
}

/** Where masks lie in memory, in the order of their parameters. */
export type MaskPlaces = ReadonlyMap<ParameterEntry, Source>;

/** Room for the masks of all parameters that some phase prunes. */
export function placeMasks(registry: Registry, groups: readonly Group[], phases: readonly Prunes[]): MaskPlaces {
  const pruned = prunedIn(phases);
  const { masks } = registry.arenas;
  const inOrder = memoryOrder(groups, [...registry.parameters.values()], pruned).filter((p) => pruned.has(p));
  return new Map(inOrder.map((p) => [p, masks.take(p.path, p.shape, 1)]));
}

/** Everything that one of the phases prunes. */
export const prunedIn = (phases: readonly Prunes[]): ReadonlySet<ParameterEntry> =>
  new Set(phases.flatMap(({ prune }) => prune?.parameters ?? []));

/** Masks of what has been pruned by the end of some phases. */
export function masksIn(phases: readonly Prunes[], masks: MaskPlaces): MaskPlaces {
  const pruned = prunedIn(phases);
  return new Map([...masks].filter(([parameter]) => pruned.has(parameter)));
}

/** For the runtime: elements compete within a pool. */
export function pruningOf(prune: PruneSettings | undefined, masks: MaskPlaces): Pruning | undefined {
  if (!prune) return undefined;
  const { sparsity, scope, parameters } = prune;
  const regions = parameters.map((parameter) => ({
    parameters: parameter.source.offset,
    masks: masks.get(parameter)!.offset,
    length: count(parameter.shape),
  }));
  return { sparsity, pools: scope === "global" ? [regions] : regions.map((region) => [region]) };
}
