/** @file The schedule file beside a source, `x.net.schedule.json`: one line per nest whose tiling was chosen by measurement. */
import type { Choice } from "../passes/contraction.js";
import type { Schedules } from "../passes/schedules.js";
import type { Host } from "./project.js";

/** A line of the file. */
export interface ScheduleEntry extends Choice {
  /** The kernel and its loops, for people. */
  readonly of: string;
  /** Of the kernel, against the cost model's tiling. */
  readonly speedup: number;
}
export interface ScheduleFile {
  /** The machine and engine on which it was measured, for people. */
  readonly measured: string;
  readonly choices: ReadonlyMap<string, ScheduleEntry>;
}

export const schedulePath = (source: string): string => `${source}.schedule.json`;

const version = 1;
/** What a file may hold, so that a damaged one costs no time. */
const mostBytes = 1 << 20;
const mostLoops = 32;

/** The file beside a source; undefined if there is none. What cannot be understood is left out, and said in `note`. */
export function readScheduleFile(
  host: Pick<Host, "readText">,
  source: string,
  note: (text: string) => void,
): ScheduleFile | undefined {
  const path = schedulePath(source);
  const text = host.readText(path);
  return text === undefined ? undefined : parseSchedules(text, (problem) => note(`${path}: ${problem}`));
}

export function parseSchedules(text: string, note: (problem: string) => void): ScheduleFile | undefined {
  let json: unknown;
  try {
    if (text.length > mostBytes) throw new Error("too long");
    json = JSON.parse(text);
  } catch {
    note("not a schedule file, ignored; netc tune writes a new one");
    return undefined;
  }
  if (!isRecord(json) || json["version"] !== version || !isRecord(json["choices"])) {
    note("not a schedule file of this version, ignored; netc tune writes a new one");
    return undefined;
  }
  const choices = new Map<string, ScheduleEntry>();
  for (const [key, value] of Object.entries(json["choices"])) {
    const entry = entryOf(value);
    if (entry) choices.set(key, entry);
    else note(`entry ${JSON.stringify(key.slice(0, 40))} is no tiling, ignored`);
  }
  return { measured: textOf(json["measured"]), choices };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const isWhole = (value: unknown, least: number): value is number =>
  Number.isSafeInteger(value) && Number(value) >= least;
const wholes = (value: unknown, least: number): readonly number[] | undefined =>
  Array.isArray(value) && value.length <= mostLoops && value.every((one) => isWhole(one, least))
    ? (value as number[])
    : undefined;

/** Whether the loops of a nest can be cut so is for the scheduler to say. */
function entryOf(value: unknown): ScheduleEntry | undefined {
  if (!isRecord(value)) return undefined;
  const { vector, speedup } = value;
  const rows = wholes(value["rows"], 1);
  const order = value["order"] === undefined ? undefined : wholes(value["order"], 0);
  if (!rows || (value["order"] !== undefined && !order)) return undefined;
  if (vector !== undefined && vector !== "sums" && !isWhole(vector, 0)) return undefined;
  return {
    of: textOf(value["of"]),
    rows,
    ...(vector !== undefined && { vector }),
    ...(order && { order }),
    speedup: typeof speedup === "number" && Number.isFinite(speedup) ? speedup : 1,
  };
}

/** One line per choice, so that a difference is readable. */
export function printSchedules({ measured, choices }: ScheduleFile): string {
  const lines = [...choices].map(([key, entry]) => `    ${JSON.stringify(key)}: ${lineOf(entry)}`);
  const list = lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n  }`;
  return `{\n  "version": ${version},\n  "measured": ${JSON.stringify(measured)},\n  "choices": ${list}\n}\n`;
}
function lineOf({ of, rows, vector, order, speedup }: ScheduleEntry): string {
  const fields = Object.entries({ of, rows, vector, order, speedup }).flatMap(([name, value]) =>
    value === undefined
      ? []
      : `${JSON.stringify(name)}: ${Array.isArray(value) ? `[${value.join(", ")}]` : JSON.stringify(value)}`,
  );
  return `{ ${fields.join(", ")} }`;
}

/** What the compiler takes from the file beside a source; choices that fit no longer are said once each. */
export function schedulesBeside(host: Pick<Host, "readText">, source: string, note: (text: string) => void): Schedules {
  const choices = readScheduleFile(host, source, note)?.choices ?? new Map<string, ScheduleEntry>();
  const said = new Set<string>();
  return {
    choices,
    ...(choices.size > 0 && {
      onNest: ({ key, isUnfit }) => {
        if (!isUnfit || said.has(key)) return;
        said.add(key);
        note(`${schedulePath(source)}: ${choices.get(key)!.of || key} cannot run so, ignored; tune again`);
      },
    }),
  };
}
