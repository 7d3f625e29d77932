/**
 * @file Sums over examples that go through memory (a weight's gradient) run in a fixed number of parts, each a run of neighbouring
 * examples with memory of its own, added up at the end:
 *
 *     W[o] = sum over n of f(n, o)   =   sum over p of ( P[p, o] = sum over n in part p of f(n, o) )
 *
 * so that threads keep to their own examples, whose values are in their own caches. The parts do not depend on the number of
 * threads, and neither do the bits.
 */
import type { Graph } from "../ir/graph.js";
import type { Expr } from "../ir/types.js";
import { add } from "../ops/index.js";
import type { Nest, Output, Step, View } from "./nest.js";

export interface Parts {
  /** Which index says the number of the part; the next one is the batch's. */
  readonly count: number;
  /** Examples in each but the last, in a call of the declared batch. */
  readonly rows: number;
  /** Elements of one part's sums. */
  readonly length: number;
}

/** As many threads as can share such a sum. */
export const partsOfSums = 4;
const fewestRows = 2;
/** Terms of each sum from which adding up the parts does not matter. */
const leastTerms = 128;

export function withParts(graph: Graph, steps: readonly Step[], batch: number): readonly Step[] {
  return steps.flatMap((step): readonly Step[] =>
    step.kind === "nest" && isLong(step, batch) ? parted(graph, step, batch) : [step],
  );
}

function isLong({ axes, outputs, fills }: Nest, batch: number): boolean {
  const [output] = outputs;
  const [first] = axes;
  if (!output?.accumulate || outputs.length > 1 || first?.extent !== "batch") return false;
  if (fills.length !== 1 || fills[0] !== output.view || output.at.some(({ free }) => free.includes(first)))
    return false;
  const { value } = output;
  const folded = value.kind === "fold" ? value.axes : [];
  const terms = folded.reduce((product, { extent }) => product * (extent as number), batch);
  return batch >= partsOfSums * fewestRows && terms >= leastTerms;
}

function parted(graph: Graph, nest: Nest, batch: number): readonly Nest[] {
  const [output] = nest.outputs as [Output];
  const { view } = output;
  const { length } = view.buffer;
  const part = graph.axis(partsOfSums);
  const held = graph.placeholder([partsOfSums, length]);
  const buffer = { tensor: held, array: "activations", length: partsOfSums * length, fixed: undefined } as const;
  const sums: View = { buffer, shape: [partsOfSums, ...view.shape] };
  const flat: View = { buffer, shape: [partsOfSums, length] };
  const element = graph.axis(length);
  const at = graph.index(element);
  const read = (k: number): Expr => graph.read(held, [graph.constant(k, "i32"), at]);
  const all = Array.from({ length: partsOfSums }, (_, k) => read(k));
  return [
    {
      ...nest,
      axes: [part, ...nest.axes],
      outputs: [{ ...output, view: sums, at: [graph.index(part), ...output.at] }],
      fills: [],
      parts: { count: partsOfSums, rows: Math.ceil(batch / partsOfSums), length },
    },
    {
      kind: "nest",
      axes: [element],
      outputs: [
        {
          view: { buffer: view.buffer, shape: [length] },
          at: [at],
          value: all.reduce((a, b) => graph.apply(add, a, b)),
          accumulate: false,
        },
      ],
      fills: [],
      views: new Map([[held, flat]]),
      inline: new Map(),
      origins: nest.origins,
    },
  ];
}
