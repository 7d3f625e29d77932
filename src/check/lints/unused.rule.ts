/** @file NET7007: names that nothing reads. */
import { diagnose, rule } from "../../diagnostics/diagnostic.js";
import type { ModelItem, Name, Statement } from "../../syntax/ast.js";
import { walk, type SyntaxNode } from "../../syntax/walk.js";
import { statementSpan } from "../edits.js";
import { locate, type LintRule } from "./lint.js";

const unused = rule<{ what: string; name: string }>({
  code: "NET7007",
  severity: "warning",
  message: ({ what, name }) => `the ${what} \`${name}\` is never used`,
  explanation: `Nothing reads this name. An unused \`let\` or \`use\` is not even computed, and is most often a step that was meant to be part of the \
network: look whether a later line should use it, else remove it. An unused input or target must still be given with every \
example; an unused parameter is stored and never learns.

    let hidden = x -> dense(64) -> relu
    output y = x -> dense(1)          // meant: hidden -> dense(1)`,
});

interface Declared {
  readonly what: string;
  readonly names: readonly Name[];
  readonly statement: ModelItem | Statement;
  readonly removable: boolean;
}

export const unusedLint: LintRule = {
  rule: unused,
  words: [],
  check: (context) =>
    context.flows.flatMap(({ declaration }) => {
      const declared: Declared[] = [];
      const read = new Set<string>();
      walk(declaration, (node) => {
        const found = declaredBy(node);
        if (found) declared.push(found);
        for (const name of namesRead(node)) read.add(name);
      });
      return declared.flatMap(({ what, names, statement, removable }) => {
        // Of `let [a, b] = ..`, one is reason enough.
        if (names.some((name) => read.has(name.text)) || stepNames(statement).some((name) => read.has(name))) return [];
        const span = statementSpan(statement, context.file.source);
        return names
          .slice(0, 1)
          .map((name) =>
            diagnose(
              unused,
              locate(context, name.span),
              { what, name: name.text },
              removable ? { fix: { title: `remove \`${name.text}\``, edits: [{ span, text: "" }] } } : {},
            ),
          );
      });
    }),
};

function declaredBy(node: SyntaxNode): Declared | undefined {
  if (!isStatement(node)) return undefined;
  switch (node.kind) {
    case "let": {
      const names = node.target.kind === "name" ? [node.target.name] : node.target.names;
      return { what: "value", names, statement: node, removable: true };
    }
    case "use":
      return { what: "instance", names: [node.name], statement: node, removable: true };
    case "param":
      return { what: "parameter", names: [node.name], statement: node, removable: false };
    case "input":
    case "target":
      return { what: node.kind, names: [node.name], statement: node, removable: false };
    default:
      return undefined;
  }
}

const statementKinds: ReadonlySet<string> = new Set<Statement["kind"] | ModelItem["kind"]>([
  "let",
  "use",
  "param",
  "input",
  "target",
  "require",
  "optimizer",
]);
const isStatement = (node: SyntaxNode): node is ModelItem | Statement =>
  node.kind !== undefined && statementKinds.has(node.kind);

/** Names that a node itself reads: a name, the braces of a message, the instances of an optimizer. */
function namesRead(node: SyntaxNode): readonly string[] {
  if (node.kind === "name" && "name" in node && typeof node.name === "string") return [node.name];
  if (!isStatement(node)) return [];
  if (node.kind === "require")
    return [...node.message.value.matchAll(/\{([^}]*)\}/g)].flatMap(
      ([, inside]) => inside!.match(/[A-Za-z_]\w*/g) ?? [],
    );
  if (node.kind === "optimizer") return node.paths.flatMap(([first]) => (first ? [first.text] : []));
  return [];
}

/** Names given by `as` inside a statement: reading their weights needs the statement. */
function stepNames(statement: SyntaxNode): readonly string[] {
  const found: string[] = [];
  walk(statement, (node) => {
    if ("word" in node && "as" in node && node.as) found.push((node.as as Name).text);
  });
  return found;
}
