/** @file Orders the values of a program into loop nests, decides which share a nest, and which are written straight to their target. */
import { sizeOf, tensorsOf } from "../ir/graph.js";
import type { Graph } from "../ir/graph.js";
import { inputsOf, topological } from "../ir/traverse.js";
import type { Compute, Expr, Program, Scan, Scatter, ScanResult, Store, Tensor } from "../ir/types.js";
import { directStores } from "./direct.js";
import { grouped } from "./group.js";
import { packed } from "./pack.js";
import { arrayFor, fixedBuffer, isScanUnit, outputOf, overlap, owner, stridesOf } from "./nest.js";
import type { Buffer, Nest, Output, ScanUnit, Step, Unit, View } from "./nest.js";
import { unrolled } from "./unroll.js";

export function schedule(graph: Graph, program: Program, batch: number): readonly Step[] {
  const scheduler = new Scheduler(graph, batch);
  for (const stage of program.stages) scheduler.stage(stage);
  return scheduler.steps;
}

class Scheduler {
  steps: Step[] = [];
  readonly #graph: Graph;
  readonly #batch: number;
  /** Values at hand. */
  readonly #current = new Map<Tensor, View>();

  constructor(graph: Graph, batch: number) {
    this.#graph = graph;
    this.#batch = batch;
  }

  stage(stores: readonly Store[]): void {
    const effective = stores.filter(({ target, value }) => !isSame(owner(value), target, this.#batch));
    const order = topological(
      effective.map(({ value }) => value),
      (tensor) => (this.#current.has(tensor) ? [] : inputsOf(tensor)),
    ).filter((tensor) => !this.#current.has(tensor));
    const units = unitsOf(order);
    const targets = directStores(units, effective, this.#batch, (tensor) => this.#current.get(tensor)?.buffer);
    const clobbered = effective.map(({ target, value }) => fixedBuffer(value, target, this.#batch));
    // Old contents that a store wants after another store of this stage has replaced them.
    const early = new Map<Store, View>();
    for (const store of effective) {
      const held = owner(store.value);
      if (targets.has(held)) continue;
      const buffer =
        held.kind === "source" ? fixedBuffer(held, held.source, this.#batch) : this.#current.get(held)?.buffer;
      if (buffer?.fixed === undefined || !clobbered.some((other) => overlap(buffer, other))) continue;
      const view = this.#allocate(store.value);
      this.#copy(this.view(store.value), view, store.value);
      early.set(store, view);
    }
    for (const unit of units) this.#unit(unit, targets);
    for (const store of effective) {
      const held = owner(store.value);
      if (targets.get(held) === store) continue;
      const to: View = { buffer: fixedBuffer(store.value, store.target, this.#batch), shape: store.target.shape };
      this.#copy(early.get(store) ?? this.view(store.value), to, store.value);
    }
    this.#forget(order, clobbered, targets);
  }

  /** Values that read what this stage replaced, or that lay there, must be computed anew if a later stage wants them. */
  #forget(order: readonly Tensor[], clobbered: readonly Buffer[], targets: ReadonlyMap<Tensor, Store>): void {
    const regions = new Map<string, Buffer[]>();
    for (const buffer of clobbered) regions.set(buffer.array, [...(regions.get(buffer.array) ?? []), buffer]);
    const hit = (buffer: Buffer) => (regions.get(buffer.array) ?? []).some((other) => overlap(buffer, other));
    const stale = new Set<Tensor>();
    for (const tensor of topological([...this.#current.keys(), ...order])) {
      const reads = tensor.kind === "source" && hit(fixedBuffer(tensor, tensor.source, this.#batch));
      let dirty = reads;
      for (const input of inputsOf(tensor)) dirty ||= stale.has(input);
      if (dirty) stale.add(tensor);
    }
    for (const [tensor, { buffer }] of this.#current)
      if (
        stale.has(tensor) ||
        tensor.scans.length > 0 ||
        (buffer.fixed !== undefined && !targets.has(tensor) && hit(buffer))
      )
        this.#current.delete(tensor);
  }

  /** Where a tensor's elements are. */
  view(tensor: Tensor): View {
    switch (tensor.kind) {
      case "source":
        return { buffer: fixedBuffer(tensor, tensor.source, this.#batch), shape: tensor.shape };
      case "reshape":
        return { buffer: this.view(tensor.of).buffer, shape: tensor.shape };
      case "custom":
        return this.view(tensor.value);
      default: {
        const view = this.#current.get(tensor);
        if (!view)
          throw new Error(
            `schedule: ${tensor.kind} ${tensor.id} (${tensor.origin.label}) is read before it is computed`,
          );
        return view;
      }
    }
  }

  #allocate(tensor: Tensor): View {
    const length = sizeOf(tensor.shape, this.#batch);
    return { buffer: { tensor, array: arrayFor(tensor.type), length, fixed: undefined }, shape: tensor.shape };
  }

  #copy(from: View, to: View, tensor: Tensor): void {
    const axes = this.#graph.axesOf(tensor.shape);
    const at = axes.map((axis) => this.#graph.index(axis));
    const value = this.#graph.read(tensor, at);
    this.#push(
      axes,
      [{ view: { ...to, shape: tensor.shape }, at, value, accumulate: false }],
      [tensor],
      [],
      new Map([[tensor, from]]),
    );
  }

  #push(
    axes: Nest["axes"],
    outputs: readonly Output[],
    tensors: readonly Tensor[],
    fills: readonly View[] = [],
    views?: ReadonlyMap<Tensor, View>,
  ): void {
    // Copies say where they read; only values computed here stand for their bodies.
    const inline = new Map<Tensor, Expr>();
    if (views === undefined)
      for (const tensor of tensors) if (tensor.kind === "compute") inline.set(tensor, tensor.body);
    if (views === undefined) {
      const found = new Map<Tensor, View>();
      for (const { value, at } of outputs)
        for (const expr of [value, ...at])
          for (const read of tensorsOf(expr)) if (!inline.has(read)) found.set(read, this.view(read));
      views = found;
    }
    this.steps.push({
      kind: "nest",
      ...unrolled(this.#graph, axes, outputs, inline),
      fills,
      views,
      inline,
      origins: tensors.map(({ origin }) => origin),
    });
  }

  #unit(unit: Unit, targets: ReadonlyMap<Tensor, Store>): void {
    if (isScanUnit(unit)) return this.#scan(unit);
    const [first] = unit;
    if (first?.kind === "scatter") return this.#scatter(first, targets.get(first)?.target);
    const parts = unit.map((tensor) => {
      const target = targets.get(tensor)?.target;
      const view = target
        ? { buffer: fixedBuffer(tensor, target, this.#batch), shape: tensor.shape }
        : this.#allocate(tensor);
      this.#current.set(tensor, view);
      return outputOf(this.#graph, tensor, view, unit.length === 1 ? this.#batch : undefined);
    });
    const outputs = parts.map(({ output }) => output);
    const fills = outputs.flatMap((output) => (output.accumulate ? [output.view] : []));
    this.#push(parts[0]!.axes, outputs, unit, fills);
  }

  #scatter(original: Scatter, target: Store["target"] | undefined): void {
    const { copies, scatter } = packed(this.#graph, original, this.#batch);
    for (const copy of copies) this.#unit([copy], new Map());
    const view = target
      ? { buffer: fixedBuffer(original, target, this.#batch), shape: original.shape }
      : this.#allocate(original);
    this.#current.set(original, view);
    const { axes, output } = outputOf(this.#graph, scatter, view, this.#batch);
    this.#push(axes, [output], [original], output.accumulate ? [view] : []);
  }

  #scan({ scan, results, body }: ScanUnit): void {
    const graph = this.#graph;
    const inits = scan.carries.map(({ init }) => this.view(init));
    const carried = scan.carries.map(({ leaf, init }, k) => {
      const view = this.#allocate(leaf);
      this.#copy(inits[k]!, view, init);
      this.#current.set(leaf, view);
      return view;
    });
    const rows = scan.rows.map((row, index) => {
      const result = results.find((r) => r.output === "row" && r.index === index);
      if (!result) return undefined;
      const view = this.#allocate(result);
      const whole = row.at.kind === "index" && row.at.axis === scan.axis && row.extent === scan.axis.extent;
      if (!whole) this.#push([], [], [result], [view]);
      return { row, view };
    });
    const outer = this.steps;
    this.steps = [];
    for (const unit of body) this.#unit(unit, new Map());
    for (const written of rows) {
      if (!written) continue;
      const { row, view } = written;
      const axes = graph.axesOf(row.value.shape);
      const index = axes.map((axis) => graph.index(axis));
      const at = [...index.slice(0, row.position), row.at, ...index.slice(row.position)];
      this.#push(
        axes,
        [{ view, at, value: graph.read(row.value, index), accumulate: false }],
        [row.value],
        [],
        this.#viewsOf([row.value, ...tensorsOf(row.at)]),
      );
    }
    // A next value that is another carried one would be overwritten before it is copied.
    const next = scan.carries.map(({ next: value }) => {
      const view = this.view(value);
      if (!carried.includes(view) && !carried.some((other) => other.buffer === view.buffer)) return view;
      const spare = this.#allocate(value);
      this.#copy(view, spare, value);
      return spare;
    });
    scan.carries.forEach(({ next: value, leaf }, k) => {
      if (owner(value) !== leaf) this.#copy(next[k]!, carried[k]!, value);
    });
    outer.push({ kind: "loop", axis: scan.axis, body: this.steps, origin: scan.origin });
    this.steps = outer;
    for (const result of results) {
      const buffer = result.output === "carry" ? carried[result.index]!.buffer : rows[result.index]!.view.buffer;
      this.#current.set(result, { buffer, shape: result.shape });
    }
  }

  #viewsOf(tensors: readonly Tensor[]): ReadonlyMap<Tensor, View> {
    return new Map(tensors.map((tensor) => [tensor, this.view(tensor)]));
  }
}

/** A store of what is there already. */
function isSame(tensor: Tensor, target: Store["target"], batch: number): boolean {
  if (tensor.kind !== "source") return false;
  const { source } = tensor;
  const sameStrides = stridesOf(source.shape, batch)[0] === stridesOf(target.shape, batch)[0];
  return (
    source.arena === target.arena &&
    source.offset === target.offset &&
    (source.shape[0] === target.shape[0] ? sameStrides : false) &&
    sizeOf(source.shape, batch) === sizeOf(target.shape, batch)
  );
}

/** Tensors by scan, in the order of their making, which puts inputs first; computes over the same space share a unit. */
function unitsOf(order: readonly Tensor[]): readonly Unit[] {
  const members = new Map<Scan | undefined, Tensor[]>();
  for (const tensor of [...order].sort((a, b) => a.id - b.id)) {
    const level = tensor.scans.at(-1);
    const known = members.get(level);
    if (known) known.push(tensor);
    else members.set(level, [tensor]);
  }
  const unitsIn = (level: Scan | undefined): readonly Unit[] => {
    const units: (Compute | Scatter | ScanUnit)[] = [];
    const scans = new Map<Scan, ScanResult[]>();
    for (const tensor of members.get(level) ?? []) {
      if (tensor.kind === "compute" || tensor.kind === "scatter") units.push(tensor);
      else if (tensor.kind === "result") {
        const known = scans.get(tensor.scan);
        if (known) {
          known.push(tensor);
          continue;
        }
        const results = [tensor];
        scans.set(tensor.scan, results);
        units.push({ scan: tensor.scan, results, body: unitsIn(tensor.scan) });
      } else if (tensor.kind === "placeholder")
        throw new Error(`schedule: placeholder ${tensor.id} (${tensor.origin.label}) was never replaced`);
    }
    return grouped(units);
  };
  return unitsIn(undefined);
}
