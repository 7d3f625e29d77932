/** @file Where comments may stand in formatted text: between the items of blocks, brackets, pipes, chains of operators and `if`s. */
import type { Span } from "../base/source.js";
import type {
  Binary,
  BinaryOperator,
  Block,
  Conditional,
  Declaration,
  Expression,
  File,
  Group,
  ModelItem,
  Shape,
  Statement,
} from "../syntax/ast.js";
import { children, type SyntaxNode } from "../syntax/walk.js";

/** A node whose items stand on lines of their own where a comment is among them. */
export interface Container {
  readonly node: SyntaxNode;
  /** What lies between and inside its items, its brackets included. */
  readonly region: Span;
  readonly items: readonly SyntaxNode[];
  /** Without a bracket before its first item: what would stand before that item stands before the whole. */
  readonly chain: boolean;
}

/** The span of a node with its parentheses. */
export const outerSpan = (node: SyntaxNode & { readonly parentheses?: readonly Span[] }): Span =>
  node.parentheses?.at(-1) ?? node.span;

/** Of one strength each: what they join is one chain. */
const levels: readonly (readonly BinaryOperator[])[] = [
  ["or"],
  ["and"],
  ["==", "!=", "<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/", "@"],
];

/** `a + b - c` as a, + b, - c. Undefined for `^` and `..`, which stand tightly between their operands: no line begins with them. */
export interface OperatorChain {
  readonly first: Expression;
  readonly rest: readonly { readonly operator: BinaryOperator; readonly operand: Expression }[];
  /** The operations that it is made of. */
  readonly parts: readonly Expression[];
}
export function operatorChain(node: Binary): OperatorChain | undefined {
  const level = levels.find((operators) => operators.includes(node.operator));
  if (!level) return undefined;
  const rest: { operator: BinaryOperator; operand: Expression }[] = [];
  const parts: Expression[] = [];
  let first: Expression = node;
  while (first.kind === "binary" && level.includes(first.operator) && (first === node || !first.parentheses)) {
    rest.unshift({ operator: first.operator, operand: first.right });
    parts.push(first);
    first = first.left;
  }
  return { first, rest, parts };
}

/** `if a then b else if c then d else e` as its branches; the last has no condition. */
export interface Branches {
  readonly branches: readonly { readonly condition: Expression | undefined; readonly value: Expression }[];
  /** The conditionals that it is made of. */
  readonly parts: readonly Expression[];
}
export function branchesOf(node: Conditional): Branches {
  const branches: { condition: Expression | undefined; value: Expression }[] = [];
  const parts: Expression[] = [];
  let rest: Expression = node;
  while (rest.kind === "if" && (rest === node || !rest.parentheses)) {
    branches.push({ condition: rest.condition, value: rest.then });
    parts.push(rest);
    rest = rest.otherwise;
  }
  return { branches: [...branches, { condition: undefined, value: rest }], parts };
}

/** What may be a container: nodes are told apart by `kind`, where they have one. */
type Candidate = File | Declaration | ModelItem | Statement | Expression;

/** All containers of a file, each before those inside it. */
export function containersOf(file: File): readonly Container[] {
  const found: Container[] = [];
  const taken = new Set<SyntaxNode>();
  const add = (node: SyntaxNode, region: Span, items: readonly SyntaxNode[], chain = false) =>
    found.push({ node, region, items, chain });
  const chained = (node: SyntaxNode, items: readonly SyntaxNode[], parts: readonly SyntaxNode[] = []) => {
    for (const part of parts) taken.add(part);
    add(node, node.span, items, true);
  };
  const visit = (node: Candidate | Block | Group | Shape): void => {
    if ("declarations" in node) add(node, node.span, node.declarations);
    else if ("statements" in node) add(node, node.span, node.statements);
    else if ("parameters" in node) add(node, node.span, node.parameters);
    else if ("axes" in node) add(node, node.span, node.axes);
    else if (node.kind === "model") add(node, { start: node.name.span.end, end: node.span.end }, node.items);
    else if ("entries" in node) add(node, node.span, node.entries);
    else if (node.kind === "call") add(node, node.argumentsSpan, node.arguments);
    else if (node.kind === "subscript")
      add(node, { start: outerSpan(node.value).end, end: node.span.end }, node.subscripts);
    else if (node.kind === "list") add(node, node.span, node.items);
    else if (node.kind === "pipe") chained(node, [node.value, ...node.stages]);
    else if (taken.has(node)) return;
    else if (node.kind === "if") {
      const { branches, parts } = branchesOf(node as Conditional);
      chained(
        node,
        branches.map(({ value }) => value),
        parts,
      );
    } else if (node.kind === "binary") {
      const chain = operatorChain(node);
      if (chain) chained(node, [chain.first, ...chain.rest.map(({ operand }) => operand)], chain.parts);
    }
  };
  const walkAll = (node: SyntaxNode): void => {
    visit(node as Candidate);
    for (const child of children(node)) walkAll(child);
  };
  walkAll(file);
  return found.sort((a, b) => a.region.start - b.region.start || b.region.end - a.region.end);
}
