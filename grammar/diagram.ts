/** @file A rule of the parser as data that can be drawn or written down. */
import {
  Alternation,
  type Alternative,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  Terminal,
  type IProduction,
} from "./chevrotain.js";
import type { NetParser } from "./parser.js";

export type Diagram =
  | { readonly kind: "terminal" | "rule"; readonly text: string }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly Diagram[] }
  | { readonly kind: "optional"; readonly part: Diagram }
  /** At least once, with a separator between. */
  | { readonly kind: "repeat"; readonly part: Diagram; readonly separator: string | undefined };

/** Signs and keywords stand in quotes, classes of tokens in capitals. */
function terminalText({ terminalType: { name, PATTERN } }: Terminal): string {
  return typeof PATTERN === "string" ? `"${PATTERN}"` : name.replace("Operator", "").toUpperCase();
}

const sequence = (parts: readonly IProduction[]): Diagram =>
  parts.length === 1 ? diagramOf(parts[0]!) : { kind: "sequence", parts: parts.map(diagramOf) };

function diagramOf(production: IProduction): Diagram {
  if (production instanceof Terminal) return { kind: "terminal", text: terminalText(production) };
  if (production instanceof NonTerminal) return { kind: "rule", text: production.nonTerminalName };
  if (production instanceof Alternation) {
    return { kind: "choice", parts: production.definition.map((part) => sequence((part as Alternative).definition)) };
  }
  if (production instanceof Option) return { kind: "optional", part: sequence(production.definition) };
  const part = sequence((production as Repetition).definition);
  const separator =
    production instanceof RepetitionMandatoryWithSeparator || production instanceof RepetitionWithSeparator
      ? `"${production.separator.PATTERN as string}"`
      : undefined;
  const repeat: Diagram = { kind: "repeat", part, separator };
  const mandatory = production instanceof RepetitionMandatory || production instanceof RepetitionMandatoryWithSeparator;
  return mandatory ? repeat : { kind: "optional", part: repeat };
}

/** Each rule by name, in the order in which they are first needed. */
export function diagrams(parser: NetParser): ReadonlyMap<string, Diagram> {
  const rules = parser.getGAstProductions();
  const found = new Map<string, Diagram>();
  const add = (name: string): void => {
    const rule = rules[name];
    if (!rule || found.has(name)) return;
    const diagram = sequence(rule.definition);
    found.set(name, diagram);
    rulesIn(diagram).forEach(add);
  };
  add("file");
  return found;
}

function rulesIn(diagram: Diagram): readonly string[] {
  switch (diagram.kind) {
    case "terminal":
      return [];
    case "rule":
      return [diagram.text];
    case "sequence":
    case "choice":
      return diagram.parts.flatMap(rulesIn);
    case "optional":
    case "repeat":
      return rulesIn(diagram.part);
  }
}
