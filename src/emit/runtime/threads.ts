/** @file Threads that run a net's programs together: each has the same functions over the same memory, and its part of the work. */
import type { WasmFunction, WasmPrograms } from "./memory.js";
import { drawKey } from "./random.js";
import type { WasmEngine, WasmSpec } from "./wasm.js";

/** What a new thread is told. */
interface ThreadTask {
  readonly module: object;
  readonly memory: object;
  /**
   * How the threads talk: 32-bit words with the number of commands given, the number of threads ready, the command's program (-1:
   * the end), and how many numbers it takes; from byte 16 on these numbers, in 64 bits.
   */
  readonly control: SharedArrayBuffer;
  readonly part: number;
  readonly parts: number;
  readonly programs: readonly string[];
}

interface Thread {
  postMessage(task: ThreadTask): void;
  terminate(): unknown;
}
interface NodeThread extends Thread {
  unref(): void;
  on(event: "error", listener: () => void): void;
}
interface NodeThreads {
  readonly Worker: new (
    text: string,
    options: { eval: true; execArgv: readonly string[]; workerData: ThreadTask },
  ) => NodeThread;
}
declare const process: undefined | { getBuiltinModule?(name: "node:worker_threads"): NodeThreads | undefined };
declare const Worker: new (url: string) => Thread;
declare const Blob: new (parts: readonly string[], options: { type: string }) => object;
declare const URL: { createObjectURL(blob: object): string; revokeObjectURL(url: string): void };

/** What the other threads run, from its own text: it may refer to nothing around it. */
function threadMain({ module, memory, control, part, parts, programs }: ThreadTask): void {
  const { WebAssembly } = globalThis as unknown as WasmEngine;
  const { exports } = new WebAssembly.Instance(module, { m: { memory, part, parts, sleeps: 1 } });
  const words = new Int32Array(control);
  const numbers = new Float64Array(control, 16);
  const inputs: number[] = [];
  Atomics.add(words, 1, 1);
  for (let seen = 0; ;) {
    // Tens of microseconds, in which the next command usually comes.
    for (let spins = 0; Atomics.load(words, 0) === seen; spins++) if (spins > 20000) Atomics.wait(words, 0, seen);
    seen = Atomics.load(words, 0);
    if (words[2]! < 0) return;
    inputs.length = words[3]!;
    for (let k = 0; k < inputs.length; k++) inputs[k] = numbers[k]!;
    Reflect.apply(exports[programs[words[2]!]!]!, undefined, inputs);
  }
}

/** Gives the function that ends the thread. */
function startThread(task: ThreadTask): () => void {
  // Not imported: the module has no imports, and browsers no such package.
  const node = typeof process === "undefined" ? undefined : process.getBuiltinModule?.("node:worker_threads");
  if (node) {
    const text = `(${String(threadMain)})(require("node:worker_threads").workerData)`;
    const thread = new node.Worker(text, { eval: true, execArgv: [], workerData: task });
    thread.unref();
    // A thread that cannot start never says that it is ready: the net goes on alone.
    thread.on("error", () => {});
    return () => void thread.terminate();
  }
  const text = `onmessage = (event) => (${String(threadMain)})(event.data)`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const thread = new Worker(url);
  thread.postMessage(task);
  return () => {
    thread.terminate();
    URL.revokeObjectURL(url);
  };
}

/** Whether this thread may sleep; a page's own may not. */
export function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether memory can be shared with other threads: in browsers the page must be cross-origin isolated. */
export function mayShare(): boolean {
  const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean };
  return typeof SharedArrayBuffer === "function" && crossOriginIsolated !== false;
}

/**
 * Programs on `parts` threads, this one included; by `alone` until the others have started, or if they cannot. The results are
 * the same, bit for bit.
 */
export function startThreads(
  spec: WasmSpec,
  module: object,
  memory: object,
  parts: number,
  alone: Readonly<Record<string, WasmFunction>>,
  together: Readonly<Record<string, WasmFunction>>,
): WasmPrograms {
  const programs = Object.keys(spec.programs);
  const longest = Math.max(...Object.values(spec.programs).map((scalars) => scalars.length));
  const control = new SharedArrayBuffer(16 + 8 * (1 + longest));
  const words = new Int32Array(control);
  const numbers = new Float64Array(control, 16);
  const ends: (() => void)[] = [];
  try {
    for (let part = 1; part < parts; part++) {
      ends.push(startThread({ module, memory, control, part, parts, programs }));
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
      const scalars = spec.programs[name]!;
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
    dispose() {
      words[2] = -1;
      Atomics.add(words, 0, 1);
      Atomics.notify(words, 0);
      for (const end of ends) end();
    },
  };
}
