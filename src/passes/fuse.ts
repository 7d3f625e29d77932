/**
 * @file Puts producers into the bodies of their readers: what is cheap, or read once, is not stored. A contraction read once per
 * element (identically, or in windows that do not overlap) takes its reader as an epilogue, and computes only what is read. The
 * factors of a contraction stay plain reads. After this pass each tensor that is still read is one that gets memory.
 */
import { tensorsOf } from "../ir/graph.js";
import type { Graph } from "../ir/graph.js";
import { once } from "../ir/once.js";
import { rewrite, topological } from "../ir/traverse.js";
import type { Rewriting } from "../ir/traverse.js";
import type { Axis, Compute, Expr, Read, Scan, Scatter, Tensor } from "../ir/types.js";
import { number, where } from "../ops/index.js";
import { callsIn, countOf, hasContraction, isContraction, mostCalls, Prices } from "./price.js";
import { Simplifier } from "./simplify.js";
import { isSparseScatter } from "./sparse.js";
import { inlined } from "./views.js";

/** Window positions around which a contraction may be repeated: they become its register tile. */
const largestWindow = 16;
/** Nodes of the largest body that fusion makes. */
const largestBody = 400;
/** In multiplications, as `Price`: what a stored element costs, and what reading it again costs. */
const storeCost = 2;
const loadCost = 1;

/** Conditions and choices between two constants up to this price go wherever they are read: there they decide something. */
const selectorPrice = 4;
const isSelector = (e: Expr): boolean =>
  e.type === "bool" ||
  (e.kind === "apply" && e.op === number && e.arguments[0]!.type === "bool") ||
  (e.kind === "apply" && e.op === where && e.arguments.slice(1).every(({ kind }) => kind === "const"));

/** How one body reads a tensor. */
interface Use {
  readonly reader: Compute | Scatter;
  /** Evaluations of the tensor's body if it were put here. */
  readonly count: number;
  /** Positions of the folds around it. */
  readonly window: number;
  /** Uses with equal marks share one evaluation: a maximum and its place over the same window. */
  readonly mark: string;
  /** It must stay a read: a contraction's factor, a subscript, or a read with a value outside. */
  readonly fixed: boolean;
  readonly identity: boolean;
}

export function fuse(graph: Graph, roots: readonly Tensor[]): readonly Tensor[] {
  const absorbed = new Decisions(roots).absorbed;
  const simplifier = new Simplifier(graph, { differentiated: true });
  let put: ((e: Expr) => Expr) | undefined;
  const of = rewrite(graph, roots, (tensor, rewriting) => {
    put ??= absorbing(rewriting, absorbed);
    if (tensor.kind === "compute") {
      const { axes, exprs } = graph.canonical(tensor.axes, [put(tensor.body)]);
      return graph.compute(axes, simplifier.simplify(exprs[0]!), tensor.origin);
    }
    if (tensor.kind === "scatter") {
      const { axes, exprs } = graph.canonical(tensor.axes, [...tensor.at, tensor.body].map(put));
      const [body, ...at] = exprs.map(simplifier.simplify).toReversed() as [Expr, ...Expr[]];
      return graph.scatter(tensor.shape, axes, at.toReversed(), body, tensor.origin);
    }
    return undefined;
  });
  return roots.map(of);
}

/** Gives expressions with the bodies of absorbed tensors in the places of their reads. */
function absorbing({ graph, of, expr }: Rewriting, absorbed: ReadonlySet<Tensor>): (e: Expr) => Expr {
  const put = once((e): Expr => {
    switch (e.kind) {
      case "read": {
        const producer = of(e.tensor);
        const at = e.at.map(put);
        return absorbed.has(e.tensor) && producer.kind === "compute"
          ? inlined(graph, producer, producer.body, at)
          : graph.read(producer, at, e.outside);
      }
      case "apply":
        return graph.apply(e.op, ...e.arguments.map(put));
      case "fold":
        return graph.fold(e.reducer, e.axes, put(e.body));
      default:
        return expr(e);
    }
  });
  return put;
}

class Decisions {
  /** Tensors whose body moves into their readers. */
  readonly absorbed = new Set<Tensor>();
  readonly #prices = new Prices();
  readonly #uses = new Map<Tensor, Use[]>();
  /** Evaluations of each body: its points, or what its readers need. */
  readonly #evaluations = new Map<Tensor, number>();
  /** The stored tensors in whose bodies one ends up, and their sizes. */
  readonly #hosts = new Map<Tensor, ReadonlySet<Tensor>>();
  readonly #nodes = new Map<Tensor, number>();
  /** Calls in each body, its own and those put into it. */
  readonly #calls = new Map<Tensor, number>();
  /** At how many places a body stands. */
  readonly #places = new Map<Tensor, number>();
  /** Contractions, and what is computed from one element of a contraction that nothing else reads. */
  readonly #contracted: ReadonlySet<Tensor>;
  /** Computes with equal groups are computed in one loop nest. */
  readonly #groups = new Map<Tensor, string>();

  constructor(roots: readonly Tensor[]) {
    const order = topological(roots);
    const pinned = pinnedOf(order, roots);
    this.#contracted = contractedIn(order, pinned);
    // Readers first, so that what a body costs in the end is known before its inputs are decided.
    for (const tensor of order.toReversed()) {
      if (tensor.kind === "compute" && !pinned.has(tensor)) this.#decide(tensor);
      if (tensor.kind !== "compute" && tensor.kind !== "scatter") continue;
      if (!this.absorbed.has(tensor)) this.#store(tensor);
      this.#visitReads(tensor);
    }
  }

  #store(tensor: Compute | Scatter): void {
    this.#evaluations.set(tensor, sizeOf(tensor));
    this.#hosts.set(tensor, new Set([tensor]));
    this.#nodes.set(tensor, this.#prices.of(tensor.body).nodes);
    this.#calls.set(tensor, callsIn(tensor.body).size);
    this.#places.set(tensor, 1);
    this.#groups.set(tensor, `${tensor.scans.at(-1)?.id}:${tensor.axes.map((axis) => axis.id).join()}`);
  }

  #decide(tensor: Compute): void {
    const uses = this.#uses.get(tensor) ?? [];
    if (uses.length === 0 || !this.#isWorthwhile(tensor, uses)) return;
    const { nodes } = this.#prices.of(tensor.body);
    const hosts = new Set(uses.flatMap(({ reader }) => [...this.#hosts.get(reader)!]));
    const calls = callsIn(tensor.body).size;
    const fits = [...hosts].every(
      (host) =>
        this.#nodes.get(host)! + nodes <= largestBody &&
        (calls === 0 || !this.#calls.get(host) || this.#calls.get(host)! + calls <= mostCalls),
    );
    if (!fits && tensor.type !== "f64") return;
    for (const host of hosts) {
      this.#nodes.set(host, this.#nodes.get(host)! + nodes);
      this.#calls.set(host, this.#calls.get(host)! + calls);
    }
    this.absorbed.add(tensor);
    this.#hosts.set(tensor, hosts);
    this.#evaluations.set(tensor, evaluationsOf(uses));
    this.#places.set(tensor, this.#placesOf(uses));
    const [only] = uses;
    const follows = uses.length === 1 && only!.identity && only!.window === 1;
    this.#groups.set(tensor, follows ? this.#groups.get(only!.reader)! : `own ${tensor.id}`);
  }

  #isWorthwhile(tensor: Compute, uses: readonly Use[]): boolean {
    // Numbers in f64 have no memory of their own; without indices they are computed once, before the loops.
    if (tensor.type === "f64") return true;
    if (uses.some(({ fixed }) => fixed)) return false;
    const { total, folds } = this.#prices.of(tensor.body);
    const size = sizeOf(tensor);
    const evaluations = evaluationsOf(uses);
    if (total <= selectorPrice && isSelector(tensor.body)) return true;
    // A contraction stays in one piece: gates that each read a quarter of one product do not take it apart.
    if (this.#contracted.has(tensor) && this.#placesOf(uses) > 1) return false;
    if (!folds) return evaluations * total <= size * (total + storeCost) + evaluations * loadCost;
    if (evaluations > size || uses.some(({ reader }) => levelOf(reader) !== levelOf(tensor))) return false;
    return (
      !hasContraction(tensor.body) ||
      uses.every(({ reader, window }) => reader.kind === "compute" && window <= largestWindow)
    );
  }

  /** Uses with one mark count once. */
  #placesOf(uses: readonly Use[]): number {
    const places = new Map(uses.map(({ mark, reader }) => [mark, this.#places.get(reader)!]));
    return [...places.values()].reduce((a, b) => a + b, 0);
  }

  #visitReads(reader: Compute | Scatter): void {
    const evaluations = this.#evaluations.get(reader)!;
    const note = (read: Read, window: number, folds: string, fixed: boolean) => {
      const { tensor } = read;
      if (tensor.kind !== "compute") return;
      const mark = folds.startsWith("place")
        ? `${this.#groups.get(reader)}:${folds}:${read.id}`
        : `${reader.id}:${folds}:${read.id}`;
      const identity =
        tensor.shape.length === reader.axes.length &&
        read.at.every((at, k) => at.kind === "index" && at.axis === reader.axes[k]);
      const use = {
        reader,
        count: evaluations * window,
        window,
        mark,
        fixed: fixed || read.outside !== undefined,
        identity,
      };
      const known = this.#uses.get(tensor);
      if (known) known.push(use);
      else this.#uses.set(tensor, [use]);
    };
    // Within one scope of folds an expression is evaluated once, however often it occurs.
    const walk = (e: Expr, window: number, folds: string, fixed: boolean, seen: Set<Expr>): void => {
      if (seen.has(e)) return;
      seen.add(e);
      switch (e.kind) {
        case "read":
          note(e, window, folds, fixed);
          for (const at of e.at) walk(at, window, folds, true, new Set());
          return;
        case "apply":
          for (const argument of e.arguments) walk(argument, window, folds, fixed, seen);
          return;
        case "fold": {
          const order = e.reducer === "sum" || e.reducer === "product" ? e.reducer : "place";
          const within = `${order}${e.axes.map((axis) => axis.id).join()}${folds && "/"}${folds}`;
          walk(e.body, window * countOf(e.axes), within, fixed || isContraction(e), new Set());
        }
      }
    };
    const seen = new Set<Expr>();
    // What is mostly zeros once scattered is stored before, for the sums that visit nothing else.
    walk(reader.body, 1, "", reader.kind === "scatter" && isSparseScatter(reader), seen);
    if (reader.kind === "scatter") for (const at of reader.at) walk(at, 1, "", true, new Set());
  }
}

function evaluationsOf(uses: readonly Use[]): number {
  const shared = new Map<string, number>();
  for (const { mark, count } of uses) shared.set(mark, Math.max(count, shared.get(mark) ?? 0));
  return [...shared.values()].reduce((a, b) => a + b, 0);
}
/** Points at which a body is evaluated, iterations of its scans included. */
const sizeOf = (tensor: Compute | Scatter): number =>
  countOf(tensor.axes) * countOf(tensor.scans.map(({ axis }): Axis => axis));
const levelOf = (tensor: Tensor): Scan | undefined => tensor.scans.at(-1);

/** What must have memory whatever its price: stored values, what a scan carries or keeps, what a view looks at. */
function pinnedOf(order: readonly Tensor[], roots: readonly Tensor[]): ReadonlySet<Tensor> {
  const pinned = new Set(roots);
  for (const tensor of order) {
    if (tensor.kind === "reshape") pinned.add(tensor.of);
    else if (tensor.kind === "custom") pinned.add(tensor.value);
    else if (tensor.kind === "result") {
      for (const { init, next } of tensor.scan.carries) pinned.add(init).add(next);
      for (const { value, at } of tensor.scan.rows) {
        pinned.add(value);
        tensorsOf(at, pinned);
      }
    }
  }
  return pinned;
}

/** Contractions, and elementwise values over one that has no other reader. */
function contractedIn(order: readonly Tensor[], pinned: ReadonlySet<Tensor>): ReadonlySet<Tensor> {
  const readers = new Map<Tensor, number>();
  for (const tensor of order)
    if (tensor.kind === "compute" || tensor.kind === "scatter")
      for (const read of tensor.reads) readers.set(read, (readers.get(read) ?? 0) + 1);
  const contracted = new Set<Tensor>();
  for (const tensor of order) {
    if (tensor.kind !== "compute") continue;
    const { axes, body } = tensor;
    const isEpilogue = once((e): boolean =>
      e.kind === "apply"
        ? e.arguments.some(isEpilogue)
        : e.kind === "read" &&
          contracted.has(e.tensor) &&
          !pinned.has(e.tensor) &&
          readers.get(e.tensor) === 1 &&
          levelOf(e.tensor) === levelOf(tensor) &&
          e.at.length === axes.length &&
          e.at.every((at, k) => at.kind === "index" && at.axis === axes[k]),
    );
    if (hasContraction(body) || isEpilogue(body)) contracted.add(tensor);
  }
  return contracted;
}
