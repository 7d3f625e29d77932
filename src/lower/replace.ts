/** @file Rebuilds tensors over other tensors and index values: seeds of custom gradients, bodies of scans moved into other scans. */
import type { Graph } from "../ir/graph.js";
import { substitute } from "../ir/substitute.js";
import { inputsOf, topological } from "../ir/traverse.js";
import type { Axis, Expr, Scan, Tensor } from "../ir/types.js";

export interface Replacements {
  /** What these tensors become, final. */
  readonly tensors?: ReadonlyMap<Tensor, Tensor>;
  /** These tensors stand for others, which are then rebuilt in turn. */
  readonly redirect?: ReadonlyMap<Tensor, Tensor>;
  /** What the indices of scans become. */
  readonly axes?: ReadonlyMap<Axis, Expr>;
  /** Only what lies in the scans with these indices changes; all, if absent. */
  readonly within?: ReadonlySet<Axis>;
}

/** Tensors that do not depend on anything replaced stay the same objects; custom nodes that do become their values. */
export class Replacer {
  readonly #graph: Graph;
  readonly #redirect: ReadonlyMap<Tensor, Tensor>;
  readonly #axes: Map<Axis, Expr>;
  readonly #within: ReadonlySet<Axis> | undefined;
  readonly #done: Map<Tensor, Tensor>;
  readonly #touched = new Map<Tensor, boolean>();
  readonly #exprs = new Map<Expr, Expr>();
  readonly #scans = new Map<Scan, { carries: readonly Tensor[]; rows: readonly Tensor[] }>();
  /** Scans met whose index and carried values have no new form yet: their bodies are rebuilt when their results are. */
  readonly #pending = new Set<Scan>();
  /** A tensor made before everything that is replaced cannot depend on it: ids grow from inputs to users. */
  readonly #oldest: number;

  constructor(graph: Graph, { tensors = new Map(), redirect = new Map(), axes = new Map(), within }: Replacements) {
    this.#graph = graph;
    this.#redirect = redirect;
    this.#axes = new Map(axes);
    this.#within = within;
    this.#done = new Map(tensors);
    for (const key of tensors.keys()) this.#touched.set(key, true);
    this.#oldest = [...tensors.keys(), ...redirect.keys()].reduce((least, { id }) => Math.min(least, id), Infinity);
  }

  tensor(root: Tensor): Tensor {
    const known = this.#done.get(root);
    if (known) return known;
    const order = topological([root], (t) => (this.#done.has(t) || this.#isOld(t) ? [] : this.#inputs(t)));
    for (const t of order) {
      if (t.kind === "result" && !this.#scans.has(t.scan) && !this.#axes.has(t.scan.axis)) this.#pending.add(t.scan);
      if (!this.#touched.has(t)) this.#touched.set(t, this.#isTouched(t));
    }
    for (const t of order) if (!this.#done.has(t) && !t.scans.some((s) => this.#pending.has(s))) this.#make(t);
    const made = this.#done.get(root);
    if (!made)
      throw new Error(
        `replacing in ${root.kind} ${root.origin.label}: it belongs to a scan that is replaced elsewhere`,
      );
    return made;
  }
  expr(expr: Expr): Expr {
    let made = this.#exprs.get(expr);
    if (!made) {
      made = substitute(this.#graph, expr, this.#axes, (t) => this.tensor(t));
      this.#exprs.set(expr, made);
    }
    return made;
  }

  #inputs(tensor: Tensor): Iterable<Tensor> {
    const other = this.#redirect.get(tensor);
    return other ? [other] : inputsOf(tensor);
  }
  /** Inside a scan whose index is replaced. */
  #isInside(tensor: Tensor): boolean {
    return tensor.scans.some(({ axis }) => this.#axes.has(axis));
  }
  #isOld(tensor: Tensor): boolean {
    if (this.#isInside(tensor)) return false;
    const within = this.#within;
    return tensor.id < this.#oldest || (within !== undefined && !tensor.scans.some(({ axis }) => within.has(axis)));
  }
  #isTouched(tensor: Tensor): boolean {
    if (this.#redirect.has(tensor) || this.#isInside(tensor)) return true;
    if (this.#isOld(tensor)) return false;
    for (const input of this.#inputs(tensor)) if (this.#touched.get(input)) return true;
    return false;
  }
  #make(tensor: Tensor): void {
    // Asked anew: inside a scan that is being rebuilt everything that depends on its index or carried values changes.
    const touched = this.#touched.get(tensor) === true || this.#isInside(tensor);
    this.#done.set(tensor, touched ? this.#rebuild(tensor) : tensor);
  }
  #rebuild(tensor: Tensor): Tensor {
    const other = this.#redirect.get(tensor);
    if (other) return this.tensor(other);
    const graph = this.#graph;
    switch (tensor.kind) {
      case "source":
      case "placeholder":
      case "carried":
        return tensor;
      case "compute":
        return graph.compute(tensor.axes, this.expr(tensor.body), tensor.origin);
      case "scatter": {
        const at = tensor.at.map((e) => this.expr(e));
        return graph.scatter(tensor.shape, tensor.axes, at, this.expr(tensor.body), tensor.origin);
      }
      case "reshape":
        return graph.reshape(this.tensor(tensor.of), tensor.shape, tensor.origin);
      case "custom":
        return this.tensor(tensor.value);
      case "result": {
        const { carries, rows } = this.#scan(tensor.scan);
        return (tensor.output === "carry" ? carries : rows)[tensor.index]!;
      }
    }
  }
  #scan(old: Scan) {
    const known = this.#scans.get(old);
    if (known) return known;
    const made = this.#graph.scan(
      old.axis.extent as number,
      old.carries.map(({ init }) => this.tensor(init)),
      (iteration, carried) => {
        old.carries.forEach(({ leaf }, k) => this.#done.set(leaf, carried[k]!));
        this.#axes.set(old.axis, iteration);
        this.#pending.delete(old);
        return {
          next: old.carries.map(({ next }) => this.tensor(next)),
          rows: old.rows.map((row) => ({ ...row, value: this.tensor(row.value), at: this.expr(row.at) })),
        };
      },
      old.origin,
    );
    this.#scans.set(old, made);
    return made;
  }
}
