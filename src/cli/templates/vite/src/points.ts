/** @file The examples: points around two half circles that reach into each other. */
import type { MoonsArc } from "./moons.net";

export interface Points {
  /** [n, 2] */
  readonly point: Float32Array;
  readonly arc: MoonsArc[];
}

export function drawPoints(count: number): Points {
  const point = new Float32Array(2 * count);
  const arc = Array.from({ length: count }, (_, k): MoonsArc => (k % 2 === 0 ? "upper" : "lower"));
  for (let k = 0; k < count; k++) {
    const angle = Math.PI * Math.random();
    const side = k % 2 === 0 ? 1 : -1;
    const noise = () => 0.4 * (Math.random() + Math.random() - 1);
    point[2 * k] = side * (Math.cos(angle) - 0.5) + noise();
    point[2 * k + 1] = side * (Math.sin(angle) - 0.25) + noise();
  }
  return { point, arc };
}
