/** @file What the peers written in JavaScript share: arguments, packages from a folder outside the project, timing, the line they print. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { timingOf } from "../../../src/cli/bench-compare.js";
import { readIdx } from "../../../src/data/idx.js";
import { uniform } from "../../../src/data/random.js";

/** Calls per time taken: as in torch_step.py. */
export const callsPerTime = 10;

export interface Conditions {
  /** What precedes the options. */
  readonly words: readonly string[];
  readonly batch: number;
  readonly threads: number;
  readonly seconds: number;
  /** Where the peers' packages are installed. */
  readonly peers: string;
  /** A folder with MNIST; empty: pictures are noise. */
  readonly data: string;
}

export function conditions(): Conditions {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      batch: { type: "string", default: "32" },
      threads: { type: "string", default: "1" },
      seconds: { type: "string", default: "1" },
      peers: { type: "string", default: "." },
      data: { type: "string", default: "" },
    },
  });
  const { batch, threads, seconds } = values;
  return { ...values, words: positionals, batch: Number(batch), threads: Number(threads), seconds: Number(seconds) };
}

/** 28 x 28 pixels from 0 to 255. */
const pixels = 784;
/** To predict in turn. */
const batches = 64;

/** Batches of MNIST's test digits, or of noise. */
export async function pictures({ data, batch }: Conditions): Promise<readonly Float32Array[]> {
  const length = batches * batch * pixels;
  const digits = data && (await readIdx(readFileSync(join(data, "t10k-images-idx3-ubyte.gz")))).values;
  const all = Float32Array.from({ length }, (_, k) => (digits ? digits[k]! : Math.floor(256 * uniform(1, k))));
  return Array.from({ length: batches }, (_, k) => all.subarray(k * batch * pixels, (k + 1) * batch * pixels));
}

/** Calls with the items in turn. */
export function inTurn<Item, Result>(items: readonly Item[], call: (item: Item) => Result): () => Result {
  let turn = 0;
  return () => call(items[turn++ % items.length]!);
}

/** A package installed in the folder of the peers, and its version; `Package` is the part of it in use. Ends the process if it is missing. */
export function load<Package>(folder: string, name: string): { readonly package: Package; readonly version: string } {
  const installed = join(resolve(folder), "node_modules", name, "package.json");
  if (!existsSync(installed)) {
    console.error(`${name} is not installed in ${resolve(folder)}`);
    process.exit(1);
  }
  const require = createRequire(installed);
  const { version } = require(installed) as { version: string };
  return { package: require(name) as Package, version };
}

/** Milliseconds per call, each the mean of ten calls; a second of warm-up before. */
export async function sampleAsync(seconds: number, run: () => Promise<unknown>): Promise<readonly number[]> {
  const during = async (seconds: number) => {
    const times: number[] = [];
    const end = performance.now() + seconds * 1e3;
    for (let now = performance.now(); now < end || times.length < 5;) {
      for (let k = 0; k < callsPerTime; k++) await run();
      const after = performance.now();
      times.push((after - now) / callsPerTime);
      now = after;
    }
    return times;
  };
  await during(1);
  return during(seconds);
}

export function report(peer: string, { threads, batch }: Conditions, times: readonly number[]): void {
  console.log(JSON.stringify({ peer, threads, batch, ...timingOf(times) }));
}
