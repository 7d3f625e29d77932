/**
 * @file Winograd's F(2x2, 3x3) (Lavin and Gray, 2015) as linear stages: tiles of 2 x 2 results from 4 x 4 inputs with 16 products
 * instead of 36. For input d, taps w and point (i, j) of 16,
 *
 *     U[i, j] = (G w G')[i, j]    V[i, j] = (B' d B)[i, j]    M[i, j] = sum over channels of U[i, j] * V[i, j]    Y = A' M A
 *
 * Points come before all other axes but the batch, or before the columns of tiles: M is, for each example and point, a product of
 * matrices, tiles by channels.
 */
import { affineExpr, isWithin } from "../ir/affine.js";
import { sizeOf } from "../ir/graph.js";
import type { Graph } from "../ir/graph.js";
import type { Axis, Expr, Extent, Origin, ScalarOp, Tensor } from "../ir/types.js";
import { add, equal, multiply, subtract, where } from "../ops/index.js";
import { taps } from "./winograd-match.js";
import type { Convolution } from "./winograd-match.js";

/** Results of a tile along one dimension, and the inputs they need. */
export const side = 2;
const reach = 4;
/** Elements apart at which places of memory share a cache set: 16 streams of stores would push each other out. */
const aliased = 1024;

/** `first + 2 * tile` is where the input of a tile starts, along one dimension. */
export interface Tiles {
  readonly first: number;
  readonly count: number;
}
type Grid = readonly (readonly Expr[])[];

/** The results of the tile with the given number, `[row][column]`, in a tensor over `own` indices: any others are those of scans. */
export function tileValues(
  graph: Graph,
  convolution: Convolution,
  tiles: readonly [Tiles, Tiles],
  own: readonly Axis[],
  origin: Origin,
): (row: Expr, column: Expr) => Grid {
  return new Stages(graph, convolution, tiles, origin).results(own);
}

/** The value whose number the index has. */
export function chosen(graph: Graph, axis: Axis, values: readonly Expr[]): Expr {
  return values.reduceRight((rest, value, k) => {
    const hit = graph.apply(equal, graph.index(axis), graph.constant(k, "i32"));
    return graph.apply(where, hit, value, rest);
  });
}

class Stages {
  readonly #graph: Graph;
  readonly #convolution: Convolution;
  readonly #tiles: readonly [Tiles, Tiles];
  readonly #origin: Origin;
  /** The point's index in the stages before the results. */
  readonly #i: Axis;
  readonly #j: Axis;

  constructor(graph: Graph, convolution: Convolution, tiles: readonly [Tiles, Tiles], origin: Origin) {
    this.#graph = graph;
    this.#convolution = convolution;
    this.#tiles = tiles;
    this.#origin = origin;
    [this.#i, this.#j] = [graph.axis(reach), graph.axis(reach)];
  }

  results(own: readonly Axis[]): (row: Expr, column: Expr) => Grid {
    const graph = this.#graph;
    const [row, column] = this.#tiles.map(({ count }) => graph.axis(count)) as [Axis, Axis];
    const { at, product } = this.#product(row, column);
    const indices = [...new Set(at.flatMap(({ free }) => free))];
    const kept = indices.filter((axis) => axis === row || axis === column || own.includes(axis));
    const axes = kept.filter(({ extent }) => extent === "batch");
    axes.push(...kept.filter((axis) => !axes.includes(axis)));
    const sum = graph.fold("sum", this.#convolution.summed, product);
    const first = afterBatch(axes.map(({ extent }) => extent));
    const products = graph.compute(put(axes, first, [this.#i, this.#j]), sum, this.#stage("products by points"));
    return (r, c) => {
      const subscripts = axes.map((axis) => (axis === row ? r : axis === column ? c : graph.index(axis)));
      const at = (k: number) => graph.constant(k, "i32");
      return this.#bothWays(
        grid(reach, (i, j) => graph.read(products, put(subscripts, first, [at(i), at(j)]))),
        this.#resultLine,
      );
    };
  }
  /** One term of M, and the subscripts other than points at which it reads. */
  #product(row: Axis, column: Axis): { readonly at: readonly Expr[]; readonly product: Expr } {
    const graph = this.#graph;
    const { input, weights } = this.#convolution;
    const inputs = this.#transformedInput();
    const kernel = this.#transformedWeights();
    const point = [graph.index(this.#i), graph.index(this.#j)];
    const tile = [graph.index(row), graph.index(column)];
    const inputAt = input.at.map((at, k) => tile[this.#windowOf("dimension", k)] ?? at);
    const weightsAt = kernel.dimensions.map((k) => weights.at[k]!);
    const places = put(inputAt, inputs.first, point);
    const isInside = input.outside === undefined || places.every((at, k) => isWithin(at, inputs.tensor.shape[k]!));
    const product = graph.apply(
      multiply,
      graph.read(inputs.tensor, places, isInside ? undefined : 0),
      graph.read(kernel.tensor, put(weightsAt, 0, point)),
    );
    return { at: [...inputAt, ...weightsAt], product };
  }

  /** V, shaped as the input, with tiles for places; before which of its axes the point's are. */
  #transformedInput(): { readonly tensor: Tensor; readonly first: number } {
    const graph = this.#graph;
    const { tensor, outside = 0 } = this.#convolution.input;
    const windows = tensor.shape.map((_, k) => this.#windowOf("dimension", k));
    const axes = tensor.shape.map((extent, k) => graph.axis(this.#tiles[windows[k]!]?.count ?? extent));
    const element = (p: number, q: number): Expr => {
      const at = axes.map((axis, k) => {
        const tiles = this.#tiles[windows[k]!];
        if (!tiles) return graph.index(axis);
        const constant = tiles.first + [p, q][windows[k]!]!;
        return affineExpr(graph, { constant, terms: new Map([[axis, side]]) }, { add, multiply });
      });
      const isInside = at.every((e, k) => isWithin(e, tensor.shape[k]!));
      return graph.read(tensor, at, isInside ? undefined : outside);
    };
    const extents = axes.map(({ extent }) => extent);
    const leading = afterBatch(extents);
    const apart = sizeOf(extents.slice(leading), 1);
    const first = apart % aliased === 0 ? this.#convolution.windows[1].dimension : leading;
    const values = this.#bothWays(grid(reach, element), this.#inputLine);
    return { tensor: this.#transformed(axes, first, values, "input by points"), first };
  }

  /** U, over dimensions of the weights: those summed over before those left, so that results lie side by side. */
  #transformedWeights(): { readonly tensor: Tensor; readonly dimensions: readonly number[] } {
    const graph = this.#graph;
    const { weights, windows, summed } = this.#convolution;
    const { tensor, at } = weights;
    const isSummed = (k: number) => at[k]!.free.some((axis) => summed.includes(axis));
    const others = at.map((_, k) => k).filter((k) => this.#windowOf("weightDimension", k) < 0);
    const dimensions = [...others.filter(isSummed), ...others.filter((k) => !isSummed(k))];
    const indices = at.map((_, k) => graph.axis(tensor.shape[k]!));
    const element = (p: number, q: number): Expr => {
      const subscripts = indices.map((axis, k) => {
        const which = this.#windowOf("weightDimension", k);
        return which < 0 ? graph.index(axis) : graph.constant(windows[which]!.weightAt[[p, q][which]!]!, "i32");
      });
      return graph.read(tensor, subscripts);
    };
    const axes = dimensions.map((k) => indices[k]!);
    const values = this.#bothWays(grid(taps, element), this.#weightLine);
    return { tensor: this.#transformed(axes, 0, values, "taps by points"), dimensions };
  }

  #transformed(axes: readonly Axis[], first: number, values: Grid, stage: string): Tensor {
    const graph = this.#graph;
    const rows = values.map((row) => chosen(graph, this.#j, row));
    return graph.compute(put(axes, first, [this.#i, this.#j]), chosen(graph, this.#i, rows), this.#stage(stage));
  }
  /** Named after the weights, where they have a name: the results may be several tensors. */
  #stage(stage: string): Origin {
    const { label } = this.#convolution.weights.tensor.origin;
    return { location: this.#origin.location, label: `${label || this.#origin.label}: ${stage}` };
  }
  /** Which of the two windows lies along a dimension; -1: none. */
  #windowOf(side: "dimension" | "weightDimension", k: number): number {
    return this.#convolution.windows.findIndex((window) => window[side] === k);
  }
  // ---- the transforms along one dimension
  #apply(op: ScalarOp, a: Expr, b: Expr): Expr {
    return this.#graph.apply(op, a, b);
  }
  /** Of the columns, then of the rows. */
  #bothWays(values: Grid, line: (values: readonly Expr[]) => readonly Expr[]): Grid {
    const turned = values[0]!.map((_, column) => line(values.map((row) => row[column]!)));
    return turned[0]!.map((_, row) => line(turned.map((column) => column[row]!)));
  }
  readonly #inputLine = (values: readonly Expr[]): readonly Expr[] => {
    const [a, b, c, d] = values as [Expr, Expr, Expr, Expr];
    return [
      this.#apply(subtract, a, c),
      this.#apply(add, b, c),
      this.#apply(subtract, c, b),
      this.#apply(subtract, b, d),
    ];
  };
  readonly #weightLine = (values: readonly Expr[]): readonly Expr[] => {
    const [a, b, c] = values as [Expr, Expr, Expr];
    const ends = this.#apply(add, a, c);
    const half = this.#graph.constant(0.5);
    return [a, ...[add, subtract].map((op) => this.#apply(multiply, this.#apply(op, ends, b), half)), c];
  };
  readonly #resultLine = (values: readonly Expr[]): readonly Expr[] => {
    const [a, b, c, d] = values as [Expr, Expr, Expr, Expr];
    return [this.#apply(add, a, this.#apply(add, b, c)), this.#apply(subtract, this.#apply(subtract, b, c), d)];
  };
}
const grid = (size: number, make: (row: number, column: number) => Expr): Grid =>
  Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, column) => make(row, column)));
const put = <T>(list: readonly T[], at: number, part: readonly T[]): readonly T[] => list.toSpliced(at, 0, ...part);
const afterBatch = (extents: readonly Extent[]): number => (extents[0] === "batch" ? 1 : 0);
