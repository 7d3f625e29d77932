/** @file A transposed read is what the scatter is that defines it, for random subscripts. */
import { expect, it } from "vitest";
import { evaluate } from "../../src/ir/interpret.js";
import type { Expr, Extent } from "../../src/ir/types.js";
import { verifyTensors } from "../../src/ir/verify.js";
import { accumulate } from "../../src/lower/contribution.js";
import { add, multiply } from "../../src/ops/index.js";
import { Bench, noise } from "../gradcheck/check.js";

const origin = { location: undefined, label: "" };

it("equals the scatter", () => {
  const draw = noise(3);
  const below = (n: number) => Math.min(n - 1, Math.floor(((draw() + 1) / 2) * n));
  const kinds = new Map<string, number>();
  for (let round = 0; round < 400; round++) {
    const b = new Bench(2);
    const { graph } = b;
    const extents: Extent[] = Array.from({ length: 1 + below(3) }, () => 1 + below(4));
    if (below(2)) extents.unshift("batch");
    const axes = b.axes(...extents);
    const shape: Extent[] = Array.from({ length: 1 + below(3) }, () => 1 + below(6));
    const table = b.klass([0, 2, 1, 3], 4);
    const at: Expr[] = shape.map(() => {
      let e: Expr = b.int(below(3) - 1);
      for (let terms = below(3); terms >= 0; terms--) {
        const axis = axes[below(axes.length)]!;
        if (axis.extent !== "batch") e = b.affine([1, 1, 1, -1, 2][below(5)]!, axis, e);
      }
      if (below(8) === 0) e = graph.read(table, [e], 1);
      return e;
    });
    if (axes[0]!.extent === "batch") {
      shape.unshift("batch");
      at.unshift(b.i(axes[0]!));
    }
    // A product of reads over some of the axes, or something else.
    const some = () => {
      const over = axes.filter(() => below(3) > 0);
      const ordered = [...over].sort((p, q) => Number(q.extent === "batch") - Number(p.extent === "batch"));
      return graph.at(b.parameter(...ordered.map(({ extent }) => extent)), ordered);
    };
    const body = b.op(below(3) ? multiply : add, graph.at(b.parameter(...extents), axes), some());
    const pulled = accumulate(graph, shape, { axes, at, body }, origin);
    const defined = graph.scatter(shape, axes, at, body);
    expect(verifyTensors([pulled])).toEqual([]);
    expect(pulled.shape).toEqual(shape);
    const [found, expected] = evaluate([pulled, defined], { memory: b.memory(round + 1), batch: 2, step: 1, seed: 0 });
    found!.forEach((value, k) => expect(value, `round ${round}, element ${k}`).toBeCloseTo(expected![k]!, 10));
    kinds.set(pulled.kind, (kinds.get(pulled.kind) ?? 0) + 1);
  }
  // Both forms occur often.
  expect(kinds.get("compute")).toBeGreaterThan(100);
  expect(kinds.get("scatter")).toBeGreaterThan(50);
});
