/** @file Rows of small images as SVG: filters, reconstructions. */
import { at, ink, svgDocument, text } from "./svg.js";
import { encodePng } from "./png.js";

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3], 0 to 255. */
  readonly rgb: Uint8Array;
}
export interface ImageRow {
  /** Left of the row; may be empty. */
  readonly label: string;
  readonly images: readonly Pixels[];
}

const gap = 6;

/** Images of about `side` pixels on the screen, whatever they hold. */
export function imagesSvg(title: string, note: string, rows: readonly ImageRow[], side = 56): string {
  const margin = 16 + Math.max(...rows.map(({ label }) => (label === "" ? 0 : 16 + 7 * label.length)), 0);
  const first = rows[0]?.images[0] ?? { width: 1, height: 1 };
  const zoom = side / Math.max(first.width, first.height);
  const [wide, tall] = [first.width * zoom + gap, first.height * zoom + gap];
  const top = 64;
  const drawn = rows.flatMap(({ label, images }, row) => [
    text(label, margin - 12, top + row * tall + tall / 2 + 4, { anchor: "end", size: 12 }),
    ...images.map((image, k) => {
      const data = Buffer.from(encodePng(image.width, image.height, image.rgb)).toString("base64");
      return `<image x="${at(margin + k * wide)}" y="${at(top + row * tall)}" width="${at(image.width * zoom)}" height="${at(image.height * zoom)}" style="image-rendering: pixelated" href="data:image/png;base64,${data}"/>`;
    }),
  ]);
  const columns = Math.max(...rows.map(({ images }) => images.length), 1);
  const head = [text(title, 16, 26, { size: 16, weight: 600 }), text(note, 16, 46, { size: 12, fill: ink.faint })];
  const width = Math.max(margin + columns * wide + 12, 40 + 7 * note.length);
  return svgDocument(title, width, top + rows.length * tall + 12, [...head, ...drawn]);
}

/** Numbers [height, width, channels] from `low` (black) to `high` (white); one channel, or three: red, green, blue. */
export function grey(
  values: ArrayLike<number>,
  [height, width, channels]: readonly [number, number, number],
  low: number,
  high: number,
): Pixels {
  const rgb = new Uint8Array(height * width * 3);
  for (let k = 0; k < rgb.length; k++) {
    const value = values[channels === 3 ? k : Math.floor(k / 3)]!;
    rgb[k] = high > low ? Math.min(255, Math.max(0, Math.round((255 * (value - low)) / (high - low)))) : 128;
  }
  return { width, height, rgb };
}

/** Numbers [height, width]: blue where negative, white at 0, red where positive; full colour at `most`. */
export function signed(values: ArrayLike<number>, [height, width]: readonly [number, number], most: number): Pixels {
  const rgb = new Uint8Array(height * width * 3);
  for (let k = 0; k < height * width; k++) {
    const part = Math.min(1, Math.max(-1, most > 0 ? values[k]! / most : 0));
    const full = part < 0 ? [37, 99, 235] : [220, 38, 38];
    for (let c = 0; c < 3; c++) rgb[3 * k + c] = Math.round(255 + Math.abs(part) * (full[c]! - 255));
  }
  return { width, height, rgb };
}
