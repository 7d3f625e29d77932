/** @file What a recurrent layer costs per time step: the loop nests in its scans, forwards and backwards. */
import { describe, expect, it } from "vitest";
import { createProject } from "../../src/compiler/project.js";
import type { Program } from "../../src/ir/types.js";
import { lower } from "../../src/lower/programs.js";
import type { Loop, Nest, Step } from "../../src/passes/nest.js";
import { hasContraction } from "../../src/passes/price.js";
import { afterGradient, beforeGradient, runPasses, runPassesOn } from "../../src/passes/pipeline.js";
import { schedule } from "../../src/passes/schedule.js";

const batch = 8;

/** A program's steps, and the nests of each scan. */
function scheduled(layers: string, which: "train" | "predict") {
  const text = `model Rows {
    input  image: f32[6, 5]
    target label: class[3]
    output kind = image -> ${layers} -> dense(3) -> softmax
    loss cross_entropy(kind, label)
    optimizer adam(1e-3)
  }`;
  const project = createProject({ readText: () => text, resolve: (specifier) => specifier });
  const checked = project.check("rows.net", { batch })!.models[0]!;
  const { graph } = checked;
  const prepare = (of: typeof graph, tensors: Parameters<typeof runPassesOn>[2]) =>
    runPassesOn(of, beforeGradient, tensors);
  const program = lower(checked, { prepare }).programs[which] as Program;
  const steps = schedule(graph, runPasses(graph, afterGradient, program), batch);
  const loops = steps.filter((step): step is Loop => step.kind === "loop");
  return { steps, loops: loops.map(({ body }) => body.filter((step): step is Nest => step.kind === "nest")) };
}
const isCopy = ({ outputs }: Nest) => outputs.some(({ value }) => value.kind === "read");
const written = (nests: readonly Nest[]) => nests.map(({ outputs }) => outputs.length);

describe("a scan", () => {
  it("starts and ends without the product of a state of zeros, whose gradient nobody wants", () => {
    const { steps } = scheduled("lstm(4)", "train");
    const loops = steps.flatMap((step) => (step.kind === "loop" ? [step] : []));
    expect(loops.map(({ axis }) => axis.extent)).toEqual([5, 5]);
    const whole = (nest: Step) =>
      nest.kind === "nest" ? nest.outputs.filter(({ value }) => hasContraction(value)) : [];
    const around = steps.flatMap(whole).filter(({ view }) => view.buffer.tensor.scans.length > 0);
    expect(around).toEqual([]);
  });
});

describe("a time step", () => {
  it("of an LSTM is a product, the gates and the state; backwards the gates and a product", () => {
    const [forwards, backwards] = scheduled("lstm(4)", "train").loops;
    expect(written(forwards!)).toEqual([1, 2, 3, 2]);
    expect(written(backwards!)).toEqual([5, 1]);
  });
  it("of a GRU is a product, the gates and the state; backwards the gates and a product", () => {
    const [forwards, backwards] = scheduled("gru(4)", "train").loops;
    expect(forwards).toHaveLength(3);
    expect(backwards).toHaveLength(2);
  });
  it("of a simple layer is one nest; backwards two", () => {
    const [forwards, backwards] = scheduled("simple_rnn(4)", "train").loops;
    expect([forwards!.length, backwards!.length]).toEqual([1, 2]);
  });
  it.each(["lstm(4)", "gru(4)", "lstm(4, return_sequences: true) -> lstm(3)", "bidirectional(gru(4))"])(
    "copies nothing: %s",
    (layers) => {
      for (const which of ["train", "predict"] as const) {
        const { loops } = scheduled(layers, which);
        expect(loops.length).toBeGreaterThan(0);
        expect(loops.flatMap((nests) => nests.filter(isCopy))).toEqual([]);
      }
    },
  );
});
