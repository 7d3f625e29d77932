/** @file Threads that run a net's programs together: each has the same functions over the same memory, and its part of the work. */
import type { CreateOptions } from "./api.js";
import type { Memory, WasmPrograms } from "./memory.js";
import { drawKey } from "./random.js";
import {
  allocateWasm,
  arraysIn,
  bindWasm,
  compileWasm,
  demandWasm,
  type WasmEngine,
  type WasmFunctions,
  type WasmImports,
  type WasmMemory,
  type WasmSpec,
  withPrograms,
} from "./wasm.js";
import { nodeThreads, startText } from "./workers.js";

/** Binaries of a net that trains: its own over all memory, and the predictor's, whose arrays come first. */
export interface TrainingBinary extends WasmSpec {
  readonly predictor: WasmSpec;
}

/** What a new thread is told. */
interface ThreadTask {
  readonly modules: readonly object[];
  readonly imports: WasmImports;
  /**
   * How the threads talk: 32-bit words with the number of commands given, the number of threads ready, the command's program (-1:
   * the end), and how many numbers it takes; from byte 16 on these numbers, in 64 bits.
   */
  readonly control: SharedArrayBuffer;
  readonly programs: readonly string[];
}

/** What the other threads run, from its own text: it may refer to nothing around it, nor need a helper when compiled. */
function threadMain({ modules, imports, control, programs }: ThreadTask): void {
  const { WebAssembly } = globalThis as unknown as WasmEngine;
  const functions: WasmFunctions = {};
  for (let k = 0; k < modules.length; k++) {
    Object.assign(functions, new WebAssembly.Instance(modules[k]!, { m: imports }).exports);
  }
  const words = new Int32Array(control);
  const numbers = new Float64Array(control, 16);
  const inputs: number[] = [];
  Atomics.add(words, 1, 1);
  for (let seen = 0; ;) {
    // Tens of microseconds, in which the next command usually comes.
    for (let spins = 0; Atomics.load(words, 0) === seen; spins++) if (spins > 400000) Atomics.wait(words, 0, seen);
    seen = Atomics.load(words, 0);
    if (words[2]! < 0) return;
    inputs.length = words[3]!;
    for (let k = 0; k < inputs.length; k++) inputs[k] = numbers[k]!;
    Reflect.apply(functions[programs[words[2]!]!]!, undefined, inputs);
  }
}

/** Gives the function that ends the thread. */
function startThread(task: ThreadTask): () => void {
  const node = nodeThreads();
  if (node) {
    const text = `(${String(threadMain)})(require("node:worker_threads").workerData)`;
    const thread = new node.Worker(text, { eval: true, execArgv: [], workerData: task });
    thread.unref();
    // A thread that cannot start never says that it is ready: the net goes on alone.
    thread.on("error", () => {});
    return () => void thread.terminate();
  }
  const { thread, end } = startText(`onmessage = (event) => (${String(threadMain)})(event.data)`, "classic");
  thread.postMessage(task);
  return end;
}

/** Whether this thread may sleep; a page's own may not. */
function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether memory can be shared with other threads: in browsers the page must be cross-origin isolated. */
function mayShare(): boolean {
  const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean };
  return typeof SharedArrayBuffer === "function" && crossOriginIsolated !== false;
}

/** On as many threads as wanted, if they can be had. Throws NetTargetError. */
export function openThreaded(spec: TrainingBinary, options: CreateOptions): Memory {
  demandWasm(options);
  const { threads: parts = 1 } = options;
  const shared = (parts > 1 || options.shared === true) && mayShare();
  const memory = allocateWasm(spec, shared);
  const modules = [spec.predictor, spec].map((each) => compileWasm(each, shared));
  const alone = bindWasm(modules, { memory, part: 0, parts: 1, sleeps: 1 });
  if (!shared || parts === 1) return withPrograms(spec, memory, alone);
  const together = bindWasm(modules, { memory, part: 0, parts, sleeps: Number(maySleep()) });
  return { ...arraysIn(memory, spec), wasm: startThreads(spec, modules, memory, parts, alone, together) };
}

/**
 * Programs on `parts` threads, this one included; by `alone` until the others have started, or if they cannot. The results are
 * the same, bit for bit.
 */
function startThreads(
  spec: TrainingBinary,
  modules: readonly object[],
  memory: WasmMemory,
  parts: number,
  alone: WasmFunctions,
  together: WasmFunctions,
): WasmPrograms {
  const scalarsOf = { ...spec.predictor.programs, ...spec.programs };
  const programs = Object.keys(scalarsOf);
  const longest = Math.max(...Object.values(scalarsOf).map((scalars) => scalars.length));
  const control = new SharedArrayBuffer(16 + 8 * (1 + longest));
  const words = new Int32Array(control);
  const numbers = new Float64Array(control, 16);
  const ends: (() => void)[] = [];
  try {
    for (let part = 1; part < parts; part++) {
      ends.push(startThread({ modules, imports: { memory, part, parts, sleeps: 1 }, control, programs }));
    }
  } catch {
    // No workers here, or a page that forbids them.
  }
  const areReady = () => Atomics.load(words, 1) === parts - 1;
  return {
    get threads() {
      return areReady() ? parts : 1;
    },
    enter(name, n, step, seed) {
      if (!areReady()) return alone[name]!;
      const scalars = scalarsOf[name]!;
      words[2] = programs.indexOf(name);
      words[3] = 1 + scalars.length;
      numbers[0] = n;
      for (let k = 0; k < scalars.length; k++) {
        const scalar = scalars[k]!;
        numbers[k + 1] = scalar === "step" ? step : drawKey(seed, scalar, step);
      }
      Atomics.add(words, 0, 1);
      Atomics.notify(words, 0);
      return together[name]!;
    },
    finite: alone["finite"]!,
    dispose() {
      words[2] = -1;
      Atomics.add(words, 0, 1);
      Atomics.notify(words, 0);
      for (const end of ends) end();
    },
  };
}
