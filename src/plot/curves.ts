/** @file Training curves as SVG: one panel per metric, training and validation over the epochs. */
import { at, ink, svgDocument, text } from "./svg.js";
import { ticksBetween } from "./ticks.js";

export interface Curve {
  readonly name: string;
  /** One for each epoch; what is no finite number leaves a gap. */
  readonly values: readonly (number | undefined)[];
}
export interface Panel {
  readonly title: string;
  readonly curves: readonly Curve[];
}
export interface CurvesPicture {
  readonly title: string;
  /** Numbers of the epochs, rising. */
  readonly epochs: readonly number[];
  /** Names of parts of the training, each with its first epoch. */
  readonly parts: readonly { readonly name: string; readonly from: number }[];
  readonly panels: readonly Panel[];
}

const colours = ["#2563eb", "#ea580c", "#16a34a", "#9333ea"];
const width = 720;
const box = { left: 70, right: 24, top: 34, plot: 170, bottom: 34 };
const tall = box.top + box.plot + box.bottom;
const heading = 40;

export function curvesSvg({ title, epochs, parts, panels }: CurvesPicture): string {
  const [first = 0, last = 1] = [epochs[0], epochs.at(-1)];
  const span = Math.max(1, last - first);
  const inner = width - box.left - box.right;
  const x = (epoch: number) => box.left + (last > first ? ((epoch - first) / span) * inner : inner / 2);
  const drawn = panels.flatMap((panel, k) => drawPanel(panel, heading + k * tall, x, epochs, parts));
  const head = text(title, box.left, 26, { size: 16, weight: 600 });
  return svgDocument(title, width, heading + panels.length * tall, [head, ...drawn]);
}

function drawPanel(
  { title, curves }: Panel,
  offset: number,
  x: (epoch: number) => number,
  epochs: readonly number[],
  parts: CurvesPicture["parts"],
): readonly string[] {
  const top = offset + box.top;
  const bottom = top + box.plot;
  const finite = curves.flatMap(({ values }) => values.filter(isDrawn));
  const ticks = ticksBetween(Math.min(...extremes(finite, 0)), Math.max(...extremes(finite, 1)));
  const y = (value: number) => bottom - ((value - ticks.low) / (ticks.high - ticks.low)) * box.plot;
  const right = width - box.right;
  const rows = ticks.values.flatMap((value) => [
    `<path d="M${box.left} ${at(y(value))} H${right}" stroke="${ink.line}"/>`,
    text(ticks.label(value), box.left - 8, y(value) + 4, { anchor: "end", size: 11, fill: ink.faint }),
  ]);
  const [first = 0, last = 1] = [epochs[0], epochs.at(-1)];
  const columns = ticksBetween(first, last, 8)
    .values.filter((value) => Number.isInteger(value) && value >= first && value <= last)
    .map((value) => text(String(value), x(value), bottom + 16, { anchor: "middle", size: 11, fill: ink.faint }));
  const marks = parts.flatMap(({ name, from }) => [
    `<path d="M${at(x(from))} ${top} V${bottom}" stroke="${ink.faint}" stroke-dasharray="3 3"/>`,
    text(name, x(from) + 4, top + 12, { size: 11, fill: ink.faint }),
  ]);
  const legend = curves.map(({ name }, k) => {
    const left = right - 110 * (curves.length - k);
    return (
      `<path d="M${left} ${offset + 18} h18" stroke="${colours[k % colours.length]}" stroke-width="2"/>` +
      text(name, left + 24, offset + 22, { size: 12 })
    );
  });
  const lines = curves.map(({ values }, k) => drawCurve(values, epochs, x, y, colours[k % colours.length]!));
  return [
    text(title, box.left, offset + 22, { weight: 600 }),
    ...rows,
    ...columns,
    text("epoch", right, bottom + 30, { anchor: "end", size: 11, fill: ink.faint }),
    ...marks,
    ...legend,
    ...lines,
  ];
}

const isDrawn = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value);
/** All values, or one where there are none. */
const extremes = (values: readonly number[], otherwise: number) => (values.length > 0 ? values : [otherwise]);

function drawCurve(
  values: readonly (number | undefined)[],
  epochs: readonly number[],
  x: (epoch: number) => number,
  y: (value: number) => number,
  colour: string,
): string {
  let path = "";
  let dots = "";
  values.forEach((value, k) => {
    if (!isDrawn(value)) return;
    const [before, after] = [isDrawn(values[k - 1]), isDrawn(values[k + 1])];
    path += `${before ? "L" : "M"}${at(x(epochs[k]!))} ${at(y(value))}`;
    // A point without neighbours is no line.
    if (!before && !after) dots += `<circle cx="${at(x(epochs[k]!))}" cy="${at(y(value))}" r="3" fill="${colour}"/>`;
  });
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>${dots}`;
}
