/** @file Every name that can be renamed is, in every text we have: the models stay the same, and the way back restores the text. */
import { describe, expect, it } from "vitest";
import { printTensors } from "../../src/ir/print.js";
import type { CheckedModel } from "../../src/check/model.js";
import type { Entity } from "../../src/lsp/symbols/entity.js";
import { rename, renamableAt } from "../../src/lsp/symbols/rename.js";
import { examples, library, reference, Workspace } from "./workspace.js";

/** Names that no text has: `fresh7name`. */
const fresh = (k: number) => `fresh${k}name`;

/** The files that a rename test may change, and all it can read. */
interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}
const imported: Case = {
  name: "files that import each other",
  files: {
    "parts.net": `const wide = 4
fn twice(x) = x + x
/// A dense layer with a name of its own.
layer block(units: int, mode: plain | doubled = plain, inner: fn = twice)(x: [..., n]) -> [..., units] {
  require units > 0, "block takes {units} units of {n}"
  param kernel: [n, units] ~ glorot_uniform
  use last = dense(units)
  let y = inner(x @ kernel) -> last
  return if mode == doubled then y -> twice else y
}
initializer small(scale = 0.1)(shape, fan_in) = scale / sqrt(fan_in) * draw_normal(shape)
`,
    "more.net": `import { block as brick, wide } from "./parts.net"
layer wall(x: [n]) -> [wide] = x -> brick(wide) as first -> brick(wide, mode: doubled)
`,
    "main.net": `import { wall } from "more.net"
import { twice, small, block, wide as width } from "./parts.net"
model Main {
  input  x: f32[3]
  target t: f32[width]
  param  w: [width] ~ small(0.2)
  use    side = wall
  let    h = x -> side
  let    h = h + side.first.kernel[0, 0] + side.brick.last.bias
  output y = (h -> block(units: width, inner: relu) * 2 as tail) * w + twice(h)
  loss   error = mean_squared_error(y, t)
  loss   rest = 0.1 * mean(h^2)
  metric mean_absolute_error(y, t)
  optimizer sgd(0.1) for side, tail
  optimizer sgd(0.2) for tail_2, w
  phase  one { only: [side, w], minimize: error, epochs: 2 }
  phase  two { minimize: [error, rest] }
  train  { epochs: 3, stop: early_stop(monitor: mean_absolute_error) }
}
`,
  },
};
const cases: readonly Case[] = [
  imported,
  ...Object.entries(examples()).map(([name, text]) => ({ name, files: { ...examples(), [name]: text } })),
  ...Object.entries(reference()).map(([name, text]) => ({ name, files: { [name]: text } })),
  ...Object.entries(library()).map(([name, text]) => ({ name, files: { [name]: text } })),
];

/** What a model computes, without the sites of draws: these are made from the names of parameters. */
function computed(model: CheckedModel): string {
  const { train, evaluate, predict } = model.forward;
  const roots = [train, evaluate, predict].flatMap(({ loss, outputs, regularization, buffers, totals }) => [
    ...(loss ? [loss] : []),
    ...(regularization ? [regularization] : []),
    ...outputs,
    ...[...buffers, ...totals].map(({ value }) => value),
  ]);
  const stores = [...model.update.flat(), ...model.phases.flatMap(({ served }) => served)].map(({ value }) => value);
  const ports = [...model.inputs, ...model.targets, ...model.outputs].map(({ name, shape }) => `${name} [${shape}]`);
  const steps = model.steps.map(
    (step) => `${step.name} ${step.word} [${step.input}] [${step.output}] ${step.parameters}`,
  );
  const parameters = model.parameters.map(
    ({ path, shape, initial }) => `${path} [${shape}] ${printTensors([initial])}`,
  );
  const metrics = model.metrics.map(({ name, result }) => `${name} ${printTensors([result])}`);
  const phases = model.phases.map(({ name, trained }) => `${name}: ${trained.map(({ path }) => path)}`);
  const text = [model.name, ports, steps, parameters, metrics, phases, printTensors([...roots, ...stores])].flat();
  return text.join("\n").replace(/key\(-?\d+\)/g, "key");
}
function everything({ project, paths }: Workspace): string {
  return paths
    .map((path) => {
      const { models, diagnostics } = project.check(path)!;
      return [path, ...diagnostics.map(({ code, message }) => `${code} ${message}`), ...models.map(computed)].join(
        "\n",
      );
    })
    .join("\n");
}

const declared = ({ symbols, paths }: Workspace): readonly Entity[] =>
  paths.flatMap((path) => symbols.file(path)!.entities.map((entity) => ({ ...entity, path })));

describe("renaming every name", () => {
  it.each(cases)("$name", ({ name, files }) => {
    const workspace = new Workspace(name in files ? { [name]: files[name]! } : files);
    const texts = workspace.paths.map((path) => workspace.text(path));
    const before = everything(workspace);
    const done: string[] = [];
    // By place in the list: places in the text move.
    const count = declared(workspace).length;
    for (let k = 0; k < count; k++) {
      const entity = declared(workspace)[k]!;
      const found = renamableAt(workspace.symbols.file(entity.source.name), entity.span.start);
      done.push(entity.name);
      if (!found || "refused" in found) continue;
      const edits = rename(workspace.symbols, found.entity, fresh(k), workspace.paths);
      if ("refused" in edits) throw new Error(`${entity.name}: ${edits.refused}`);
      expect(edits.size).toBeGreaterThan(0);
      workspace.apply(edits);
    }
    const after = everything(workspace).replace(/fresh(\d+)name/g, (_, k: string) => done[Number(k)]!);
    expect(after).toBe(before);
    for (let k = count - 1; k >= 0; k--) {
      const entity = declared(workspace)[k]!;
      if (entity.name !== fresh(k)) continue;
      const edits = rename(workspace.symbols, entity, done[k]!, workspace.paths);
      if ("refused" in edits) throw new Error(`back to ${done[k]}: ${edits.refused}`);
      workspace.apply(edits);
    }
    expect(workspace.paths.map((path) => workspace.text(path))).toEqual(texts);
  });
});
