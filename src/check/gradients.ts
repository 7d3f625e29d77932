/** @file `gradient` and `surrogate` clauses: a value with its own rule of differentiation. */
import type { Span } from "../base/source.js";
import type { Axis, Expr, Tensor } from "../ir/types.js";
import type { Context } from "./context.js";
import { nameRules } from "./diagnostics/names.js";
import { wordRules } from "./diagnostics/words.js";
import { realTensor } from "./operators.js";
import { Scope, type Word } from "./scope.js";
import { array, elementAt, materialise, toF32 } from "./tensors.js";
import { errorValue, type TensorValue, type Value } from "./values.js";

/** The word's value, differentiated by its clauses; `c` is the word's own context. */
export function differentiated(c: Context, word: Word, value: Value, span: Span): Value {
  if (value.kind !== "tensor") return value;
  const { gradients } = word.declaration;
  const inputs: { readonly value: TensorValue; readonly tensor: Tensor; readonly ambient: readonly Axis[] }[] = [];
  const seen = new Set<string>();
  const clauses = [];
  for (const clause of gradients) {
    const name = clause.name.text;
    const declared = word.declaration.values?.parameters.some((p) => p.name.text === name);
    if (!declared || seen.has(name)) return c.report(wordRules.gradientName, clause.name.span, { name });
    seen.add(name);
    const input = c.scope.find(name)?.value;
    if (!input || input.kind === "error") return errorValue;
    // The derivative by a constant is nobody's.
    if (input.kind !== "tensor") continue;
    const real = realTensor(c, input, word.name, span);
    if (!real) return errorValue;
    inputs.push({ value: real, ...materialise(c, real, span) });
    clauses.push(clause);
  }
  if (clauses.length === 0) return value;
  const real = realTensor(c, value, word.name, span);
  if (!real) return errorValue;
  const out = materialise(c, real, span);
  const seed = c.graph.placeholder(out.tensor.shape, "f32", `adjoint of ${word.name}`);
  const scope = new Scope(c.scope);
  const asValue = (tensor: Tensor): TensorValue =>
    real.axes.length > 0
      ? array(tensor, out.ambient, real.axes, real.element)
      : {
          ...real,
          data: {
            kind: "scalar",
            expr: c.graph.read(
              tensor,
              out.ambient.map((axis) => c.graph.index(axis)),
            ),
          },
        };
  scope.bind("dout", asValue(seed));
  scope.bind("out", asValue(out.tensor));
  const inner = c.with({ scope });
  const adjoints: (Tensor | undefined)[] = [];
  for (const [k, clause] of clauses.entries()) {
    const adjoint = inner.evaluate(clause.value);
    if (adjoint.kind === "error") return errorValue;
    const tensor = realTensor(inner, adjoint, "gradient", clause.value.span);
    if (!tensor) return errorValue;
    const reduced = reduceTo(c, tensor, inputs[k]!);
    if (!reduced) return c.report(nameRules.notAWord, clause.value.span, { what: "a gradient of another shape" });
    adjoints.push(reduced);
  }
  const surrogate = clauses.some((clause) => clause.kind === "surrogate");
  const tensor = c.graph.custom(
    out.tensor,
    inputs.map((input) => input.tensor),
    seed,
    adjoints,
    surrogate,
  );
  c.run.padding.copy(out.tensor, tensor);
  return { ...asValue(tensor), trail: value.trail };
}

/** Sums an adjoint over what its input was stretched along: extra own axes, sizes 1, and ambient indices. */
function reduceTo(
  c: Context,
  adjoint: TensorValue,
  input: { readonly value: TensorValue; readonly tensor: Tensor; readonly ambient: readonly Axis[] },
): Tensor | undefined {
  const axes = input.value.axes.map(({ size }) => c.graph.axis(size));
  const rank = axes.length;
  const skip = adjoint.axes.length - rank;
  const folded: Axis[] = [];
  const at: Expr[] = adjoint.axes.map(({ size }, k) => {
    const own = k < skip ? undefined : axes[k - skip];
    if (own && own.extent === size) return c.graph.index(own);
    const axis = c.graph.axis(size);
    folded.push(axis);
    return c.graph.index(axis);
  });
  if (skip < 0) {
    // A smaller adjoint stretches.
    if (adjoint.axes.length > 0) return undefined;
  } else if (
    adjoint.axes.some(({ size }, k) => k >= skip && size !== axes[k - skip]!.extent && axes[k - skip]!.extent !== 1)
  )
    return undefined;
  let body = toF32(c, elementAt(c, adjoint, at));
  const outer = body.free.filter(
    (axis) =>
      !c.run.scanAxes.has(axis) && !axes.includes(axis) && !folded.includes(axis) && !input.ambient.includes(axis),
  );
  // Indices of the place that the input does not know: fresh ones, summed.
  const fresh = outer.map((axis) => c.graph.axis(axis.extent));
  body = c.graph.substitute(body, new Map(outer.map((axis, k) => [axis, c.graph.index(fresh[k]!)])));
  const sum = c.graph.fold("sum", [...fresh, ...folded], body);
  return c.graph.compute([...input.ambient, ...axes], sum);
}
