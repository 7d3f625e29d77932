/** @file Models over sequences, run in f64 with one length per example, and anything in the padding. */
import type { CheckedModel, Port } from "../../src/check/model.js";
import { modelOf } from "../check/support.js";
import { Interpreted } from "../library/interpreted.js";

export type Data = Record<string, number[]>;

const width = ({ shape }: Port): number => shape.reduce((n, extent) => n * extent, 1);

/** A batch with these lengths of every dimension: values of a fixed pattern, `padding` outside of the items. */
export function batchOf(model: CheckedModel, lengths: readonly number[], padding: number): Data {
  const data: Data = {};
  for (const port of [...model.inputs, ...model.targets]) {
    const { element, sequence, shape, name } = port;
    const size = width(port);
    data[name] = lengths.flatMap((length, row) =>
      Array.from({ length: size }, (_, k) => {
        const isItem = !sequence || Math.floor((k * shape[0]!) / size) < length;
        const seed = 1 + row * 37 + k * 11 + name.length * 5;
        if (element.kind === "f32") return isItem ? Math.sin(seed) : padding;
        // Classes are checked on their way in, so that padding holds one of them, too.
        const classes = element.kind === "class" ? element.size : 2;
        return (isItem || padding === 0 ? (seed * 7) % 23 : seed + 1) % classes;
      }),
    );
    if (sequence) data[sequence.name] = [...lengths];
  }
  return data;
}
/** One row of a batch by itself, under dimensions of its own length. */
export function rowOf(model: CheckedModel, data: Data, row: number, length: number): Data {
  const own: Data = {};
  for (const port of [...model.inputs, ...model.targets]) {
    const size = width(port);
    const items = port.sequence ? (size / port.shape[0]!) * length : size;
    own[port.name] = data[port.name]!.slice(row * size, row * size + items);
    if (port.sequence) own[port.sequence.name] = [length];
  }
  return own;
}

export interface Seen {
  readonly loss: number;
  readonly gradients: readonly (readonly number[])[];
  readonly outputs: Readonly<Record<string, readonly number[]>>;
  readonly metrics: Readonly<Record<string, readonly number[]>>;
}
/** What a model shows of data: loss, gradients, outputs, metrics. */
export function seen(text: string, data: Data, rows: number): Seen {
  const net = new Interpreted(modelOf(text), rows);
  net.model.parameters.forEach(({ path }, p) => {
    const values = net.weights(path);
    values.forEach((_, k) => (values[k] = 0.4 * Math.sin(3 * p + 1.7 * k + 1)));
  });
  net.load(data);
  const loss = net.model.forward.train.loss ? net.loss() : Number.NaN;
  const lists = (record: Readonly<Record<string, Float64Array>>) =>
    Object.fromEntries(Object.entries(record).map(([name, values]) => [name, [...values]]));
  return {
    loss,
    gradients: net.gradients().map((gradient) => [...gradient]),
    outputs: lists(net.predict(data)),
    metrics: net.model.metrics.length > 0 ? lists(net.evaluate(data)) : {},
  };
}
