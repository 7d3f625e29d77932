/** @file Broken texts: whatever is deleted, doubled or swapped, the checker neither throws nor hangs. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cpu } from "../cpu.js";
import { checkText } from "./support.js";

const folders = ["../../examples/", "../../src/library/"].map((path) => new URL(path, import.meta.url));
const texts = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".net"))
    .map((name) => readFileSync(new URL(name, folder), "utf8")),
);
/** A model after the words, so that some of them are expanded. */
const tail = `
model Tail {
  input x: f32[8, 8, 2]
  input s: class[5][6]
  target y: f32
  let a = x -> conv2d(3, 3) -> relu -> max_pool2d(2) -> batch_norm -> flatten -> dense(1) -> reshape([])
  let b = s -> embedding(3) -> lstm(4) -> dense(1) -> reshape([])
  output p = a + b
  loss mean_squared_error(p, y)
  metric r2(p, y)
  optimizer global_clip_norm(1) -> adam()
}`;

/** Numerical Recipes' generator: the same mutations every run. */
let state = 7;
const random = (n: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
const tokens = /[A-Za-z_][A-Za-z_0-9]*|[0-9.]+(?:e-?[0-9]+)?|"[^"\n]*"|\s+|./g;

function mutate(text: string): string {
  const parts = text.match(tokens) ?? [];
  for (let k = 1 + random(3); k > 0; k--) {
    const at = random(parts.length);
    const other = parts[random(parts.length)]!;
    switch (random(5)) {
      case 0:
        parts.splice(at, 1);
        break;
      case 1:
        parts.splice(at, 0, other);
        break;
      case 2:
        parts[at] = other;
        break;
      case 3:
        parts[at] = String([0, -1, 1e9, 0.5, 7][random(5)]);
        break;
      default:
        parts.splice(at, 1 + random(8));
    }
  }
  return parts.join("");
}

test("mutated texts give messages, never exceptions", () => {
  let slowest = 0;
  let worst = "";
  const count = Number(process.env["FUZZ"] ?? 300);
  for (let k = 0; k < count; k++) {
    const text = mutate(texts[random(texts.length)]! + tail);
    const time = cpu(() => {
      try {
        checkText(text, { files: { "alphabet.txt": "a\nb\nc" } });
      } catch (error) {
        throw new Error(`thrown on:\n${text}`, { cause: error });
      }
    });
    if (time > slowest) [slowest, worst] = [time, text];
  }
  expect(slowest, worst).toBeLessThan(5000);
}, 600_000);
