/** @file Names in a text that may be broken: the one at a place, and those that a declaration declares. */
import type { Span } from "../base/source.js";
import type { Carried, ModelItem, Name, Parameter, Stage, Statement } from "../syntax/ast.js";
import { type SyntaxNode, walk } from "../syntax/walk.js";

export interface LocalName {
  readonly name: Name;
  /** The statement, item or parameter that declares it. */
  readonly node: SyntaxNode;
}

/** The identifier that an offset is in or right behind; undefined elsewhere. */
export function identifierAt(text: string, offset: number): { readonly name: string; readonly span: Span } | undefined {
  let start = offset;
  let end = offset;
  while (start > 0 && /\w/.test(text[start - 1]!)) start--;
  while (end < text.length && /\w/.test(text[end]!)) end++;
  const name = text.slice(start, end);
  return /^[A-Za-z_]/.test(name) ? { name, span: { start, end } } : undefined;
}

/** Names that a declaration declares inside, in the order of the text. */
export function localNames(declaration: SyntaxNode): readonly LocalName[] {
  const found: LocalName[] = [];
  walk(declaration, (node) => {
    for (const name of namesOf(node)) if (name && name.text !== "") found.push({ name, node });
  });
  return found.sort((a, b) => a.name.span.start - b.name.span.start);
}
function namesOf(node: SyntaxNode): readonly (Name | undefined)[] {
  if (isStage(node)) return [node.as];
  if (isParameter(node) || isCarried(node)) return [node.name];
  const statement = node as Statement | ModelItem;
  switch (statement.kind) {
    case "let":
      return statement.target.kind === "names" ? statement.target.names : [statement.target.name];
    case "scan":
      return [statement.index];
    case "use":
    case "param":
    case "buffer":
    case "state":
    case "input":
    case "target":
    case "output":
      return [statement.name];
    default:
      return [];
  }
}
const isStage = (node: SyntaxNode): node is Stage => "word" in node && "as" in node && "repeat" in node;
const isParameter = (node: SyntaxNode): node is Parameter => "default" in node;
const isCarried = (node: SyntaxNode): node is Carried => "kept" in node;
