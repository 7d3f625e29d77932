/** @file Walks over the syntax tree, whatever the kinds of its nodes. */
import type { Span } from "../base/source.js";
import type { Expression, File } from "./ast.js";

/** Any part of the tree that has a place: expressions, statements, names, groups, .. */
export interface SyntaxNode {
  readonly span: Span;
  readonly kind?: string;
}

const isNode = (value: object): value is SyntaxNode => "span" in value;

const expressionKinds: ReadonlySet<string> = new Set<Expression["kind"]>([
  "number",
  "string",
  "name",
  "list",
  "unary",
  "binary",
  "if",
  "call",
  "subscript",
  "member",
  "pipe",
  "missing",
]);
export const isExpression = (node: SyntaxNode): node is Expression =>
  node.kind !== undefined && expressionKinds.has(node.kind);

/** The parts directly inside a node, in the order of the text. */
export function children(node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const collect = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (isNode(value)) found.push(value);
    else Object.values(value).forEach(collect);
  };
  for (const [key, value] of Object.entries(node)) {
    // The source is not part of the tree, and comments stand between its nodes.
    if (key !== "source" && key !== "comments") collect(value);
  }
  return found.sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end);
}

/** Visits a node and all inside it, outer before inner; the inside is skipped where `visit` returns false. */
export function walk(node: SyntaxNode, visit: (node: SyntaxNode) => boolean | void): void {
  if (visit(node) === false) return;
  for (const child of children(node)) walk(child, visit);
}

/** The nodes that hold or touch an offset, from the file inwards; the last is the innermost. */
export function pathAt(file: File, offset: number): readonly SyntaxNode[] {
  const path: SyntaxNode[] = [];
  for (let node: SyntaxNode | undefined = file; node;) {
    path.push(node);
    const touching: SyntaxNode[] = children(node).filter(({ span }) => span.start <= offset && offset <= span.end);
    // Between two that touch the offset, the one that begins there.
    node = touching.at(-1);
  }
  return path;
}

export const nodeAt = (file: File, offset: number): SyntaxNode => pathAt(file, offset).at(-1) ?? file;
