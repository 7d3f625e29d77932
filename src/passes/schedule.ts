/** @file Orders the values of a program into loop nests, decides which share a nest, and where each is computed. */
import { tensorsOf } from "../ir/graph.js";
import type { Graph } from "../ir/graph.js";
import { inputsOf, topological } from "../ir/traverse.js";
import type {
  Axis,
  Carry,
  Compute,
  Expr,
  Program,
  Row,
  Scan,
  ScanResult,
  Scatter,
  Store,
  Tensor,
} from "../ir/types.js";
import { subtract } from "../ops/index.js";
import { directStores, isThere } from "./direct.js";
import { Memory } from "./memory.js";
import type { Destination, Inside } from "./memory.js";
import { blocked, fixedBuffer, isScanUnit, overlap, owner, writtenBy } from "./nest.js";
import type { Buffer, Nest, Output, ScanUnit, Step, Unit, View, Written } from "./nest.js";
import { packed } from "./pack.js";
import { Joined, later, shifted } from "./joined.js";
import { untilLongest } from "./longest.js";
import { afterZeros, peeled } from "./peel.js";
import type { Initial } from "./peel.js";
import type { Piece } from "./pieces.js";
import { scanMemory, stepOf } from "./scan-memory.js";
import type { ScanMemory } from "./scan-memory.js";
import { unitsOf } from "./units.js";
import { unrolled } from "./unroll.js";
import { usesOf } from "./uses.js";
import type { Uses } from "./uses.js";

export function schedule(graph: Graph, program: Program, batch: number): readonly Step[] {
  const scheduler = new Scheduler(graph, batch, usesOf(program));
  for (const stage of program.stages) scheduler.stage(stage);
  return scheduler.steps;
}

type Targets = ReadonlyMap<Tensor, Store>;
const noTargets: Targets = new Map();
type Stored = Compute | Scatter;
class Scheduler {
  steps: Step[] = [];
  readonly #graph: Graph;
  readonly #batch: number;
  readonly #uses: Uses;
  readonly #memory: Memory;
  readonly #joined: Joined;
  /** Sequences of states that start with zeros. */
  readonly #fromZeros = new Set<Tensor>();

  constructor(graph: Graph, batch: number, uses: Uses) {
    this.#graph = graph;
    this.#batch = batch;
    this.#uses = uses;
    this.#memory = new Memory(graph, batch);
    this.#joined = new Joined(graph, this.#memory, uses);
  }

  stage(stores: readonly Store[]): void {
    const memory = this.#memory;
    const effective = stores.filter(({ target, value }) => !isThere(owner(value), target, this.#batch));
    const order = topological(
      effective.map(({ value }) => value),
      (tensor) => (memory.has(tensor) ? [] : inputsOf(tensor)),
    ).filter((tensor) => !memory.has(tensor));
    const units = unitsOf(order, (tensor) => this.#joined.piecesOf(tensor) !== undefined);
    const targets = directStores(units, effective, this.#batch, (tensor) => memory.bufferOf(tensor));
    const clobbered = effective.map(({ target, value }) => fixedBuffer(value, target, this.#batch));
    // Old contents that a store wants after another store of this stage has replaced them.
    const early = new Map<Store, View>();
    for (const store of effective) {
      const held = owner(store.value);
      if (targets.has(held)) continue;
      const buffer = held.kind === "source" ? fixedBuffer(held, held.source, this.#batch) : memory.bufferOf(held);
      if (buffer?.fixed === undefined || !clobbered.some((other) => overlap(buffer, other))) continue;
      const view = memory.allocate(store.value);
      this.#copy(store.value, whole(view));
      early.set(store, view);
    }
    this.#joined.join(units, (tensor) => targets.has(tensor));
    for (const unit of units) this.#unit(unit, targets);
    for (const store of effective) {
      const { target, value } = store;
      if (targets.get(owner(value)) === store) continue;
      this.#copy(
        value,
        whole({ buffer: fixedBuffer(value, target, this.#batch), shape: value.shape }),
        early.get(store),
      );
    }
    memory.forget(order, clobbered, (tensor) => targets.has(tensor));
    this.#joined.forgetEchoes();
  }

  // ---- nests
  #copy(tensor: Tensor, to: Destination, from?: View): void {
    const axes = this.#graph.axesOf(tensor.shape);
    const own = axes.map((axis) => this.#graph.index(axis));
    const read = this.#graph.read(tensor, own);
    const output = { ...to(own), value: from ? read : this.#memory.relocation([])(read), accumulate: false };
    this.#push({ axes, outputs: [output], views: new Map(from && [[tensor, from]]) }, [tensor]);
  }

  /** A nest with the places of what it reads, beyond those given. */
  #push(nest: Partial<Nest>, tensors: readonly Tensor[]): void {
    const { axes = [], fills = [], inline = new Map<Tensor, Expr>() } = nest;
    const outputs = axes.some(({ extent }) => extent === 0) ? [] : (nest.outputs ?? []);
    if (outputs.length + fills.length === 0) return;
    const views = new Map(nest.views);
    for (const expr of [...outputs.flatMap(({ value, at }) => [value, ...at]), ...inline.values()])
      for (const read of tensorsOf(expr))
        if (!inline.has(read) && !views.has(read)) views.set(read, this.#memory.view(read));
    const origins = tensors.map(({ origin }) => origin);
    this.steps.push({ kind: "nest", ...unrolled(this.#graph, axes, outputs, inline), fills, views, inline, origins });
  }

  #unit(unit: Unit, targets: Targets): void {
    if (isScanUnit(unit)) return this.#scan(unit);
    const memory = this.#memory;
    const [first] = unit;
    // What only the nest itself reads is not stored.
    const outside = unit.filter((tensor) => targets.has(tensor) || this.#uses.isUsedBeyond(tensor, unit));
    const stored = outside.length > 0 ? outside : unit;
    for (const tensor of stored) {
      const target = targets.get(tensor);
      if (target) memory.target(tensor, target);
      else this.#settle(memory.holderOf(tensor));
    }
    if (first?.kind === "scatter") return this.#scatter(first);
    const pieces = first && this.#joined.piecesOf(first as Compute);
    if (pieces) for (const piece of pieces) this.#piece(first, piece);
    else this.#nest(unit, stored);
  }

  /** What a scan walks step by step lies in the order of steps. */
  #settle(tensor: Tensor): void {
    const memory = this.#memory;
    const [batch, steps, ...rest] = tensor.shape;
    const { stepwise, viewed } = this.#uses;
    if (memory.has(tensor)) return;
    if (batch !== "batch" || steps === undefined || !stepwise.has(tensor) || viewed.has(tensor)) memory.settle(tensor);
    else memory.put(tensor, memory.base(tensor, [steps, batch, ...rest]), swapped);
  }

  /** The unit's members that are stored, and what each writes. */
  #nest(
    unit: readonly Stored[],
    stored: readonly Stored[],
    bodies: readonly Written[] = stored.map((tensor) => writtenBy(this.#graph, tensor)),
  ): void {
    const memory = this.#memory;
    const relocated = memory.relocation(unit);
    const inline = new Map(
      unit.flatMap((tensor) => (tensor.kind === "compute" ? [[tensor, relocated(tensor.body)] as const] : [])),
    );
    const all = bodies.map((body, k): Written => {
      const moved = { ...body, at: body.at.map(relocated), value: relocated(body.value) };
      const written = afterZeros(this.#graph, moved, (tensor) => this.#fromZeros.has(tensor));
      const isAlone =
        unit.length === 1 && !memory.isPlaced(stored[k]!) && this.#joined.echoesOf(stored[k]!).length === 0;
      return isAlone ? blocked(this.#graph, written, this.#batch) : written;
    });
    const outputs = all.map(({ at, value, accumulate }, k): Output => ({
      ...memory.home(stored[k]!)(at),
      value,
      accumulate,
    }));
    const fills = outputs.flatMap((output) => (output.accumulate ? [output.view] : []));
    stored.forEach((tensor, k) => {
      for (const { inside, at } of this.#joined.echoesOf(tensor))
        outputs.push({ ...this.#homeIn(inside, at)(all[k]!.at), value: all[k]!.value, accumulate: false });
    });
    this.#push({ axes: inOrder(all[0]!.axes, outputs), outputs, fills, inline }, unit);
  }

  #scatter(original: Scatter): void {
    const { copies, scatter } = packed(this.#graph, original, this.#batch);
    for (const copy of copies) this.#unit([copy], noTargets);
    this.#nest([original], [original], [writtenBy(this.#graph, scatter)]);
  }

  // ---- arrays made of pieces
  #piece(tensor: Tensor, piece: Piece): void {
    const memory = this.#memory;
    const { value } = piece;
    if (this.#joined.isWritten(value, tensor)) return;
    const at = shifted(this.#graph, piece);
    if (value.kind !== "compute" || memory.has(value)) return this.#copy(value, this.#homeIn(tensor, at));
    memory.put(value, tensor, at);
    this.#nest([value], [value]);
    memory.release(value);
  }
  #homeIn(tensor: Tensor, at: Inside): Destination {
    this.#settle(this.#memory.holderOf(tensor));
    const home = this.#memory.home(tensor);
    return (own) => home(at(own));
  }

  // ---- scans
  #scan(unit: ScanUnit): void {
    const memory = this.#memory;
    const { scan, results, body } = unit;
    const kept = new Set([...scan.carries.map(({ next }) => next), ...scan.rows.map(({ value }) => value)]);
    this.#joined.join(
      body,
      (tensor) => kept.has(tensor),
      () => true,
    );
    const places = scanMemory(unit, this.#uses, this.#firstWrites(body));
    const resultOf = (output: ScanResult["output"], k: number) =>
      results.find((result) => result.output === output && result.index === k);
    scan.carries.forEach((carry, k) => this.#carry(scan, carry, resultOf("carry", k), places));
    const computed = new Set<Tensor>(body.flatMap((part) => (isScanUnit(part) ? [] : part)));
    const copies = scan.rows.flatMap((row, k) => {
      const result = resultOf("row", k);
      if (!result || this.#row(scan, row, result, places) !== "copied") return [];
      const at: Inside = (own) => own.toSpliced(row.position, 0, row.at);
      const isPlain = computed.has(row.value) && tensorsOf(row.at).size === 0;
      return isPlain && this.#joined.echo(row.value, { inside: result, at })
        ? []
        : [{ value: row.value, to: this.#homeIn(result, at) }];
    });
    const outer = this.steps;
    this.steps = [];
    for (const part of body) this.#unit(part, noTargets);
    for (const { value, to } of copies) this.#copy(value, to);
    this.#joined.forgetEchoes(computed);
    this.#advance(scan.carries.filter((carry) => places.carries.get(carry) === "copied"));
    const loop: Step = { kind: "loop", axis: scan.axis, body: this.steps, origin: scan.origin };
    this.steps = outer;
    if (scan.axis.extent === 0) return;
    const last = new Set(scan.carries.flatMap(({ leaf }, k) => (resultOf("carry", k) ? [memory.bufferOf(leaf)] : [])));
    const isLocal = (buffer: Buffer) => buffer.tensor.scans.includes(scan) && !last.has(buffer);
    const iterations = peeled(this.#graph, loop, this.#initial(scan, places), isLocal);
    outer.push(
      ...iterations.flatMap((part) => (part.kind === "loop" ? untilLongest(this.#graph, part, isLocal) : [part])),
    );
  }

  /** What is the same everywhere before the first iteration. */
  #initial({ carries }: Scan, places: ScanMemory): readonly Initial[] {
    return carries.flatMap((carry) => {
      const { leaf, init } = carry;
      if (init.kind !== "compute" || init.body.kind !== "const") return [];
      const base = places.bases.get(leaf);
      return [{ tensor: base ?? leaf, value: init.body.value, isSequence: base !== undefined }];
    });
  }

  /** The unit that first writes to each value, be it to one of its pieces. */
  #firstWrites(body: readonly Unit[]): (tensor: Tensor) => number | undefined {
    const first = new Map<Tensor, number>();
    body.forEach((unit, k) => {
      if (isScanUnit(unit)) return;
      for (const tensor of unit) {
        const pieces = (tensor.kind === "compute" && this.#joined.piecesOf(tensor)) || [];
        const joined = pieces.filter(({ value }) => this.#joined.isWritten(value, tensor));
        first.set(tensor, Math.min(k, ...joined.map(({ value }) => first.get(value)!)));
      }
    });
    return (tensor) => first.get(tensor);
  }

  /** Memory for a carried value, with the initial one in it. */
  #carry({ axis }: Scan, carry: Carry, last: ScanResult | undefined, { carries, bases }: ScanMemory): void {
    const graph = this.#graph;
    const memory = this.#memory;
    const { leaf, init, next } = carry;
    const kind = carries.get(carry);
    if (kind !== "states") {
      memory.assign(leaf, memory.allocate(leaf));
      this.#copy(init, memory.home(leaf));
      if (kind === "replaced") memory.assign(next, memory.view(leaf));
      if (last) memory.assign(last, memory.view(leaf));
      return;
    }
    const extent = axis.extent as number;
    const base = memory.base(leaf, [extent + 1, ...leaf.shape]);
    bases.set(leaf, base);
    if (init.kind === "compute" && init.body.kind === "const" && init.body.value === 0) this.#fromZeros.add(base);
    const state =
      (k: Expr): Inside =>
      (own) => [k, ...own];
    memory.put(leaf, base, state(graph.index(axis)));
    memory.put(next, base, state(later(graph, graph.index(axis), 1)));
    if (last) memory.put(last, base, state(graph.constant(extent, "i32")));
    const first = state(graph.constant(0, "i32"));
    this.#copy(init, (own) => ({ view: memory.view(base), at: first(own) }));
  }

  /** Memory for a row; where in it this iteration's value is computed. */
  #row(scan: Scan, row: Row, result: ScanResult, { rows, bases }: ScanMemory): "states" | "direct" | "copied" {
    const graph = this.#graph;
    const memory = this.#memory;
    const place = rows.get(row)!;
    const { position } = row;
    const step = stepOf(row, scan);
    const turned = (k: Expr) =>
      step!.factor === 1 ? k : graph.apply(subtract, graph.constant(step!.constant, "i32"), k);
    if (place.kind === "states") {
      const { leaf, from } = place;
      memory.put(result, bases.get(leaf)!, (own) => [
        later(graph, turned(own[position]!), from),
        ...own.filter((_, k) => k !== position),
      ]);
      return place.kind;
    }
    if (result.shape[0] === "batch" && position === 1 && !this.#uses.viewed.has(result))
      memory.put(result, memory.base(result, swapped(result.shape)), swapped);
    else memory.settle(result);
    const home = memory.home(result)(this.#graph.axesOf(result.shape).map((axis) => graph.index(axis)));
    if (!step) this.#push({ fills: [home.view] }, [result]);
    if (place.kind === "direct") memory.put(row.value, result, (own) => own.toSpliced(position, 0, row.at));
    return place.kind;
  }

  /** The next values take the place of the carried ones. */
  #advance(carries: readonly Carry[]): void {
    const memory = this.#memory;
    const overwritten = new Set(carries.map(({ leaf }) => memory.bufferOf(leaf)));
    const spares = carries.map(({ next, leaf }) => {
      if (owner(next) === leaf || !overwritten.has(memory.bufferOf(owner(next)))) return undefined;
      const spare = memory.allocate(next);
      this.#copy(next, whole(spare));
      return spare;
    });
    carries.forEach(({ next, leaf }, k) => {
      if (owner(next) !== leaf) this.#copy(next, memory.home(leaf), spares[k]);
    });
  }
}

const whole =
  (view: View): Destination =>
  (at) => ({ view, at });
const swapped = <T>([a, b, ...rest]: readonly T[]): readonly T[] => [b!, a!, ...rest];

/** The axis by which the outputs lead goes first. */
function inOrder(axes: readonly Axis[], outputs: readonly Output[]): readonly Axis[] {
  const [first] = outputs[0]!.at;
  const lead = first?.kind === "index" && outputs.every(({ at }) => at[0] === first) ? first.axis : undefined;
  return lead && axes.includes(lead) && !outputs[0]!.accumulate
    ? [lead, ...axes.filter((axis) => axis !== lead)]
    : axes;
}
