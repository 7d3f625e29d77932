/** @file Outputs: how they are stored, and that what prediction computes is known when one predicts. */
import type { Expr, Source, Tensor } from "../ir/types.js";
import type { OutputItem } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { dependence } from "./dependence.js";
import { modelRules } from "./diagnostics/model.js";
import { itemsOf } from "./items.js";
import type { Port } from "./model.js";
import { anyTensor, realTensor } from "./operators.js";
import { itemAt, origin, toF32, toIndex } from "./tensors.js";
import { type Value, valueText } from "./values.js";

export interface Output {
  readonly port: Port;
  readonly value: Tensor;
}
/**
 * Over the batch, stored as f32 or i32; undefined after a message. `sources`: where outputs lie, by name, the same in training,
 * evaluation and prediction.
 */
export function makeOutput(
  c: Context,
  item: OutputItem,
  value: Value,
  sources: Map<string, Source>,
): Output | undefined {
  const name = item.name.text;
  const { span } = item.value;
  if (value.kind === "error") return undefined;
  const wrong = (): undefined => {
    c.report(modelRules.outputKind, span, { name, actual: valueText(value) });
    return undefined;
  };
  if (value.kind !== "tensor" && value.kind !== "number" && value.kind !== "bool") return wrong();
  const tensor =
    value.kind === "tensor" && value.element.kind !== "f32"
      ? anyTensor(c, value, "output", span)
      : realTensor(c, value, "output", span);
  if (!tensor) return undefined;
  const { element } = tensor;
  const own = tensor.axes.map(({ size }) => c.graph.axis(size));
  const at = itemAt(
    c,
    tensor,
    own.map((axis) => c.graph.index(axis)),
  );
  const body: Expr = element.kind === "f32" ? toF32(c, at) : toIndex(c, at);
  const stored = c.graph.compute([c.run.batchAxis, ...own], body, { ...origin(c, span), label: name });
  const shape = tensor.axes.map(({ size }) => size);
  let source = sources.get(name);
  if (!source) {
    const { outputs, decisions } = c.run.registry.arenas;
    source = (element.kind === "f32" ? outputs : decisions).take(name, ["batch", ...shape], c.run.batch);
    sources.set(name, source);
  }
  const port: Port = {
    name,
    element,
    shape,
    sequence: tensor.axes[0] && itemsOf(tensor.axes[0])?.sequence,
    source,
    documentation: item.documentation,
    location: c.location(item.name.span),
  };
  return { port, value: stored };
}

/** What prediction computes reads neither targets nor other examples. */
export function demandIndependence(
  c: Context,
  inputs: readonly Port[],
  targets: readonly Port[],
  outputs: readonly Output[],
): void {
  const given = new Set(inputs.flatMap(({ sequence }) => sequence?.lengths.offset ?? []));
  const sources = targets.flatMap(({ source, sequence }) =>
    sequence && !given.has(sequence.lengths.offset) ? [source, sequence.lengths] : [source],
  );
  const hidden = new Set(sources.map(({ arena, offset }) => `${arena}:${offset}`));
  for (const { port, value } of outputs) {
    const on = dependence(value, (s) => hidden.has(`${s.arena}:${s.offset}`));
    if (on) c.report(modelRules.outputDepends, port.location.span, { name: port.name, on });
  }
}
