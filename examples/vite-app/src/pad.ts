/** @file The field to draw on with mouse, pen or finger, and the picture of 28 x 28 pixels that the network is shown. */

export const side = 28;
/** What is drawn is brought to this size, around the middle, as the digits that the network learns from. */
const height = 19;
/** Of a line, in pixels of the picture. */
const width = 2.4;

interface Place {
  readonly x: number;
  readonly y: number;
}

export class Pad {
  readonly #canvas: HTMLCanvasElement;
  readonly #small = new OffscreenCanvas(side, side);
  readonly #changed: () => void;
  #strokes: Place[][] = [];

  constructor(canvas: HTMLCanvasElement, changed: () => void) {
    this.#canvas = canvas;
    this.#changed = changed;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.#strokes.push([this.#placeOf(event)]);
      this.#update();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return;
      const places = event.getCoalescedEvents?.().map((part) => this.#placeOf(part)) ?? [];
      this.#strokes.at(-1)?.push(...places, this.#placeOf(event));
      this.#update();
    });
  }

  get isEmpty(): boolean {
    return this.#strokes.length === 0;
  }

  clear(): void {
    this.#strokes = [];
    this.#update();
  }

  /** [28, 28, 1], 0 to 255. */
  picture(): Float32Array {
    const context = this.#small.getContext("2d", { willReadFrequently: true });
    const picture = new Float32Array(side * side);
    if (!context || this.isEmpty) return picture;
    const places = this.#strokes.flat();
    const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)];
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const scale = height / Math.max(right - left, bottom - top, this.#canvas.width / 6);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, side, side);
    context.setTransform(
      scale,
      0,
      0,
      scale,
      side / 2 - (scale * (left + right)) / 2,
      side / 2 - (scale * (top + bottom)) / 2,
    );
    drawStrokes(context, this.#strokes, width / scale);
    const { data } = context.getImageData(0, 0, side, side);
    return picture.map((_, pixel) => data[4 * pixel + 3] ?? 0);
  }

  #placeOf({ clientX, clientY }: MouseEvent): Place {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return {
      x: ((clientX - left) / width) * this.#canvas.width,
      y: ((clientY - top) / height) * this.#canvas.height,
    };
  }

  #update(): void {
    const context = this.#canvas.getContext("2d");
    if (context) {
      context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
      context.strokeStyle = getComputedStyle(this.#canvas).color;
      drawStrokes(context, this.#strokes, this.#canvas.width / 16);
    }
    this.#changed();
  }
}

function drawStrokes(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  strokes: readonly (readonly Place[])[],
  lineWidth: number,
): void {
  context.lineWidth = lineWidth;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const [first, ...rest] of strokes) {
    if (!first) continue;
    context.beginPath();
    context.moveTo(first.x, first.y);
    // A dot, where the pen did not move.
    context.lineTo(first.x, first.y);
    for (const { x, y } of rest) context.lineTo(x, y);
    context.stroke();
  }
}
