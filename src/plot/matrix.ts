/** @file A confusion matrix as SVG. */
import { at, ink, svgDocument, text } from "./svg.js";

export interface ConfusionPicture {
  readonly title: string;
  readonly labels: readonly string[];
  /** Examples by true class (row) and predicted class (column), row-major. */
  readonly counts: ArrayLike<number>;
}

/** Cells are coloured by their share of the row: of the true class's examples. */
export function confusionSvg({ title, labels, counts }: ConfusionPicture): string {
  const n = labels.length;
  const cell = n <= 12 ? 46 : Math.max(6, Math.floor(560 / n));
  const names = labels.map((label) => (label.length > 14 ? `${label.slice(0, 13)}…` : label));
  const longest = 7 * Math.max(...names.map(({ length }) => length), 1);
  const turned = n > 12 || longest > cell - 4;
  const left = 40 + longest;
  const top = turned ? 70 + longest : 84;
  const every = Math.ceil(14 / cell);
  const cells: string[] = [];
  for (let row = 0; row < n; row++) {
    const own = Array.from({ length: n }, (_, column) => counts[row * n + column]!);
    const total = own.reduce((sum, count) => sum + count, 0);
    own.forEach((count, column) => {
      const share = total > 0 ? count / total : 0;
      const [x, y] = [left + column * cell, top + row * cell];
      cells.push(`<rect x="${x}" y="${y}" width="${cell}" height="${cell}" fill="${shade(share)}" stroke="#ffffff"/>`);
      const fill = share > 0.5 ? "#ffffff" : count > 0 ? ink.text : "#cbd5e1";
      if (cell >= 28)
        cells.push(text(String(count), x + cell / 2, y + cell / 2 + 4, { anchor: "middle", size: 12, fill }));
    });
  }
  const captions = names.flatMap((name, k) => {
    if (k % every > 0) return [];
    const middle = (k + 0.5) * cell;
    const above = turned
      ? `<g transform="translate(${at(left + middle + 4)} ${top - 8}) rotate(-60)">${text(name, 0, 0, { size: 12 })}</g>`
      : text(name, left + middle, top - 8, { anchor: "middle", size: 12 });
    return [text(name, left - 8, top + middle + 4, { anchor: "end", size: 12 }), above];
  });
  const axes = [
    text(title, 16, 26, { size: 16, weight: 600 }),
    text("predicted class across, true class down", 16, 46, { size: 12, fill: ink.faint }),
  ];
  const width = Math.max(left + n * cell + 60, 16 + 10 * title.length);
  return svgDocument(title, width, top + n * cell + 20, [...axes, ...captions, ...cells]);
}

/** From white to blue. */
function shade(share: number): string {
  const mix = (from: number, to: number) => Math.round(from + (to - from) * Math.sqrt(share));
  return `rgb(${mix(248, 29)}, ${mix(250, 78)}, ${mix(252, 216)})`;
}
