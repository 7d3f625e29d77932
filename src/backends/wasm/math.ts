/** @file Operations that are no single instruction, by the name of the op, as straight-line code over a target's own operations. */
import { cos, exp, expm1, log, log1p, sin, tanh } from "./math-elementary.js";
import { doubleErf, doubleInverseErf, erf, inverseErf } from "./math-erf.js";
import { doubleFloat, singleFloat, type Float } from "./math-format.js";
import type { DoubleFunction, LaneFunction } from "./math-ops.js";
import { power } from "./math-power.js";
import { floorDivide, modulo, randomBits, round, sign } from "./math-whole.js";

export type { DoubleFunction, DoubleOps, LaneFunction, LaneOps } from "./math-ops.js";

type FloatFunction = <V>(float: Float<V>, ...arguments_: V[]) => V;

const shared: Readonly<Record<string, FloatFunction>> = {
  exp,
  log,
  log1p,
  expm1,
  tanh,
  sin,
  cos,
  power,
  round,
  sign,
  modulo,
  floorDivide,
};
const onLanes =
  (compute: FloatFunction): LaneFunction =>
  (ops, ...arguments_) =>
    compute(singleFloat(ops), ...arguments_);
const onDoubles =
  (compute: FloatFunction): DoubleFunction =>
  (ops, ...arguments_) =>
    compute(doubleFloat(ops), ...arguments_);
const each = <Kind>(functions: Readonly<Record<string, FloatFunction>>, as: (compute: FloatFunction) => Kind) =>
  Object.fromEntries(Object.entries(functions).map(([name, compute]) => [name, as(compute)]));

/** On f32; `randomBits` on i32. Arguments are those of the op. */
export const laneFunctions: Readonly<Record<string, LaneFunction>> = {
  ...each({ ...shared, erf, inverseErf }, onLanes),
  randomBits,
};

/** On f64. */
export const doubleFunctions: Readonly<Record<string, DoubleFunction>> = each(
  { ...shared, erf: doubleErf, inverseErf: doubleInverseErf },
  onDoubles,
);
