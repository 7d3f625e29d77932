/** @file The curve of the loss, step by step: what each report said, faint, and its running mean. */

const width = 600;
const height = 180;
/** Room around the curve for its line. */
const margin = 4;
/** Of the newest report in the running mean. */
const share = 0.15;

export class Curve {
  readonly #raw: SVGPolylineElement;
  readonly #mean: SVGPolylineElement;
  readonly #steps: number;
  #points: { readonly step: number; readonly loss: number; readonly mean: number }[] = [];
  #isDue = false;

  /** `steps`: how many the whole width is. */
  constructor(svg: SVGElement, steps: number) {
    const line = (name: string) => svg.querySelector(`.${name}`) as SVGPolylineElement;
    [this.#raw, this.#mean, this.#steps] = [line("raw"), line("mean"), steps];
  }

  add(step: number, loss: number): void {
    const last = this.#points.at(-1)?.mean ?? loss;
    this.#points.push({ step, loss, mean: last + share * (loss - last) });
    this.#draw();
  }

  clear(): void {
    this.#points = [];
    this.#draw();
  }

  /** Once a frame. */
  #draw(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      const highest = Math.max(2.4, ...this.#points.map(({ loss }) => loss));
      const text = (value: (point: { readonly loss: number; readonly mean: number }) => number) =>
        this.#points
          .map((point) => {
            const x = (width * point.step) / this.#steps;
            const y = height - margin - ((height - 2 * margin) * value(point)) / highest;
            return `${x.toFixed(1)},${y.toFixed(1)}`;
          })
          .join(" ");
      this.#raw.setAttribute(
        "points",
        text(({ loss }) => loss),
      );
      this.#mean.setAttribute(
        "points",
        text(({ mean }) => mean),
      );
    });
  }
}
