/**
 * @file Milliseconds per training step or prediction of an example, as WebAssembly.
 * Usage: node dist/test/bench/peers/netc.js {train,predict} FILE [--batch 32] [--threads 1] [--seconds 1] [--data FOLDER_WITH_MNIST]
 */
import { createNet, prepareStep, sample, type Work } from "../../../src/cli/bench-step.js";
import { checkFile, instantiate } from "../../../src/cli/compile.js";
import { compileModel } from "../../../src/compiler/compile.js";
import { callsPerTime, conditions, inTurn, pictures, report } from "./contest.js";

const given = conditions();
const { words, batch, threads, seconds } = given;
const [task, file = ""] = words;
const target = "wasm";

async function work(): Promise<Work> {
  const checked = checkFile(file, { batch });
  if (task === "train") return prepareStep(checked, { target, threads });
  const net = await createNet(await instantiate(compileModel(checked, { target })), threads);
  const [input] = checked.inputs;
  const predictions = (await pictures(given)).map((image) => ({ [input!.name]: image }));
  return { run: inTurn(predictions, (inputs) => void net.predict(inputs)), restart: () => {} };
}

const timed = await work();
sample(1, callsPerTime, timed);
report(threads > 1 ? `netc wasm, ${threads} threads` : "netc wasm", given, sample(seconds, callsPerTime, timed));
