/** @file Compares gradients with central finite differences in f64, on whatever runs the `gradient` program. */
import { mixBits } from "../ir/draws.js";
import { sizeOf } from "../ir/graph.js";
import type { Extent } from "../ir/types.js";

/** Runs a model's loss in f64 (interpreter, or generated code on 64-bit arrays), always on the same batch and random keys. */
export interface GradientHost {
  /** Arena `parameters`; the check changes and restores elements. */
  readonly parameters: { [element: number]: number };
  /** The mean loss, with regularization, at the parameters as they are (`Lowered.objective`). */
  readonly objective: () => number;
  /** Arena `gradients` at the parameters as they are. */
  readonly gradients: () => ArrayLike<number>;
}

export interface CheckedParameter {
  readonly path: string;
  readonly shape: readonly Extent[];
  readonly source: { readonly offset: number };
}

export interface GradientReport {
  readonly path: string;
  /** Elements compared. */
  readonly checked: number;
  /** Elements at a kink (of max, relu, abs, ..), where finite differences mean nothing. */
  readonly skipped: number;
  /** Largest |gradient - difference| / max(|gradient|, |difference|, 1% of the tensor's largest, `floor` of all, 1e-6). */
  readonly maxRelativeError: number;
  /** The element with that error. */
  readonly worst: { readonly index: number; readonly gradient: number; readonly difference: number } | undefined;
  /** Why nothing was compared. */
  readonly note: "surrogate" | undefined;
}

export interface GradientCheckOptions {
  /** Elements per parameter, chosen by a hash; all, if there are no more. Default 12. */
  readonly samples?: number;
  /** Step, relative to max(1, |parameter|). Default 1e-4. */
  readonly step?: number;
  /** Relative error above which a point is looked at for a kink. Default 1e-4. */
  readonly tolerance?: number;
  /** Part of the largest of all gradients below which one is the noise of rounding. Default 0. */
  readonly floor?: number;
  /** Paths to leave out: behind a surrogate. */
  readonly surrogates?: readonly string[];
}

interface Point {
  readonly index: number;
  readonly gradient: number;
  readonly difference: number;
  /** Differences with the full step, and by how much those to the right and left disagree, for both steps. */
  readonly coarse: number;
  readonly jumps: readonly [coarse: number, fine: number];
}

/** One report per parameter. */
export function checkGradients(
  host: GradientHost,
  parameters: readonly CheckedParameter[],
  { samples = 12, step = 1e-4, tolerance = 1e-4, floor = 0, surrogates = [] }: GradientCheckOptions = {},
): readonly GradientReport[] {
  const gradients = Float64Array.from(host.gradients());
  const sizes = parameters.flatMap(({ shape, source: { offset } }) =>
    Array.from(gradients.subarray(offset, offset + sizeOf(shape, 1)), Math.abs),
  );
  const largestOfAll = sizes.reduce((a, b) => (Number.isFinite(b) ? Math.max(a, b) : a), 0);
  const noise = Math.max(floor * largestOfAll, 1e-6);
  const here = host.objective();
  return parameters.map(({ path, shape, source }) => {
    if (surrogates.includes(path))
      return { path, checked: 0, skipped: 0, maxRelativeError: 0, worst: undefined, note: "surrogate" };
    const points = sample(sizeOf(shape, 1), samples).map((index) =>
      measure(host, here, source.offset + index, index, gradients[source.offset + index]!, step),
    );
    const largest = Math.max(0, ...points.map(({ difference }) => Math.abs(difference)));
    const scaleOf = (p: Point) => Math.max(Math.abs(p.gradient), Math.abs(p.difference), largest * 0.01, noise);
    const errorOf = (p: Point) => {
      const error = Math.abs(p.gradient - p.difference) / scaleOf(p);
      return Number.isNaN(error) ? Infinity : error;
    };
    // A point that agrees counts even beside a kink; one that does not is an error unless the loss bends there.
    const kept = points.filter((p) => errorOf(p) <= tolerance || !isKink(p, tolerance * scaleOf(p)));
    const worst = kept.reduce<Point | undefined>((a, b) => (!a || errorOf(b) > errorOf(a) ? b : a), undefined);
    return {
      path,
      checked: kept.length,
      skipped: points.length - kept.length,
      maxRelativeError: worst ? errorOf(worst) : 0,
      worst: worst && { index: worst.index, gradient: worst.gradient, difference: worst.difference },
      note: undefined,
    };
  });
}

function measure(host: GradientHost, here: number, at: number, index: number, gradient: number, step: number): Point {
  const { parameters } = host;
  const kept = parameters[at]!;
  const slopes = (h: number) => {
    parameters[at] = kept + h;
    const above = host.objective();
    parameters[at] = kept - h;
    const below = host.objective();
    parameters[at] = kept;
    return { central: (above - below) / (2 * h), jump: (above - here) / h - (here - below) / h };
  };
  const h = step * Math.max(1, Math.abs(kept));
  const coarse = slopes(h);
  const fine = slopes(h / 2);
  return { index, gradient, difference: fine.central, coarse: coarse.central, jumps: [coarse.jump, fine.jump] };
}

/**
 * Where the loss is smooth, right and left slope differ by h times the curvature, half as much at half the step; at a kink they
 * differ as much at any step, and a kink between the two steps moves the central difference, by a third of the error at least
 * where the slopes do not tell.
 */
function isKink({ gradient, difference, coarse, jumps }: Point, small: number): boolean {
  if (!Number.isFinite(difference)) return false;
  const [far, near] = jumps.map(Math.abs) as [number, number];
  const moved = Math.abs(coarse - difference);
  return moved > Math.min(small, 0.3 * Math.abs(gradient - difference)) || (near > small && near > 0.75 * far);
}

/** Different positions below `size`, the same at every run. */
function sample(size: number, count: number): readonly number[] {
  if (size <= count) return Array.from({ length: size }, (_, k) => k);
  const chosen = new Set<number>();
  for (let k = 0; chosen.size < count; k++) chosen.add((mixBits(k + 1) >>> 0) % size);
  return [...chosen].sort((a, b) => a - b);
}
