/** @file Runs a checked model on the interpreter, in f64: what the language means, without passes and back ends. */
import type { CheckedModel, Port, Slot } from "../../src/check/model.js";
import { sizeOf } from "../../src/ir/graph.js";
import { evaluate } from "../../src/ir/interpret.js";
import type { ArenaName, Source, Store, Tensor } from "../../src/ir/types.js";
import { differentiate } from "../../src/lower/autodiff.js";
import { add, divide } from "../../src/ops/index.js";
import type { Net } from "../oracle/fixture.js";

/** The loss that training minimises: the mean over the batch plus the regularizers. */
function trainingLoss({ graph, forward: { train } }: CheckedModel): Tensor {
  if (!train.loss) throw new Error("the model has no loss");
  const axis = graph.axis("batch");
  const sum = graph.fold("sum", [axis], graph.read(train.loss, [graph.index(axis)]));
  const mean = graph.apply(divide, sum, graph.scalar("batch"));
  const extra = train.regularization;
  return graph.compute([], extra ? graph.apply(add, mean, graph.read(extra, [])) : mean);
}

export class Interpreted implements Net {
  readonly model: CheckedModel;
  readonly batch: number;
  readonly memory: { [name in ArenaName]?: Float64Array } = {};
  step = 0;
  readonly #loss: Tensor | undefined;
  readonly #gradients: readonly (Tensor | undefined)[];
  readonly #buffers: readonly Tensor[];

  constructor(model: CheckedModel, batch = model.batch) {
    this.model = model;
    this.batch = batch;
    const { inputs, targets, outputs, parameters, buffers, states, metrics, forward } = model;
    const sources = [...inputs, ...targets, ...outputs, ...parameters, ...buffers, ...states].map(
      ({ source }) => source,
    );
    for (const { sequence } of [...inputs, ...targets]) if (sequence) sources.push(sequence.lengths);
    for (const list of [metrics, forward.evaluate.totals, model.survey.totals])
      sources.push(...list.map(({ target }) => target));
    for (const source of sources) this.#reserve(source);
    this.memory.gradients = new Float64Array(this.memory.parameters?.length ?? 0);
    this.memory.sums = new Float64Array(this.memory.totals?.length ?? 0);
    for (const slot of [...parameters, ...buffers, ...states]) this.#initialise(slot);
    const assigned = forward.train.buffers.map(({ value }) => value);
    this.#loss = forward.train.loss && trainingLoss(model);
    const leaves = parameters.map(({ source }) => model.graph.source(source));
    const derivative = this.#loss && differentiate(model.graph, this.#loss, leaves, assigned);
    this.#gradients = derivative?.gradients ?? [];
    this.#buffers = derivative?.others ?? [];
  }
  #reserve({ arena, offset, shape }: Source): void {
    const length = Math.max(
      this.memory[arena]?.length ?? 0,
      offset + sizeOf(shape, Math.max(this.batch, this.model.batch)),
    );
    if (length !== this.memory[arena]?.length) this.memory[arena] = new Float64Array(length);
  }
  #initialise({ source, initial }: Slot): void {
    this.memory[source.arena]!.set(this.#values([initial])[0]!, source.offset);
  }
  #values(tensors: readonly Tensor[]): Float64Array[] {
    return evaluate(tensors, { memory: this.memory, batch: this.batch, step: this.step, seed: 1 });
  }
  #store(stores: readonly Store[]): void {
    const values = this.#values(stores.map(({ value }) => value));
    stores.forEach(({ target }, k) => this.memory[target.arena]!.set(values[k]!, target.offset));
  }
  #view({ arena, offset, shape }: Source): Float64Array {
    return this.memory[arena]!.subarray(offset, offset + sizeOf(shape, this.batch));
  }
  #find(path: string): Float64Array {
    const found = [...this.model.parameters, ...this.model.buffers].find((slot) => slot.path === path);
    if (!found) throw new Error(`no parameter ${path} among ${this.model.parameters.map((p) => p.path).join(", ")}`);
    return this.#view(found.source);
  }

  setParameter(path: string, values: readonly number[]): void {
    this.#find(path).set(values);
  }
  /** As prediction reads it. */
  parameter(path: string): Float64Array {
    return this.#serving(() => this.#find(path).slice());
  }
  /** As training moves it; changes are seen. */
  weights(path: string): Float64Array {
    return this.#find(path);
  }
  /** What `work` gives with the averages that prediction reads in place of parameters. */
  #serving<T>(work: () => T): T {
    const kept = this.memory.parameters?.slice();
    if (this.step > 0) this.#store(this.model.phases[0].served);
    const result = work();
    if (kept) this.memory.parameters!.set(kept);
    return result;
  }
  /** Ports by name, and lengths by the name of their dimension. */
  load(data: Readonly<Record<string, readonly number[]>>): void {
    const ports: readonly Port[] = [...this.model.inputs, ...this.model.targets];
    for (const { name, source, sequence } of ports) {
      if (data[name]) this.memory[source.arena]!.set(data[name], source.offset);
      if (sequence && data[sequence.name]) this.memory.classes!.set(data[sequence.name]!, sequence.lengths.offset);
    }
  }
  predict(data: Readonly<Record<string, readonly number[]>>): Record<string, Float64Array> {
    this.load(data);
    const values = this.#serving(() => this.#values(this.model.forward.predict.outputs));
    return Object.fromEntries(this.model.outputs.map(({ name }, k) => [name, values[k]!]));
  }
  /** The training loss on the loaded data, with the draws of this step. */
  loss(): number {
    return this.#values([this.#loss!])[0]![0]!;
  }
  /** One gradient per parameter; zeros where the loss does not depend on it. */
  gradients(): Float64Array[] {
    const present = this.#gradients.filter((gradient) => gradient !== undefined);
    const values = this.#values(present);
    let next = 0;
    return this.#gradients.map((gradient, k) =>
      gradient ? values[next++]! : new Float64Array(sizeOf(this.model.parameters[k]!.shape, 1)),
    );
  }
  trainStep(data: Readonly<Record<string, readonly number[]>>): number {
    this.load(data);
    if (this.step === 0) {
      this.#store(this.model.survey.totals);
      this.memory.sums?.set(this.memory.totals!);
      this.#store(this.model.survey.buffers);
    }
    this.step++;
    const loss = this.loss();
    const gradients = this.gradients();
    const buffers = this.model.forward.train.buffers.map(({ target }, k) => ({ target, value: this.#buffers[k]! }));
    this.model.parameters.forEach(({ source }, k) => this.memory.gradients!.set(gradients[k]!, source.offset));
    this.#store(buffers);
    for (const stage of this.model.update) this.#store(stage);
    return loss;
  }
  evaluate(data: Readonly<Record<string, readonly number[]>>): Record<string, Float64Array> {
    this.load(data);
    this.#serving(() => this.#store(this.model.forward.evaluate.totals));
    this.memory.sums!.set(this.memory.totals!);
    const values = this.#values(this.model.metrics.map(({ result }) => result));
    return Object.fromEntries(this.model.metrics.map(({ name }, k) => [name, values[k]!]));
  }
}
