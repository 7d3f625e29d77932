/** @file Files, declarations and models as documents of prettier. */
import { builders } from "prettier/doc";
import type {
  ConfigurationItem,
  Declaration,
  File,
  GradientClause,
  ImportDeclaration,
  ModelDeclaration,
  ModelItem,
  WordDeclaration,
} from "../syntax/ast.js";
import { expression } from "./expressions.js";
import {
  blankBefore,
  brackets,
  breaksBetween,
  commentsAtEnd,
  contextOf,
  isIgnored,
  item,
  leadingLines,
  sourceOf,
  trailingComment,
  type Context,
  type Doc,
} from "./layout.js";
import { block, braced, statement } from "./statements.js";
import { parameters, result, type } from "./types.js";

const { group, hardline, ifBreak, indent, join, line } = builders;

/** A whole file. Declarations with blocks have a blank line around them, and so have the imports together. */
export function fileDocument(file: File): Doc {
  const c = contextOf(file);
  const sorted = sortedImports(c, file.declarations);
  const docs = file.declarations.map((place, i): Doc => {
    const [before, node] = [sorted[i - 1], sorted[i]!];
    const apart =
      before && (hasBlock(before) || hasBlock(node) || (before.kind === "import") !== (node.kind === "import"));
    const blank = before && (apart || blankBefore(c, place));
    const doc = item(c, node, () => declaration(c, node));
    return [blank ? hardline : "", leadingLines(c, place), doc, trailingComment(c, node), hardline];
  });
  const end = commentsAtEnd(c, file).map(({ blank, text }, i) => [
    blank && docs.length + i > 0 ? hardline : "",
    text,
    hardline,
  ]);
  return [docs, end];
}

const hasBlock = (node: Declaration): boolean =>
  node.kind === "model" || (node.kind === "word" && "statements" in node.body);

/** Imports on neighbouring lines by path; comments before the first of them stay first. */
function sortedImports(c: Context, declarations: readonly Declaration[]): readonly Declaration[] {
  const sorted: Declaration[] = [];
  let run: ImportDeclaration[] = [];
  const flush = () => {
    sorted.push(...run.toSorted((a, b) => compare(a.from.value, b.from.value)));
    run = [];
  };
  for (const node of declarations) {
    if (node.kind !== "import" || blankBefore(c, node) || c.comments.leading(node).length > 0) flush();
    if (node.kind === "import" && !isIgnored(c, node)) run.push(node);
    else sorted.push(node);
  }
  flush();
  return sorted;
}
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function declaration(c: Context, node: Declaration): Doc {
  switch (node.kind) {
    case "import": {
      const items = node.items
        .toSorted((a, b) => compare(a.name.text, b.name.text))
        .map(({ name, as }) => (as ? `${name.text} as ${as.text}` : name.text));
      const list = group(["{", indent([line, join([",", line], items)]), line, "}"]);
      return ["import ", list, " from ", sourceOf(c, node.from)];
    }
    case "const":
      return ["const ", node.name.text, " = ", expression(c, node.value)];
    case "word":
      return word(c, node);
    case "model":
      return ["model ", node.name.text, " ", modelBody(c, node)];
  }
}

/**
 * A header that is too long has each setting on a line of its own; so have the values, if they still do not fit. One gradient clause stands
 * on the line of a short body.
 */
function word(c: Context, node: WordDeclaration): Doc {
  const { settings, values, body, gradients } = node;
  const header = group([
    node.word,
    " ",
    node.name.text,
    settings ? parameters(c, settings) : "",
    values ? (settings ? group(parameters(c, values)) : parameters(c, values)) : "",
    node.result ? [" -> ", result(c, node.result)] : "",
    "statements" in body ? "" : " =",
  ]);
  const clauses = gradients.map((clause) => gradient(c, clause));
  if ("statements" in body) return [header, " ", block(c, body), clauses.map((clause) => [" ", clause])];
  const value: Doc = [header, group(indent([line, expression(c, body)]))];
  if (clauses.length === 1) return group([value, indent([ifBreak("", "  "), line, clauses])]);
  return [value, indent(clauses.map((clause) => [hardline, clause]))];
}

const gradient = (c: Context, { kind, name, value }: GradientClause): Doc => [
  kind,
  " ",
  name.text,
  " = ",
  expression(c, value),
];

/** The names after the keywords line up in items without a blank line between them. */
function modelBody(c: Context, node: ModelDeclaration): Doc {
  const gaps = new Map<ModelItem, string>();
  let paragraph: ModelItem[] = [];
  const flush = () => {
    const width = Math.max(...paragraph.map((item) => item.kind.length));
    for (const item of paragraph) gaps.set(item, " ".repeat(width + 1 - item.kind.length));
    paragraph = [];
  };
  for (const item of node.items) {
    if (blankBefore(c, item)) flush();
    // These two have no keyword before a name.
    if (item.kind !== "assign" && item.kind !== "scan") paragraph.push(item);
  }
  flush();
  return braced(c, node, node.items, (item) => modelItem(c, item, gaps.get(item) ?? " "));
}

function modelItem(c: Context, item: ModelItem, gap: string): Doc {
  switch (item.kind) {
    case "input":
    case "target":
      return [item.kind, gap, item.name.text, ": ", type(c, item.type)];
    case "output":
      return [item.kind, gap, item.name.text, " = ", expression(c, item.value)];
    case "loss":
    case "metric":
      return [item.kind, gap, item.name ? [item.name.text, " = "] : "", expression(c, item.value)];
    case "optimizer": {
      const paths = item.paths.map((path) => path.map(({ text }) => text).join("."));
      const place: Doc = paths.length > 0 ? indent([line, "for ", join([",", line], paths)]) : "";
      return group([item.kind, gap, expression(c, item.value), place]);
    }
    case "data":
    case "train":
    case "phase":
      return configuration(c, item, gap);
    default:
      return statement(c, item, gap);
  }
}

/** On one line, unless it does not fit or the author began a line with the first entry. */
function configuration(c: Context, node: ConfigurationItem, gap: string): Doc {
  const items = node.entries.map((entry) => {
    const { key, name, value } = entry;
    return { node: entry, doc: [key.text, name ? ` ${name.text}` : "", ": ", expression(c, value)] };
  });
  const open = c.text.indexOf("{", (node.name ?? node).span.start);
  const [first] = node.entries;
  const spread = first !== undefined && breaksBetween(c, open, first.span.start);
  const name = node.name ? [gap, node.name.text, " "] : ifBreak(" ", gap);
  return group([node.kind, name, brackets(c, { container: node, open: "{", close: "}", items, spaced: true })], {
    shouldBreak: spread,
  });
}
