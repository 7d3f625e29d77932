/** @file Contestants measured in turn, round after round, so that drifts of the machine hit all alike. */
import { exec } from "node:child_process";
import { promisify } from "node:util";
import { least, median } from "./bench-step.js";
import { InputFault } from "./fault.js";

/** Milliseconds per call in one round. */
export interface Timing {
  readonly ms: number;
  readonly median: number;
}
export interface Contestant {
  readonly name: string;
  readonly measure: () => Timing | Promise<Timing>;
}

/** A contestant over all rounds. */
export interface Standing {
  readonly name: string;
  /** Best of all rounds. */
  readonly ms: number;
  /** Median of the rounds' medians. */
  readonly median: number;
  /** How many times the first contestant's. */
  readonly ratio: Timing;
}

export const timingOf = (times: readonly number[]): Timing => ({ ms: least(times), median: median(times) });

/** Each of the contestants in each round; ratios are to the first. */
export async function compete(contestants: readonly Contestant[], rounds: number): Promise<readonly Standing[]> {
  const timings: Timing[][] = contestants.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [k, { measure }] of contestants.entries()) timings[k]!.push(await measure());
  const totals = timings.map((rounds) => ({
    ms: least(rounds.map(({ ms }) => ms)),
    median: median(rounds.map((timing) => timing.median)),
  }));
  const first = totals[0]!;
  return contestants.map(({ name }, k) => {
    const { ms, median } = totals[k]!;
    return { name, ms, median, ratio: { ms: ms / first.ms, median: median / first.median } };
  });
}

/** For `table`. */
export const standingRows = (standings: readonly Standing[]): readonly (readonly string[])[] => [
  ["", "best ms", "median ms", "ratio of best", "ratio of medians"],
  ...standings.map(({ name, ms, median, ratio }) => [
    name,
    ms.toFixed(4),
    median.toFixed(4),
    ratio.ms.toFixed(2),
    ratio.median.toFixed(2),
  ]),
];

/** What a peer prints as its last line: its name, and milliseconds per step; `batch` and `threads` are checked if given. */
interface PeerReport extends Timing {
  readonly peer: string;
  readonly batch?: number;
  readonly threads?: number;
}

const isReport = (value: unknown): value is PeerReport =>
  typeof value === "object" &&
  value !== null &&
  "peer" in value &&
  "ms" in value &&
  "median" in value &&
  typeof value.peer === "string" &&
  typeof value.ms === "number" &&
  typeof value.median === "number";

async function ask(command: string, conditions: Readonly<Record<string, number>>): Promise<PeerReport> {
  const { stdout } = await promisify(exec)(command).catch((error: Error & { readonly stderr?: string }) => {
    throw new InputFault(`the peer ${command} failed`, error.stderr?.trim().split("\n").at(-1));
  });
  const line = stdout.trim().split("\n").at(-1)!;
  let report: unknown;
  try {
    report = JSON.parse(line);
  } catch {
    // Said below.
  }
  if (!isReport(report))
    throw new InputFault(`the peer ${command} printed ${JSON.stringify(line.slice(0, 80))}`, peerFormat);
  for (const [name, ours] of Object.entries(conditions)) {
    const theirs: unknown = Object.entries(report).find(([key]) => key === name)?.[1];
    if (theirs !== undefined && theirs !== ours)
      throw new InputFault(`the peer ${command} measured ${name} ${String(theirs)}, not ${ours}`);
  }
  return report;
}

const peerFormat = `its last line must be an object like {"peer": "name", "ms": 1.5, "median": 1.6}, per step`;

/** A command in a shell that measures for a moment; run once at once, for its name. Throws InputFault if that fails. */
export async function peerCommand(
  command: string,
  conditions: Readonly<Record<string, number>> = {},
): Promise<Contestant> {
  const { peer } = await ask(command, conditions);
  return { name: peer, measure: () => ask(command, conditions) };
}
