/**
 * @file The search for faster tilings: alternatives of the kernels that take the time of a step, those that the cost model likes
 * first, compiled, timed in turn in a running step; then orders of loops; then what won against the start, once more.
 */
import type { CompiledModel } from "../backends/model.js";
import type { CheckedModel } from "../check/model.js";
import { compileModel } from "../compiler/compile.js";
import type { Choice } from "../passes/contraction.js";
import type { NestReport } from "../passes/schedules.js";
import { instantiateOpen } from "./compile.js";
import { noise } from "./noise.js";
import type { ScheduleEntry } from "../compiler/schedule-file.js";
import { type Kernels, idOf, type Times, TuneBench, tunedPrograms } from "./tune-bench.js";

export interface TuneOptions {
  readonly exact: boolean;
  /** How long to measure. */
  readonly seconds: number;
  /** Choices known before, which compete as well. */
  readonly known: ReadonlyMap<string, Choice>;
  readonly progress: (stage: string, done: number) => void;
}
/** A kernel before and after. */
export interface TunedKernel {
  /** As `train_conv2d_2`. */
  readonly name: string;
  readonly msBefore: number;
  readonly ms: number;
  /** What was chosen for its nests; empty: the cost model's tilings stay. */
  readonly entries: ReadonlyMap<string, ScheduleEntry>;
}
export interface TuneResult {
  /** Those that were tuned, in the order of a step. */
  readonly kernels: readonly TunedKernel[];
  /** Milliseconds of the kernels of each program together. */
  readonly programs: readonly { readonly name: string; readonly msBefore: number; readonly ms: number }[];
  /** Kernels whose results another tiling changed by more than rounding: a defect. */
  readonly disagreeing: readonly string[];
}

/** Kernels with less of their program's time are left as they are. */
const leastShare = 0.02;
/** And so are those that take less than the clock can tell, in milliseconds. */
const leastTime = 0.002;
/** A tiling must be faster by so much. */
const leastGain = 1.03;
/** Tilings that are tried per nest, and with the same index in lanes. */
const mostTiles = 8;
const mostPerLanes = 3;
/** Nests of one kernel that are tuned, the largest first. */
const mostNests = 4;
/** Parts of the time: the start, tilings, orders, the end. */
const parts = [0.1, 0.45, 0.25, 0.2] as const;

interface Nest {
  readonly key: string;
  readonly report: NestReport;
  /** Kernels with nests of this structure. */
  readonly kernels: readonly string[];
}
type Choices = ReadonlyMap<string, Choice>;

export async function tune(checked: CheckedModel, options: TuneOptions): Promise<TuneResult> {
  const { exact, seconds, known, progress } = options;
  const reports: NestReport[] = [];
  const compile = (choices: Choices, onNest?: (report: NestReport) => void): CompiledModel =>
    compileModel(checked, { target: "wasm", exact, schedules: { choices, ...(onNest && { onNest }) } });
  const plain = compile(new Map(), (report) => reports.push(report));
  const bench = await openBench(checked, plain);
  const base = bench.kernels(plain, () => true);
  const run = async (stage: number, variants: readonly Kernels[]): Promise<readonly Times[]> => {
    const times = variants.map((): Times => new Map());
    const start = performance.now();
    const budget = parts[stage]! * seconds * 1e3;
    const rounds = (share: number) => {
      const end = start + share * budget;
      let made = 0;
      do {
        variants.forEach((variant, k) => bench.round(base, variant, times[k]!));
      } while (performance.now() < end || ++made < 3);
    };
    progress(stageNames[stage]!, 0);
    rounds(0.25);
    for (const one of times) one.clear();
    for (let tenth = 1; tenth <= 10; tenth++) {
      rounds(0.25 + 0.075 * tenth);
      progress(stageNames[stage]!, tenth / 10);
    }
    return times;
  };

  const [start] = await run(0, [base]);
  const nests = worthwhile(plain, reports, start!);
  const chosen = new Map<string, Choice>();
  /** The best of each nest's alternatives beside what is chosen so far. */
  const improve = async (stage: number, alternatives: (nest: Nest) => readonly Choice[]): Promise<void> => {
    const columns = columnsOf(nests, alternatives);
    const of = (choices: Choices): Kernels => {
      const keys = new Set(choices.keys());
      const kernels = new Set(nests.filter(({ key }) => keys.has(key)).flatMap((nest) => nest.kernels));
      return bench.kernels(compile(new Map([...chosen, ...choices])), (name) => kernels.has(name));
    };
    const current = of(new Map(nests.map(({ key, report }) => [key, chosen.get(key) ?? report.chosen])));
    const [before, ...times] = await run(stage, [current, ...columns.map(of)]);
    for (const { key, kernels } of nests) {
      const total = (one: Times) => kernels.reduce((sum, name) => sum + (one.get(name) ?? Infinity), 0);
      let least = total(before!) / leastGain;
      columns.forEach((choices, k) => {
        const choice = choices.get(key);
        if (!choice || total(times[k]!) >= least) return;
        least = total(times[k]!);
        chosen.set(key, choice);
      });
    }
  };
  await improve(1, ({ key, report }) => {
    const own = JSON.stringify(report.chosen);
    const old = known.get(key);
    const all = [...(old && report.tiles.of(old) ? [old] : []), ...report.tiles.tiles(mostPerLanes)];
    return all.filter((choice) => JSON.stringify(choice) !== own).slice(0, mostTiles);
  });
  await improve(2, ({ key, report }) => report.tiles.orders(chosen.get(key) ?? report.chosen));

  const touched = new Set(nests.flatMap(({ key, kernels }) => (chosen.has(key) ? kernels : [])));
  const final = bench.kernels(compile(chosen), (name) => touched.has(name));
  const disagreeing = bench.disagreeing(base, final);
  const [before, after] = await run(3, [base, final]);
  return conclude(plain, { nests, chosen, before: before!, after: after!, disagreeing });
}

const stageNames = ["step", "tilings", "orders of loops", "comparison"] as const;

/** A net after a step on made-up examples. */
async function openBench(checked: CheckedModel, plain: CompiledModel): Promise<TuneBench> {
  const { module, internals } = await instantiateOpen(plain);
  const net = module.create({ seed: 1 });
  try {
    const data = noise(checked, plain.batch, 1);
    if (plain.programs.train) net.trainStep(data);
    else net.predict(data);
    return new TuneBench(internals.open(net));
  } finally {
    net.dispose();
  }
}

/** Nests of the kernels that take their share of a program. */
function worthwhile(plain: CompiledModel, reports: readonly NestReport[], times: Times): readonly Nest[] {
  const slow = new Set<string>();
  for (const { program, batch } of tunedPrograms(plain)) {
    const ids = program.kernels.map(({ name }) => idOf(name, batch));
    const total = ids.reduce((sum, id) => sum + times.get(id)!, 0);
    for (const id of ids) if (times.get(id)! >= Math.max(leastTime, leastShare * total)) slow.add(id);
  }
  const found = new Map<string, Nest>();
  const perKernel = new Map<string, number>();
  const bySize = [...reports].sort((a, b) => b.size - a.size);
  for (const report of bySize) {
    const { key } = report;
    const kernel = idOf(report.kernel, report.batch);
    const count = (perKernel.get(kernel) ?? 0) + 1;
    if (!slow.has(kernel) || count > mostNests) continue;
    perKernel.set(kernel, count);
    const before = found.get(key);
    found.set(key, { key, report, kernels: [...new Set([...(before?.kernels ?? []), kernel])] });
  }
  return [...found.values()];
}

/** Alternatives that can be compiled and timed together: in each column one of every nest, but one nest of a kernel at most. */
function columnsOf(nests: readonly Nest[], alternatives: (nest: Nest) => readonly Choice[]): readonly Choices[] {
  const columns: { readonly choices: Map<string, Choice>; readonly kernels: Set<string> }[] = [];
  for (const nest of nests) {
    let next = 0;
    for (const choice of alternatives(nest)) {
      while (columns[next] && nest.kernels.some((name) => columns[next]!.kernels.has(name))) next++;
      const column = (columns[next] ??= { choices: new Map(), kernels: new Set() });
      column.choices.set(nest.key, choice);
      for (const name of nest.kernels) column.kernels.add(name);
      next++;
    }
  }
  return columns.map(({ choices }) => choices);
}

interface Outcome {
  readonly nests: readonly Nest[];
  readonly chosen: Choices;
  readonly before: Times;
  readonly after: Times;
  readonly disagreeing: readonly string[];
}
/** A choice stays where the kernels that it is for, taken together, gain by it. */
function conclude(plain: CompiledModel, { nests, chosen, before, after, disagreeing }: Outcome): TuneResult {
  const total = (names: Iterable<string>, times: Times) =>
    [...names].reduce((sum, name) => sum + (times.get(name) ?? before.get(name)!), 0);
  const kept = nests.filter(
    ({ key, kernels }) =>
      chosen.has(key) &&
      !kernels.some((name) => disagreeing.includes(name)) &&
      total(kernels, before) >= leastGain * total(kernels, after),
  );
  const changed = new Set(kept.flatMap(({ kernels }) => kernels));
  const ms = (name: string) => (changed.has(name) ? after : before).get(name)!;
  const programs = tunedPrograms(plain).map(({ program, batch }) => {
    const suffix = batch === plain.batch ? "" : ` x ${batch}`;
    const all = program.kernels.map(({ name, origins }) => ({
      id: idOf(name, batch),
      title: `${program.name}_${origins.at(-1)?.label || "kernel"}${suffix}`,
    }));
    const ids = all.map(({ id }) => id);
    const sum = ids.reduce((milliseconds, id) => milliseconds + ms(id), 0);
    return { name: program.name + suffix, all, msBefore: total(ids, before), ms: sum };
  });
  const tuned = programs
    .flatMap(({ all }) => all)
    .filter(({ id }) => nests.some((nest) => nest.kernels.includes(id)))
    .map(({ id, title }): TunedKernel => {
      const entries = kept
        .filter((nest) => nest.kernels.includes(id))
        .map(({ key, report: { description } }): [string, ScheduleEntry] => {
          const speedup = Math.round((100 * before.get(id)!) / ms(id)) / 100;
          return [key, { of: `${title}: ${description}`, ...chosen.get(key)!, speedup }];
        });
      return { name: title, msBefore: before.get(id)!, ms: ms(id), entries: new Map(entries) };
    });
  return {
    kernels: tuned,
    programs: programs.map(({ name, msBefore, ms: sum }) => ({ name, msBefore, ms: sum })),
    disagreeing,
  };
}
