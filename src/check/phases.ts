/** @file `phase name { only: [..], minimize: .., prune: .., epochs: n }`: what moves, what is minimised, what is pruned, for how long. */
import { suggest } from "../base/suggest.js";
import type { ConfigurationItem, Expression, OptimizerItem } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { dataRules } from "./diagnostics/data.js";
import { nameRules } from "./diagnostics/names.js";
import { parametersAt } from "./groups.js";
import type { ParameterEntry } from "./registry.js";
import { itemsOf, numberOf, pathOf, positive, textOf, unknownKey } from "./entries.js";
import { type PruneSettings, pruneSettings } from "./pruning.js";

export interface PhaseSettings {
  readonly name: string;
  readonly epochs: number;
  /** The losses named; undefined: all. */
  readonly minimize: readonly string[] | undefined;
  /** The parameters that move; undefined: all that can. */
  readonly only: ReadonlySet<ParameterEntry> | undefined;
  /** What becomes 0 as the phase begins. */
  readonly prune: PruneSettings | undefined;
}

export const phaseKeys = ["only", "minimize", "prune", "epochs"] as const;

/** The phases in order. */
export function phaseSettings(
  c: Context,
  items: readonly ConfigurationItem[],
  losses: readonly (string | undefined)[],
  parameters: readonly ParameterEntry[],
  epochs: number,
): readonly PhaseSettings[] {
  const seen = new Set<string>();
  return items.map((item) => {
    const name = item.name?.text ?? "";
    if (item.name && seen.has(name)) c.report(nameRules.duplicateName, item.name.span, { name });
    seen.add(name);
    let phase: PhaseSettings = { name, epochs, minimize: undefined, only: undefined, prune: undefined };
    let prune: Expression | undefined;
    for (const entry of item.entries) {
      const { value, key } = entry;
      switch (entry.name ? "" : key.text) {
        case "epochs":
          phase = { ...phase, epochs: numberOf(c, "epochs", value, "a whole number", positive) ?? epochs };
          break;
        case "minimize":
          phase = { ...phase, minimize: minimized(c, value, losses) };
          break;
        case "only":
          phase = { ...phase, only: moving(c, value, parameters) };
          break;
        case "prune":
          prune = value;
          break;
        default:
          unknownKey(c, `phase ${name}`, entry, phaseKeys);
      }
    }
    const { only } = phase;
    const moves = (parameter: ParameterEntry) => parameter.trainable && (!only || only.has(parameter));
    return prune ? { ...phase, prune: pruneSettings(c, prune, parameters, moves) } : phase;
  });
}

function minimized(c: Context, value: Expression, losses: readonly (string | undefined)[]) {
  const known = losses.flatMap((name) => name ?? []);
  return itemsOf(value).flatMap((e) => {
    if (e.kind === "name" && known.includes(e.name)) return [e.name];
    const near = e.kind === "name" ? suggest(e.name, known) : undefined;
    const expected = near
      ? `a loss, such as \`${near}\``
      : known.length > 0
        ? `one of the losses ${known.join(", ")}, or a list of them`
        : "the name of a loss: give it one, `loss name = ..`";
    if (e.kind !== "missing") c.report(dataRules.badEntry, e.span, { key: "minimize", expected, actual: textOf(e, c) });
    return [];
  });
}

function moving(c: Context, value: Expression, parameters: readonly ParameterEntry[]) {
  const found = new Set<ParameterEntry>();
  for (const e of itemsOf(value)) {
    const path = pathOf(e);
    const mine = path && parametersAt(c, path, parameters);
    if (mine?.some(({ trainable }) => trainable)) for (const parameter of mine) found.add(parameter);
    else if (!path || mine) {
      const expected = "a list of instances or parameters that are not frozen";
      if (e.kind !== "missing") c.report(dataRules.badEntry, e.span, { key: "only", expected, actual: textOf(e, c) });
    }
  }
  return found;
}

/** The optimizers' groups, of what moves in a phase. */
export function groupsIn(
  groups: readonly { readonly item: OptimizerItem; readonly parameters: readonly ParameterEntry[] }[],
  only: PhaseSettings["only"],
) {
  return only
    ? groups.map(({ item, parameters }) => ({ item, parameters: parameters.filter((p) => only.has(p)) }))
    : groups;
}
