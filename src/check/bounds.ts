/** @file Bounds of whole-number expressions in a run, where tensors of classes bring their own. */
import { type Interval, interval } from "../ir/affine.js";
import type { Expr } from "../ir/types.js";
import type { Run } from "./context.js";

/** Inclusive bounds of an expression's value. Whole numbers that are stored have theirs: no tensor is looked into. */
export const boundsOf = ({ bounds, batch }: Run, expr: Expr): Interval =>
  interval(expr, { tensors: 0, left: { expressions: Infinity }, known: (tensor) => bounds.get(tensor), batch });
