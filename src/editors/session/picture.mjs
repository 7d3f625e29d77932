/**
 * @file `node src/editors/session/picture.mjs` (after `npm run build`): runs session.lua in Neovim, inside tmux, and draws what the terminal
 * shows as src/editors/session.svg. Needs both programs, on Linux.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout } from "node:timers/promises";

const [columns, rows] = [100, 27];
/** Of a cell, in pixels of the picture. */
const cell = { width: 8.4, height: 19, font: 14 };
const colours = { foreground: "#d4d8e0", background: "#1b1f27" };
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** What the terminal shows, with its escape sequences. */
async function screen() {
  const folder = mkdtempSync(join(tmpdir(), "netc-session-"));
  const ready = join(folder, "ready");
  const tmux = (...args) =>
    execFileSync("tmux", ["-L", `netc-${process.pid}`, "-f", "/dev/null", ...args], { encoding: "utf8" });
  try {
    // The model alone: the comment at the head of the file is about data and results.
    const text = readFileSync(here("../../../examples/mnist.net"), "utf8");
    writeFileSync(join(folder, "mnist.net"), text.slice(text.indexOf("///")));
    const env = { HOME: folder, READY: ready, NODE: process.execPath, NETC: here("../../../dist/package/cli.js") };
    const settings = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const nvim = ["nvim", "--clean", "mnist.net", "-S", here("session.lua")];
    tmux(
      "new-session",
      "-d",
      "-x",
      columns,
      "-y",
      rows,
      "-c",
      folder,
      ...settings,
      nvim.join(" "),
      ";",
      "set",
      "status",
      "off",
    );
    for (let tries = 0; !existsSync(ready); tries++) {
      if (tries > 600) throw new Error(`the session is not ready after a minute:\n${tmux("capture-pane", "-p")}`);
      await setTimeout(100);
    }
    return tmux("capture-pane", "-e", "-p");
  } finally {
    tmux("kill-server");
    rmSync(folder, { recursive: true, force: true });
  }
}

const basic = ["#1b1f27", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d4d8e0"];
/** The style after the parameters of one `ESC [ .. m`. */
function styled(style, parameters) {
  const codes = parameters.split(/[;:]/).map(Number);
  let next = { ...style };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    const key = code === 38 || (code >= 30 && code <= 37) || code === 39 ? "foreground" : "background";
    if (code === 0) next = {};
    else if (code === 1) next.bold = true;
    else if (code === 3) next.italic = true;
    else if (code === 22) next.bold = false;
    else if (code === 23) next.italic = false;
    else if (code === 7) next.reverse = true;
    else if (code === 27) next.reverse = false;
    else if ((code === 38 || code === 48) && codes[i + 1] === 2) {
      next[key] = `#${codes
        .slice(i + 2, i + 5)
        .map((part) => part.toString(16).padStart(2, "0"))
        .join("")}`;
      i += 4;
    } else if (code === 39 || code === 49) next[key] = undefined;
    else if ((code >= 30 && code <= 37) || (code >= 40 && code <= 47)) next[key] = basic[code % 10];
  }
  return next;
}

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const px = (value) => String(Math.round(value * 100) / 100);

/** Runs of one style as rectangles and texts, each at its columns. */
function drawn(lines) {
  const parts = [];
  let style = {};
  for (const [row, line] of lines.entries()) {
    let column = 0;
    // oxlint-disable-next-line no-control-regex
    for (const [, parameters, text] of line.matchAll(/\x1b\[([\d;:]*)m|([^\x1b]+)/g)) {
      if (text === undefined) {
        style = styled(style, parameters || "0");
        continue;
      }
      // Every character on this screen is one unit of UTF-16, and one cell wide.
      const { length } = text;
      const { foreground = colours.foreground, background = colours.background } = style;
      const [front, back] = style.reverse ? [background, foreground] : [foreground, background];
      const [x, y] = [column * cell.width, row * cell.height];
      if (back !== colours.background)
        parts.push(
          `<rect x="${px(x)}" y="${px(y)}" width="${px(length * cell.width)}" height="${cell.height}" fill="${back}"/>`,
        );
      // Each word at its own place, whatever the font's width.
      for (const { 0: word, index } of text.matchAll(/\S+(?: \S+)*/g)) {
        const at = x + index * cell.width;
        const width = px(word.length * cell.width);
        const weight = style.bold ? ' font-weight="bold"' : "";
        const slant = style.italic ? ' font-style="italic"' : "";
        parts.push(
          `<text x="${px(at)}" y="${px(y + 14)}" textLength="${width}" fill="${front}"${weight}${slant}>${escape(word)}</text>`,
        );
      }
      column += length;
    }
  }
  return parts.join("\n");
}

const lines = (await screen()).replace(/\n$/, "").split("\n");
const [width, height] = [columns * cell.width, rows * cell.height];
const margin = 16;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${px(width + 2 * margin)} ${px(height + 2 * margin)}" role="img" aria-label="Neovim shows the shapes after each step of a model, and the documentation of a layer">
<rect width="100%" height="100%" rx="10" fill="${colours.background}"/>
<g transform="translate(${margin} ${margin})" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${cell.font}" xml:space="preserve" text-rendering="geometricPrecision">
${drawn(lines)}
</g>
</svg>
`;
writeFileSync(here("../session.svg"), svg);
console.log(`src/editors/session.svg  ${(svg.length / 1024).toFixed(0)} kB`);
