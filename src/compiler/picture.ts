/** @file A checked model as a picture: boxes for ports and steps, arrows for values; SVG, Graphviz dot and Mermaid. */
import type { CheckedModel } from "../check/model.js";
import { escaped, svgDocument } from "../plot/svg.js";

interface Box {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly kind: "input" | "step" | "output";
}
export interface Network {
  readonly name: string;
  readonly boxes: readonly Box[];
  readonly arrows: readonly { readonly from: string; readonly to: string }[];
}

const shapeText = (shape: readonly number[]) => (shape.length === 0 ? "number" : shape.join(" × "));

export function networkOf(model: CheckedModel): Network {
  const boxes: Box[] = model.inputs.map((port) => ({
    id: port.name,
    title: port.name,
    detail: shapeText(port.shape),
    kind: "input",
  }));
  const arrows: { from: string; to: string }[] = [];
  const known = new Set(boxes.map((box) => box.id));
  const ofValue = new Map<unknown, string>();
  const elements = (path: string) => model.parameters.find((p) => p.path === path)!.shape.reduce((a, b) => a * b, 1);
  for (const step of model.steps) {
    const count = step.parameters.reduce((sum, path) => sum + elements(path), 0);
    const detail = `${shapeText(step.output)}${count > 0 ? `, ${count.toLocaleString("en")} parameters` : ""}`;
    boxes.push({
      id: step.name,
      title: step.word === step.name ? step.word : `${step.name}: ${step.word}`,
      detail,
      kind: "step",
    });
    for (const from of step.from) if (known.has(from)) arrows.push({ from, to: step.name });
    known.add(step.name);
    if (step.value) ofValue.set(step.value, step.name);
  }
  model.outputs.forEach((port, k) => {
    const id = `output ${port.name}`;
    boxes.push({ id, title: port.name, detail: shapeText(port.shape), kind: "output" });
    const from = ofValue.get(model.forward.train.outputs[k]) ?? model.steps.at(-1)?.name ?? model.inputs[0]?.name;
    if (from !== undefined) arrows.push({ from, to: id });
  });
  return { name: model.name, boxes, arrows };
}

const quoted = (text: string) => JSON.stringify(text);

export function dot({ name, boxes, arrows }: Network): string {
  const shapes = { input: "ellipse", step: "box", output: "ellipse" } as const;
  return [
    `digraph ${quoted(name)} {`,
    ...boxes.map(
      ({ id, title, detail, kind }) =>
        `  ${quoted(id)} [shape=${shapes[kind]}, label=${quoted(`${title}\n${detail}`)}];`,
    ),
    ...arrows.map(({ from, to }) => `  ${quoted(from)} -> ${quoted(to)};`),
    "}",
  ].join("\n");
}

export function mermaid({ boxes, arrows }: Network): string {
  const id = new Map(boxes.map((box, k) => [box.id, `n${k}`]));
  const text = (box: Box) => `${box.title}<br/>${box.detail}`.replace(/"/g, "#quot;");
  return [
    "flowchart TD",
    ...boxes.map((box) =>
      box.kind === "step" ? `  ${id.get(box.id)}["${text(box)}"]` : `  ${id.get(box.id)}(["${text(box)}"])`,
    ),
    ...arrows.map(({ from, to }) => `  ${id.get(from)} --> ${id.get(to)}`),
  ].join("\n");
}

const width = 220;
const height = 44;
const gapX = 28;
const gapY = 34;

/** Layers by longest path from the inputs; boxes of a layer side by side, in the order of their first predecessors. */
export function svg({ name, boxes, arrows }: Network): string {
  const depth = new Map<string, number>();
  for (const box of boxes) {
    const before = arrows.filter((arrow) => arrow.to === box.id).map((arrow) => depth.get(arrow.from) ?? 0);
    depth.set(box.id, before.length === 0 ? 0 : Math.max(...before) + 1);
  }
  const layers: Box[][] = [];
  for (const box of boxes) (layers[depth.get(box.id)!] ??= []).push(box);
  const columns = Math.max(1, ...layers.map((layer) => layer.length));
  const total = columns * (width + gapX) + gapX;
  const position = new Map<string, { x: number; y: number }>();
  layers.forEach((layer, row) => {
    const start = (total - layer.length * (width + gapX) + gapX) / 2;
    layer.forEach((box, k) => position.set(box.id, { x: start + k * (width + gapX), y: gapY + row * (height + gapY) }));
  });
  const tall = gapY + layers.length * (height + gapY);
  const fill = { input: "#dbeafe", step: "#f8fafc", output: "#dcfce7" } as const;
  const lines = arrows.map(({ from, to }) => {
    const a = position.get(from)!;
    const b = position.get(to)!;
    const x1 = a.x + width / 2;
    const y1 = a.y + height;
    const x2 = b.x + width / 2;
    return `<path d="M${x1} ${y1} C${x1} ${y1 + gapY / 2} ${x2} ${b.y - gapY / 2} ${x2} ${b.y - 2}" fill="none" stroke="#64748b" marker-end="url(#arrow)"/>`;
  });
  const rectangles = boxes.map(({ id, title, detail, kind }) => {
    const { x, y } = position.get(id)!;
    const middle = x + width / 2;
    return (
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${kind === "step" ? 6 : 22}" fill="${fill[kind]}" stroke="#475569"/>` +
      `<text x="${middle}" y="${y + 18}" text-anchor="middle" font-weight="600">${escaped(title)}</text>` +
      `<text x="${middle}" y="${y + 35}" text-anchor="middle" fill="#475569" font-size="11">${escaped(detail)}</text>`
    );
  });
  return svgDocument(name, total, tall, [
    `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#64748b"/></marker></defs>`,
    ...lines,
    ...rectangles,
  ]);
}
