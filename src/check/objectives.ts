/** @file Losses and metrics: sums over the examples of an epoch, and what is made of them. */
import type { Span } from "../base/source.js";
import type { Axis, Expr, Source, Tensor } from "../ir/types.js";
import { add, divide, multiply, number as asNumber } from "../ops/index.js";
import type { Expression, ObjectiveItem } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { countOf, dividedBy } from "./counts.js";
import { modelRules } from "./diagnostics/model.js";
import { nameRules } from "./diagnostics/names.js";
import type { Metric, Total } from "./model.js";
import type { Registry } from "./registry.js";
import { elementAt, isPerExample, itemAt, origin, scalar, toF32 } from "./tensors.js";
import { realTensor } from "./operators.js";
import { type TensorValue, type Value, valueText } from "./values.js";

/** Places of totals: the same, in the same order, in training and evaluation. */
export class TotalTable {
  readonly sources: Source[] = [];
  constructor(readonly registry: Registry) {}
  /** The place of the k-th total of an elaboration. */
  at(k: number, shape: readonly number[]): Source {
    const known = this.sources[k];
    if (known && known.shape.length === shape.length && known.shape.every((n, i) => n === shape[i])) return known;
    const source = this.registry.arenas.totals.take(`total ${k}`, shape, 1);
    this.sources[k] = source;
    return source;
  }
}

export interface Result {
  readonly name: string;
  readonly shape: readonly number[];
  readonly result: Tensor;
}
interface Loss {
  readonly name: string | undefined;
  /** Per example: their mean over the batch is the loss. */
  readonly value: Tensor;
  /** The epoch's mean; undefined where only that of all losses together is asked for. */
  readonly mean: Expr | undefined;
  /** Over the items of sequences. */
  readonly isRagged: boolean;
}
/** A value per example over its positions. */
interface Positions {
  readonly sum: Expr;
  /** Of positions: the same in all examples, or per example where there is padding. */
  readonly count: Expr;
}

/** The totals, losses and metrics of one elaboration. */
export class Objectives {
  readonly totals: Total[] = [];
  readonly results: Result[] = [];
  readonly losses: Loss[] = [];
  readonly #names = new Set<string>();
  #reserved: { readonly loss: Expr; readonly count: Expr } | undefined;
  constructor(
    readonly c: Context,
    readonly table: TotalTable,
    readonly items: readonly ObjectiveItem[],
    /** Phases choose among the losses. */
    readonly hasPhases: boolean,
    hasObjectives: boolean,
  ) {
    const hasLoss = items.some(({ kind }) => kind === "loss");
    if (!hasObjectives) return;
    // The first two places: the number of examples, the loss.
    const { graph } = c;
    const count = this.#slot(graph.compute([], graph.apply(asNumber, graph.scalar("batch"))));
    const loss = hasLoss ? this.#slot(graph.compute([], graph.constant(0))) : count;
    this.#reserved = { loss: graph.read(loss, []), count: graph.read(count, []) };
    if (hasLoss) this.#names.add("loss");
  }

  /** The next place for this batch's sum; what reads the epoch's sum. */
  #slot(value: Tensor): Tensor {
    const shape = value.shape.map((extent) => (extent === "batch" ? 1 : extent));
    const target = this.table.at(this.totals.length, shape);
    this.totals.push({ value, target });
    return this.c.graph.source({ ...target, arena: "sums" });
  }
  /** `total(e)`: over all examples and all elements of each; indices in scope stay. */
  #total(c: Context, value: TensorValue, span: Span): Expr {
    const { graph } = c;
    const batch = graph.axis("batch");
    const own = value.axes.map(({ size }) => graph.axis(size));
    const item = itemAt(
      c,
      value,
      own.map((axis) => graph.index(axis)),
    );
    let body = toF32(c, c.run.padding.within(item, own));
    if (isPerExample(c.run, value)) {
      body = graph.substitute(body, new Map([[c.run.batchAxis, graph.index(batch)]]));
      body = graph.fold("sum", [batch, ...own], body);
    } else body = graph.apply(multiply, graph.fold("sum", own, body), graph.apply(asNumber, graph.scalar("batch")));
    const ambient: readonly Axis[] = body.free;
    const sum = graph.compute(ambient, body, origin(c, span));
    return graph.read(
      this.#slot(sum),
      ambient.map((axis) => graph.index(axis)),
    );
  }

  /** Sum over the positions of one example, or undefined after a message. */
  #positions(what: string, value: Value, e: Expression): Positions | undefined {
    const { c } = this;
    if (value.kind === "error") return undefined;
    const tensor =
      value.kind === "tensor" || value.kind === "number" || value.kind === "bool"
        ? realTensor(c, value, what, e.span)
        : undefined;
    if (!tensor) {
      c.report(modelRules.objective, e.span, { what, actual: valueText(value) });
      return undefined;
    }
    const own = tensor.axes.map(({ size }) => c.graph.axis(size));
    const sum = c.graph.fold(
      "sum",
      own,
      itemAt(
        c,
        tensor,
        own.map((axis) => c.graph.index(axis)),
      ),
    );
    return { sum, count: countOf(c, tensor.axes) };
  }
  /** The epoch's mean of a value per example: over the examples, or over all positions where each example has its own number. */
  #mean({ sum, count }: Positions, span: Span): Expr {
    const { c } = this;
    if (count.kind !== "const")
      return dividedBy(c, this.#total(c, scalar(sum), span), this.#total(c, scalar(count), span));
    const total = this.#total(c, scalar(dividedBy(c, sum, count)), span);
    return c.graph.apply(divide, total, this.#reserved!.count);
  }

  /** One of several losses is a metric, too, if it has a name. */
  loss({ name, value, span }: ObjectiveItem): void {
    const { c } = this;
    const positions = this.#positions("loss", c.evaluate(value), value);
    if (!positions) return;
    const origin = { location: undefined, label: name?.text ?? "loss" };
    const perExample = c.graph.compute([c.run.batchAxis], this.#perExample(positions), origin);
    const several = this.items.filter(({ kind }) => kind === "loss").length > 1;
    let mean: Expr | undefined;
    if (positions.count.kind !== "const") mean = this.#mean(positions, span);
    else if (this.hasPhases || (several && name)) {
      const slot = this.#slot(c.graph.compute([], this.#sumOf(perExample)));
      mean = c.graph.apply(divide, c.graph.read(slot, []), this.#reserved!.count);
    }
    if (several && name && mean) {
      if (this.#names.has(name.text)) c.report(nameRules.duplicateName, span, { name: name.text });
      this.#names.add(name.text);
      this.results.push({ name: name.text, shape: [], result: c.graph.compute([], mean) });
    }
    this.losses.push({ name: name?.text, value: perExample, mean, isRagged: positions.count.kind !== "const" });
  }
  /** Weighted so that the mean over the batch is that over all of its positions. */
  #perExample({ sum, count }: Positions): Expr {
    const { c } = this;
    if (count.kind === "const") return dividedBy(c, sum, count);
    const { graph } = c;
    const batch = graph.axis("batch");
    const inBatch = graph.substitute(count, new Map([[c.run.batchAxis, graph.index(batch)]]));
    const all = graph.compute([], graph.fold("sum", [batch], inBatch));
    const perExample = dividedBy(c, graph.read(all, []), graph.scalar("batch"));
    return dividedBy(c, sum, graph.read(graph.compute([], perExample), []));
  }
  #sumOf(perExample: Tensor): Expr {
    const { graph } = this.c;
    const batch = graph.axis("batch");
    return graph.fold("sum", [batch], graph.read(perExample, [graph.index(batch)]));
  }
  /** Per example, `["batch"]`, after all `loss` items. */
  lossOf(losses: readonly Loss[]): Tensor | undefined {
    const [first, ...rest] = losses.map(({ value }) => value);
    return first && rest.reduce((a, b) => this.c.graph.map(add, [a, b], { location: undefined, label: "loss" }), first);
  }
  /**
   * Fills the place of the loss among the totals, where each example counts the regularizers as they were in its step; with phases
   * the regularizers alone.
   */
  finishLoss(regularization: Tensor | undefined): Tensor | undefined {
    const { graph } = this.c;
    const all = this.lossOf(this.losses);
    if (!all) return undefined;
    // Those over sequences have sums and counts of their own.
    const here = this.hasPhases ? undefined : this.lossOf(this.losses.filter(({ isRagged }) => !isRagged));
    const sum = here ? this.#sumOf(here) : graph.constant(0);
    const extra =
      regularization &&
      graph.apply(multiply, graph.read(regularization, []), graph.apply(asNumber, graph.scalar("batch")));
    const value = graph.compute([], extra ? graph.apply(add, sum, extra) : sum);
    this.totals[1] = { value, target: this.totals[1]!.target };
    return all;
  }
  /** The first metric: the mean loss, with the regularizers. */
  lossMetric(losses: readonly Loss[]): Tensor {
    const { graph } = this.c;
    const { loss, count } = this.#reserved!;
    const parts = losses.flatMap(({ mean, isRagged }) => (mean && (this.hasPhases || isRagged) ? [mean] : []));
    return graph.compute(
      [],
      parts.reduce((a, b) => graph.apply(add, a, b), graph.apply(divide, loss, count)),
    );
  }

  metric(item: ObjectiveItem): void {
    const { c } = this;
    c.run.total = (at, value, span) => scalar(this.#total(at, value, span), { kind: "f32" });
    const value = c.evaluate(item.value);
    c.run.total = undefined;
    const name = this.#nameOf(item);
    const perExample = value.kind === "tensor" && isPerExample(c.run, value);
    if (perExample) {
      const positions = this.#positions("metric", value, item.value);
      if (positions)
        this.results.push({ name, shape: [], result: c.graph.compute([], this.#mean(positions, item.value.span)) });
      return;
    }
    if (value.kind === "error") return;
    const tensor =
      value.kind === "tensor" || value.kind === "number" ? realTensor(c, value, "metric", item.value.span) : undefined;
    if (!tensor) {
      c.report(modelRules.objective, item.value.span, { what: "metric", actual: valueText(value) });
      return;
    }
    const own = tensor.axes.map(({ size }) => c.graph.axis(size));
    const body = elementAt(
      c,
      tensor,
      own.map((axis) => c.graph.index(axis)),
    );
    this.results.push({ name, shape: tensor.axes.map(({ size }) => size), result: c.graph.compute(own, body) });
  }
  /** The name written, else the word's: `accuracy`, `accuracy_2`. */
  #nameOf({ name, value }: ObjectiveItem): string {
    const base = name?.text ?? wordName(value) ?? "metric";
    let free = base;
    for (let k = 2; this.#names.has(free); k++) free = `${base}_${k}`;
    this.#names.add(free);
    return free;
  }
}
function wordName(e: Expression): string | undefined {
  if (e.kind === "call") return wordName(e.callee);
  if (e.kind === "pipe") return e.stages.length > 0 ? wordName(e.stages.at(-1)!.word) : undefined;
  return e.kind === "name" ? e.name : undefined;
}

/** Metrics with places for their results. */
export function placeMetrics(registry: Registry, results: readonly Result[]): Metric[] {
  return results.map(({ name, shape, result }) => ({
    name,
    shape,
    result,
    target: registry.arenas.metrics.take(name, shape, 1),
  }));
}
