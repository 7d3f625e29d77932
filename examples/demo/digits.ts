/** @file Draws handwritten digits: seeded jitter of pen strokes, rendered with soft edges into 28 x 28 bytes. */
import { hash32, uniform } from "../../src/data/index.js";
import { glyphs, type Glyph } from "./strokes.js";

/** Width and height of a picture in pixels. */
export const side = 28;
const pixels = side * side;
/** Height of an upright digit in pixels before zooming; the field of the strokes is 100 high. */
const height = 19;
/** Straight pieces per pair of pen points: short enough that curves look round. */
const pieces = 4;

export interface DigitSet {
  /** [count, 28, 28], row-major; 0 is paper, 255 is full ink. */
  readonly images: Uint8Array;
  /** [count], 0 to 9. */
  readonly labels: Uint8Array;
}

/** How one digit is put on paper. */
interface Hand {
  /** From the stroke field, centered, to pixels: [xx, xy, yx, yy] and the place of the center. */
  readonly matrix: readonly [number, number, number, number];
  readonly center: readonly [number, number];
  /** Half the width of the pen, and the width of its soft edge, in pixels. */
  readonly radius: number;
  readonly edge: number;
  /** Darkness of full ink, 0 to 255. */
  readonly ink: number;
  /** Largest deviation of a pen point, in units of the field. */
  readonly tremor: number;
  /** Largest deviation of a pixel. */
  readonly noise: number;
  /** The next random number in [-1, 1). */
  readonly draw: () => number;
}

/**
 * Draws `count` digits of random classes. Digit i depends on the seed and i only; only exactly rounded
 * arithmetic is used (no sine), so the bytes are the same on every engine.
 */
export function drawDigits(count: number, seed: number): DigitSet {
  const images = new Uint8Array(count * pixels);
  const labels = new Uint8Array(count);
  const distances = new Float64Array(pixels);
  for (let i = 0; i < count; i++) {
    const key = hash32(hash32(seed) + i);
    let counter = 0;
    const draw = (): number => 2 * uniform(key, counter++) - 1;
    const pick = (choices: number): number => Math.floor(uniform(key, counter++) * choices);
    const label = pick(10);
    labels[i] = label;
    const variants = glyphs[label]!;
    render(
      variants[pick(variants.length)]!,
      randomHand(draw),
      distances,
      images.subarray(i * pixels, (i + 1) * pixels),
    );
  }
  return { images, labels };
}

/** A digit as print has it: straight, centered, without noise. */
export function drawPlainDigit(digit: number): Uint8Array {
  const image = new Uint8Array(pixels);
  const scale = height / 100;
  const hand: Hand = {
    matrix: [scale, 0, 0, scale],
    center: [side / 2, side / 2],
    radius: 1.2,
    edge: 1,
    ink: 255,
    tremor: 0,
    noise: 0,
    draw: () => 0,
  };
  render(glyphs[digit]![0]!, hand, new Float64Array(pixels), image);
  return image;
}

function randomHand(draw: () => number): Hand {
  // Rotation by up to 20 degrees, from t = tan(angle / 2): cos = (1 - t^2) / (1 + t^2), sin = 2 t / (1 + t^2).
  const t = 0.18 * middling(draw);
  const cos = (1 - t * t) / (1 + t * t);
  const sin = (2 * t) / (1 + t * t);
  const shear = 0.35 * middling(draw);
  const zoom = (height / 100) * (1 + 0.2 * draw());
  const width = zoom * (0.95 + 0.2 * draw());
  return {
    matrix: [width * cos, -zoom * (sin + shear * cos), width * sin, zoom * (cos - shear * sin)],
    center: [side / 2 + 2.2 * draw(), side / 2 + 2.2 * draw()],
    radius: 1.2 + 0.55 * draw(),
    edge: 1.2 + 0.3 * draw(),
    ink: 225 + 30 * draw(),
    tremor: 5.5,
    noise: 14 + 14 * draw(),
    draw,
  };
}

/** In [-1, 1), the middle more likely: the mean of two draws. */
function middling(draw: () => number): number {
  return (draw() + draw()) / 2;
}

function render(glyph: Glyph, hand: Hand, distances: Float64Array, image: Uint8Array): void {
  const { radius, edge, ink, noise, draw } = hand;
  const reach = radius + edge / 2;
  distances.fill(reach * reach);
  for (const stroke of glyph) {
    const points = place(stroke, hand);
    const last = points.length / 2 - 1;
    let x = points[0]!;
    let y = points[1]!;
    for (let i = 0; i < last; i++) {
      for (let k = 1; k <= pieces; k++) {
        const nextX = spline(points, i, last, 0, k / pieces);
        const nextY = spline(points, i, last, 1, k / pieces);
        if (nextX !== x || nextY !== y) mark(distances, x, y, nextX, nextY, reach);
        x = nextX;
        y = nextY;
      }
    }
  }
  for (let i = 0; i < pixels; i++) {
    const coverage = Math.min((reach - Math.sqrt(distances[i]!)) / edge, 1);
    image[i] = Math.max(0, Math.min(255, Math.round(ink * coverage + (noise > 0 ? noise * draw() : 0))));
  }
}

/** Pen points with tremor, in pixels; both points of a corner tremble alike. */
function place(stroke: readonly number[], { matrix, center, tremor, draw }: Hand): Float64Array {
  const [xx, xy, yx, yy] = matrix;
  const points = new Float64Array(stroke.length);
  for (let i = 0; i < stroke.length; i += 2) {
    if (i > 0 && stroke[i] === stroke[i - 2] && stroke[i + 1] === stroke[i - 1]) {
      points.copyWithin(i, i - 2, i);
      continue;
    }
    const x = stroke[i]! - 50 + tremor * draw();
    const y = stroke[i + 1]! - 50 + tremor * draw();
    points[i] = center[0] + xx * x + xy * y;
    points[i + 1] = center[1] + yx * x + yy * y;
  }
  return points;
}

/** Catmull-Rom spline between points i and i + 1; `axis` is 0 for x, 1 for y. */
function spline(points: Float64Array, i: number, last: number, axis: number, t: number): number {
  const before = points[2 * Math.max(i - 1, 0) + axis]!;
  const from = points[2 * i + axis]!;
  const to = points[2 * (i + 1) + axis]!;
  const after = points[2 * Math.min(i + 2, last) + axis]!;
  return (
    from +
    0.5 * t * (to - before + t * (2 * before - 5 * from + 4 * to - after + t * (3 * (from - to) + after - before)))
  );
}

/** Lowers the squared distances of pixel centers to the segment, within `reach` of it. */
function mark(distances: Float64Array, x0: number, y0: number, x1: number, y1: number, reach: number): void {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const inverse = 1 / (dx * dx + dy * dy);
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach));
  const right = Math.min(side - 1, Math.floor(Math.max(x0, x1) + reach));
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
  const bottom = Math.min(side - 1, Math.floor(Math.max(y0, y1) + reach));
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const px = column + 0.5 - x0;
      const py = row + 0.5 - y0;
      const along = Math.max(0, Math.min(1, (px * dx + py * dy) * inverse));
      const ex = px - along * dx;
      const ey = py - along * dy;
      const distance = ex * ex + ey * ey;
      const pixel = row * side + column;
      if (distance < distances[pixel]!) distances[pixel] = distance;
    }
  }
}
