/** @file `netc diff OLD NEW`: what an edit of a model changes for its callers, its saved weights, its size and its speed. */
import type { Target } from "../../backends/model.js";
import type { CheckedModel, ElementType, Port } from "../../check/model.js";
import { sourcesOf } from "../../emit/runtime/migrate.js";
import type { Register } from "../command-line.js";
import { compileFile } from "../compile.js";
import { exitCodes } from "../fault.js";
import { type Figures, figuresOf, type StepFigures } from "../figures.js";
import { defaultTarget, exactFlag, exactHelp, targetFlag, targetHelp, targetOf } from "../target.js";
import { grouped, table, type Terminal } from "../terminal.js";

interface DiffOptions {
  readonly model?: string;
  readonly target: Target;
  readonly exact?: true;
  readonly exitCode?: true;
  readonly json?: true;
}

/** Undefined where there is none. */
interface Change<Value> {
  readonly name: string;
  readonly before: Value | undefined;
  readonly after: Value | undefined;
}
interface Difference {
  readonly models: readonly [before: string, after: string];
  /** Inputs, targets and outputs that callers see differently, as their types. */
  readonly signature: readonly Change<string>[];
  readonly steps: readonly Change<StepFigures>[];
  /** What becomes of weights saved by the old model. */
  readonly weights: {
    readonly kept: number;
    readonly renamed: readonly Renaming[];
    readonly initialized: readonly string[];
  };
  readonly totals: readonly Change<number>[];
  readonly same: boolean;
}
interface Renaming {
  readonly name: string;
  readonly from: string;
}

export const diff: Register = (program, terminal, done) => {
  program
    .command("diff")
    .description("what an edit changes: signature, steps, weights that fit, parameters, operations, memory")
    .argument("<old>", ".net file")
    .argument("<new>", ".net file")
    .option("--model <name>", "which model of the files")
    .option(targetFlag, targetHelp, targetOf, defaultTarget)
    .option(exactFlag, exactHelp)
    .option("--exit-code", "answer 1 if anything differs")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      "\nExamples:\n  netc diff old.net new.net\n  git show HEAD:digits.net > /tmp/old.net; netc diff /tmp/old.net digits.net --json",
    )
    .action((before: string, after: string, options: DiffOptions) => {
      const [one, other] = [before, after].map((file) => compileFile(file, options, options)) as [
        ReturnType<typeof compileFile>,
        ReturnType<typeof compileFile>,
      ];
      const difference = compare(one.checked, figuresOf(one), other.checked, figuresOf(other));
      if (options.json) terminal.out(JSON.stringify(difference, null, 2));
      else print(difference, terminal);
      if (options.exitCode && !difference.same) done(exitCodes.input);
    });
};

function compare(before: CheckedModel, old: Figures, after: CheckedModel, now: Figures): Difference {
  const signature = (["inputs", "targets", "outputs"] as const).flatMap((kind) => {
    const types = (model: CheckedModel) =>
      new Map(model[kind].map((port) => [`${kind.slice(0, -1)} ${port.name}`, typeText(port)]));
    return changes(types(before), types(after), (a, b) => a === b);
  });
  const byName = (steps: readonly StepFigures[]) => new Map(steps.map((step) => [step.name, step]));
  const steps = changes(byName(old.steps), byName(now.steps), (a, b) => JSON.stringify(a) === JSON.stringify(b));
  const totals = (["parameters", "trainable", "flopsPredict", "flopsTrain", "batch", "memoryBytes"] as const).map(
    (name) => ({ name, before: old[name], after: now[name] }),
  );
  const weights = weightsOf(before, after);
  const same =
    signature.length + steps.length + weights.renamed.length + weights.initialized.length === 0 &&
    totals.every((total) => total.before === total.after);
  return { models: [before.name, after.name], signature, steps, weights, totals, same };
}

/** What differs between two tables: in the order of the new one, then what is gone. */
function changes<Value>(
  before: ReadonlyMap<string, Value>,
  after: ReadonlyMap<string, Value>,
  isSame: (a: Value, b: Value) => boolean,
): readonly Change<Value>[] {
  return [...new Set([...after.keys(), ...before.keys()])]
    .map((name) => ({ name, before: before.get(name), after: after.get(name) }))
    .filter((change) => !change.before || !change.after || !isSame(change.before, change.after));
}

function weightsOf(before: CheckedModel, after: CheckedModel): Difference["weights"] {
  const tensors = ({ parameters, buffers }: CheckedModel) =>
    [...parameters, ...buffers].map(({ path, shape }) => ({ name: path, shape }));
  const wanted = tensors(after);
  const sources = sourcesOf(wanted, tensors(before));
  const renamed = wanted.flatMap((tensor) => {
    const from = sources.get(tensor)?.name;
    return from === undefined || from === tensor.name ? [] : [{ name: tensor.name, from }];
  });
  return {
    kept: sources.size - renamed.length,
    renamed,
    initialized: wanted.filter((tensor) => !sources.has(tensor)).map(({ name }) => name),
  };
}

const shapeText = (shape: readonly number[]) => (shape.length === 0 ? "" : `[${shape.join(", ")}]`);
function elementText(element: ElementType): string {
  if (element.kind !== "class") return element.kind;
  return `class[${element.labels?.map((label) => JSON.stringify(label)).join(", ") ?? element.size}]`;
}
const typeText = ({ element, shape }: Port): string => elementText(element) + shapeText(shape);

const titles: Readonly<Record<string, string>> = {
  parameters: "parameters",
  trainable: "trainable",
  flopsPredict: "operations, predicted example",
  flopsTrain: "operations, trained example",
  batch: "batch",
  memoryBytes: "bytes of memory",
};

function print({ models, signature, steps, weights, totals, same }: Difference, { out, paint }: Terminal): void {
  out(paint("bold", models[0] === models[1] ? models[0] : `${models[0]} -> ${models[1]}`));
  if (same) {
    out("no difference in signature, steps, weights, operations or memory");
    return;
  }
  const section = (title: string, rows: readonly (readonly string[])[]) => {
    if (rows.length > 0) out(`\n${table([[title, "before", "after"], ...rows], paint)}`);
  };
  section(
    "signature",
    signature.map(({ name, before = "-", after = "-" }) => [name, before, after]),
  );
  const stepText = (step: StepFigures | undefined) =>
    step ? `${step.word} -> [${step.output.join(", ")}], ${grouped(step.parameters)} parameters` : "-";
  section(
    "step",
    steps.map(({ name, before, after }) => [name, stepText(before), stepText(after)]),
  );
  const rows = totals.map(({ name, before = 0, after = 0 }) => [
    titles[name] ?? name,
    grouped(before),
    grouped(after),
    changeText(before, after),
  ]);
  out(`\n${table([["in all", "before", "after", "change"], ...rows], paint)}`);
  const { kept, renamed, initialized } = weights;
  out(
    `\n${paint("bold", "saved weights")}  ${kept} kept, ${renamed.length} renamed, ${initialized.length} initialized`,
  );
  for (const { name, from } of renamed) out(`  ${name}  renamed from ${from}`);
  for (const name of initialized) out(`  ${name}  initialized`);
}

function changeText(before: number, after: number): string {
  if (before === after) return "";
  const difference = after - before;
  const percent = before === 0 ? "" : ` (${difference > 0 ? "+" : ""}${((100 * difference) / before).toFixed(1)}%)`;
  return `${difference > 0 ? "+" : "-"}${grouped(Math.abs(difference))}${percent}`;
}
