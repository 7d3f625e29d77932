/** @file Chains of ONNX operators with random weights, as files: just enough of the format for a runtime to be timed on them. */
import { uniform } from "../../../src/data/random.js";

/** One operator on what the one before it gives; `weights` are the shapes of its further inputs. */
export interface Layer {
  readonly op: "Gemm" | "Conv" | "Relu" | "MaxPool" | "Flatten" | "Softmax";
  readonly weights?: readonly (readonly number[])[];
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}
function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A field of a protocol buffer: a number, a text, bytes, or a message. */
function field(tag: number, value: number | string | Uint8Array): Uint8Array {
  if (typeof value === "number") return Uint8Array.from([...varint(tag * 8), ...varint(value)]);
  const bytes = typeof value === "string" ? utf8(value) : value;
  return concat([Uint8Array.from([...varint(tag * 8 + 2), ...varint(bytes.length)]), bytes]);
}

// Messages and tags: onnx.proto3 of github.com/onnx/onnx.
const float = 1;

function attribute(name: string, value: number | readonly number[]): Uint8Array {
  const [integer, integers] = [2, 7];
  return typeof value === "number"
    ? concat([field(1, name), field(3, value), field(20, integer)])
    : concat([field(1, name), ...value.map((item) => field(8, item)), field(20, integers)]);
}
function node({ op, attributes = {} }: Layer, inputs: readonly string[], output: string): Uint8Array {
  return concat([
    ...inputs.map((name) => field(1, name)),
    field(2, output),
    field(4, op),
    ...Object.entries(attributes).map(([name, value]) => field(5, attribute(name, value))),
  ]);
}
/** Uniform numbers, of variance 2 / fan-in for a kernel of the shape [out, in, ..]. */
function tensor(name: string, shape: readonly number[], seed: number): Uint8Array {
  const length = shape.reduce((size, extent) => size * extent, 1);
  const limit = Math.sqrt((6 * shape[0]!) / length);
  const values = Float32Array.from({ length }, (_, k) => (2 * uniform(seed, k) - 1) * limit);
  return concat([
    ...shape.map((extent) => field(1, extent)),
    field(2, float),
    field(8, name),
    field(9, new Uint8Array(values.buffer)),
  ]);
}
function port(name: string, shape: readonly number[]): Uint8Array {
  const dimensions = concat(shape.map((extent) => field(1, field(1, extent))));
  return concat([field(1, name), field(2, field(1, concat([field(1, float), field(2, dimensions)])))]);
}

/** A model from input `x` to output `y`; shapes have the batch. */
export function onnx(input: readonly number[], layers: readonly Layer[], output: readonly number[]): Uint8Array {
  const nodes: Uint8Array[] = [];
  const tensors: Uint8Array[] = [];
  layers.forEach((layer, k) => {
    const weights = (layer.weights ?? []).map((shape, i) => {
      const name = `w${k}_${i}`;
      tensors.push(tensor(name, shape, tensors.length + 1));
      return name;
    });
    const before = k === 0 ? "x" : `y${k - 1}`;
    nodes.push(node(layer, [before, ...weights], k === layers.length - 1 ? "y" : `y${k}`));
  });
  const graph = concat([
    ...nodes.map((bytes) => field(1, bytes)),
    field(2, "bench"),
    ...tensors.map((bytes) => field(5, bytes)),
    field(11, port("x", input)),
    field(12, port("y", output)),
  ]);
  const [formatVersion, operatorsVersion] = [8, 13];
  return concat([
    field(1, formatVersion),
    field(7, graph),
    field(8, concat([field(1, ""), field(2, operatorsVersion)])),
  ]);
}

const relu: Layer = { op: "Relu" };
const softmax: Layer = { op: "Softmax", attributes: { axis: 1 } };
const dense = (inputs: number, units: number): Layer => ({
  op: "Gemm",
  weights: [[units, inputs], [units]],
  attributes: { transB: 1 },
});
const convolution = (channels: number, filters: number): Layer => ({
  op: "Conv",
  weights: [[filters, channels, 3, 3], [filters]],
  attributes: { kernel_shape: [3, 3] },
});
const pooling: Layer = { op: "MaxPool", attributes: { kernel_shape: [2, 2], strides: [2, 2] } };

/** `examples/mnist-mlp.net`. */
export const mlp = (batch: number): Uint8Array =>
  onnx([batch, 784], [dense(784, 128), relu, dense(128, 10), softmax], [batch, 10]);

/** `examples/mnist.net`, channels first as ONNX has them. */
export const cnn = (batch: number): Uint8Array =>
  onnx(
    [batch, 1, 28, 28],
    [
      convolution(1, 32),
      relu,
      pooling,
      convolution(32, 64),
      relu,
      pooling,
      { op: "Flatten" },
      dense(1600, 128),
      relu,
      dense(128, 10),
      softmax,
    ],
    [batch, 10],
  );
