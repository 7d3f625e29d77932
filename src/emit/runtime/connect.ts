/** @file The page's side of a net that trains in a worker. */
import type { BatchReport, EpochReport, WorkerNet, WorkerOptions } from "./api.js";
import { NetInputError, NetStateError, NetTargetError, NetWeightsError } from "./errors.js";
import type { Answer } from "./serve.js";
import { buffersOf, listen, nodeThreads, startText, type Thread } from "./workers.js";

/** A request that has not been answered yet. */
interface Pending {
  resolve(result: never): void;
  reject(error: unknown): void;
  readonly report: (answer: Answer) => void;
  /** What the caller's report threw. */
  failure?: { readonly error: unknown };
}

/** An error of the other side. */
function revive(fields: NonNullable<Answer["error"]>): Error {
  const types = { NetInputError, NetWeightsError, NetStateError, NetTargetError };
  const { prototype } = types[fields.name as keyof typeof types] ?? Error;
  return Object.setPrototypeOf(Object.assign(new Error(fields.message), fields), prototype);
}

/** A worker that calls what the module at `url` exports under the name `serve`. */
function startModule(url: string, serve: string): Thread {
  const node = nodeThreads();
  const from = JSON.stringify(url);
  if (node) return new node.Worker(`import(${from}).then((module) => module.${serve}())`, { eval: true });
  return startText(`import { ${serve} } from ${from}; ${serve}();`, "module").thread;
}

export async function connectNet<Inputs extends object, Data extends object, Outputs, Metrics, Parameters>(
  name: string,
  serve: string,
  { worker, ...options }: WorkerOptions,
): Promise<WorkerNet<Inputs, Data, Outputs, Metrics, Parameters>> {
  const isWorker = typeof worker === "object" && "postMessage" in worker;
  const port = (isWorker ? worker : startModule(String(worker), serve)) as Thread;
  const pending = new Map<number, Pending>();
  let last = 0;
  let ended: NetStateError | undefined;
  const end = (reason: string) => {
    ended ??= new NetStateError(reason);
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
    port.terminate();
  };
  /** Node's process lives on for what it waits for. */
  const hold = () => (pending.size > 0 ? port.ref : port.unref)?.call(port);
  const call = <Result>(
    method: string,
    input?: unknown,
    rest: object = {},
    transfer: ArrayBuffer[] = [],
    report: Pending["report"] = () => {},
  ) =>
    new Promise<Result>((resolve, reject) => {
      if (ended) throw ended;
      const id = ++last;
      port.postMessage({ netc: name, id, method, input, options: rest }, transfer);
      pending.set(id, { resolve, reject, report });
      hold();
    });
  listen(port, "message", (answer: Answer | null) => {
    const request = answer?.netc === name ? pending.get(answer.id) : undefined;
    if (!answer || !request) return;
    const { failure } = request;
    if ("batch" in answer || "epoch" in answer) {
      try {
        if (!failure) request.report(answer);
      } catch (error) {
        // The request ends with it, once the other side has ended: then another may begin.
        request.failure = { error };
        call("cancel").catch(() => {});
      }
      return;
    }
    if (failure) request.reject(failure.error);
    else if (answer.error) request.reject(revive(answer.error));
    else request.resolve(answer.result as never);
    pending.delete(answer.id);
    hold();
  });
  listen(port, "error", (error: { readonly message?: string }) =>
    end(`the worker failed: ${error.message || "it cannot be loaded"}`),
  );
  listen(port, "exit", () => end("the worker has ended"));
  hold();
  interface Created {
    readonly parameters: Parameters | undefined;
    readonly target: "typescript" | "wasm";
    readonly seed: number;
  }
  const created = await call<Created>("create", undefined, options).catch((error: unknown) => {
    end("the net could not be created");
    throw error;
  });
  return {
    ...created,
    fit: (data, { onBatch, onEpoch, transfer, ...rest } = {}) => {
      const moved = transfer ? [...buffersOf([data, rest.validation])] : [];
      return call("fit", data, rest, moved, ({ batch, epoch }) => {
        if (batch) onBatch?.(batch as BatchReport<Metrics>);
        if (epoch) onEpoch?.(epoch as EpochReport<Metrics>);
      });
    },
    pause: () => call("pause"),
    resume: () => call("resume"),
    cancel: () => call("cancel"),
    evaluate: (data) => call("evaluate", data),
    predict: (inputs) => call("predict", inputs),
    save: () => call("save"),
    load: (weights) => call("load", weights),
    migrate: (weights) => call("migrate", weights),
    initialize: (seed) => call("initialize", seed),
    dispose: async () => {
      await Promise.all([call("cancel"), call("dispose")]).catch(() => {});
      end("the net was disposed");
    },
  };
}
