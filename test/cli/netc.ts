/** @file Runs the built command line, in folders of their own. */
import { type ChildProcess, execFile, fork } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expect } from "vitest";
import type { Answer, Order } from "./runner.js";

const main = resolve("dist/package/cli.js");
const runner = resolve("dist/test/cli/runner.js");
const env = { ...process.env, NO_COLOR: "1" };
/** Milliseconds that a command may take. */
const timeout = 50_000;

/** In a process of its own, as users run it. */
function runAlone({ folder, args }: Order): Promise<Answer> {
  return new Promise((done) =>
    execFile(process.execPath, [main, ...args], { cwd: folder, env, timeout }, (error, out, err) => {
      // A killed process has no code.
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      done({ code, out, err });
    }),
  );
}

let shared: ChildProcess | undefined;
/** In a process that has run others before, which must not show. */
function runAgain(order: Order): Promise<Answer> {
  const child = (shared ??= fork(runner, { env, stdio: "ignore" }));
  return new Promise((done) => {
    const end = (answer: Answer) => {
      clearTimeout(timer);
      child.removeAllListeners();
      // An idle runner keeps no test process alive.
      child.unref();
      child.channel?.unref();
      done(answer);
    };
    const timer = setTimeout(() => child.kill("SIGKILL"), timeout);
    child.ref();
    child.channel?.ref();
    child.once("message", (answer) => end(answer as Answer));
    child.once("exit", () => {
      shared = undefined;
      end({ code: -1, out: "", err: "the process ended" });
    });
    child.send(order);
  });
}

const started = new Set<string>();
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `netc ARGUMENTS` in a folder; a stack trace or a defect of ours fails the test at once. The first run of each command is a
 * process of its own; later ones share one.
 */
export async function netc(folder: string, ...args: readonly string[]): Promise<Answer> {
  const order = { folder: resolve(folder), args };
  const command = args[0] ?? "";
  const running = started.has(command) ? last.then(() => runAgain(order)) : runAlone(order);
  if (started.has(command)) last = running;
  started.add(command);
  const answer = await running;
  const shown = `netc ${args.join(" ")}\n${answer.out}${answer.err}`;
  expect([0, 1, 2], shown).toContain(answer.code);
  expect(shown).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  return answer;
}

type Content = string | Uint8Array;

/** A new folder with files in it; `remove` it at the end. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), "netc-test-"));
  constructor(files: Readonly<Record<string, Content>> = {}) {
    for (const [name, content] of Object.entries(files)) this.write(name, content);
  }
  write(name: string, content: Content): void {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  /** The names of all files in it, sorted. */
  list(): readonly string[] {
    return readdirSync(this.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name)
      .sort();
  }
  run(...args: readonly string[]): Promise<Answer> {
    return netc(this.path, ...args);
  }
  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

/** Runs `body` in a folder that is removed afterwards. */
export async function inFolder(
  files: Readonly<Record<string, Content>>,
  body: (folder: Folder) => Promise<void>,
): Promise<void> {
  const folder = new Folder(files);
  try {
    await body(folder);
  } finally {
    folder.remove();
  }
}

/** An IDX file of bytes: the format of MNIST. */
export function idx(shape: readonly number[], bytes: readonly number[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint32(0, 0x0800 + shape.length);
  shape.forEach((size, k) => header.setUint32(4 + 4 * k, size));
  return Uint8Array.from([...new Uint8Array(header.buffer), ...bytes]);
}

/** Which of three classes two numbers belong to. */
export const flowers = `/// Three kinds of flower.
model Flowers {
  input  size: f32[2]
  target kind: class["rose", "tulip", "aster"]

  output chance = size -> dense(3) as head -> softmax

  loss      cross_entropy(chance, kind)
  metric    accuracy(chance, kind)
  optimizer adam(0.1)

  data  { size: csv("flowers.csv", columns: ["length", "width"]), kind: csv("flowers.csv", column: "kind"), test: 25% }
  train { batch: 8, epochs: 20, shuffle: true }
}
`;

/** Rows that a linear model tells apart. */
export function flowerTable(rows = 48): string {
  const kinds = ["rose", "tulip", "aster"];
  const lines = Array.from({ length: rows }, (_, k) => {
    const wobble = ((k * 37) % 11) / 20;
    return (
      [`${1 + wobble},${1 - wobble}`, `${4 - wobble},${1 + wobble}`, `${1 + wobble},${4 + wobble}`][k % 3] +
      `,${kinds[k % 3]}`
    );
  });
  return `length,width,kind\n${lines.join("\n")}\n`;
}

/** A digit network on images of 4 x 4 pixels. */
export const digits = `model Digits {
  input  image: f32[4, 4]
  target label: class[3]
  output digit = image -> rescaling(1 / 255) -> flatten -> dense(3) -> softmax
  loss      cross_entropy(digit, label)
  optimizer adam(0.01)
  data  { image: idx("images.idx"), label: idx("labels.idx") }
  train { batch: 4, epochs: 1 }
}
`;
