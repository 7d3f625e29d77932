/**
 * @file Convolutions with 3 x 3 taps by Winograd's F(2x2, 3x3), where 16 products for a tile of 2 x 2 results, and three linear
 * transforms, cost less than 36 products. After gradients are taken: the backward pass keeps its direct form, which skips zeros.
 *
 * Results that a window of 2 x 2 reads (pooling) are the window's tile: what the window makes of them, it makes of the tile's four
 * values. Any other array of results is computed tile by tile, as `[.., rows, 2, columns, 2, ..]`.
 *
 * Rounding in f32: |error| <= 16 (c + 11) 2^-24 * sum over c channels of max |input of the tile| * sum |taps|. An infinity spoils the
 * other results of its tile. (16 is the most that sum |A'| (|G| |w| |G'|) (|B'| |d| |B|) |A| exceeds sum |w| max |d| by; two roundings
 * are in a transformed input, four in a transformed tap, c in a sum of products, four in a result, and one to spare.)
 */
import { affineExpr, intervalOf, isWithin } from "../ir/affine.js";
import type { Affine } from "../ir/affine.js";
import { sizeOf } from "../ir/graph.js";
import type { Graph } from "../ir/graph.js";
import { rewrite } from "../ir/traverse.js";
import type { Axis, Compute, Expr, Extent, Fold, Origin, Read, Tensor } from "../ir/types.js";
import { add, and, less, multiply, where } from "../ops/index.js";
import { like } from "./rules/match.js";
import { Simplifier } from "./simplify.js";
import { combined, foldsOf, withFolds, withReads } from "./body.js";
import { convolutionOf, taps } from "./winograd-match.js";
import type { Convolution, Window } from "./winograd-match.js";
import { chosen, side, tileValues } from "./winograd-stages.js";
import type { Tiles } from "./winograd-stages.js";

/** `batch`: the largest number of examples in one call. */
export function winograd(graph: Graph, roots: readonly Tensor[], batch: number): readonly Tensor[] {
  const maker = new TileMaker(graph, batch);
  const of = rewrite(graph, roots, (tensor, { expr }) => {
    if (tensor.kind === "compute") return maker.compute(tensor, expr(tensor.body));
    if (tensor.kind !== "scatter") return undefined;
    const [body, ...at] = [tensor.body, ...tensor.at].map((e) => maker.uncut(expr(e)));
    return graph.scatter(tensor.shape, tensor.axes, at, body!, tensor.origin);
  });
  return roots.map(of);
}

/**
 * Vector instructions per element: a multiply-add with its share of loads; a tile's input (16 loads, 32 additions, 16 stores that leave
 * the nearest cache and count twice); a tile's results (stored and loaded at each of 16 points, 24 additions); a pair of channels' taps
 * (9 loads, 28 operations, 16 stores). The taps' share falls with the number of tiles, so a small batch of small images stays direct.
 */
const costs = { product: 2.75, input: 80, results: 88, weights: 69 };
/** Of the direct form's cost, at most: the stages also take memory. */
const worthwhile = 0.8;

/** Where the tiles along one dimension are, and how many results are wanted of it. */
interface Line extends Tiles {
  readonly wanted: number;
}
type Lines = readonly [Line, Line];

class TileMaker {
  readonly #graph: Graph;
  readonly #batch: number;
  readonly #simplifier: Simplifier;
  /** Arrays cut from whole tiles; beyond the cut, tiles hold zeros. */
  readonly #cuts = new Map<Tensor, Tensor>();

  constructor(graph: Graph, batch: number) {
    this.#graph = graph;
    this.#batch = batch;
    this.#simplifier = new Simplifier(graph, { differentiated: true });
  }

  /** The tensor with its convolutions in tiles; `body` is over rewritten tensors. */
  compute({ axes, origin }: Compute, body: Expr): Tensor {
    const current = this.uncut(body);
    const pooled = withFolds(this.#graph, current, (fold) => this.#pooled(fold, axes, origin));
    const tiled = this.#tiled(axes, pooled, origin);
    return tiled ?? (pooled === current ? this.#graph.compute(axes, body, origin) : this.#made(axes, pooled, origin));
  }
  #made(axes: readonly Axis[], body: Expr, origin: Origin): Tensor {
    const { axes: own, exprs } = this.#graph.canonical(axes, [body]);
    return this.#graph.compute(own, this.#simplifier.simplify(exprs[0]!), origin);
  }

  /** A window's sum, maximum or its place, of convolutions whose tiles the window reads. */
  #pooled(fold: Fold, own: readonly Axis[], origin: Origin): Expr | undefined {
    const graph = this.#graph;
    const folds = foldsOf(fold.body);
    if (fold.axes.length !== 2 || folds.length === 0) return undefined;
    const values = new Map<Fold, readonly (readonly Expr[])[]>();
    let parities: readonly Axis[] | undefined;
    for (const inner of folds) {
      const convolution = convolutionOf(inner);
      const found = convolution?.windows.map(({ start }) => windowTiles(start, fold.axes));
      const [rows, columns] = found ?? [];
      if (!convolution || !rows || !columns || rows.parity === columns.parity) return undefined;
      if (parities && parities[0] !== rows.parity) return undefined;
      parities = [rows.parity, columns.parity];
      if (!this.#isWorthwhile(convolution, [rows, columns])) return undefined;
      const at = (tile: Affine) => affineExpr(graph, tile, { add, multiply });
      values.set(inner, tileValues(graph, convolution, [rows, columns], own, origin)(at(rows.tile), at(columns.tile)));
    }
    const isTurned = parities![0] === fold.axes[1];
    const positions = [0, 1, 2, 3].map((number) => {
      const [p, q] = [number >> 1, number & 1];
      const [row, column] = isTurned ? [q, p] : [p, q];
      const body = withFolds(graph, fold.body, (inner) => values.get(inner)![row]![column]!);
      const position = new Map([p, q].map((k, which) => [fold.axes[which]!, graph.constant(k, "i32")]));
      return graph.substitute(body, position);
    });
    return combined(graph, fold, positions);
  }

  /** A tensor that has an element for each result, tile by tile. */
  #tiled(axes: readonly Axis[], body: Expr, origin: Origin): Tensor | undefined {
    const graph = this.#graph;
    const found = foldsOf(body).flatMap((fold) => {
      const convolution = convolutionOf(fold);
      const places = convolution?.windows.map(({ start }) => placeOf(start, axes));
      return convolution && places?.every((place) => place !== undefined) ? [{ fold, convolution, places }] : [];
    });
    const [first] = found;
    if (!first || body.type === "bool") return undefined;
    const places = first.places.map((place) => place!);
    const extents = places.map((place) => axes[place]!.extent as number);
    const outer = places.map((_, k) => graph.axis(Math.ceil(extents[k]! / side)));
    const inner = places.map(() => graph.axis(side));
    const values = new Map<Fold, Expr>();
    for (const { fold, convolution, places: own } of found) {
      const lines = convolution.windows.map(({ start }, k): Line => ({
        first: start.constant,
        count: outer[k]!.extent as number,
        wanted: extents[k]!,
      })) as readonly Line[] as Lines;
      if (own.join() !== places.join() || !this.#isWorthwhile(convolution, lines)) continue;
      const [row, column] = outer.map((axis) => graph.index(axis)) as [Expr, Expr];
      const tile = tileValues(graph, convolution, lines, axes, origin)(row, column);
      values.set(
        fold,
        chosen(
          graph,
          inner[0]!,
          tile.map((line) => chosen(graph, inner[1]!, line)),
        ),
      );
    }
    if (values.size === 0) return undefined;
    const split = new Map(
      places.map((place, k) => {
        const start = graph.apply(multiply, graph.index(outer[k]!), graph.constant(side, "i32"));
        return [axes[place]!, graph.apply(add, start, graph.index(inner[k]!))];
      }),
    );
    // The tiles' values are over the new indices already.
    const placed = graph.substitute(
      withFolds(graph, body, (fold) => values.get(fold)),
      split,
    );
    const inside = places
      .filter((_, k) => extents[k]! % side !== 0)
      .map((place) => graph.apply(less, split.get(axes[place]!)!, graph.constant(axes[place]!.extent as number, "i32")))
      .reduce<Expr | undefined>((a, b) => (a ? graph.apply(and, a, b) : b), undefined);
    const kept = inside ? this.#beyond(inside, placed, [...outer, ...inner]) : placed;
    const own = axes.flatMap((axis, k) => {
      const which = places.indexOf(k);
      return which < 0 ? [axis] : [outer[which]!, inner[which]!];
    });
    const tiles = this.#made(own, kept, origin);
    const shape = axes.map(({ extent }, k): Extent => {
      const which = places.indexOf(k);
      return which < 0 ? extent : (outer[which]!.extent as number) * side;
    });
    const whole = graph.reshape(tiles, shape, origin);
    if (!inside) return whole;
    const cutAxes = graph.axesOf(axes.map(({ extent }) => extent));
    const cut = graph.compute(cutAxes, graph.at(whole, cutAxes), origin);
    this.#cuts.set(cut, whole);
    return cut;
  }

  /** The value where `inside` holds, else 0; what it reads at the indices of tiles may lie outside. */
  #beyond(inside: Expr, value: Expr, indices: readonly Axis[]): Expr {
    const graph = this.#graph;
    const guarded = withReads(graph, value, ({ tensor, at, outside, free }) => {
      const isInside =
        !indices.some((axis) => free.includes(axis)) || at.every((e, k) => isWithin(e, tensor.shape[k]!));
      return graph.read(tensor, at, isInside ? outside : (outside ?? 0));
    });
    return graph.apply(where, inside, guarded, like(graph, guarded, 0));
  }

  /** Reads of arrays cut from tiles, as reads of the tiles. */
  uncut(e: Expr): Expr {
    if (this.#cuts.size === 0) return e;
    return withReads(this.#graph, e, ({ tensor, at, outside }) =>
      this.#graph.read((outside ? undefined : this.#cuts.get(tensor)) ?? tensor, at, outside),
    );
  }

  #isWorthwhile({ input, weights, windows, summed }: Convolution, lines: Lines): boolean {
    const count = (extents: readonly Extent[]) => sizeOf(extents, this.#batch);
    const over = (axes: Iterable<Axis>) => count([...axes].map(({ extent }) => extent));
    const rest = ({ tensor }: Read, without: (window: Window) => number) =>
      count(tensor.shape.filter((_, k) => !windows.some((window) => without(window) === k)));
    const inner = new Set([...summed, ...windows.flatMap(({ tap, start }) => [tap, ...start.terms.keys()])]);
    const kept = new Set([...input.free, ...weights.free].filter((axis) => !inner.has(axis)));
    const tiles = lines[0].count * lines[1].count;
    const wanted = lines[0].wanted * lines[1].wanted;
    const pairs = over(kept) * over(summed);
    const direct = costs.product * taps ** 2 * wanted * pairs;
    const staged =
      costs.product * 16 * tiles * pairs +
      costs.input * tiles * rest(input, ({ dimension }) => dimension) +
      costs.results * tiles * over(kept) +
      costs.weights * rest(weights, ({ weightDimension }) => weightDimension);
    return staged <= worthwhile * direct;
  }
}

/** The tiles that a window over `axes` reads: `start = first + 2 * tile + parity`. */
function windowTiles(
  start: Affine,
  axes: readonly Axis[],
): (Line & { readonly tile: Affine; readonly parity: Axis }) | undefined {
  const parity = axes.find((axis) => axis.extent === side && start.terms.get(axis) === 1);
  const others = [...start.terms].filter(([axis]) => axis !== parity);
  if (!parity || others.some(([axis, step]) => axes.includes(axis) || step < 0 || step % side !== 0)) return undefined;
  const tile = { constant: 0, terms: new Map(others.map(([axis, step]) => [axis, step / side])) };
  const count = intervalOf(tile).high + 1;
  const wanted = others.reduce((product, [{ extent }]) => product * (extent === "batch" ? Infinity : extent), side);
  return Number.isFinite(count) ? { first: start.constant, count, wanted, tile, parity } : undefined;
}

/** Which of the axes a convolution's results lie along: `start = constant + axis`. */
function placeOf({ terms }: Affine, axes: readonly Axis[]): number | undefined {
  const [only] = terms;
  if (terms.size !== 1 || only![1] !== 1 || only![0].extent === "batch") return undefined;
  const place = axes.indexOf(only![0]);
  return place < 0 ? undefined : place;
}
