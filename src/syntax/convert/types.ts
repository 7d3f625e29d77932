/** @file Types, shapes, result types and parameter groups. */
import type * as cst from "../../../grammar/cst.js";
import type { Group, Parameter, ResultType, Shape, ShapeItem, TypeExpression } from "../ast.js";
import { nameOf, spanOr, type Context } from "./context.js";
import { expressionOf } from "./expressions.js";
import { stringOf } from "./literals.js";

/** A broken type is one with an empty name. */
export function typeOf(context: Context, node: cst.TypeCstNode | undefined, at: number): TypeExpression {
  const shape = node?.children.shape?.[0];
  const span = spanOr(node, at);
  if (shape) return { kind: "shape", shape: shapeOf(context, shape, at), span };
  const { Name: [first, ...others] = [], shape: shapes = [], Bar } = node?.children.namedType?.[0]?.children ?? {};
  if (Bar) {
    return { kind: "options", options: [first, ...others].map((name) => nameOf(name, span.end)), span };
  }
  return { kind: "named", name: nameOf(first, at), shapes: shapes.map((shape) => shapeOf(context, shape, at)), span };
}

export function shapeOf(context: Context, node: cst.ShapeCstNode | undefined, at: number): Shape {
  const span = spanOr(node, at);
  const axes = (node?.children.axis ?? []).map((axis): ShapeItem => {
    const { Ellipsis: dots, Name: [name] = [], From, String: [path] = [], expression: [size] = [] } = axis.children;
    const span = spanOr(axis, at);
    if (dots) return { kind: "rest", name: name && nameOf(name, span.end), span };
    if (From) return { kind: "from", path: stringOf(context, path, span.end), span };
    return expressionOf(context, size, span.start);
  });
  return { axes, span };
}

export function resultOf(context: Context, node: cst.ResultCstNode | undefined, at: number): ResultType {
  const {
    If,
    expression: [condition] = [],
    result: [then, otherwise] = [],
    shape: [shape] = [],
  } = node?.children ?? {};
  const span = spanOr(node, at);
  if (!If) return { kind: "shape", shape: shapeOf(context, shape, at), span };
  return {
    kind: "if",
    condition: expressionOf(context, condition, spanOr(If[0], at).end),
    // oxlint-disable-next-line unicorn/no-thenable
    then: resultOf(context, then, span.end),
    otherwise: resultOf(context, otherwise, span.end),
    span,
  };
}

export function groupOf(context: Context, node: cst.GroupCstNode): Group {
  const span = spanOr(node, 0);
  const parameters = (node.children.parameter ?? []).map((parameter): Parameter => {
    const { Name: [name] = [], Colon, type: [type] = [], Is, expression: [value] = [] } = parameter.children;
    const place = spanOr(parameter, span.end);
    return {
      name: nameOf(name, place.start),
      type: Colon && typeOf(context, type, spanOr(Colon[0], place.end).end),
      default: Is && expressionOf(context, value, spanOr(Is[0], place.end).end),
      span: place,
    };
  });
  return { parameters, span };
}
