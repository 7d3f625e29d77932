/** @file Statistics of the training set: sums and largest values over its examples, and the first values of buffers that are made of them. */
import type { Span } from "../base/source.js";
import { rewrite, topological } from "../ir/traverse.js";
import type { Expr, Source, Store, Tensor } from "../ir/types.js";
import { number as asNumber } from "../ops/index.js";
import type { Context } from "./context.js";
import { modelRules } from "./diagnostics/model.js";
import { wordRules } from "./diagnostics/words.js";
import type { Total } from "./model.js";
import type { Arena } from "./registry.js";
import { array, f32, materialise } from "./tensors.js";
import { sizeOfAxes, type TensorValue } from "./values.js";

export class Survey {
  readonly totals: Total[] = [];
  /** Of which elements of the sums the larger is taken, instead of the sum. */
  readonly largest: number[] = [];
  readonly buffers: Store[] = [];
  readonly #slots = new Map<string, Tensor>();
  /** What each sum reads as before the training set was seen. */
  readonly #standards = new Map<Tensor, number>();
  constructor(readonly arena: Arena) {}

  /** The number of examples, f64. */
  count(c: Context): Expr {
    const value = c.graph.compute([], c.graph.apply(asNumber, c.graph.scalar("batch")));
    return c.graph.read(this.#slot(c, "count", value, 1), []);
  }
  /**
   * Reads as the sum of `value`, a batch's, over all batches, in f64; before a survey as `standard`. Sums of the same `key` are
   * one. Undefined after a message: the value depends on an index, a scan's iteration, or a buffer that is taken likewise.
   */
  sum(c: Context, value: TensorValue, key: string, standard: number, span: Span): TensorValue | undefined {
    const { tensor, ambient } = materialise(c, value, span);
    const on = this.dependence(tensor);
    const isInner = ambient.length > 0 || tensor.scans.length > 0;
    if (on !== undefined) c.report(modelRules.dataDepends, span, { what: "a statistic of the training set", on });
    else if (isInner)
      c.report(wordRules.notHere, span, { what: "`over: data`", where: "what an index or scan repeats" });
    if (on !== undefined || isInner) return undefined;
    return array(this.#slot(c, key, tensor, standard), [], value.axes, f32);
  }
  /** The same for the largest of `value`, a batch's. */
  max(c: Context, value: TensorValue, key: string, standard: number, span: Span): TensorValue | undefined {
    const known = this.totals.length;
    const slot = this.sum(c, value, key, standard, span);
    for (const { target } of this.totals.slice(known))
      for (let k = 0; k < sizeOfAxes(value.axes); k++) this.largest.push(target.offset + k);
    return slot;
  }
  #slot(c: Context, key: string, value: Tensor, standard: number): Tensor {
    const known = this.#slots.get(key);
    if (known) return known;
    const target = this.arena.take(`survey ${key}`, value.shape, c.run.batch);
    const slot = c.graph.source({ ...target, arena: "sums" });
    this.totals.push({ value, target });
    this.#slots.set(key, slot);
    this.#standards.set(slot, standard);
    return slot;
  }

  /** The value at `create`; one that reads sums is stored again when they are known. */
  settle(c: Context, target: Source, value: Tensor): Tensor {
    if (!topological([value]).some((tensor) => this.#standards.has(tensor))) return value;
    this.buffers.push({ target, value });
    const { graph } = c;
    return rewrite(graph, [value], (tensor) => {
      const standard = this.#standards.get(tensor);
      return standard === undefined
        ? undefined
        : graph.compute(graph.axesOf(tensor.shape), graph.constant(standard, "f64"));
    })(value);
  }
  /** The first buffer taken from the training set that a value reads. */
  dependence(value: Tensor): string | undefined {
    const at = new Set(this.buffers.map(({ target }) => target.offset));
    const sources = topological([value]).flatMap((tensor) => (tensor.kind === "source" ? [tensor.source] : []));
    return sources.find(({ arena, offset }) => arena === "buffers" && at.has(offset))?.name;
  }
}
