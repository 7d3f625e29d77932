/**
 * @file Milliseconds per training step of jax-js on its WebAssembly back end: the network of examples/mnist-mlp.net, Adam written
 * out, the step compiled as a whole. In Node it has one thread.
 * Usage: node dist/test/bench/peers/jax.js --peers DIR [--batch 32] [--seconds 1]
 */
import { conditions, load, report, sampleAsync } from "./contest.js";

/** An operation gives up its operands; `ref` keeps one for another use. */
interface Array_ {
  readonly ref: Array_;
  add(other: Array_ | number): Array_;
  sub(other: Array_ | number): Array_;
  mul(other: Array_ | number): Array_;
  div(other: Array_ | number): Array_;
  reshape(shape: readonly number[]): Array_;
  js(): unknown;
  dispose(): void;
}
type Weights = Readonly<Record<string, Array_>>;
interface Jax {
  init(device: "wasm"): Promise<readonly string[]>;
  defaultDevice(device: "wasm"): string;
  jit<Arguments extends readonly object[], Result>(
    step: (...inputs: Arguments) => Result,
  ): (...inputs: Arguments) => Result;
  valueAndGrad(loss: (weights: Weights) => Array_): (weights: Weights) => [Array_, Weights];
  blockUntilReady(arrays: object): Promise<unknown>;
  readonly numpy: {
    array(values: Float32Array): Array_;
    zeros(shape: readonly number[]): Array_;
    matmul(a: Array_, b: Array_): Array_;
    sqrt(x: Array_): Array_;
    mean(x: Array_): Array_;
    sum(x: Array_, axis: number): Array_;
    power(base: number, exponent: Array_): Array_;
  };
  readonly nn: { relu(x: Array_): Array_; logSoftmax(x: Array_, axis: number): Array_ };
}

const given = conditions();
const { batch, seconds, peers } = given;
const { package: jax, version } = load<Jax>(peers, "@jax-js/jax");
const { numpy: np, nn } = jax;
await jax.init("wasm");
jax.defaultDevice("wasm");

const shapes: Readonly<Record<string, readonly number[]>> = { w1: [784, 128], b1: [128], w2: [128, 10], b2: [10] };
const names = Object.keys(shapes);
const perWeight = (make: (name: string) => Array_): Weights => Object.fromEntries(names.map((k) => [k, make(k)]));
const filled = (shape: readonly number[], value: (k: number) => number) =>
  np.array(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => value(k))).reshape(shape);

const image = filled([batch, 784], (k) => ((k * 37) % 256) / 255);
const label = filled([batch, 10], (k) => (Math.floor(k / 10) % 10 === k % 10 ? 1 : 0));

interface State {
  readonly weights: Weights;
  readonly m: Weights;
  readonly v: Weights;
  readonly step: Array_;
}

const update = jax.jit((weights: Weights, m: Weights, v: Weights, step: Array_, x: Array_, y: Array_) => {
  const [loss, gradients] = jax.valueAndGrad(({ w1, b1, w2, b2 }) => {
    const hidden = nn.relu(np.matmul(x, w1!).add(b1!));
    const logits = np.matmul(hidden, w2!).add(b2!);
    return np.mean(np.sum(nn.logSoftmax(logits, -1).mul(y), 1)).mul(-1);
  })(perWeight((k) => weights[k]!.ref));
  const next = step.add(1);
  const bias1 = np.power(0.9, next.ref).mul(-1).add(1);
  const bias2 = np.power(0.999, next.ref).mul(-1).add(1);
  const m1 = perWeight((k) => m[k]!.mul(0.9).add(gradients[k]!.ref.mul(0.1)));
  const v1 = perWeight((k) => v[k]!.mul(0.999).add(gradients[k]!.ref.mul(gradients[k]!).mul(0.001)));
  const moved = perWeight((k) => {
    const change = m1[k]!.ref.div(bias1.ref).div(np.sqrt(v1[k]!.ref.div(bias2.ref)).add(1e-7));
    return weights[k]!.sub(change.mul(1e-3));
  });
  return { loss, weights: moved, m: m1, v: v1, step: next };
});

const start: State = {
  weights: perWeight((k) => filled(shapes[k]!, (i) => (((i * 31) % 101) / 101 - 0.5) * 0.1)),
  m: perWeight((k) => np.zeros(shapes[k]!)),
  v: perWeight((k) => np.zeros(shapes[k]!)),
  step: np.zeros([]),
};
const shared = (weights: Weights) => perWeight((k) => weights[k]!.ref);
const copyOfStart = () => ({
  weights: shared(start.weights),
  m: shared(start.m),
  v: shared(start.v),
  step: start.step.ref,
});

let state = copyOfStart();
const losses: number[] = [];
const train = async () => {
  const { loss, ...next } = update(state.weights, state.m, state.v, state.step, image.ref, label.ref);
  state = next;
  await jax.blockUntilReady(state);
  return loss;
};
for (let k = 0; k < 20; k++) losses.push(Number((await train()).js()));
if (!(losses[19]! < 0.8 * losses[0]!)) throw new Error(`the losses are ${losses.join(", ")}`);
let steps = 0;
const times = await sampleAsync(seconds, async () => {
  // Back to the first weights, as in the other contests; this costs nothing.
  if (steps++ % 100 === 0) state = copyOfStart();
  (await train()).dispose();
});
report(`jax-js ${version}`, given, times);
