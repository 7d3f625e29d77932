/** @file `netc tune`, and what the other commands make of the file beside the source. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseSchedules, printSchedules, type ScheduleEntry } from "../../src/compiler/schedule-file.js";
import { compileModel } from "../../src/compiler/compile.js";
import { createProject } from "../../src/compiler/project.js";
import type { NestReport } from "../../src/passes/schedules.js";
import { flowers, flowerTable, type Folder, inFolder } from "./netc.js";

/** With products that take long enough to be timed. */
const wide = flowers.replace("-> dense(3) as head", "-> dense(200) -> relu -> dense(100) -> relu -> dense(3) as head");
const files = { "flowers.net": wide, "flowers.csv": flowerTable() };
const schedule = "flowers.net.schedule.json";

/** A schedule that cuts every product of the model otherwise than the cost model does. */
function otherSchedule(): string {
  const project = createProject({ readText: () => wide, resolve: (name) => name });
  const [model] = project.check("flowers.net")!.models;
  const choices = new Map<string, ScheduleEntry>();
  const onNest = ({ key, tiles, chosen, description }: NestReport) => {
    const other = tiles.tiles(9).find((choice) => JSON.stringify(choice) !== JSON.stringify(chosen));
    if (other) choices.set(key, { of: description, ...other, speedup: 1 });
  };
  compileModel(model!, { target: "wasm", schedules: { choices: new Map(), onNest } });
  expect(choices.size).toBeGreaterThan(4);
  return printSchedules({ measured: "here", choices });
}

const read = (folder: Folder, name: string): string => readFileSync(join(folder.path, name), "utf8");
async function built(folder: Folder): Promise<{ readonly text: string; readonly err: string }> {
  const { code, err } = await folder.run("build", "flowers.net", "-o", "out");
  expect(code, err).toBe(0);
  return { text: read(folder, "out/flowers.net.ts"), err };
}
async function weights(folder: Folder): Promise<unknown> {
  const { out } = await folder.run("train", "flowers.net", "--epochs", "2", "--json");
  return (JSON.parse(out.trimEnd().split("\n").at(-1)!) as Record<string, unknown>)["weightsSha256"];
}

describe("netc tune", () => {
  it("measures and writes what it says", () =>
    inFolder(files, async (folder) => {
      const { code, out } = await folder.run("tune", "flowers.net", "--seconds", "1", "--json");
      expect(code).toBe(0);
      const { file, choices, models } = JSON.parse(out) as {
        file: string | null;
        choices: number;
        models: {
          model: string;
          programs: { name: string; msBefore: number; ms: number }[];
          disagreeing: string[];
          kernels: { ms: number }[];
        }[];
      };
      expect(models).toHaveLength(1);
      const { model, programs, disagreeing, kernels } = models[0]!;
      expect(model).toBe("Flowers");
      expect(programs.map(({ name }) => name)).toEqual(["train", "predict", "predict x 1"]);
      for (const { ms, msBefore } of programs) {
        expect(ms).toBeGreaterThan(0);
        expect(ms).toBeLessThanOrEqual(msBefore);
      }
      expect(disagreeing).toEqual([]);
      expect(kernels.length).toBeGreaterThan(1);
      expect(file).toBe(choices > 0 ? schedule : null);
      expect(folder.list().includes(schedule)).toBe(choices > 0);
      if (choices === 0) return;
      const faults: string[] = [];
      expect(parseSchedules(read(folder, schedule), (fault) => faults.push(fault))!.choices.size).toBe(choices);
      expect(faults).toEqual([]);
    }));
  it("writes nothing with --dry, and wants a model", () =>
    inFolder({ ...files, "empty.net": "" }, async (folder) => {
      expect((await folder.run("tune", "flowers.net", "--seconds", "1", "--dry")).code).toBe(0);
      expect(folder.list()).not.toContain(schedule);
      expect((await folder.run("tune", "empty.net")).code).toBe(1);
      expect((await folder.run("tune", "flowers.net", "--seconds", "0")).code).toBe(2);
    }));
});

describe("a schedule beside the source", () => {
  it("is followed by build and train, the same every time", () =>
    inFolder(files, async (folder) => {
      const plain = { ...(await built(folder)), weights: await weights(folder) };
      writeFileSync(join(folder.path, schedule), otherSchedule());
      const tuned = { ...(await built(folder)), weights: await weights(folder) };
      expect(tuned.err).not.toContain("note");
      expect(tuned.text).not.toBe(plain.text);
      expect(await weights(folder)).toBe(tuned.weights);
    }));
  it("never breaks a build", () =>
    inFolder(files, async (folder) => {
      const plain = await built(folder);
      writeFileSync(join(folder.path, schedule), hostile());
      const answer = await built(folder);
      expect(answer.text).toBe(plain.text);
      expect(answer.err).toContain(`note: ${schedule}`);
    }));
  it("is passed over where a choice does not fit, with a note", () =>
    inFolder(files, async (folder) => {
      const plain = await built(folder);
      const unfit = otherSchedule().replace(/"rows": \[[^\]]*\]/g, '"rows": [3, 3, 3, 3, 3, 3, 3]');
      writeFileSync(join(folder.path, schedule), unfit);
      const answer = await built(folder);
      expect(answer.text).toBe(plain.text);
      expect(answer.err).toMatch(/note: flowers\.net\.schedule\.json: .* cannot run so, ignored; tune again/);
    }));
});

function hostile(): string {
  const entries: unknown[] = [
    null,
    7,
    [],
    {},
    { rows: 4 },
    { rows: [0] },
    { rows: [-1, 4] },
    { rows: [1.5] },
    { rows: ["4"] },
    { rows: [1e300] },
    { rows: Array.from({ length: 1000 }, () => 1) },
    { rows: [1, 4], vector: "folds" },
    { rows: [1, 4], vector: -1 },
    { rows: [1, 4], order: "1 0" },
    { rows: [1, 4], order: [0.5, 1] },
  ];
  const choices = Object.fromEntries(entries.map((entry, k) => [`k${k}`, entry]));
  return JSON.stringify({ version: 1, choices }).replace('"k0"', '"__proto__"');
}

describe("the schedule file", () => {
  const entry = { of: "train_a, b: 4 x 8, sum 3", rows: [1, 4, 8], vector: 2, order: [1, 0, 2], speedup: 1.25 };
  const file = {
    measured: 'a "machine"',
    choices: new Map<string, ScheduleEntry>([
      ["1k40cgb1fwm", entry],
      ["sums", { of: "", rows: [4], vector: "sums", speedup: 1 }],
      ["scalar", { of: "", rows: [2], speedup: 1 }],
    ]),
  };
  it("is read as it was written, a line per choice", () => {
    const text = printSchedules(file);
    const never = (problem: string) => expect.fail(problem);
    expect(parseSchedules(text, never)).toEqual(file);
    expect(text.split("\n").filter((line) => line.includes("rows"))).toHaveLength(3);
    const none = { measured: "", choices: new Map() };
    expect(parseSchedules(printSchedules(none), never)).toEqual(none);
  });
  it.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["another kind of file", "[1, 2]"],
    ["another version", '{ "version": 7, "choices": {} }'],
    ["no choices", '{ "version": 1, "choices": [] }'],
    ["too long", `${" ".repeat(2 << 20)}{ "version": 1, "choices": {} }`],
  ])("is left out in whole where it is %s", (_, text) => {
    const faults: string[] = [];
    expect(parseSchedules(text, (fault) => faults.push(fault))).toBeUndefined();
    expect(faults).toHaveLength(1);
  });
  it("has no entry that is no tiling", () => {
    const faults: string[] = [];
    expect(parseSchedules(hostile(), (fault) => faults.push(fault))!.choices).toEqual(new Map());
    expect(faults).toHaveLength(15);
  });
  it("keeps what can be understood", () => {
    const faults: string[] = [];
    const text = printSchedules(file).replace('"rows": [4]', '"rows": "4"');
    const parsed = parseSchedules(text, (fault) => faults.push(fault))!;
    expect([...parsed.choices.keys()]).toEqual(["1k40cgb1fwm", "scalar"]);
    expect(faults).toEqual(['entry "sums" is no tiling, ignored']);
  });
});
