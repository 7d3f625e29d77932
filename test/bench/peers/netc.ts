/**
 * @file Milliseconds per training step or prediction of an example, as WebAssembly.
 * Usage: node dist/test/bench/peers/netc.js {train,predict} FILE [--batch 32] [--threads 1] [--seconds 1]
 */
import { createNet, prepareStep, sample, type Work } from "../../../src/cli/bench-step.js";
import { checkFile, instantiate } from "../../../src/cli/compile.js";
import { noise } from "../../../src/cli/noise.js";
import { compileModel } from "../../../src/compiler/compile.js";
import { callsPerTime, conditions, report } from "./contest.js";

const given = conditions();
const { words, batch, threads, seconds } = given;
const [task, file = ""] = words;
const target = "wasm";

async function work(): Promise<Work> {
  const checked = checkFile(file, { batch });
  if (task === "train") return prepareStep(checked, { target, threads });
  const net = await createNet(await instantiate(compileModel(checked, { target })), threads);
  const data = noise(checked, batch, 1);
  const inputs = Object.fromEntries(checked.inputs.map(({ name }) => [name, data[name]!]));
  return {
    run: () => {
      net.predict(inputs);
    },
    restart: () => {},
  };
}

const timed = await work();
sample(1, callsPerTime, timed);
report(threads > 1 ? `netc wasm, ${threads} threads` : "netc wasm", given, sample(seconds, callsPerTime, timed));
