/** @file Expressions as documents of prettier. */
import { builders } from "prettier/doc";
import type {
  Argument,
  Binary,
  Call,
  Conditional,
  Ellipsis,
  Expression,
  IndexItem,
  ListExpression,
  Name,
  Pipe,
  ResultType,
  Stage,
  Subscript,
  SubscriptItem,
} from "../syntax/ast.js";
import { branchesOf, operatorChain, outerSpan } from "./containers.js";
import { bracketed, breaksBetween, sourceOf, withComments, type Context, type Doc } from "./layout.js";

const { conditionalGroup, fill, group, hardline, indent, join, line, softline } = builders;

/** An expression with its parentheses. */
export function expression(c: Context, node: Expression): Doc {
  const inner = bare(c, node);
  return (node.parentheses ?? []).reduce<Doc>((doc) => group(["(", indent([softline, doc]), softline, ")"]), inner);
}

function bare(c: Context, node: Expression): Doc {
  switch (node.kind) {
    case "number":
    case "string":
    case "name":
    case "missing":
      return sourceOf(c, node);
    case "list":
      return list(c, node);
    case "unary":
      return [node.operator === "not" ? "not " : "-", expression(c, node.operand)];
    case "binary":
      return binary(c, node);
    case "if":
      return conditional(c, node, expression);
    case "call":
      return call(c, node);
    case "subscript":
      return [expression(c, node.value), subscripts(c, node)];
    case "member":
      return [expression(c, node.value), ".", node.name.text];
    case "pipe":
      return pipe(c, node);
  }
}

/** Without parts that could be broken over lines. */
export const isAtom = (node: Expression | Ellipsis): boolean =>
  ["number", "string", "name", "ellipsis"].includes(node.kind) ||
  (node.kind === "unary" && isAtom(node.operand)) ||
  (node.kind === "member" && isAtom(node.value));

function list(c: Context, node: ListExpression, broken = false): Doc {
  const items = node.items.map((item) => ({ node: item, doc: item.kind === "ellipsis" ? "..." : expression(c, item) }));
  return bracketed(c, { container: node, open: "[", close: "]", items, rows: node.items.every(isAtom) }, broken);
}

/** A chain of operators breaks before each of them; `^` and ranges of simple ends stand tight. */
function binary(c: Context, node: Binary): Doc {
  const chain = operatorChain(node);
  if (!chain) {
    const loose =
      node.operator === ".." && [node.left, node.right].some((end) => end.kind === "binary" && !end.parentheses);
    const operator = loose ? " .. " : node.operator;
    return [expression(c, node.left), operator, expression(c, node.right)];
  }
  const { first, rest } = chain;
  return group([
    withComments(c, first, expression(c, first)),
    indent(
      rest.map(({ operator, operand }) => [line, withComments(c, operand, [operator, " ", expression(c, operand)])]),
    ),
  ]);
}

/** `if c then a else b`, each `else` on a line of its own where it is broken. */
export function conditional<T extends Expression | ResultType>(
  c: Context,
  node: T & { readonly kind: "if" },
  print: (c: Context, node: T) => Doc,
): Doc {
  const { branches } = branchesOf(node as Conditional);
  const docs = branches.map(({ condition, value }, i): Doc => {
    const test = condition ? ["if ", expression(c, condition), " then "] : "";
    return withComments(c, value, [i > 0 ? "else " : "", test, print(c, value as T)]);
  });
  return group([docs[0]!, indent(docs.slice(1).map((doc) => [line, doc]))]);
}

/** The line ends that the author put before `->` stay; a longer line is broken before the stage that does not fit. */
function pipe(c: Context, node: Pipe): Doc {
  const items = [node.value, ...node.stages];
  const parts = node.stages.flatMap((item, i): Doc[] => {
    const before = items[i]!;
    const broken =
      c.comments.trailing(before) ||
      c.comments.leading(item).length > 0 ||
      breaksBetween(c, outerSpan(before).end, item.span.start);
    return [broken ? hardline : line, withComments(c, item, ["-> ", stage(c, item)])];
  });
  return [withComments(c, node.value, expression(c, node.value)), indent(fill(["", ...parts]))];
}

const stage = (c: Context, { word, repeat, as }: Stage): Doc => [
  expression(c, word),
  repeat ? [" * ", expression(c, repeat)] : "",
  as ? [" as ", as.text] : "",
];

/**
 * Arguments on one line, or each on its own. A list that is the last, and a call that is the only one, may be broken alone, so that its
 * brackets stand on the lines of the call's.
 */
function callArguments(c: Context, node: Call, broken = false): Doc {
  const items = node.arguments.map((argument) => ({ node: argument, doc: argumentOf(c, argument) }));
  const apart = bracketed(c, { container: node, open: "(", close: ")", items }, broken);
  const last = node.arguments.at(-1);
  if (broken || !last || !mayBreakAlone(c, node, last)) return apart;
  const { value } = last;
  const open = value.kind === "list" ? list(c, value, true) : value.kind === "call" ? call(c, value, true) : "";
  const together = (doc: Doc): Doc => ["(", join(", ", [...items.slice(0, -1).map(({ doc }) => doc), doc]), ")"];
  return conditionalGroup([together(items.at(-1)!.doc), together([label(last), open]), apart]);
}

function mayBreakAlone(c: Context, node: Call, last: Argument): boolean {
  const { value } = last;
  if (value.parentheses) return false;
  const commented = node.arguments.some((item) => c.comments.leading(item).length > 0 || c.comments.trailing(item));
  if (commented || c.comments.atEnd(node).length > 0) return false;
  if (value.kind === "call") return node.arguments.length === 1;
  return (
    value.kind === "list" &&
    value.items.length > 0 &&
    node.arguments.every((item) => item === last || isAtom(item.value))
  );
}

const call = (c: Context, node: Call, broken = false): Doc => [
  expression(c, node.callee),
  callArguments(c, node, broken),
];
const label = ({ name }: Argument): Doc => (name ? `${name.text}: ` : "");
const argumentOf = (c: Context, argument: Argument): Doc => [label(argument), expression(c, argument.value)];

const subscripts = (c: Context, node: Subscript): Doc =>
  bracketed(c, {
    container: node,
    open: "[",
    close: "]",
    items: node.subscripts.map((item) => ({ node: item, doc: subscript(c, item) })),
  });

function subscript(c: Context, item: SubscriptItem): Doc {
  if (item.kind === "ellipsis") return "...";
  if (item.kind === "index") return index(c, item);
  const end = (node: Expression | undefined): Doc => (node ? expression(c, node) : "");
  return [end(item.from), ":", end(item.to)];
}

const index = (c: Context, { value, range }: IndexItem): Doc => [
  expression(c, value),
  range ? [" in ", expression(c, range)] : "",
];

/** A name with the indices that it is defined over: `kernel[i, j in n]`. */
export const indexed = (c: Context, name: Name, indices: readonly (Ellipsis | IndexItem)[] | undefined): Doc => [
  name.text,
  indices
    ? [
        "[",
        join(
          ", ",
          indices.map((item) => (item.kind === "ellipsis" ? "..." : index(c, item))),
        ),
        "]",
      ]
    : "",
];
