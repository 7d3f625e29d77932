/** @file Workers of browsers and of Node: how one is started, and how its messages are heard. */

/** One end of the talk with a worker. */
export interface Port {
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void;
  /** Browsers. */
  addEventListener?(
    type: string,
    listener: (event: { readonly data?: unknown; readonly message?: string }) => void,
  ): void;
  /** Node. */
  on?(type: string, listener: (value: never) => void): void;
  ref?(): void;
  unref?(): void;
}
export interface Thread extends Port {
  terminate(): unknown;
}
export interface NodeThread extends Thread {
  unref(): void;
  on(type: string, listener: (value: never) => void): void;
}
interface NodeThreads {
  readonly parentPort: Port | null;
  readonly Worker: new (
    text: string,
    options: { eval: true; execArgv?: readonly string[]; workerData?: unknown },
  ) => NodeThread;
}
declare const process: undefined | { getBuiltinModule?(name: "node:worker_threads"): NodeThreads | undefined };
declare const Worker: new (url: string, options: { type: "classic" | "module" }) => Thread;
declare const Blob: new (parts: readonly string[], options: { type: string }) => object;
declare const URL: { createObjectURL(blob: object): string; revokeObjectURL(url: string): void };

/** Not imported: browsers have no such package. */
export function nodeThreads(): NodeThreads | undefined {
  return typeof process === "undefined" ? undefined : process.getBuiltinModule?.("node:worker_threads");
}

/** A browser's worker that runs a text, and the function that ends it. */
export function startText(
  text: string,
  type: "classic" | "module",
): { readonly thread: Thread; readonly end: () => void } {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const thread = new Worker(url, { type });
  const end = () => {
    thread.terminate();
    URL.revokeObjectURL(url);
  };
  return { thread, end };
}

export function listen<Value>(port: Port, type: "message" | "error" | "exit", listener: (value: Value) => void): void {
  if (port.on) port.on(type, listener as (value: never) => void);
  else port.addEventListener?.(type, (event) => listener((type === "message" ? event.data : event) as Value));
}

/** The memory of a value's typed arrays, at any depth, unless it is shared. */
export function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) buffersOf(part, found);
  }
  return found;
}
