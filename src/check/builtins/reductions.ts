/** @file Built-in reductions: over all axes of one example, or over named axes and the batch. */
import type { Span } from "../../base/source.js";
import type { Axis, Expr, Reducer } from "../../ir/types.js";
import * as ops from "../../ops/index.js";
import { axesOver, type Over } from "../axes.js";
import { builtin, type Builtin, type BuiltinCall } from "../builtin.js";
import type { Context } from "../context.js";
import { countOf, dividedBy } from "../counts.js";
import { modelRules } from "../diagnostics/model.js";
import { wordRules } from "../diagnostics/words.js";
import { elementwise, numericTensor } from "../operators.js";
import { isRagged, neutralOf, plainAxis, positionsOf } from "../items.js";
import { elementAt, f32, fromBody, isPerExample, itemAt, scalar, toBool, toF32, toIndex } from "../tensors.js";
import { errorValue, number, type OwnAxis, sizeOfAxes, type TensorValue, type Value, valueText } from "../values.js";

/** Numbers of a constant list. */
function constants(value: Value): readonly number[] | undefined {
  if (value.kind === "number") return [value.value];
  if (value.kind !== "list") return undefined;
  const numbers = value.items.flatMap((item) => (item.kind === "number" ? [item.value] : []));
  return numbers.length === value.items.length && numbers.length > 0 ? numbers : undefined;
}

interface Setup {
  readonly tensor: TensorValue;
  readonly over: Over;
  readonly keep: boolean;
}
function setup(
  c: Context,
  { values: [x], settings, span }: BuiltinCall,
  name: string,
  surveys = false,
): Setup | undefined {
  const over = settings.get("over");
  const whole = over?.kind === "marker" && over.name === "parameters" ? wholeVector(c, x!, span) : undefined;
  const tensor = whole ?? numericTensor(c, x!, name, span);
  if (!tensor) return undefined;
  if (!whole && c.flat && tensor.axes.some((axis) => axis.label === c.flat!.label)) c.flat.violated = true;
  const axes = axesOver(c, tensor, whole ? undefined : over, span, surveys);
  const keep = settings.get("keep");
  if (keep && keep.kind !== "bool") {
    c.report(wordRules.type, span, { what: "`keep`", expected: "true or false", actual: valueText(keep) });
    return undefined;
  }
  return axes && { tensor, over: axes, keep: keep?.value ?? false };
}
/** `over: parameters` in an optimizer: the gradients of all parameters together. */
function wholeVector(c: Context, x: Value, span: Span): TensorValue | undefined {
  if (c.gradients?.own === x) return c.gradients.all;
  c.report(wordRules.notHere, span, {
    what: "`over: parameters`",
    where: "this place: it reads `grad`, unchanged, in an optimizer",
  });
  return undefined;
}

/**
 * Folds the elements along axes (and the batch), each turned into an expression first; `make` also gets the number of elements
 * folded, as factors. Padding counts as what the reducer takes no notice of.
 */
function reduce(
  c: Context,
  { tensor, over, keep }: Setup,
  span: Span,
  reducer: Reducer,
  make: (bound: readonly Axis[], element: Expr, count: () => readonly Expr[]) => Expr,
  element?: TensorValue["element"],
): Value {
  const { graph } = c;
  const bound = over.axes.map((k) => graph.axis(tensor.axes[k]!.size));
  const batch = over.batch && isPerExample(c.run, tensor) ? graph.axis("batch") : undefined;
  // Over the batch, a position is an item in some examples only, and the result is no example's.
  const axes: OwnAxis[] = tensor.axes.flatMap((axis, k): OwnAxis[] =>
    over.axes.includes(k) ? (keep ? [{ ...plainAxis(axis), size: 1 }] : []) : [batch ? plainAxis(axis) : axis],
  );
  return fromBody(
    c,
    axes,
    (own) => {
      let free = 0;
      const at = tensor.axes.map((_, k) => {
        const position = over.axes.indexOf(k);
        if (position < 0) return own[free++]!;
        if (keep) free++;
        return graph.index(bound[position]!);
      });
      const perBatch = (expr: Expr): Expr =>
        batch ? graph.substitute(expr, new Map([[c.run.batchAxis, graph.index(batch)]])) : expr;
      const plain = elementAt(c, tensor, at);
      const otherwise = neutralOf(reducer, plain.type);
      let expr = itemAt(c, tensor, at, otherwise);
      const counted = over.axes.map((k) => tensor.axes[k]!);
      if (!batch) return make(bound, expr, () => [countOf(c, counted)]);
      const visited = c.run.padding.visited(plain, bound);
      expr = c.run.padding.guarded(expr, visited, otherwise);
      const others = positionsOf(
        tensor.axes.map((axis, k) => (over.axes.includes(k) ? plainAxis(axis) : axis)),
        at,
      );
      const count = (): readonly Expr[] => {
        const inExample = c.run.padding.guarded(countOf(c, counted), [...others, ...visited]);
        return inExample.free.length > 0
          ? [graph.fold("sum", [batch], perBatch(inExample))]
          : [inExample, graph.scalar("batch")];
      };
      return make([batch, ...bound], perBatch(expr), count);
    },
    span,
    element,
  );
}
function foldOf(c: Context, reducer: Reducer): (bound: readonly Axis[], e: Expr) => Expr {
  return (bound, e) => c.graph.fold(reducer, bound, e.type === "bool" ? toIndex(c, e) : e);
}
/** Sum of a value that does not depend on the example: as often as there are examples. */
function timesBatch(c: Context, { tensor, over }: Setup, e: Expr): Expr {
  return over.batch && !isPerExample(c.run, tensor)
    ? c.graph.apply(ops.multiply, toF32(c, e), c.graph.scalar("batch"))
    : e;
}

function sum(c: Context, call: BuiltinCall): Value {
  const numbers = call.settings.size === 0 ? constants(call.values[0]!) : undefined;
  if (numbers) return number(numbers.reduce((a, b) => a + b, 0));
  const s = setup(c, call, "sum", true);
  if (s?.over.data) return overData(c, s, "sum", call.span);
  return s ? reduce(c, s, call.span, "sum", (bound, e) => timesBatch(c, s, foldOf(c, "sum")(bound, e))) : errorValue;
}
function meanOf(c: Context, s: Setup, span: Span): Value {
  return reduce(
    c,
    s,
    span,
    "sum",
    (bound, e, count) => {
      const total = c.graph.fold("sum", bound, toF32(c, e));
      return count().reduce((sum, n) => dividedBy(c, sum, n), total);
    },
    f32,
  );
}
function mean(c: Context, call: BuiltinCall): Value {
  const numbers = call.settings.size === 0 ? constants(call.values[0]!) : undefined;
  if (numbers) return number(numbers.reduce((a, b) => a + b, 0) / numbers.length);
  const s = setup(c, call, "mean", true);
  if (s?.over.data) return overData(c, s, "mean", call.span);
  return s ? meanOf(c, s, call.span) : errorValue;
}
/** Root of the mean squared deviation (biased, as NumPy's). */
function std(c: Context, call: BuiltinCall): Value {
  const s = setup(c, call, "std", true);
  if (!s) return errorValue;
  if (s.over.data) return overData(c, s, "std", call.span);
  const m = meanOf(c, { ...s, keep: true }, call.span);
  const d = elementwise(c, ops.subtract, [s.tensor, m], "std", call.span);
  const squared = elementwise(c, ops.multiply, [d, d], "std", call.span);
  const variance = squared.kind === "tensor" ? meanOf(c, { ...s, tensor: squared }, call.span) : squared;
  return elementwise(c, ops.sqrt, [variance], "std", call.span);
}
/** What a statistic of the training set is taken of. */
function keyOf({ tensor: { data }, over, keep }: Setup): string {
  const of = data.kind === "array" ? `tensor ${data.tensor.id}` : `scalar ${data.expr.id}`;
  return `${of} over ${over.axes.join()}${keep ? " kept" : ""}`;
}
/**
 * Over the training set, from sums that are complete before the first step, in f64: sum(x), E[x] and
 * sqrt(max(E[x^2] - E[x]^2, 0)). Until then mean and sum are 0 and the standard deviation is 1.
 */
function overData(c: Context, s: Setup, statistic: "sum" | "mean" | "std", span: Span): Value {
  const { graph } = c;
  const survey = c.run.survey!;
  const whole: Setup = { ...s, over: { ...s.over, batch: true } };
  const reduced = s.over.axes.map((k) => s.tensor.axes[k]!);
  const size = sizeOfAxes(reduced);
  const of = keyOf(s);
  const sumOf = (power: 1 | 2): TensorValue | undefined => {
    const sum = reduce(c, whole, span, "sum", (bound, e) => {
      const x = toF32(c, e);
      return timesBatch(c, whole, graph.fold("sum", bound, power === 1 ? x : graph.apply(ops.multiply, x, x)));
    });
    if (sum.kind !== "tensor") return undefined;
    const key = `${of} ^ ${power}`;
    return survey.sum(c, sum, key, power === 1 ? 0 : size, span);
  };
  const sum = sumOf(1);
  if (!sum || statistic === "sum") return sum ?? errorValue;
  const squares = statistic === "std" ? sumOf(2) : undefined;
  const all = graph.apply(ops.multiply, survey.count(c), graph.constant(size, "f64"));
  const items = isRagged(s.tensor.axes)
    ? reduce(c, whole, span, "sum", (_bound, _e, count) => count()[0]!, f32)
    : undefined;
  const counted = items?.kind === "tensor" ? survey.sum(c, items, `${of} counted`, 1, span) : undefined;
  if (items && !counted) return errorValue;
  const meanAt = (value: TensorValue, at: readonly Expr[]) =>
    counted
      ? dividedBy(c, elementAt(c, value, at), elementAt(c, counted, at))
      : graph.apply(ops.divide, elementAt(c, value, at), all);
  return fromBody(
    c,
    sum.axes,
    (at) => {
      const m = meanAt(sum, at);
      if (!squares) return m;
      const variance = graph.apply(ops.subtract, meanAt(squares, at), graph.apply(ops.multiply, m, m));
      return graph.apply(ops.sqrt, graph.apply(ops.maximum, variance, graph.constant(0, "f64")));
    },
    span,
    f32,
  );
}
function norm(c: Context, call: BuiltinCall): Value {
  const s = setup(c, call, "norm");
  if (!s) return errorValue;
  const squares = reduce(c, s, call.span, "sum", (bound, e) => {
    const x = toF32(c, e);
    return timesBatch(c, s, c.graph.fold("sum", bound, c.graph.apply(ops.multiply, x, x)));
  });
  return elementwise(c, ops.sqrt, [squares], "norm", call.span);
}

/** Over the training set, the smallest as the negative of the largest negative. Until then min is 0 and max is 1. */
function extremeOfData(c: Context, s: Setup, name: "max" | "min", span: Span): Value {
  const negated = (value: Value): Value =>
    name === "max" ? value : elementwise(c, ops.subtract, [number(0), value], name, span);
  const tensor = negated(s.tensor);
  if (tensor.kind !== "tensor") return tensor;
  const whole: Setup = { ...s, tensor, over: { ...s.over, batch: true } };
  const largest = reduce(c, whole, span, "max", (bound, e) => c.graph.fold("max", bound, toF32(c, e)), f32);
  if (largest.kind !== "tensor") return largest;
  const key = `${keyOf(s)} ${name}`;
  return negated(c.run.survey!.max(c, largest, key, name === "max" ? 1 : 0, span) ?? errorValue);
}

function extreme(name: "max" | "min", op: typeof ops.maximum): Builtin {
  const word = name === "max" ? "largest" : "smallest";
  return builtin(
    `${name}(a, b?, over: [...], keep: false)`,
    `With one value its ${word} element (over all axes, or those given); with two the ${word === "largest" ? "larger" : "smaller"}, element by element. Ties: the first element; b.`,
    (c, call) => {
      if (call.values.length === 2) return elementwise(c, op, call.values, name, call.span);
      const numbers = call.settings.size === 0 ? constants(call.values[0]!) : undefined;
      if (numbers) return number(name === "max" ? Math.max(...numbers) : Math.min(...numbers));
      const s = setup(c, call, name, true);
      if (s?.over.data) return extremeOfData(c, s, name, call.span);
      return s ? reduce(c, s, call.span, name, foldOf(c, name)) : errorValue;
    },
  );
}
function arg(name: "argmax" | "argmin"): Builtin {
  return builtin(
    `${name}(x, over: [...])`,
    `Where the ${name === "argmax" ? "largest" : "smallest"} element stands (the first of equals), as a class.`,
    (c, call) => {
      const s = setup(c, call, name);
      if (!s) return errorValue;
      // The place of a one-hot's 1 is the class itself.
      const { classes } = s.tensor;
      if (
        name === "argmax" &&
        classes &&
        s.over.axes.length === 1 &&
        s.over.axes[0] === s.tensor.axes.length - 1 &&
        !s.over.batch
      )
        return { ...classes, axes: classes.axes.map((axis, k) => s.tensor.axes[k] ?? axis) };
      if (s.over.batch) return c.report(modelRules.perExample, call.span, { what: `\`${name}\` over the batch` });
      const size = sizeOfAxes(s.over.axes.map((k) => s.tensor.axes[k]!));
      return reduce(c, s, call.span, name, foldOf(c, name), { kind: "class", size, labels: undefined });
    },
  );
}
function quantifier(name: "any" | "all"): Builtin {
  return builtin(
    `${name}(x, over: [...], keep: false)`,
    `Whether ${name === "any" ? "some element is" : "all elements are"} true.`,
    (c, call) => {
      const s = setup(c, call, name);
      if (!s) return errorValue;
      if (s.tensor.element.kind !== "bool")
        return c.report(wordRules.type, call.span, {
          what: `the value of \`${name}\``,
          expected: "true or false",
          actual: valueText(s.tensor),
        });
      const reducer = name === "any" ? "max" : "min";
      return reduce(c, s, call.span, reducer, (bound, e) => toBool(c, c.graph.fold(reducer, bound, toIndex(c, e))));
    },
  );
}

export const reductionBuiltins: readonly Builtin[] = [
  builtin("sum(x, over: [...], keep: false)", "Sum over all axes of one example, or over those given.", sum),
  builtin(
    "product(x, over: [...], keep: false)",
    "Product over all axes of one example, or over those given.",
    (c, call) => {
      const numbers = call.settings.size === 0 ? constants(call.values[0]!) : undefined;
      if (numbers) return number(numbers.reduce((a, b) => a * b, 1));
      const s = setup(c, call, "product");
      return s ? reduce(c, s, call.span, "product", foldOf(c, "product")) : errorValue;
    },
  ),
  builtin(
    "mean(x, over: [...], keep: false)",
    "Mean over all axes of one example, or over those given (`over: batch` crosses examples, `over: data` all of the training set).",
    mean,
  ),
  builtin("std(x, over: [...], keep: false)", "Root of the mean squared deviation from the mean.", std),
  builtin("norm(x, over: [...], keep: false)", "Root of the sum of squares.", norm),
  extreme("max", ops.maximum),
  extreme("min", ops.minimum),
  arg("argmax"),
  arg("argmin"),
  quantifier("any"),
  quantifier("all"),
  builtin(
    "total(x)",
    "Sum over all examples of an epoch (and all elements of each): in metrics only.",
    (c, { values: [x], span }) => {
      if (!c.run.total) return c.report(modelRules.totalOutside, span, {});
      const tensor =
        x!.kind === "bool"
          ? scalar(c.graph.constant(x!.kind === "bool" && x.value ? 1 : 0))
          : numericTensor(c, x!, "total", span);
      return tensor ? c.run.total(c, tensor, span) : errorValue;
    },
  ),
];
