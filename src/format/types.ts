/** @file Types, shapes and groups of parameters as documents of prettier. */
import { builders } from "prettier/doc";
import type { Group, Parameter, ResultType, Shape, ShapeItem, TypeExpression } from "../syntax/ast.js";
import { conditional, expression, isAtom } from "./expressions.js";
import { bracketed, brackets, sourceOf, type Context, type Doc } from "./layout.js";

const { group, indent, join, line } = builders;

export function shape(c: Context, node: Shape): Doc {
  const items = node.axes.map((item) => ({ node: item, doc: axis(c, item) }));
  const rows = node.axes.every((item) => item.kind !== "from" && item.kind !== "rest" && isAtom(item));
  return bracketed(c, { container: node, open: "[", close: "]", items, rows });
}

function axis(c: Context, item: ShapeItem): Doc {
  if (item.kind === "rest") return `...${item.name?.text ?? ""}`;
  if (item.kind === "from") return `from ${sourceOf(c, item.path)}`;
  return expression(c, item);
}

export function type(c: Context, node: TypeExpression): Doc {
  if (node.kind === "shape") return shape(c, node.shape);
  if (node.kind === "named") return [node.name.text, ...node.shapes.map((entry) => shape(c, entry))];
  const [first, ...others] = node.options.map(({ text }) => text);
  return group([first!, indent(others.map((option) => [line, `| ${option}`]))]);
}

export const result = (c: Context, node: ResultType): Doc =>
  node.kind === "shape" ? shape(c, node.shape) : conditional(c, node, result);

const parameter = (c: Context, { name, type: written, default: value }: Parameter): Doc => [
  name.text,
  written ? [": ", type(c, written)] : "",
  value ? [" = ", expression(c, value)] : "",
];

/** `(a: int, b = 1)`, not yet a group: a word breaks its settings together with its header. */
export const parameters = (c: Context, node: Group): Doc =>
  brackets(c, {
    container: node,
    open: "(",
    close: ")",
    items: node.parameters.map((entry) => ({ node: entry, doc: parameter(c, entry) })),
  });

export const names = (list: readonly { readonly text: string }[]): Doc =>
  join(
    ", ",
    list.map(({ text }) => text),
  );
