/**
 * @file Plans models' memory for the language server in a thread of its own: a plan takes up to a second, and a key is not to wait for it.
 *
 * The thread runs this program again (`netc lsp` there answers the questions), so it needs no file but the one that was started. One
 * question at a time; a question that nobody asks any more ends the thread in the midst of it, and the next one starts another.
 */
import { parentPort, Worker } from "node:worker_threads";
import { createProject, type Host } from "../compiler/project.js";
import type { MemoryQuestion } from "../lsp/host.js";

/** Milliseconds without a question after which the thread ends, and gives its memory back. */
const patience = 10_000;

interface Waiting {
  readonly question: MemoryQuestion;
  readonly settle: (bytes: number | undefined) => void;
}

export class PlanningThread {
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;
  #idle: ReturnType<typeof setTimeout> | undefined;

  /** `program`: what the process runs. */
  constructor(readonly program: string) {}

  /** Bytes; undefined where there is no plan, or as soon as the signal says that nobody asks any more. */
  plan(question: MemoryQuestion, signal: AbortSignal): Promise<number | undefined> {
    return new Promise((settle) => {
      if (signal.aborted) return settle(undefined);
      const one = { question, settle };
      this.#waiting.push(one);
      signal.addEventListener("abort", () => this.#drop(one), { once: true });
      if (this.#waiting.length === 1) this.#ask();
    });
  }
  #ask(): void {
    clearTimeout(this.#idle);
    const [first] = this.#waiting;
    if (first) this.#thread().postMessage(first.question);
    else this.#idle = setTimeout(() => this.#end(), patience).unref();
  }
  #answer(bytes: number | undefined): void {
    this.#waiting.shift()?.settle(bytes);
    this.#ask();
  }
  #drop(one: Waiting): void {
    const at = this.#waiting.indexOf(one);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    one.settle(undefined);
    if (at > 0) return;
    this.#end();
    this.#ask();
  }
  #thread(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.program, { argv: ["lsp", "--stdio"], execArgv: [], stdout: true });
    worker.unref();
    worker.on("message", (bytes: number | undefined) => {
      if (worker === this.#worker) this.#answer(bytes);
    });
    worker.on("error", () => {
      // A defect of a later phase: the model has no plan, and `netc build` says why. The thread's end comes next.
    });
    worker.on("exit", () => {
      if (worker !== this.#worker) return;
      this.#worker = undefined;
      this.#answer(undefined);
    });
    return (this.#worker = worker);
  }
  #end(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
  }
}

/** In the thread: answers questions until it is ended. False: this is no such thread. */
export function answerPlans(host: Host): boolean {
  if (!parentPort) return false;
  const port = parentPort;
  const project = createProject(host);
  port.on("message", ({ path, model, texts }: MemoryQuestion) => {
    for (const [name, text] of texts) {
      project.setText(name, text);
      project.invalidate(name);
    }
    void project.memory(path, model).then((bytes) => port.postMessage(bytes));
  });
  return true;
}
