/** @file Expressions: binding strengths, suffixes, pipes. */
import type { IToken } from "../../../grammar/chevrotain.js";
import type * as cst from "../../../grammar/cst.js";
import type { Span } from "../../base/source.js";
import type {
  Argument,
  BinaryOperator,
  Ellipsis,
  Expression,
  IndexItem,
  ListExpression,
  Stage,
  Subscript,
  SubscriptItem,
} from "../ast.js";
import { syntaxRules } from "../diagnostics.js";
import { missing, nameOf, spanOf, spanOr, type Context } from "./context.js";
import { numberOf, stringOf } from "./literals.js";

export function expressionOf(context: Context, node: cst.ExpressionCstNode | undefined, at: number): Expression {
  const conditional = node?.children.conditional?.[0];
  if (conditional) {
    const { If: [start] = [], expression: [condition, then, otherwise] = [] } = conditional.children;
    const span = spanOr(conditional, at);
    return {
      kind: "if",
      condition: expressionOf(context, condition, spanOr(start, at).end),
      // oxlint-disable-next-line unicorn/no-thenable
      then: expressionOf(context, then, span.end),
      otherwise: expressionOf(context, otherwise, span.end),
      span,
    };
  }
  const pipe = node?.children.pipe?.[0];
  if (!pipe) return missing(spanOr(node, at).start);
  const value = operationOf(context, pipe.children.operation?.[0], at);
  const arrows = pipe.children.Arrow ?? [];
  if (arrows.length === 0) return value;
  const stages = arrows.map((arrow, i) => stageOf(context, pipe.children.stage?.[i], spanOr(arrow, at).end));
  return { kind: "pipe", value, stages, span: spanOr(pipe, at) };
}

function stageOf(context: Context, node: cst.StageCstNode | undefined, at: number): Stage {
  const { Name: [first, second] = [], suffix = [], Times, atom: [times] = [], As } = node?.children ?? {};
  const span = spanOr(node, at);
  const start = spanOf(first);
  const word: Expression = first && start ? { kind: "name", name: first.image, span: start } : missing(at);
  return {
    word: suffixesOf(context, word, span.start, suffix),
    repeat: Times ? atomOf(context, times, span.end) : undefined,
    as: As ? nameOf(second, span.end) : undefined,
    span,
  };
}

/** Higher binds tighter; `not` stands between `and` and the comparisons, unary minus between `*` and `^`. */
const strengths: Readonly<Record<BinaryOperator, number>> = {
  or: 1,
  and: 2,
  "==": 4,
  "!=": 4,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  "..": 5,
  "+": 6,
  "-": 6,
  "*": 7,
  "/": 7,
  "@": 7,
  "^": 9,
};
const notStrength = 3;
const comparisonStrength = 4;
const rangeStrength = 5;
const minusStrength = 8;

/** An expression with the place of its text, which parentheses make wider than its own span. */
interface Placed {
  readonly value: Expression;
  readonly start: number;
  readonly end: number;
}

function operationOf(context: Context, node: cst.OperationCstNode | undefined, at: number): Expression {
  const { operand: operands = [], BinaryOperator: operators = [] } = node?.children ?? {};
  if (operators.length === 0 && !operands[0]?.children.PrefixOperator) return operandOf(context, operands[0], at).value;
  let next = 0;
  let end = at;

  const prefixed = (operand: cst.OperandCstNode | undefined, prefixes: readonly IToken[], strength: number): Placed => {
    const [prefix, ...rest] = prefixes;
    if (!prefix) {
      const placed = operandOf(context, operand, end);
      end = Math.max(end, placed.end);
      return placed;
    }
    const place = spanOr(prefix, end);
    end = place.end;
    const isNot = prefix.image === "not";
    if (isNot && strength > notStrength) {
      context.diagnostics.report(syntaxRules.looseNot, { file: context.source, span: place }, {});
    }
    const inner = climb(operand, rest, isNot ? notStrength : minusStrength);
    const span = { start: place.start, end: inner.end };
    return { value: { kind: "unary", operator: isNot ? "not" : "-", operand: inner.value, span }, ...span };
  };

  const climb = (operand: cst.OperandCstNode | undefined, prefixes: readonly IToken[], least: number): Placed => {
    let left = prefixed(operand, prefixes, least);
    let before: number | undefined;
    for (let token = operators[next]; token; token = operators[next]) {
      const operator = token.image as BinaryOperator;
      const strength = strengths[operator];
      if (strength < least) break;
      const operatorSpan = spanOr(token, end);
      if (before === strength && (strength === comparisonStrength || strength === rangeStrength)) {
        context.diagnostics.report(
          syntaxRules.comparisonChain,
          { file: context.source, span: operatorSpan },
          { operator },
        );
      }
      before = strength;
      next += 1;
      end = operatorSpan.end;
      const following = operands[next];
      const right = climb(
        following,
        following?.children.PrefixOperator ?? [],
        operator === "^" ? strength : strength + 1,
      );
      const span = { start: left.start, end: right.end };
      left = { value: { kind: "binary", operator, left: left.value, right: right.value, operatorSpan, span }, ...span };
    }
    return left;
  };
  return climb(operands[0], operands[0]?.children.PrefixOperator ?? [], 0).value;
}

/** The operand without its prefixes. */
function operandOf(context: Context, node: cst.OperandCstNode | undefined, at: number): Placed {
  const atom = node?.children.atom?.[0];
  const { start, end } = spanOr(atom, at);
  const suffixes = node?.children.suffix ?? [];
  const value = suffixesOf(context, atomOf(context, atom, at), start, suffixes);
  return { value, start, end: spanOr(suffixes.at(-1), end).end };
}

function suffixesOf(
  context: Context,
  base: Expression,
  start: number,
  suffixes: readonly cst.SuffixCstNode[],
): Expression {
  let value = base;
  for (const suffix of suffixes) {
    const end = spanOr(suffix, value.span.end).end;
    const span = { start, end };
    const call = suffix.children.arguments?.[0];
    const subscripts = suffix.children.subscripts?.[0];
    if (call) value = { kind: "call", callee: value, ...argumentsOf(context, call, end), span };
    else if (subscripts) value = subscriptOf(context, value, subscripts, span);
    else {
      const name = nameOf(suffix.children.Name?.[0], end);
      value = name.text === "" ? missing(end) : { kind: "member", value, name, span };
    }
  }
  return value;
}

function argumentsOf(
  context: Context,
  node: cst.ArgumentsCstNode,
  at: number,
): { arguments: Argument[]; argumentsSpan: Span } {
  const argumentsSpan = spanOr(node, at);
  const list = (node.children.argument ?? []).map((argument): Argument => {
    const span = spanOr(argument, argumentsSpan.end);
    const name = argument.children.Name?.[0];
    return {
      name: name && nameOf(name, span.start),
      value: expressionOf(context, argument.children.expression?.[0], span.end),
      span,
    };
  });
  return { arguments: list, argumentsSpan };
}

function subscriptOf(context: Context, value: Expression, node: cst.SubscriptsCstNode, span: Span): Subscript {
  const subscripts = (node.children.subscript ?? []).map((item): SubscriptItem => {
    const { Ellipsis: dots, slice: [slice] = [], expression: [first, second] = [], In } = item.children;
    const span = spanOr(item, node.location?.endOffset ?? value.span.end);
    if (dots) return { kind: "ellipsis", span };
    if (slice) {
      const to = slice.children.expression?.[0];
      return {
        kind: "slice",
        from: first && expressionOf(context, first, span.start),
        to: to && expressionOf(context, to, span.end),
        span,
      };
    }
    return {
      kind: "index",
      value: expressionOf(context, first, span.start),
      range: In ? expressionOf(context, second, span.end) : undefined,
      span,
    };
  });
  return { kind: "subscript", value, subscripts, span };
}

/** The indices on a left side: `[i, j in n, ...]`. */
export function indicesOf(context: Context, node: cst.IndicesCstNode): (Ellipsis | IndexItem)[] {
  return (node.children.index ?? []).map((item): Ellipsis | IndexItem => {
    const { Ellipsis: dots, expression: [value, range] = [], In } = item.children;
    const span = spanOr(item, node.location?.endOffset ?? 0);
    if (dots) return { kind: "ellipsis", span };
    return {
      kind: "index",
      value: expressionOf(context, value, span.start),
      range: In ? expressionOf(context, range, span.end) : undefined,
      span,
    };
  });
}

function atomOf(context: Context, node: cst.AtomCstNode | undefined, at: number): Expression {
  const {
    Number: [number] = [],
    String: [text] = [],
    Name: [name] = [],
    LParen,
    expression,
    list,
  } = node?.children ?? {};
  const nameSpan = spanOf(name);
  if (number && spanOf(number)) return numberOf(context, number);
  if (text) return stringOf(context, text, at);
  if (name && nameSpan) return { kind: "name", name: name.image, span: nameSpan };
  if (LParen) {
    const inner = expressionOf(context, expression?.[0], spanOr(LParen[0], at).end);
    return { ...inner, parentheses: [...(inner.parentheses ?? []), spanOr(node, at)] };
  }
  if (list?.[0]) return listOf(context, list[0], at);
  return missing(at);
}

function listOf(context: Context, node: cst.ListCstNode, at: number): ListExpression {
  const span = spanOr(node, at);
  const items = (node.children.item ?? []).map((item): Expression | Ellipsis =>
    item.children.Ellipsis
      ? { kind: "ellipsis", span: spanOr(item, span.end) }
      : expressionOf(context, item.children.expression?.[0], spanOr(item, span.end).start),
  );
  return { kind: "list", items, span };
}
