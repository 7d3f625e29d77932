/** @file A worker's side of a net that trains there. */
import type { BatchReport, CreateOptions, EpochReport, TrainingNet } from "./api.js";
import { now } from "./pause.js";
import { coreOf, memoryOf } from "./predictor.js";
import { checkIdle, copyMetrics, type Trainer } from "./trainer.js";
import { buffersOf, listen, nodeThreads, type Port } from "./workers.js";

type AnyNet = TrainingNet<object, object, object, object, object>;

/** What the other side asks for, and with which number the answer goes back. */
export interface Request {
  /** The model's name: others may talk over the same port. */
  readonly netc: string;
  readonly id: number;
  readonly method: string;
  readonly input: unknown;
  readonly options: Readonly<Record<string, unknown>>;
}
/** One of these; the last two end the request. */
export interface Answer {
  readonly netc: string;
  readonly id: number;
  readonly batch?: BatchReport<object>;
  readonly epoch?: EpochReport<object>;
  readonly error?: { readonly name: string; readonly message: string };
  readonly result?: unknown;
}
type Post = (answer: Omit<Answer, "netc" | "id">, transfer?: ArrayBuffer[]) => void;
type Method = (input: unknown, options: Request["options"], post: Post) => unknown;

export function serveNet(name: string, create: (options: CreateOptions) => object): void {
  const port: Port = nodeThreads()?.parentPort ?? (globalThis as unknown as Port);
  let net: AnyNet;
  let wake = () => {};
  const signal: { aborted: boolean; paused: Promise<void> | undefined } = { aborted: false, paused: undefined };
  const goOn = (aborted: boolean) => {
    Object.assign(signal, { aborted, paused: undefined });
    wake();
  };
  const methods: Readonly<Record<string, Method>> = {
    create(_, options) {
      net = create({ ...options, shared: true }) as AnyNet;
      const { parameters, seed, target } = net;
      const isOwn = memoryOf(coreOf(net)!).parameters.buffer instanceof ArrayBuffer;
      return { parameters: isOwn ? undefined : parameters, seed, target };
    },
    fit(data, options, post) {
      checkIdle(coreOf(net) as Trainer<object>);
      goOn(false);
      const { budgetMs = 20 } = options as { readonly budgetMs?: number };
      let posted = 0;
      return net.fit(data as object, {
        ...options,
        budgetMs,
        signal,
        onBatch(batch) {
          if (now() - posted < budgetMs) return;
          posted = now();
          post({ batch: { ...batch, metrics: copyMetrics(batch.metrics) } });
        },
        onEpoch: (epoch) => post({ epoch }),
      });
    },
    pause() {
      signal.paused ??= new Promise((resolve) => (wake = resolve));
    },
    resume: () => goOn(signal.aborted),
    cancel: () => goOn(true),
  };

  listen(port, "message", async (request: Request | null) => {
    if (request?.netc !== name) return;
    const { id, method, input, options } = request;
    const post: Post = (answer, transfer) => port.postMessage({ netc: name, id, ...answer }, transfer ?? []);
    try {
      const own = methods[method];
      const result: unknown = await (own ? own(input, options, post) : net[method as "predict"](input as object));
      post({ result }, [...buffersOf(result)]);
    } catch (thrown) {
      const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
      post({ error: { ...(thrown as object), name, message } });
    }
  });
}
