/**
 * @file How many times faster than its peers is netc, in one run? Training steps against PyTorch, as it comes and tuned, on one
 * thread and on two, and against jax-js and TensorFlow.js as WebAssembly; predictions against ONNX Runtime. Each contestant is a
 * process that measures for a moment, in turn, round after round; a ratio above 1 says that netc is faster.
 * Usage: node dist/test/bench/peers.js [--peers DIR] [--python python3] [--rounds 5] [--seconds 1] [--only TEXT] [--data DIR] [--json]
 *   --peers   a folder in which this was run:
 *             npm install --ignore-scripts onnxruntime-node onnxruntime-web @jax-js/jax @tensorflow/tfjs @tensorflow/tfjs-backend-wasm
 *   --python  a Python with PyTorch
 *   --only    cases with this in their titles: "step", "cnn", "1 thread", ..
 *   --data    a folder with MNIST: predictions of its digits, besides those of noise
 * What is not installed is skipped with a message.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compete, type Contestant, peerCommand, standingRows } from "../../src/cli/bench-compare.js";
import { InputFault } from "../../src/cli/fault.js";
import { table } from "../../src/cli/terminal.js";

const { values } = parseArgs({
  options: {
    peers: { type: "string", default: "." },
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    data: { type: "string", default: "" },
    json: { type: "boolean", default: false },
  },
});

/** A command, and the ratio that it is to lose by. */
interface Peer {
  readonly command: string;
  readonly wanted: number;
}
interface Case {
  readonly title: string;
  readonly ours: string;
  readonly peers: readonly Peer[];
  readonly conditions: { readonly batch: number; readonly threads?: number };
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const script = (name: string) =>
  `${quoted(process.execPath)} ${quoted(fileURLToPath(new URL(`peers/${name}.js`, import.meta.url)))}`;
/** The one script that is not compiled: beside its source. */
const torch = `${quoted(values.python)} test/bench/peers/torch_step.py`;
const folder = `--peers ${quoted(values.peers)}`;

const files = { mlp: "examples/mnist-mlp.net", cnn: "examples/mnist.net", lstm: "examples/rows-lstm.net" } as const;
type Model = keyof typeof files;

/** As PyTorch comes, and tuned; by threads. */
const wantedOfSteps: Readonly<Record<Model, { readonly plain: number; readonly tuned: readonly [number, number] }>> = {
  cnn: { plain: 2.5, tuned: [1.2, 1.4] },
  lstm: { plain: 1.5, tuned: [1.4, 1.4] },
  mlp: { plain: 1.2, tuned: [1.1, 1.1] },
};

function steps(model: Model, threads: 1 | 2): Case {
  const conditions = { batch: 32, threads };
  const common = `--batch 32 --threads ${threads} --seconds ${values.seconds}`;
  const { plain, tuned } = wantedOfSteps[model];
  const inBrowsers = [
    { command: `${script("jax")} ${folder} ${common}`, wanted: 3 },
    { command: `${script("tfjs")} ${folder} ${common}`, wanted: 10 },
  ];
  return {
    title: `${model} step, batch 32, ${threads} thread${threads === 1 ? "" : "s"}`,
    ours: `${script("netc")} train ${files[model]} ${common}`,
    peers: [
      { command: `${torch} ${model} ${common}`, wanted: plain },
      { command: `${torch} ${model} ${common} --tuned`, wanted: tuned[threads - 1]! },
      ...(model === "mlp" && threads === 1 ? inBrowsers : []),
    ],
    conditions,
  };
}

function predictions(model: "mlp" | "cnn", batch: number, runtime: string, wanted: number): readonly Case[] {
  const common = `--batch ${batch} --threads 1 --seconds ${values.seconds}`;
  const of = (pictures: string, data: string): Case => ({
    title: `${model} prediction, batch ${batch}, 1 thread, ${pictures}`,
    ours: `${script("netc")} predict ${files[model]} ${common}${data}`,
    peers: [{ command: `${script("onnxruntime")} ${runtime} ${model} ${folder} ${common}${data}`, wanted }],
    conditions: { batch, threads: 1 },
  });
  return [of("noise", ""), ...(values.data ? [of("digits", ` --data ${quoted(values.data)}`)] : [])];
}

const secondThread: Case = {
  title: "cnn step, batch 32, 2 threads against 1",
  ours: `${script("netc")} train ${files.cnn} --threads 2 --seconds ${values.seconds}`,
  peers: [{ command: `${script("netc")} train ${files.cnn} --threads 1 --seconds ${values.seconds}`, wanted: 1.8 }],
  conditions: { batch: 32 },
};

const cases: readonly Case[] = [
  ...(["cnn", "lstm", "mlp"] as const).flatMap((model) => [steps(model, 1), steps(model, 2)]),
  secondThread,
  ...predictions("mlp", 1, "onnxruntime-node", 3),
  ...predictions("cnn", 1, "onnxruntime-web", 2),
  ...predictions("cnn", 32, "onnxruntime-web", 2.5),
];

for (const { title, ours, peers, conditions } of cases.filter((one) => one.title.includes(values.only))) {
  const contestants: Contestant[] = [await peerCommand(ours, conditions)];
  const wanted = [1];
  for (const peer of peers) {
    try {
      contestants.push(await peerCommand(peer.command, conditions));
      wanted.push(peer.wanted);
    } catch (error) {
      if (!(error instanceof InputFault)) throw error;
      console.error(`skipped: ${error.message}${error.help ? `: ${error.help}` : ""}`);
    }
  }
  const standings = (await compete(contestants, Number(values.rounds))).map((standing, k) => ({
    ...standing,
    wanted: wanted[k]!,
  }));
  if (values.json) {
    console.log(JSON.stringify({ title, ...conditions, standings }));
    continue;
  }
  const [head, ...rows] = standingRows(standings);
  console.log(title);
  console.log(`${table([[...head!, "wanted"], ...rows.map((row, k) => [...row, wanted[k]!.toFixed(1)])])}\n`);
}
