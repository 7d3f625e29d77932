/** @file Statements and blocks as documents of prettier. */
import { builders } from "prettier/doc";
import type { Block, ParamOption, ParamStatement, ScanStatement, Statement, Target, When } from "../syntax/ast.js";
import type { SyntaxNode } from "../syntax/walk.js";
import { expression, indexed } from "./expressions.js";
import {
  blankBefore,
  commentsAtEnd,
  item,
  leadingLines,
  sourceOf,
  trailingComment,
  type Context,
  type Doc,
} from "./layout.js";
import { names, shape, type } from "./types.js";

const { align, group, hardline, indent, join, line } = builders;

/** A statement after its keyword, if it has one. `gap` is what stands after the keyword, by which those of a model line up. */
export function statement(c: Context, node: Statement, gap = " "): Doc {
  switch (node.kind) {
    case "return":
    case "serve":
      return [node.kind, gap, expression(c, node.value)];
    case "let":
      return [
        "let",
        gap,
        target(c, node.target),
        node.type ? [": ", type(c, node.type)] : "",
        " = ",
        expression(c, node.value),
      ];
    case "use":
      return ["use", gap, node.name.text, " = ", expression(c, node.value)];
    case "require":
      return group(["require", gap, expression(c, node.condition), ",", indent([line, sourceOf(c, node.message)])]);
    case "assign":
      return [node.name.text, " <- ", expression(c, node.value)];
    case "param":
      return param(c, node, gap);
    case "buffer": {
      const sign = node.initial.kind === "value" ? " = " : " ~ ";
      const head = ["buffer", gap, node.name.text, ": ", shape(c, node.shape), sign, expression(c, node.initial.value)];
      return group([head, indent(when(c, node.when))]);
    }
    case "state": {
      const written = node.shape ? [": ", shape(c, node.shape)] : "";
      return group([
        "state",
        gap,
        node.name.text,
        written,
        " = ",
        expression(c, node.value),
        indent(when(c, node.when)),
      ]);
    }
    case "scan":
      return scan(c, node);
  }
}

const target = (c: Context, node: Target): Doc =>
  node.kind === "name" ? indexed(c, node.name, node.indices) : ["[", names(node.names), "]"];

const param = (c: Context, node: ParamStatement, gap: string): Doc =>
  group([
    [
      "param",
      gap,
      indexed(c, node.name, node.indices),
      ": ",
      shape(c, node.shape),
      " ~ ",
      expression(c, node.initializer),
    ],
    indent([node.options.map((option) => [",", line, paramOption(c, option)]), when(c, node.when)]),
  ]);

const paramOption = (c: Context, option: ParamOption): Doc =>
  option.kind === "frozen" ? "frozen" : [option.kind, " ", expression(c, option.value)];

const when = (c: Context, node: When | undefined): Doc =>
  node
    ? [line, "when ", expression(c, node.condition), node.otherwise ? [" else ", expression(c, node.otherwise)] : ""]
    : "";

/** A header that is broken goes on deeper than the block, so that the two are told apart. */
function scan(c: Context, node: ScanStatement): Doc {
  const carried = node.carried.map(({ name, value, kept, when: condition }): Doc => [
    name.text,
    " = ",
    expression(c, value),
    kept ? " kept" : "",
    condition
      ? [
          " when ",
          expression(c, condition.condition),
          condition.otherwise ? [" else ", expression(c, condition.otherwise)] : "",
        ]
      : "",
  ]);
  const tail: Doc =
    carried.length === 0 ? "" : indent(indent([line, "with ", align(5, group(join([",", line], carried)))]));
  return [group(["scan ", node.index.text, " in ", expression(c, node.range), tail]), " ", block(c, node.body)];
}

/** Statements between braces, each on lines of its own, with the blank lines that the author put between them (at most one). */
export const block = (c: Context, node: Block): Doc => braced(c, node, node.statements, (entry) => statement(c, entry));

export function braced<T extends SyntaxNode>(
  c: Context,
  container: SyntaxNode,
  items: readonly T[],
  print: (item: T, index: number) => Doc,
): Doc {
  const docs = items.map((node, i) => [
    i > 0 && blankBefore(c, node) ? hardline : "",
    hardline,
    leadingLines(c, node),
    item(c, node, () => print(node, i)),
    trailingComment(c, node),
  ]);
  const end = commentsAtEnd(c, container).map(({ blank, text }, i) => [
    blank && docs.length + i > 0 ? hardline : "",
    hardline,
    text,
  ]);
  return docs.length + end.length === 0 ? "{}" : ["{", indent([docs, end]), hardline, "}"];
}
