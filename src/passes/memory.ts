/**
 * @file Where values lie while a program is scheduled: in memory of their own, in an arena, or inside another value (a scan's row
 * in its sequence, a part in its concatenation).
 */
import { sizeOf } from "../ir/graph.js";
import type { Graph } from "../ir/graph.js";
import { inputsOf, topological } from "../ir/traverse.js";
import type { Expr, Extent, Store, Tensor } from "../ir/types.js";
import { replacingReads } from "./body.js";
import { arrayFor, fixedBuffer, overlap } from "./nest.js";
import type { Buffer, Output, View } from "./nest.js";

type Subscripts = readonly Expr[];
/** From subscripts of a value to those of what it lies in. */
export type Inside = (own: Subscripts) => Subscripts;
/** Where elements of a value go. */
export type Destination = (own: Subscripts) => Pick<Output, "view" | "at">;

export class Memory {
  readonly #graph: Graph;
  readonly #batch: number;
  /** Values with memory of their own, and those inside others. */
  readonly #views = new Map<Tensor, View>();
  readonly #places = new Map<Tensor, { readonly base: Tensor; readonly at: Inside }>();

  constructor(graph: Graph, batch: number) {
    this.#graph = graph;
    this.#batch = batch;
  }

  // ---- finding
  has(tensor: Tensor): boolean {
    return this.#views.has(tensor) || this.#places.has(tensor);
  }
  /** Whether the value lies directly inside the other. */
  isInside(tensor: Tensor, base: Tensor): boolean {
    return this.#places.get(tensor)?.base === base;
  }
  isPlaced(tensor: Tensor): boolean {
    return this.#places.has(tensor);
  }
  /** Where the elements of a tensor with memory of its own are. */
  view(tensor: Tensor): View {
    switch (tensor.kind) {
      case "source":
        return { buffer: fixedBuffer(tensor, tensor.source, this.#batch), shape: tensor.shape };
      case "reshape":
        return { buffer: this.view(tensor.of).buffer, shape: tensor.shape };
      case "custom":
        return this.view(tensor.value);
      default: {
        const view = this.#views.get(tensor);
        if (!view)
          throw new Error(
            `schedule: ${tensor.kind} ${tensor.id} (${tensor.origin.label}) is read before it is computed`,
          );
        return view;
      }
    }
  }
  /** What a value lies in, in the end; itself, if in nothing. */
  holderOf(tensor: Tensor): Tensor {
    for (let place = this.#places.get(tensor); place; place = this.#places.get(tensor)) tensor = place.base;
    return tensor;
  }
  bufferOf(tensor: Tensor): Buffer | undefined {
    return this.#views.get(this.holderOf(tensor))?.buffer;
  }
  home(tensor: Tensor): Destination {
    return (own) => {
      const { tensor: holder, at } = this.#resolve(tensor, own);
      return { view: this.view(holder), at };
    };
  }
  #resolve(tensor: Tensor, at: Subscripts): { readonly tensor: Tensor; readonly at: Subscripts } {
    for (let place = this.#places.get(tensor); place; place = this.#places.get(tensor)) {
      at = place.at(at);
      tensor = place.base;
    }
    return { tensor, at };
  }

  /** Makes expressions read where the elements are; reads of `own`, what the nest itself computes, stay. */
  relocation(own: readonly Tensor[]): (expr: Expr) => Expr {
    return replacingReads(this.#graph, (read) => {
      if (own.includes(read.tensor)) return read;
      const { tensor, at } = this.#resolve(read.tensor, read.at);
      return this.#graph.read(tensor, at, read.outside);
    });
  }

  // ---- giving
  allocate(tensor: Tensor): View {
    const { type, shape } = tensor;
    const length = sizeOf(shape, this.#batch);
    return { buffer: { tensor, array: arrayFor(type), length, fixed: undefined }, shape };
  }
  /** Memory of its own, unless it has some already. */
  settle(tensor: Tensor): void {
    if (!this.has(tensor)) this.assign(tensor, this.allocate(tensor));
  }
  assign(tensor: Tensor, view: View): void {
    this.#views.set(tensor, view);
  }
  target(tensor: Tensor, { target }: Store): void {
    this.assign(tensor, { buffer: fixedBuffer(tensor, target, this.#batch), shape: tensor.shape });
  }
  put(tensor: Tensor, base: Tensor, at: Inside): void {
    this.#places.set(tensor, { base, at });
  }
  release(tensor: Tensor): void {
    this.#places.delete(tensor);
  }
  /** Memory of another shape than that of the value that will lie in it. */
  base(tensor: Tensor, shape: readonly Extent[]): Tensor {
    const made = this.#graph.placeholder(shape, tensor.type, tensor.origin.label);
    this.settle(made);
    return made;
  }

  /**
   * Forgets values that read what a stage replaced, or that lay there: they must be computed anew if a later stage wants them.
   * `isDirect`: computed where it is stored.
   */
  forget(order: readonly Tensor[], clobbered: readonly Buffer[], isDirect: (tensor: Tensor) => boolean): void {
    const regions = new Map<string, Buffer[]>();
    for (const buffer of clobbered) regions.set(buffer.array, [...(regions.get(buffer.array) ?? []), buffer]);
    const isHit = (buffer: Buffer) => (regions.get(buffer.array) ?? []).some((other) => overlap(buffer, other));
    const stale = new Set<Tensor>();
    for (const tensor of topological([...this.#views.keys(), ...this.#places.keys(), ...order])) {
      let dirty = tensor.kind === "source" && isHit(fixedBuffer(tensor, tensor.source, this.#batch));
      for (const input of inputsOf(tensor)) dirty ||= stale.has(input);
      if (dirty) stale.add(tensor);
    }
    const isGone = (tensor: Tensor) => stale.has(tensor) || tensor.scans.length > 0;
    for (const [tensor, { buffer }] of this.#views)
      if (isGone(tensor) || (buffer.fixed !== undefined && !isDirect(tensor) && isHit(buffer)))
        this.#views.delete(tensor);
    for (const tensor of this.#places.keys()) if (isGone(tensor)) this.release(tensor);
    for (const tensor of this.#places.keys()) if (!this.bufferOf(tensor)) this.release(tensor);
  }
}
