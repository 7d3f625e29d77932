/** @file The rules of the parser in EBNF, and the examples that stand before them in `net.ebnf`. */
import type { Diagram } from "./diagram.js";

const width = 100;

/** The right-hand side of a rule. */
export function ebnf(diagram: Diagram): string {
  const line = written(diagram, false);
  return diagram.kind === "choice" && line.length > width
    ? diagram.parts.map((part) => written(part, false)).join("\n  | ")
    : line;
}

function written(diagram: Diagram, inSequence: boolean): string {
  switch (diagram.kind) {
    case "terminal":
    case "rule":
      return diagram.text;
    case "sequence":
      return diagram.parts.map((part) => written(part, true)).join(" ");
    case "choice": {
      const text = diagram.parts.map((part) => written(part, false)).join(" | ");
      return inSequence ? `( ${text} )` : text;
    }
    case "optional": {
      const { part } = diagram;
      if (part.kind === "repeat" && part.separator === undefined) return `{ ${written(part.part, false)} }`;
      return `[ ${written(part, false)} ]`;
    }
    case "repeat": {
      const text = written(diagram.part, true);
      if (diagram.separator === '","') return `sep(${written(diagram.part, false)})`;
      return `${text} { ${diagram.separator === undefined ? "" : `${diagram.separator} `}${text} }`;
    }
  }
}

export interface EbnfRule {
  readonly name: string;
  readonly right: string;
  readonly example: string;
}

/** The rules of an EBNF file; the comment before each is its example. */
export function readEbnf(text: string): readonly EbnfRule[] {
  return [...text.matchAll(/\(\*\n([^]*?)\n\*\)\n(\w+) =\s*([^]*?) ;\n/g)].map(
    ([, example = "", name = "", right = ""]) => ({
      name,
      right: right.trim(),
      example: example.replaceAll(/^ {2}/gm, ""),
    }),
  );
}

/** The same file with the right-hand sides of the parser; its prose and examples stay. */
export function updatedEbnf(text: string, rules: ReadonlyMap<string, Diagram>): string {
  return text.replaceAll(/^(\w+) =[^]*? ;$/gm, (rule, name: string) => {
    const diagram = rules.get(name);
    if (!diagram) return rule;
    const right = ebnf(diagram);
    return right.includes("\n") ? `${name} =\n    ${right} ;` : `${name} = ${right} ;`;
  });
}
