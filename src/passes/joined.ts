/**
 * @file Arrays made of pieces while a program is scheduled: which pieces are computed where the whole will be, and which are wanted at
 * several places, so that the nest that computes one writes to all of them.
 */
import type { Graph } from "../ir/graph.js";
import type { Compute, Expr, Tensor } from "../ir/types.js";
import { add } from "../ops/index.js";
import type { Inside, Memory } from "./memory.js";
import { isScanUnit } from "./nest.js";
import type { Unit } from "./nest.js";
import { piecesOf } from "./pieces.js";
import type { Piece } from "./pieces.js";
import type { Uses } from "./uses.js";

/** Where in another value a value is. */
export interface Echo {
  readonly inside: Tensor;
  readonly at: Inside;
}

export class Joined {
  readonly #graph: Graph;
  readonly #memory: Memory;
  readonly #uses: Uses;
  readonly #pieces = new Map<Compute, readonly Piece[] | undefined>();
  /** Further places where a value is wanted. */
  readonly #echoes = new Map<Tensor, readonly Echo[]>();

  constructor(graph: Graph, memory: Memory, uses: Uses) {
    this.#graph = graph;
    this.#memory = memory;
    this.#uses = uses;
  }

  piecesOf(tensor: Compute): readonly Piece[] | undefined {
    if (!this.#pieces.has(tensor)) this.#pieces.set(tensor, piecesOf(this.#graph, tensor));
    return this.#pieces.get(tensor);
  }
  /** Pieces that are computed by themselves are computed where the whole will be, unless they have a place. */
  join(
    units: readonly Unit[],
    hasPlace: (tensor: Tensor) => boolean,
    canHold = (tensor: Tensor) => !hasPlace(tensor),
  ): void {
    const { viewed, guarded, isUsedBeyond } = this.#uses;
    const computed = new Set<Tensor>(units.flatMap((unit) => (isScanUnit(unit) ? [] : unit)));
    const wholes = new Map<Tensor, Echo[]>();
    for (const unit of units) {
      const [tensor] = isScanUnit(unit) ? [] : unit;
      if (tensor?.kind !== "compute" || !canHold(tensor)) continue;
      for (const piece of this.piecesOf(tensor) ?? []) {
        const { value } = piece;
        if (value.kind !== "compute" || !computed.has(value) || this.#memory.has(value)) continue;
        const place = { inside: tensor, at: shifted(this.#graph, piece) };
        wholes.set(value, [...(wholes.get(value) ?? []), place]);
      }
    }
    for (const [value, places] of wholes) {
      // Read beyond its axes it would be its neighbours, except as a piece.
      const isApart =
        guarded.has(value) &&
        isUsedBeyond(
          value,
          places.map(({ inside }) => inside),
        );
      const isFree = !hasPlace(value) && !viewed.has(value) && !isApart;
      const [first, ...others] = places;
      if (isFree) this.#memory.put(value, first!.inside, first!.at);
      for (const place of isFree ? others : places) this.echo(value, place);
    }
  }
  /** Whether the nest of a piece writes it into the whole. */
  isWritten(piece: Tensor, whole: Tensor): boolean {
    return this.#memory.isInside(piece, whole) || this.echoesOf(piece).some(({ inside }) => inside === whole);
  }

  // ---- values at several places
  /** Tells the nest of a value to write there too; false if it cannot. */
  echo(value: Tensor, place: Echo): boolean {
    if (value.kind !== "compute" || this.piecesOf(value)) return false;
    this.#echoes.set(value, [...this.echoesOf(value), place]);
    return true;
  }
  echoesOf(value: Tensor): readonly Echo[] {
    return this.#echoes.get(value) ?? [];
  }
  forgetEchoes(values: Iterable<Tensor> = this.#echoes.keys()): void {
    for (const value of values) this.#echoes.delete(value);
  }
}

/** From subscripts of a piece to those of the whole. */
export const shifted =
  (graph: Graph, { axis, start }: Piece): Inside =>
  (own) =>
    own.map((e, k) => (k === axis ? later(graph, e, start) : e));
export const later = (graph: Graph, e: Expr, by: number): Expr =>
  by === 0 ? e : graph.apply(add, e, graph.constant(by, "i32"));
