/**
 * @file The reference network's training step (28 x 28 x 1, two convolutions with pooling, two dense layers, Adam) written by
 * hand as the graph that the passes are meant to arrive at: windowed maxima fused, gradients sparse.
 */
import { Graph } from "../../src/ir/graph.js";
import type { Axis, Expr, Program, Source, Store, Tensor } from "../../src/ir/types.js";
import {
  add,
  divide,
  equal,
  exp,
  floorDivide,
  greater,
  log,
  maximum,
  modulo,
  multiply,
  number,
  sqrt,
  subtract,
  where,
} from "../../src/ops/index.js";
import { Layout } from "../passes-kernel/harness.js";

export function referenceCnn(batch: number): { graph: Graph; program: Program; layout: Layout; nominalFlops: number } {
  const graph = new Graph();
  const layout = new Layout(batch);
  const int = (value: number) => graph.constant(value, "i32");
  const mul = (a: Expr, b: Expr) => graph.apply(multiply, a, b);
  const plus = (a: Expr, b: Expr) => graph.apply(add, a, b);
  const index = (axis: Axis) => graph.index(axis);
  const named = (label: string) => ({ label, location: undefined });

  const parameters: { value: Tensor; source: Source; gradient?: Tensor }[] = [];
  const parameter = (shape: readonly number[]) => {
    const source = layout.source("parameters", shape);
    const entry = { source, value: graph.source(source) };
    parameters.push(entry);
    return entry as { source: Source; value: Tensor; gradient?: Tensor };
  };
  const image = graph.source(layout.source("inputs", ["batch", 28, 28, 1]));
  const label = graph.source(layout.source("classes", ["batch"]));

  /** Convolution 3 x 3, bias, relu, pooling 2 x 2, with the winners' places. */
  const convolve = (x: Tensor, filters: number, out: number) => {
    const channels = x.shape[3] as number;
    const kernel = parameter([3, 3, channels, filters]);
    const bias = parameter([filters]);
    const axes = graph.axesOf(["batch", out, out, filters]) as [Axis, Axis, Axis, Axis];
    const [e, i, j, f] = axes;
    const [a, b] = graph.axesOf([2, 2]) as [Axis, Axis];
    const [p, q, c] = graph.axesOf([3, 3, channels]) as [Axis, Axis, Axis];
    const at = (u: Axis, v: Axis, t: Axis) => plus(plus(mul(index(u), int(2)), index(v)), index(t));
    const z = graph.fold(
      "sum",
      [p, q, c],
      mul(graph.read(x, [index(e), at(i, a, p), at(j, b, q), index(c)]), graph.at(kernel.value, [p, q, c, f])),
    );
    const y = graph.apply(maximum, plus(z, graph.at(bias.value, [f])), graph.constant(0));
    const max = graph.compute(axes, graph.fold("max", [a, b], y), named("conv max"));
    const place = graph.compute(axes, graph.fold("argmax", [a, b], y), named("conv argmax"));
    return { x, kernel, bias, max, place, channels, filters, out };
  };
  type Conv = ReturnType<typeof convolve>;
  const dense = (x: Tensor, units: number, relu: boolean) => {
    const inputs = x.shape[1] as number;
    const kernel = parameter([inputs, units]);
    const bias = parameter([units]);
    const [e, u, k] = graph.axesOf(["batch", units, inputs]) as [Axis, Axis, Axis];
    const z = plus(
      graph.fold("sum", [k], mul(graph.at(x, [e, k]), graph.at(kernel.value, [k, u]))),
      graph.at(bias.value, [u]),
    );
    const value = graph.compute([e, u], relu ? graph.apply(maximum, z, graph.constant(0)) : z, named("dense"));
    return { x, kernel, bias, value, inputs, units };
  };
  type Dense = ReturnType<typeof dense>;

  const conv1 = convolve(image, 32, 13);
  const conv2 = convolve(conv1.max, 64, 5);
  const flat = graph.reshape(conv2.max, ["batch", 1600]);
  const dense1 = dense(flat, 128, true);
  const dense2 = dense(dense1.value, 10, false);

  // Softmax and cross-entropy, mean over the batch.
  const [e, u, k] = graph.axesOf(["batch", 10, 10]) as [Axis, Axis, Axis];
  const logits = dense2.value;
  const top = graph.fold("max", [k], graph.at(logits, [e, k]));
  const power = (at: Axis) => graph.apply(exp, graph.apply(subtract, graph.at(logits, [e, at]), top));
  const sum = graph.fold("sum", [k], power(k));
  const hit = graph.apply(number, graph.apply(equal, index(u), graph.at(label, [e])));
  const seed = graph.compute(
    [e, u],
    graph.apply(divide, graph.apply(subtract, graph.apply(divide, power(u), sum), hit), graph.scalar("batch")),
    named("softmax gradient"),
  );
  const picked = graph.read(logits, [index(e), graph.at(label, [e])]);
  const loss = graph.compute([e], graph.apply(subtract, plus(graph.apply(log, sum), top), picked), named("loss"));
  const total = graph.compute([], graph.fold("sum", [e], graph.at(loss, [e])), named("total"));

  const denseBack = (layer: Dense, seed: Tensor, isRelu: boolean) => {
    const [e, u, k] = graph.axesOf(["batch", layer.units, layer.inputs]) as [Axis, Axis, Axis];
    layer.kernel.gradient = graph.compute(
      [k, u],
      graph.fold("sum", [e], mul(graph.at(layer.x, [e, k]), graph.at(seed, [e, u]))),
      named("dense dW"),
    );
    layer.bias.gradient = graph.compute([u], graph.fold("sum", [e], graph.at(seed, [e, u])), named("bias"));
    const dx = graph.fold("sum", [u], mul(graph.at(seed, [e, u]), graph.at(layer.kernel.value, [k, u])));
    const alive = graph.apply(greater, graph.at(layer.x, [e, k]), graph.constant(0));
    return graph.compute([e, k], isRelu ? graph.apply(where, alive, dx, graph.constant(0)) : dx, named("dense dx"));
  };
  const d1 = denseBack(dense2, seed, true);
  const dFlat = denseBack(dense1, d1, true);

  const convBack = (layer: Conv, seed: Tensor, wantsInput: boolean) => {
    const { channels, filters, out } = layer;
    const [e, i, j, f, p, q, c] = graph.axesOf(["batch", out, out, filters, 3, 3, channels]) as Axis[] as [
      Axis,
      Axis,
      Axis,
      Axis,
      Axis,
      Axis,
      Axis,
    ];
    const place = graph.at(layer.place, [e, i, j, f]);
    const row = plus(plus(mul(index(i), int(2)), graph.apply(floorDivide, place, int(2))), index(p));
    const column = plus(plus(mul(index(j), int(2)), graph.apply(modulo, place, int(2))), index(q));
    const g = graph.at(seed, [e, i, j, f]);
    layer.kernel.gradient = graph.compute(
      [p, q, c, f],
      graph.fold("sum", [e, i, j], mul(g, graph.read(layer.x, [index(e), row, column, index(c)]))),
      named("conv dW"),
    );
    layer.bias.gradient = graph.compute([f], graph.fold("sum", [e, i, j], g), named("conv db"));
    if (!wantsInput) return undefined;
    const shape = layer.x.shape;
    const dx = graph.scatter(
      shape,
      [e, i, j, f, p, q, c],
      [index(e), row, column, index(c)],
      mul(g, graph.at(layer.kernel.value, [p, q, c, f])),
      named("conv dx"),
    );
    const axes = graph.axesOf(shape);
    const alive = graph.apply(greater, graph.at(layer.x, axes), graph.constant(0));
    return graph.compute(axes, graph.apply(where, alive, graph.at(dx, axes), graph.constant(0)), named("relu mask"));
  };
  const g2 = graph.reshape(dFlat, ["batch", 5, 5, 64]);
  const g1 = convBack(conv2, g2, true)!;
  convBack(conv1, g1, false);

  // Adam over the whole arena.
  const gradients = parameters.map(({ source }) => layout.source("gradients", source.shape));
  const stores: Store[] = parameters.map((entry, k) => ({ target: gradients[k]!, value: entry.gradient! }));
  stores.push({ target: layout.source("totals", []), value: total });
  const size = layout.lengths().get("parameters")!;
  const whole = (arena: "parameters" | "gradients"): Source => ({
    name: arena,
    arena,
    type: "f32",
    offset: 0,
    shape: [size],
  });
  const m = layout.source("states", [size]);
  const v = layout.source("states", [size]);
  const axes = graph.axesOf([size]);
  const read = (source: Source) => graph.at(graph.source(source), axes);
  const g = read(whole("gradients"));
  const c = (value: number) => graph.constant(value);
  const m1 = graph.compute(axes, plus(mul(c(0.9), read(m)), mul(c(0.1), g)), named("adam"));
  const v1 = graph.compute(axes, plus(mul(c(0.999), read(v)), mul(c(0.001), mul(g, g))), named("adam"));
  const step = graph.scalar("step");
  const mHat = graph.apply(divide, graph.at(m1, axes), graph.apply(subtract, c(1), mul(c(0.9), step)));
  const vHat = graph.apply(divide, graph.at(v1, axes), graph.apply(subtract, c(1), mul(c(-0.9), step)));
  const p1 = graph.compute(
    axes,
    graph.apply(
      subtract,
      read(whole("parameters")),
      graph.apply(divide, mul(c(1e-3), mHat), plus(graph.apply(sqrt, vHat), c(1e-7))),
    ),
    named("adam"),
  );
  const update = [
    { target: m, value: m1 },
    { target: v, value: v1 },
    { target: whole("parameters"), value: p1 },
  ];
  // Multiply-adds of the dense model: forward, and twice that backward except for the first layer's input.
  const conv1Flops = 2 * 26 * 26 * 32 * 9;
  const others = 2 * (11 * 11 * 64 * 288 + 1600 * 128 + 128 * 10);
  return {
    graph,
    program: { name: "train", stages: [stores, update] },
    layout,
    nominalFlops: batch * (2 * conv1Flops + 3 * others),
  };
}
