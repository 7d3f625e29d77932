/**
 * @file A loop's first and last iteration by themselves, where they have a product less: what is carried in is the same everywhere
 * (a state of zeros), or what would be carried out is wanted by nobody (the gradient by that state).
 */
import { substitute } from "../ir/substitute.js";
import { once } from "../ir/once.js";
import { tensorsOf } from "../ir/graph.js";
import type { Graph } from "../ir/graph.js";
import type { Axis, Expr, Tensor } from "../ir/types.js";
import { zeroFactorsOf } from "./guards.js";
import type { Buffer, Loop, Nest, Output, Step, Written } from "./nest.js";
import { add } from "../ops/index.js";
import { hasContraction } from "./price.js";
import { Simplifier } from "./simplify.js";

/** A value that is the same everywhere in the first iteration: all of the tensor, or where its first subscript is 0. */
export interface Initial {
  readonly tensor: Tensor;
  readonly value: number;
  readonly isSequence: boolean;
}

/** More iterations would be written out than remain, or more nests than a cell has. */
const leastTrips = 4;
const mostNests = 12;

/** `isLocal`: of no use after the loop. */
export function peeled(
  graph: Graph,
  loop: Loop,
  initial: readonly Initial[],
  isLocal: (buffer: Buffer) => boolean,
): readonly Step[] {
  const trips = loop.axis.extent as number;
  const body = loop.body.filter((step) => step.kind === "nest");
  if (trips < leastTrips || body.length < loop.body.length || body.length > mostNests) return [loop];
  const at = (k: number) => new Map([[loop.axis, graph.constant(k, "i32")]]);
  const lighter = (nests: readonly Nest[]) => products(nests) < products(body);
  const begun = initial.length === 0 ? body : body.map((nest) => first(graph, changed(graph, nest, at(0)), initial));
  const ended = live(body, isLocal);
  const [isFirst, isLast] = [lighter(begun), lighter(ended)];
  if (!isFirst && !isLast) return [loop];
  const axis = graph.axis(trips - Number(isFirst) - Number(isLast));
  const step = isFirst ? graph.apply(add, graph.index(axis), graph.constant(1, "i32")) : graph.index(axis);
  const rest: Loop = { ...loop, axis, body: body.map((nest) => changed(graph, nest, new Map([[loop.axis, step]]))) };
  return [...(isFirst ? begun : []), rest, ...(isLast ? ended.map((nest) => changed(graph, nest, at(trips - 1))) : [])];
}

/** A sum of products over all states, the first of them zeros, starts with the second. */
export function afterZeros(graph: Graph, written: Written, isFromZeros: (sequence: Tensor) => boolean): Written {
  const { value } = written;
  if (value.kind !== "fold" || value.reducer !== "sum") return written;
  for (const { tensor, at, outside } of zeroFactorsOf(value.body)) {
    if (outside) continue;
    const axis = at[0]?.kind === "index" && isFromZeros(tensor) ? at[0].axis : undefined;
    if (!axis || axis.extent === "batch" || axis.extent < 2 || !value.axes.includes(axis)) continue;
    const rest = graph.axis(axis.extent - 1);
    const second = graph.apply(add, graph.index(rest), graph.constant(1, "i32"));
    const axes = value.axes.map((own) => (own === axis ? rest : own));
    return { ...written, value: graph.fold("sum", axes, substitute(graph, value.body, new Map([[axis, second]]))) };
  }
  return written;
}

export const products = (nests: readonly Nest[]): number =>
  nests.reduce((n, { outputs }) => n + outputs.filter(({ value }) => hasContraction(value)).length, 0);

/** The nest with every expression rewritten. */
export function rewritten(nest: Nest, to: (e: Expr) => Expr): Nest {
  const outputs = nest.outputs.map((output) => ({ ...output, at: output.at.map(to), value: to(output.value) }));
  return { ...nest, outputs, inline: new Map([...nest.inline].map(([tensor, body]) => [tensor, to(body)])) };
}
const changed = (graph: Graph, nest: Nest, map: ReadonlyMap<Axis, Expr>): Nest =>
  rewritten(nest, (e) => substitute(graph, e, map));

function first(graph: Graph, nest: Nest, initial: readonly Initial[]): Nest {
  const values = new Map(initial.map((one) => [one.tensor, one]));
  const simplifier = new Simplifier(graph, { differentiated: true, scheduled: true });
  const put = once((e): Expr => {
    if (e.kind === "apply") return graph.apply(e.op, ...e.arguments.map(put));
    if (e.kind === "fold") return graph.fold(e.reducer, e.axes, put(e.body));
    if (e.kind !== "read") return e;
    const known = values.get(e.tensor);
    const [state] = e.at;
    const isKnown =
      known &&
      (!known.isSequence || (state?.kind === "const" && state.value === 0)) &&
      (e.outside === undefined || e.outside === known.value);
    return isKnown ? graph.constant(known.value, e.type) : graph.read(e.tensor, e.at.map(put), e.outside);
  });
  return rewritten(nest, (e) => simplifier.simplify(put(e)));
}

/** What of an iteration's nests is wanted; `isLocal`: not after it. */
export function live(body: readonly Nest[], isLocal: (buffer: Buffer) => boolean): readonly Nest[] {
  const wanted = new Set<Buffer>();
  const kept: Nest[] = [];
  for (const nest of body.toReversed()) {
    const outputs = nest.outputs.filter(({ view: { buffer } }) => !isLocal(buffer) || wanted.has(buffer));
    if (outputs.length === 0 && nest.outputs.length > 0) continue;
    const reads = readBy(outputs, nest.inline);
    const views = new Map([...nest.views].filter(([tensor]) => reads.has(tensor)));
    for (const { buffer } of views.values()) wanted.add(buffer);
    kept.unshift({ ...nest, outputs, views });
  }
  return kept;
}
/** The tensors that outputs read, through values computed at the same point. */
function readBy(outputs: readonly Output[], inline: Nest["inline"]): ReadonlySet<Tensor> {
  const found = new Set<Tensor>();
  const visit = (e: Expr): void => {
    for (const tensor of tensorsOf(e)) {
      if (found.has(tensor)) continue;
      found.add(tensor);
      const body = inline.get(tensor);
      if (body) visit(body);
    }
  };
  for (const { at, value } of outputs) [...at, value].forEach(visit);
  return found;
}
