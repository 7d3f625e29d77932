/** @file Statements, blocks and scans. */
import type * as cst from "../../../grammar/cst.js";
import type {
  Block,
  Carried,
  LetStatement,
  ParamOption,
  ParamStatement,
  ReturnStatement,
  ScanStatement,
  Statement,
  Target,
  When,
} from "../ast.js";
import { documentationAt, nameOf, spanOr, type Context } from "./context.js";
import { expressionOf, indicesOf } from "./expressions.js";
import { stringOf } from "./literals.js";
import { shapeOf, typeOf } from "./types.js";

type PlainStatement = Exclude<Statement, ReturnStatement>;

/** The statements of a block, or of a model where they stand among its own items, in the order of the text. */
export function blockOf(context: Context, node: cst.BlockCstNode | undefined, at: number): Block {
  const { statement = [], returnStatement = [] } = node?.children ?? {};
  const statements: Statement[] = [
    ...statement.map((entry) => statementOf(context, entry)).filter((entry) => entry !== undefined),
    ...returnStatement.map((entry) => returnOf(context, entry)),
  ];
  return { statements: statements.sort((a, b) => a.span.start - b.span.start), span: spanOr(node, at) };
}

export function returnOf(context: Context, node: cst.ReturnStatementCstNode): ReturnStatement {
  const span = spanOr(node, 0);
  return { kind: "return", value: expressionOf(context, node.children.expression?.[0], span.end), span };
}

/** Undefined where recovery left nothing of it. */
export function statementOf(context: Context, node: cst.StatementCstNode): PlainStatement | undefined {
  const { children } = node;
  const span = spanOr(node, 0);
  const end = span.end;
  const documentation = documentationAt(context, span.start);
  if (children.letStatement?.[0]) return letOf(context, children.letStatement[0]);
  if (children.paramStatement?.[0]) return paramOf(context, children.paramStatement[0]);
  if (children.scanStatement?.[0]) {
    const { scanHeader, block } = children.scanStatement[0].children;
    return scanOf(context, scanHeader?.[0], blockOf(context, block?.[0], end), span.start);
  }
  if (children.useStatement?.[0]) {
    const { Name, expression } = children.useStatement[0].children;
    return {
      kind: "use",
      name: nameOf(Name?.[0], end),
      value: expressionOf(context, expression?.[0], end),
      documentation,
      span,
    };
  }
  if (children.requireStatement?.[0]) {
    const { expression, String } = children.requireStatement[0].children;
    const condition = expressionOf(context, expression?.[0], end);
    return { kind: "require", condition, message: stringOf(context, String?.[0], end), span };
  }
  if (children.serveStatement?.[0]) {
    return {
      kind: "serve",
      value: expressionOf(context, children.serveStatement[0].children.expression?.[0], end),
      span,
    };
  }
  if (children.assignStatement?.[0]) {
    const { Name, expression } = children.assignStatement[0].children;
    return {
      kind: "assign",
      name: nameOf(Name?.[0], span.start),
      value: expressionOf(context, expression?.[0], end),
      span,
    };
  }
  if (children.bufferStatement?.[0]) {
    const { Name, shape, Tilde, expression, when } = children.bufferStatement[0].children;
    return {
      kind: "buffer",
      name: nameOf(Name?.[0], end),
      shape: shapeOf(context, shape?.[0], end),
      initial: { kind: Tilde ? "initializer" : "value", value: expressionOf(context, expression?.[0], end) },
      when: whenOf(context, when?.[0]),
      documentation,
      span,
    };
  }
  if (children.stateStatement?.[0]) {
    const { Name, Colon, shape, expression, when } = children.stateStatement[0].children;
    return {
      kind: "state",
      name: nameOf(Name?.[0], end),
      shape: Colon && shapeOf(context, shape?.[0], end),
      value: expressionOf(context, expression?.[0], end),
      when: whenOf(context, when?.[0]),
      documentation,
      span,
    };
  }
  return undefined;
}

function letOf(context: Context, node: cst.LetStatementCstNode): LetStatement {
  const { Let, leftSide, Colon, type, expression } = node.children;
  const span = spanOr(node, 0);
  return {
    kind: "let",
    target: targetOf(context, leftSide?.[0], spanOr(Let?.[0], span.start).end),
    type: Colon && typeOf(context, type?.[0], spanOr(Colon[0], span.end).end),
    value: expressionOf(context, expression?.[0], span.end),
    documentation: documentationAt(context, span.start),
    span,
  };
}

function targetOf(context: Context, node: cst.LeftSideCstNode | undefined, at: number): Target {
  const { Name: names = [], LBracket, indices } = node?.children ?? {};
  const span = spanOr(node, at);
  if (LBracket) return { kind: "names", names: names.map((name) => nameOf(name, span.end)), span };
  return { kind: "name", name: nameOf(names[0], at), indices: indices?.[0] && indicesOf(context, indices[0]), span };
}

function paramOf(context: Context, node: cst.ParamStatementCstNode): ParamStatement {
  const { Name, indices, shape, expression, paramOption = [], when } = node.children;
  const span = spanOr(node, 0);
  const options = paramOption.map((option): ParamOption => {
    const { Frozen, Constrain, expression } = option.children;
    const place = spanOr(option, span.end);
    if (Frozen) return { kind: "frozen", span: place };
    const value = expressionOf(context, expression?.[0], place.end);
    return { kind: Constrain ? "constrain" : "regularize", value, span: place };
  });
  return {
    kind: "param",
    name: nameOf(Name?.[0], span.end),
    indices: indices?.[0] && indicesOf(context, indices[0]),
    shape: shapeOf(context, shape?.[0], span.end),
    initializer: expressionOf(context, expression?.[0], span.end),
    options,
    when: whenOf(context, when?.[0]),
    documentation: documentationAt(context, span.start),
    span,
  };
}

function whenOf(context: Context, node: cst.WhenCstNode | undefined): When | undefined {
  if (!node) return undefined;
  const { expression: [condition, otherwise] = [], Else } = node.children;
  const span = spanOr(node, 0);
  return {
    condition: expressionOf(context, condition, span.end),
    otherwise: Else && expressionOf(context, otherwise, span.end),
    span,
  };
}

export function scanOf(
  context: Context,
  header: cst.ScanHeaderCstNode | undefined,
  body: Block,
  start: number,
): ScanStatement {
  const { Name, expression, carried = [] } = header?.children ?? {};
  const place = spanOr(header, start);
  return {
    kind: "scan",
    index: nameOf(Name?.[0], place.end),
    range: expressionOf(context, expression?.[0], place.end),
    carried: carried.map((entry): Carried => {
      const { Name, expression, Kept, when } = entry.children;
      const span = spanOr(entry, place.end);
      return {
        name: nameOf(Name?.[0], span.start),
        value: expressionOf(context, expression?.[0], span.end),
        kept: Kept !== undefined,
        when: whenOf(context, when?.[0]),
        span,
      };
    }),
    body,
    span: { start, end: Math.max(place.end, body.span.end) },
  };
}
