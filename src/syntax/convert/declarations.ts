/** @file Declarations of a file and the items of a model. */
import type * as cst from "../../../grammar/cst.js";
import {
  wordKinds,
  type Block,
  type ConfigurationItem,
  type Declaration,
  type Expression,
  type GradientClause,
  type ImportItem,
  type ModelDeclaration,
  type ModelItem,
  type WordDeclaration,
} from "../ast.js";
import { documentationAt, nameOf, spanOr, type Context } from "./context.js";
import { expressionOf } from "./expressions.js";
import { stringOf } from "./literals.js";
import { blockOf, statementOf } from "./statements.js";
import { groupOf, resultOf, typeOf } from "./types.js";

export function declarationsOf(context: Context, node: cst.FileCstNode): Declaration[] {
  const { importDeclaration = [], constDeclaration = [], word = [], model = [] } = node.children;
  const declarations: Declaration[] = [
    ...importDeclaration.map((entry) => importOf(context, entry)),
    ...constDeclaration.map((entry) => constOf(context, entry)),
    ...word.map((entry) => wordOf(context, entry)),
    ...model.map((entry) => modelOf(context, entry)),
  ];
  return declarations.sort((a, b) => a.span.start - b.span.start);
}

function importOf(context: Context, node: cst.ImportDeclarationCstNode): Declaration {
  const { importItem = [], String: path } = node.children;
  const span = spanOr(node, 0);
  const items = importItem.map((item): ImportItem => {
    const { Name: [first, second] = [], As } = item.children;
    const place = spanOr(item, span.end);
    return { name: nameOf(first, place.start), as: As && nameOf(second, place.end), span: place };
  });
  return { kind: "import", items, from: stringOf(context, path?.[0], span.end), span };
}

function constOf(context: Context, node: cst.ConstDeclarationCstNode): Declaration {
  const { Name, expression } = node.children;
  const span = spanOr(node, 0);
  return {
    kind: "const",
    name: nameOf(Name?.[0], span.end),
    value: expressionOf(context, expression?.[0], span.end),
    documentation: documentationAt(context, span.start),
    span,
  };
}

function wordOf(context: Context, node: cst.WordCstNode): WordDeclaration {
  const { wordHeader, expression, block, gradientClause = [] } = node.children;
  const span = spanOr(node, 0);
  const body = block?.[0] ? blockOf(context, block[0], span.end) : expressionOf(context, expression?.[0], span.end);
  return wordFrom(context, wordHeader?.[0], body, gradientClause, span.start);
}

/** A word from its parts, which recovery parses apart. */
export function wordFrom(
  context: Context,
  header: cst.WordHeaderCstNode | undefined,
  body: Expression | Block,
  clauses: readonly cst.GradientClauseCstNode[],
  start: number,
): WordDeclaration {
  const { Kind, Name, group: [first, second] = [], Arrow, result } = header?.children ?? {};
  const headerEnd = spanOr(header, start).end;
  const gradients = clauses.map((clause): GradientClause => {
    const { Surrogate, Name, expression } = clause.children;
    const span = spanOr(clause, body.span.end);
    return {
      kind: Surrogate ? "surrogate" : "gradient",
      name: nameOf(Name?.[0], span.end),
      value: expressionOf(context, expression?.[0], span.end),
      span,
    };
  });
  return {
    kind: "word",
    word: wordKinds.find((kind) => kind === Kind?.[0]?.image) ?? "fn",
    name: nameOf(Name?.[0], headerEnd),
    settings: first && second && groupOf(context, first),
    values: first && groupOf(context, second ?? first),
    result: Arrow && resultOf(context, result?.[0], headerEnd),
    body,
    gradients,
    documentation: documentationAt(context, start),
    span: { start, end: Math.max(headerEnd, body.span.end, ...gradients.map((clause) => clause.span.end)) },
  };
}

function modelOf(context: Context, node: cst.ModelCstNode): ModelDeclaration {
  const { modelHeader, modelBody } = node.children;
  const items = (modelBody?.[0]?.children.modelItem ?? [])
    .map((item) => modelItemOf(context, item))
    .filter((item) => item !== undefined);
  return modelFrom(context, modelHeader?.[0], items, spanOr(node, 0));
}

export function modelFrom(
  context: Context,
  header: cst.ModelHeaderCstNode | undefined,
  items: readonly ModelItem[],
  span: ModelDeclaration["span"],
): ModelDeclaration {
  return {
    kind: "model",
    name: nameOf(header?.children.Name?.[0], spanOr(header, span.start).end),
    items,
    documentation: documentationAt(context, span.start),
    span,
  };
}

/** Undefined where recovery left nothing of it. */
export function modelItemOf(context: Context, node: cst.ModelItemCstNode): ModelItem | undefined {
  const { children } = node;
  const span = spanOr(node, 0);
  const end = span.end;
  const documentation = documentationAt(context, span.start);
  if (children.statement?.[0]) return statementOf(context, children.statement[0]);
  if (children.port?.[0]) {
    const { Target, Name, type } = children.port[0].children;
    return {
      kind: Target ? "target" : "input",
      name: nameOf(Name?.[0], end),
      type: typeOf(context, type?.[0], end),
      documentation,
      span,
    };
  }
  if (children.output?.[0]) {
    const { Name, expression } = children.output[0].children;
    return {
      kind: "output",
      name: nameOf(Name?.[0], end),
      value: expressionOf(context, expression?.[0], end),
      documentation,
      span,
    };
  }
  if (children.objective?.[0]) {
    const { Metric, Name, expression } = children.objective[0].children;
    return {
      kind: Metric ? "metric" : "loss",
      name: Name?.[0] && nameOf(Name[0], end),
      value: expressionOf(context, expression?.[0], end),
      documentation,
      span,
    };
  }
  if (children.optimizer?.[0]) {
    const { expression, path = [] } = children.optimizer[0].children;
    const paths = path.map((entry) => (entry.children.Name ?? []).map((name) => nameOf(name, end)));
    return { kind: "optimizer", value: expressionOf(context, expression?.[0], end), paths, span };
  }
  if (children.configuration?.[0]) return configurationOf(context, children.configuration[0]);
  return undefined;
}

function configurationOf(context: Context, node: cst.ConfigurationCstNode): ConfigurationItem {
  const { Data, Train, Name, entry = [] } = node.children;
  const span = spanOr(node, 0);
  return {
    kind: Data ? "data" : Train ? "train" : "phase",
    name: Data || Train ? undefined : nameOf(Name?.[0], span.end),
    entries: entry.map((entry) => {
      const { Name: [key, name] = [], expression } = entry.children;
      const place = spanOr(entry, span.end);
      return {
        key: nameOf(key, place.start),
        name: name && nameOf(name, place.end),
        value: expressionOf(context, expression?.[0], place.end),
        span: place,
      };
    }),
    span,
  };
}
