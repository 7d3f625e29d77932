/** @file What all parts of the formatter share: comments around nodes, brackets around lists. */
import { builders } from "prettier/doc";
import type { Comment, File } from "../syntax/ast.js";
import type { SyntaxNode } from "../syntax/walk.js";
import { attachComments, type Comments } from "./comments.js";
import { outerSpan } from "./containers.js";

export type Doc = builders.Doc;
const { breakParent, fill, group, hardline, indent, join, line, lineSuffix, literalline, softline } = builders;

/** The file that is being formatted. */
export interface Context {
  readonly text: string;
  readonly comments: Comments;
}
export const contextOf = (file: File): Context => ({ text: file.source.text, comments: attachComments(file) });

export const sourceOf = ({ text }: Context, { span }: SyntaxNode): string => text.slice(span.start, span.end);

/** Whether the text between two places begins a new line. */
export const breaksBetween = ({ text }: Context, start: number, end: number): boolean =>
  text.slice(start, end).includes("\n");

/** Whether a blank line stands right before a place. */
function blankLine({ text }: Context, offset: number): boolean {
  let lines = 0;
  for (let i = offset - 1; i >= 0 && /\s/.test(text[i]!); i--) if (text[i] === "\n") lines += 1;
  return lines > 1;
}

/** Whether the author put a blank line before an item of a block and its comments. */
export function blankBefore(c: Context, node: SyntaxNode): boolean {
  const first = c.comments.leading(node).find(({ moved }) => !moved);
  return blankLine(c, first ? first.comment.span.start : node.span.start);
}

const textOf = (comment: Comment): string => comment.text.trimEnd();

/** The comments before an item of a bracket or chain, each with its line end. */
const leadingComments = (c: Context, node: SyntaxNode): Doc[] =>
  c.comments.leading(node).map(({ comment }) => [textOf(comment), hardline]);

/** Whether an item of a block is to stay as the author wrote it. */
export function isIgnored(c: Context, node: SyntaxNode): boolean {
  const last = c.comments.leading(node).findLast(({ moved }) => !moved);
  return last !== undefined && /^\/\/\s*prettier-ignore\s*$/.test(last.comment.text);
}

/** An item of a block without the comments around it, as the author wrote it where that is asked for. */
export const item = (c: Context, node: SyntaxNode, print: () => Doc): Doc =>
  isIgnored(c, node) ? join(literalline, sourceOf(c, node).split("\n")) : print();

/** The comments before an item of a block, with the blank lines between them and the item. */
export function leadingLines(c: Context, node: SyntaxNode): Doc[] {
  const all = c.comments.leading(node);
  const comments = isIgnored(c, node) ? all.filter(({ moved }) => !moved) : all;
  return comments.map(({ comment, moved }, i) => {
    const next = comments[i + 1]?.comment ?? node;
    return [textOf(comment), hardline, !moved && blankLine(c, next.span.start) ? hardline : ""];
  });
}

/** The comment on the line where a node ends. */
export function trailingComment(c: Context, node: SyntaxNode): Doc {
  const comment = c.comments.trailing(node);
  return comment ? [lineSuffix(` ${textOf(comment)}`), breakParent] : "";
}

/** An item with its comments. */
export const withComments = (c: Context, node: SyntaxNode, doc: Doc): Doc => [
  leadingComments(c, node),
  doc,
  trailingComment(c, node),
];

/** The comments at the end of a block, and whether a blank line stands before each. */
export const commentsAtEnd = (
  c: Context,
  container: SyntaxNode,
): readonly { readonly blank: boolean; readonly text: string }[] =>
  c.comments.atEnd(container).map((comment) => ({ blank: blankLine(c, comment.span.start), text: textOf(comment) }));

export interface Listed {
  readonly node: SyntaxNode;
  readonly doc: Doc;
}
interface Bracketed {
  /** Whose comments before the closing bracket they are. */
  readonly container: SyntaxNode;
  readonly open: string;
  readonly close: string;
  readonly items: readonly Listed[];
  /** A space inside the brackets where they stand on one line. */
  readonly spaced?: boolean;
  /** Many to a line, with the line ends that the author put between them. */
  readonly rows?: boolean;
}

/** Items between brackets: on one line, or each on a line of its own (or in rows) between the lines of the brackets. */
export const bracketed = (c: Context, list: Bracketed, broken = false): Doc =>
  group(brackets(c, list), { shouldBreak: broken });

/** The same, to be broken together with what is around it. */
export function brackets(c: Context, { container, open, close, items, rows = false, spaced = false }: Bracketed): Doc {
  const comments = c.comments.atEnd(container).map((comment): Doc => [hardline, textOf(comment)]);
  if (items.length === 0) return [open, indent(comments), comments.length > 0 ? hardline : "", close];
  const last = items.length - 1;
  const docs = items.map(({ node, doc }, i): Doc => withComments(c, node, i === last ? doc : [doc, ","]));
  const separator = (i: number): Doc =>
    c.comments.trailing(items[i]!.node) ||
    c.comments.leading(items[i + 1]!.node).length > 0 ||
    breaksBetween(c, outerSpan(items[i]!.node).end, outerSpan(items[i + 1]!.node).start)
      ? hardline
      : line;
  const body = rows ? fill(docs.flatMap((doc, i) => (i === last ? [doc] : [doc, separator(i)]))) : join(line, docs);
  const edge = spaced ? line : softline;
  return [open, indent([edge, body, comments]), edge, close];
}
