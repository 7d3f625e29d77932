/** @file What the page shows: the plane as the network sees it, and the curve of the loss. */
import type { Points } from "./points.js";

/** The plane is shown from -reach to reach, in cells. */
const reach = 2;
const cells = 50;

/** The middle of each cell, row by row: what the network is asked. */
export const grid = Float32Array.from({ length: 2 * cells * cells }, (_, k) => {
  const cell = k % 2 === 0 ? (k / 2) % cells : cells - 1 - Math.floor(k / 2 / cells);
  return reach * ((2 * (cell + 0.5)) / cells - 1);
});

/** `chance`: of both arcs, for each point of the grid. */
export function drawPlane(canvas: HTMLCanvasElement, { point, arc }: Points, chance: Float32Array): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { width } = canvas;
  const size = width / cells;
  for (let cell = 0; cell < cells * cells; cell++) {
    const upper = chance[2 * cell] ?? 0.5;
    context.fillStyle = `hsl(${upper > 0.5 ? 210 : 28} 80% ${96 - 44 * Math.abs(upper - 0.5)}%)`;
    context.fillRect((cell % cells) * size, Math.floor(cell / cells) * size, size + 1, size + 1);
  }
  const place = (value: number) => (0.5 + value / (2 * reach)) * width;
  arc.forEach((name, k) => {
    context.fillStyle = name === "upper" ? "#14609e" : "#b04a00";
    context.beginPath();
    context.arc(place(point[2 * k] ?? 0), width - place(point[2 * k + 1] ?? 0), width / 150, 0, 7);
    context.fill();
  });
}

export function drawCurve(svg: SVGElement, losses: readonly number[], epochs: number): void {
  const highest = Math.max(...losses, 1e-9);
  const points = losses.map((loss, k) => `${(300 * k) / Math.max(1, epochs - 1)},${146 - (142 * loss) / highest}`);
  svg.querySelector("polyline")?.setAttribute("points", points.join(" "));
}
