/** @file `phase name { only: [..], minimize: .., epochs: n }`: what moves, what is minimised, for how long. */
import { suggest } from "../base/suggest.js";
import type { ConfigurationItem, Expression, Name, OptimizerItem } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { dataRules } from "./diagnostics/data.js";
import { nameRules } from "./diagnostics/names.js";
import { parametersAt } from "./groups.js";
import type { ParameterEntry } from "./registry.js";
import { numberOf, positive, textOf, unknownKey } from "./entries.js";

export interface PhaseSettings {
  readonly name: string;
  readonly epochs: number;
  /** The losses named; undefined: all. */
  readonly minimize: readonly string[] | undefined;
  /** The parameters that move; undefined: all that can. */
  readonly only: ReadonlySet<ParameterEntry> | undefined;
}

const keys = ["only", "minimize", "epochs"];

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
    let phase: PhaseSettings = { name, epochs, minimize: undefined, only: undefined };
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
        default:
          unknownKey(c, `phase ${name}`, entry, keys);
      }
    }
    return phase;
  });
}

const itemsOf = (e: Expression): readonly Expression[] =>
  e.kind === "list" ? e.items.flatMap((item) => (item.kind === "ellipsis" ? [] : [item])) : [e];

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

/** `head.kernel` as a path. */
function pathOf(e: Expression): readonly Name[] | undefined {
  if (e.kind === "name") return [{ text: e.name, span: e.span }];
  const outer = e.kind === "member" ? pathOf(e.value) : undefined;
  return outer && e.kind === "member" ? [...outer, e.name] : undefined;
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
