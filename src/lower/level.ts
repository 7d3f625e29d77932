/** @file One level of the reverse walk: the tensors outside all scans, or those of one scan's body, with their adjoints so far. */
import type { Graph } from "../ir/graph.js";
import type { Origin, Scan, Tensor } from "../ir/types.js";
import { add } from "../ops/index.js";
import { accumulate } from "./contribution.js";
import type { Contribution } from "./contribution.js";

/** A contribution to a tensor outside the scan, still in terms of one iteration. */
export interface Deferred extends Contribution {
  readonly tensor: Tensor;
  readonly origin: Origin;
}

/** What all levels of a walk share. */
export interface Walk {
  readonly graph: Graph;
  /** Tensors that need an adjoint. */
  readonly needs: ReadonlySet<Tensor>;
  /** Results of scans that were made anew with more rows. */
  readonly replaced: Map<Tensor, Tensor>;
  /** Passes the adjoints of a level's tensors on to what they are computed from. */
  readonly reverse: (level: Level, tensors: readonly Tensor[]) => void;
}

export class Level {
  readonly graph: Graph;
  /** The scan whose body this is. */
  readonly scan: Scan | undefined;
  /** Tensors that need an adjoint. */
  readonly needs: ReadonlySet<Tensor>;
  readonly deferred: Deferred[] = [];
  readonly #parts = new Map<Tensor, Tensor[]>();

  constructor(graph: Graph, scan: Scan | undefined, needs: ReadonlySet<Tensor>) {
    this.graph = graph;
    this.scan = scan;
    this.needs = needs;
  }

  contribute(tensor: Tensor, contribution: Contribution, origin: Origin): void {
    if (!this.needs.has(tensor)) return;
    if (this.scan && !tensor.scans.includes(this.scan)) this.deferred.push({ ...contribution, tensor, origin });
    else this.#push(tensor, accumulate(this.graph, tensor.shape, contribution, origin));
  }
  /** A part of the adjoint, of the tensor's own shape. */
  contributeWhole(tensor: Tensor, part: Tensor): void {
    if (!this.needs.has(tensor)) return;
    const axes = this.graph.axesOf(tensor.shape);
    const at = axes.map((axis) => this.graph.index(axis));
    if (this.scan && !tensor.scans.includes(this.scan))
      this.deferred.push({ axes, at, body: this.graph.read(part, at), tensor, origin: part.origin });
    else this.#push(tensor, part);
  }
  #push(tensor: Tensor, part: Tensor): void {
    const parts = this.#parts.get(tensor);
    if (parts) parts.push(part);
    else this.#parts.set(tensor, [part]);
  }

  /** The sum of the parts so far; undefined: the adjoint is 0. */
  adjoint(tensor: Tensor): Tensor | undefined {
    const parts = this.#parts.get(tensor);
    if (!parts || parts.length === 1) return parts?.[0];
    const axes = this.graph.axesOf(tensor.shape);
    const sum = parts.map((part) => this.graph.at(part, axes)).reduce((a, b) => this.graph.apply(add, a, b));
    return this.graph.compute(axes, sum, gradientOrigin(tensor));
  }
}

export const gradientOrigin = ({ origin }: { readonly origin: Origin }): Origin => ({
  location: origin.location,
  label: origin.label === "" ? "gradient" : `gradient of ${origin.label}`,
});
