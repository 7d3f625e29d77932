/** @file Type rules, constants and guards that the operations share. */
import type { Expr, ExpressionBuilder, ScalarType } from "../ir/types.js";

/** f32 meets everything; f64 stays only among f64 and integers; bool counts as a whole number. */
export function join(types: readonly ScalarType[]): ScalarType {
  if (types.includes("f32")) return "f32";
  if (types.includes("f64")) return "f64";
  return types.includes("i32") ? "i32" : "bool";
}
/** Whole numbers stay whole. */
export function arithmetic(types: readonly ScalarType[]): ScalarType {
  const type = join(types);
  return type === "bool" ? "i32" : type;
}
/** Never whole. */
export function real(types: readonly ScalarType[]): ScalarType {
  return join(types) === "f64" ? "f64" : "f32";
}
export const logical = (): ScalarType => "bool";

/** A constant of a type at hand. */
export function like(graph: ExpressionBuilder, expr: Expr, value: number): Expr {
  return graph.constant(value, expr.type === "f64" ? "f64" : "f32");
}
export const truth = (value: boolean): number => (value ? 1 : 0);
