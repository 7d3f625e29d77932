/** @file Sums over products of three factors and more, split into sums over two: the same values, powers among the factors included. */
import { expect, it } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import { interpret } from "../../src/ir/interpret.js";
import type { Expr } from "../../src/ir/types.js";
import { multiply } from "../../src/ops/index.js";
import { runPasses } from "../../src/passes/pipeline.js";
import { splitProducts } from "../../src/passes/split-products.js";
import { Layout, program, random } from "../passes-kernel/harness.js";

const pass = { name: "split-products", run: splitProducts };

/** y[n, j] = sum[k] of the product of factors by name: x[n, k], v[k], w[k, j]. */
function stored(names: string, split: boolean): readonly number[] {
  const graph = new Graph();
  const layout = new Layout(3);
  const [n, k, j] = [graph.axis("batch"), graph.axis(5), graph.axis(4)];
  const factors = new Map<string, Expr>([
    ["x", graph.at(graph.source(layout.source("inputs", ["batch", 5])), [n, k])],
    ["v", graph.at(graph.source(layout.source("parameters", [5])), [k])],
    ["w", graph.at(graph.source(layout.source("parameters", [5, 4])), [k, j])],
  ]);
  const product = [...names].map((name) => factors.get(name)!).reduce((a, b) => graph.apply(multiply, a, b));
  const value = graph.compute([n, j], graph.fold("sum", [k], product));
  const made = program([{ target: layout.source("outputs", ["batch", 4]), value }]);
  const next = random(1);
  const numbers = (length: number) => Float64Array.from({ length }, next);
  const memory = { inputs: numbers(15), parameters: numbers(25), outputs: numbers(12) };
  interpret(split ? runPasses(graph, [pass], made) : made, { memory, batch: 3, step: 1, seed: 1 });
  return [...memory.outputs];
}

it.each(["xvw", "xxw", "xxxw", "wxxww", "xvxvxw", "wwwwx"])("the factors %s", (names) => {
  const want = stored(names, false);
  stored(names, true).forEach((value, at) => expect(value).toBeCloseTo(want[at]!, 12));
});
