/** @file Draws the rules as railroad diagrams: one page of SVG that needs nothing from outside. */
import type { Diagram } from "./diagram.js";

/** A drawing around a rail that enters at (0, 0) and leaves at (width, 0); `up` and `down` are its extent, in pixels. */
interface Drawing {
  readonly width: number;
  readonly up: number;
  readonly down: number;
  readonly draw: (x: number, y: number) => string;
}

const boxHeight = 24;
const characterWidth = 8;
const gap = 12;
/** Radius of the rail's turns. */
const turn = 8;

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const rail = (path: string): string => `<path d="${path}"/>`;

function box(diagram: Extract<Diagram, { text: string }>): Drawing {
  const text = diagram.text.replaceAll('"', "");
  const width = text.length * characterWidth + 20;
  const draw = (x: number, y: number): string => {
    const top = y - boxHeight / 2;
    const shape = `<rect x="${x}" y="${top}" width="${width}" height="${boxHeight}" rx="${diagram.kind === "rule" ? 0 : boxHeight / 2}"/>`;
    const label = `<text x="${x + width / 2}" y="${y + 4}">${escaped(text)}</text>`;
    return diagram.kind === "rule"
      ? `<a href="#${text}">${shape}${label}</a>`
      : `<g class="terminal">${shape}${label}</g>`;
  };
  return { width, up: boxHeight / 2, down: boxHeight / 2, draw };
}

function sequence(parts: readonly Drawing[]): Drawing {
  return {
    width: parts.reduce((sum, part) => sum + part.width, 0) + gap * Math.max(0, parts.length - 1),
    up: Math.max(...parts.map((part) => part.up)),
    down: Math.max(...parts.map((part) => part.down)),
    draw: (x, y) => {
      let at = x;
      return parts
        .map((part, i) => {
          const link = i > 0 ? rail(`M${at} ${y}h${gap}`) : "";
          if (i > 0) at += gap;
          const drawn = part.draw(at, y);
          at += part.width;
          return link + drawn;
        })
        .join("");
    },
  };
}

/** The first part on the rail, the others below it. */
function choice(parts: readonly Drawing[]): Drawing {
  const inner = Math.max(...parts.map((part) => part.width));
  const width = inner + 4 * turn;
  const offsets: number[] = [];
  let below = 0;
  for (const [i, part] of parts.entries()) {
    offsets.push(i === 0 ? 0 : Math.max(below + gap + part.up, 2 * turn));
    below = offsets[i]! + part.down;
  }
  return {
    width,
    up: parts[0]?.up ?? 0,
    down: below,
    draw: (x, y) =>
      parts
        .map((part, i) => {
          const drop = offsets[i]!;
          const rest = inner - part.width;
          const body = part.draw(x + 2 * turn, y + drop) + rail(`M${x + 2 * turn + part.width} ${y + drop}h${rest}`);
          if (i === 0) return rail(`M${x} ${y}h${2 * turn}`) + body + rail(`M${x + width - 2 * turn} ${y}h${2 * turn}`);
          const legs = drop - 2 * turn;
          return (
            rail(`M${x} ${y}q${turn} 0 ${turn} ${turn}v${legs}q0 ${turn} ${turn} ${turn}`) +
            body +
            rail(`M${x + width - 2 * turn} ${y + drop}q${turn} 0 ${turn} ${-turn}v${-legs}q0 ${-turn} ${turn} ${-turn}`)
          );
        })
        .join(""),
  };
}

const nothing: Drawing = { width: 0, up: 0, down: 0, draw: () => "" };

/** The part on the rail, and a way back below it that reads the separator. */
function repeat(part: Drawing, separator: Drawing): Drawing {
  const inner = Math.max(part.width, separator.width);
  const width = inner + 4 * turn;
  const drop = Math.max(part.down + gap + separator.up, 2 * turn);
  return {
    width,
    up: part.up,
    down: drop + separator.down,
    draw: (x, y) => {
      const start = x + 2 * turn;
      const legs = drop - 2 * turn;
      const middle = start + (inner - separator.width) / 2;
      return (
        rail(`M${x} ${y}h${2 * turn}`) +
        part.draw(start, y) +
        rail(`M${start + part.width} ${y}h${x + width - start - part.width}`) +
        rail(
          `M${x + width - 2 * turn} ${y}q${turn} 0 ${turn} ${turn}v${legs}q0 ${turn} ${-turn} ${turn}H${middle + separator.width}`,
        ) +
        separator.draw(middle, y + drop) +
        rail(`M${middle} ${y + drop}H${start}q${-turn} 0 ${-turn} ${-turn}v${-legs}q0 ${-turn} ${turn} ${-turn}`)
      );
    },
  };
}

function drawing(diagram: Diagram): Drawing {
  switch (diagram.kind) {
    case "terminal":
    case "rule":
      return box(diagram);
    case "sequence":
      return sequence(diagram.parts.map(drawing));
    case "choice":
      return choice(diagram.parts.map(drawing));
    case "optional":
      return choice([nothing, drawing(diagram.part)]);
    case "repeat":
      return repeat(
        drawing(diagram.part),
        diagram.separator === undefined ? nothing : box({ kind: "terminal", text: diagram.separator }),
      );
  }
}

function svg(diagram: Diagram): string {
  const { width, up, down, draw } = drawing(diagram);
  const margin = 4;
  const full = width + 2 * (gap + margin);
  const height = up + down + 2 * margin;
  const y = up + margin;
  return (
    `<svg viewBox="0 0 ${full} ${height}" width="${full}" height="${height}" role="img">` +
    `<path class="end" d="M${margin} ${y - 6}v12M${full - margin} ${y - 6}v12"/>` +
    `${rail(`M${margin} ${y}h${gap}`)}${draw(margin + gap, y)}${rail(`M${full - margin - gap} ${y}h${gap}`)}</svg>`
  );
}

/** The page of all rules. */
export function railroadPage(rules: ReadonlyMap<string, Diagram>): string {
  const sections = [...rules].map(([name, diagram]) => `<h2 id="${name}">${name}</h2>\n${svg(diagram)}`).join("\n");
  return `<!doctype html>
<!-- Generated from grammar/parser.ts: UPDATE=1 npx vitest run test/grammar -->
<html lang="en">
<meta charset="utf-8">
<title>The grammar of .net</title>
<style>
body { font: 15px system-ui, sans-serif; margin: 2rem; color: #222; background: #fff; }
h2 { font-size: 1rem; margin: 1.5rem 0 0.3rem; }
svg { display: block; max-width: none; }
path { fill: none; stroke: #555; stroke-width: 1.5; }
rect { fill: #eef3fb; stroke: #46689c; }
.terminal rect { fill: #f3f7ea; stroke: #6a8a2f; }
text { font: 13px ui-monospace, monospace; text-anchor: middle; fill: #222; }
a:hover rect { fill: #d9e5f8; }
</style>
<h1>The grammar of .net</h1>
<p>Round boxes are tokens (capitals: classes of tokens), square ones are rules. Newlines mean nothing.</p>
${sections}
</html>
`;
}
