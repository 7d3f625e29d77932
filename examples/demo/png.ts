/** @file A sheet of digits with the predicted class under each, as PNG. */
import { encodePng } from "../../src/plot/png.js";
import { drawPlainDigit, side } from "./digits.js";

/** Pixels of the sheet per pixel of a digit; the predicted class is drawn at half of it. */
const scale = 4;
const cell = { width: (side + 2) * scale, height: (side + 2 + side / 2) * scale };
const right = [0, 110, 60] as const;
const wrong = [200, 0, 30] as const;

/**
 * A PNG of digits, black on white, each with the class predicted for it below: green if right, red if wrong.
 * @param images [n, 28, 28] bytes, 255 is ink.
 */
export function drawSheet(
  images: Uint8Array,
  predicted: ArrayLike<number>,
  labels: ArrayLike<number>,
  columns = 10,
): Uint8Array {
  const count = labels.length;
  const across = Math.min(columns, count);
  const width = across * cell.width;
  const height = Math.ceil(count / across) * cell.height;
  const rgb = new Uint8Array(width * height * 3).fill(255);
  const stamp = (image: Uint8Array, left: number, top: number, zoom: number, color: readonly number[]): void => {
    for (let y = 0; y < side * zoom; y++) {
      for (let x = 0; x < side * zoom; x++) {
        const ink = image[Math.floor(y / zoom) * side + Math.floor(x / zoom)]! / 255;
        const at = 3 * ((top + y) * width + left + x);
        for (let i = 0; i < 3; i++) rgb[at + i] = Math.round(255 + ink * (color[i]! - 255));
      }
    }
  };
  for (let i = 0; i < count; i++) {
    const left = (i % across) * cell.width + scale;
    const top = Math.floor(i / across) * cell.height + scale;
    stamp(images.subarray(i * side * side, (i + 1) * side * side), left, top, scale, [0, 0, 0]);
    const color = predicted[i] === labels[i] ? right : wrong;
    stamp(drawPlainDigit(predicted[i]!), left + (side / 4) * scale, top + side * scale, scale / 2, color);
  }
  return encodePng(width, height, rgb);
}
