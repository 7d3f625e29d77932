/**
 * @file A loop along sequences with padding stops at the longest of the call: beyond it, where `i < length` holds for no example,
 * an iteration is what is left of it when that is settled. A step of a recurrent network only hands its state on, and writes zeros.
 */
import { affine } from "../ir/affine.js";
import type { Graph } from "../ir/graph.js";
import { once } from "../ir/once.js";
import type { Axis, Expr, Read, SourceTensor } from "../ir/types.js";
import { greaterEqual, less } from "../ops/index.js";
import type { Buffer, Loop, Nest, Output, Step, View } from "./nest.js";
import { readsOf } from "./nest.js";
import { live, products, rewritten } from "./peel.js";
import { Simplifier } from "./simplify.js";

/** `constant + factor * i < length`, of a loop's index. */
interface Condition {
  readonly constant: number;
  readonly factor: 1 | -1;
  readonly lengths: Read & { readonly tensor: SourceTensor };
  /** It is there as its contrary. */
  readonly isNegated: boolean;
}

/** `isLocal`: of no use after the loop. */
export function untilLongest(graph: Graph, loop: Loop, isLocal: (buffer: Buffer) => boolean): readonly Step[] {
  const body = loop.body.filter((step) => step.kind === "nest");
  if (body.length < loop.body.length || loop.cut) return [loop];
  const found = conditionsIn(body, loop.axis);
  const [first] = found;
  if (!first || found.some(({ lengths, factor }) => lengths.tensor !== first.lengths.tensor || factor !== first.factor))
    return [loop];
  const idle = new IdleBody(graph, body, loop.axis, isLocal).nests();
  if (products(idle) >= products(body)) return [loop];
  const { made, count } = longest(graph, body, first.lengths);
  const least = Math.min(...found.map(({ constant }) => constant));
  // No i from `longest - least` on is of an item; with `least - i`, none up to `least - longest`.
  const isForward = first.factor === 1;
  const end = { count, factor: first.factor, constant: isForward ? -least : least + 1 };
  const [early, late] = isForward ? [body, idle] : [idle, body];
  return [
    made,
    { ...loop, body: early, cut: { ...end, part: "before" } },
    { ...loop, body: late, cut: { ...end, part: "after" } },
  ];
}

function conditionOf(e: Expr, axis: Axis): Condition | undefined {
  if (e.kind !== "apply" || (e.op !== less && e.op !== greaterEqual)) return undefined;
  const [place, lengths] = e.arguments as [Expr, Expr];
  const form = affine(place);
  const factor = form?.terms.get(axis);
  if (form?.terms.size !== 1 || (factor !== 1 && factor !== -1) || !isLengths(lengths)) return undefined;
  return { constant: form.constant, factor, lengths, isNegated: e.op === greaterEqual };
}
function isLengths(e: Expr): e is Condition["lengths"] {
  if (e.kind !== "read" || e.tensor.kind !== "source" || e.tensor.source.arena !== "classes") return false;
  const [at, more] = e.at;
  return e.outside === undefined && at?.kind === "index" && at.axis.extent === "batch" && !more;
}

function conditionsIn(body: readonly Nest[], axis: Axis): readonly Condition[] {
  const found: Condition[] = [];
  const visit = once((e: Expr): void => {
    const condition = conditionOf(e, axis);
    if (condition) found.push(condition);
    else if (e.kind === "apply") e.arguments.forEach(visit);
    else if (e.kind === "fold") visit(e.body);
  });
  for (const { outputs, inline } of body) {
    for (const { value } of outputs) visit(value);
    for (const value of inline.values()) visit(value);
  }
  return found;
}

/** The largest length of the call. */
function longest(graph: Graph, body: readonly Nest[], lengths: Condition["lengths"]): { made: Nest; count: View } {
  const { tensor } = lengths;
  const { views, origins } = body.find((nest) => nest.views.has(tensor))!;
  const held = graph.placeholder([1], "i32");
  const count = { buffer: { tensor: held, array: "integers", length: 1, fixed: undefined }, shape: [1] } as const;
  const example = graph.axis("batch");
  const value = graph.fold("max", [example], graph.read(tensor, [graph.index(example)]));
  const made: Nest = {
    kind: "nest",
    axes: [],
    outputs: [{ view: count, at: [graph.constant(0, "i32")], value, accumulate: false }],
    fills: [],
    views: new Map([[tensor, views.get(tensor)!]]),
    inline: new Map(),
    origins,
  };
  return { made, count };
}

/** A loop's body where no condition on its index holds. */
class IdleBody {
  readonly #graph: Graph;
  readonly #body: readonly Nest[];
  readonly #axis: Axis;
  readonly #isLocal: (buffer: Buffer) => boolean;
  /** Values of an iteration that are 0 everywhere. */
  readonly #zeros = new Set<Buffer>();

  constructor(graph: Graph, body: readonly Nest[], axis: Axis, isLocal: (buffer: Buffer) => boolean) {
    this.#graph = graph;
    this.#body = body;
    this.#axis = axis;
    const carried = carriedBy(body);
    this.#isLocal = (buffer) => isLocal(buffer) && !carried.has(buffer);
  }

  nests(): readonly Nest[] {
    const made = this.#body.map((nest) => {
      const idle = this.#settled(nest);
      for (const output of idle.outputs) if (this.#isZero(idle, output)) this.#zeros.add(output.view.buffer);
      return idle;
    });
    return live(made, this.#isLocal);
  }

  #settled(nest: Nest): Nest {
    const graph = this.#graph;
    const simplifier = new Simplifier(graph, { differentiated: true, scheduled: true });
    const put = once((e: Expr): Expr => {
      const condition = conditionOf(e, this.#axis);
      if (condition) return graph.constant(condition.isNegated ? 1 : 0, "bool");
      if (e.kind === "apply") return graph.apply(e.op, ...e.arguments.map(put));
      if (e.kind === "fold") return graph.fold(e.reducer, e.axes, put(e.body));
      if (e.kind !== "read") return e;
      const view = nest.inline.has(e.tensor) ? undefined : nest.views.get(e.tensor);
      const isZero = view && this.#zeros.has(view.buffer) && (e.outside ?? 0) === 0;
      return isZero ? graph.constant(0, e.type) : graph.read(e.tensor, e.at.map(put), e.outside);
    });
    return rewritten(nest, (e) => simplifier.simplify(put(e)));
  }

  /** Whether an output makes all of a value 0 that is of this iteration alone. */
  #isZero({ axes }: Nest, { view, at, value, accumulate }: Output): boolean {
    if (accumulate || value.kind !== "const" || value.value !== 0 || !this.#isLocal(view.buffer)) return false;
    const writers = this.#body.flatMap(({ outputs }) => outputs.filter((other) => other.view.buffer === view.buffer));
    const own = new Set(at.flatMap((e, k) => (e.kind === "index" && e.axis.extent === view.shape[k] ? [e.axis] : [])));
    return writers.length === 1 && own.size === at.length && axes.every((axis) => own.has(axis));
  }
}

/** What an iteration reads before it writes it: the iteration before did. */
function carriedBy(body: readonly Nest[]): ReadonlySet<Buffer> {
  const written = new Set<Buffer>();
  const carried = new Set<Buffer>();
  for (const nest of body) {
    for (const { buffer } of nest.fills) written.add(buffer);
    const read = readsOf(nest).flatMap(({ tensor }) => nest.views.get(tensor)?.buffer ?? []);
    const added = nest.outputs.flatMap(({ view, accumulate }) => (accumulate ? [view.buffer] : []));
    for (const buffer of [...read, ...added]) if (!written.has(buffer)) carried.add(buffer);
    for (const { view } of nest.outputs) written.add(view.buffer);
  }
  return carried;
}
