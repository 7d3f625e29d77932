/** @file The memory that models take, planned while nobody types and remembered until something that a model depends on changes. */
import type { ModelFacts } from "../compiler/facts.js";
import type { Context } from "./context.js";
import type { CancellationToken } from "./protocol.js";

/** Milliseconds without a change after which nobody is thought to type. */
const pause = 300;

export class PlannedMemory {
  /** By revision of the model. */
  readonly #known = new WeakMap<object, number>();
  constructor(readonly context: Context) {}

  /** In bytes; undefined where the compiler has none (`Project.memory`), and after a change or the token: clients then ask again. */
  async of(path: string, { name, revision }: ModelFacts, token: CancellationToken): Promise<number | undefined> {
    const known = this.#known.get(revision);
    if (known !== undefined) return known;
    const { project, host } = this.context;
    const superseded = new AbortController();
    const abort = () => superseded.abort();
    const listeners = [this.context.onChange(abort), token.onCancellationRequested(abort)];
    try {
      await new Promise((resolve) => {
        setTimeout(resolve, pause);
        superseded.signal.addEventListener("abort", resolve);
      });
      if (superseded.signal.aborted) return undefined;
      const texts = [...(project.analyse(path)?.dependencies ?? [])].map((one) => [one, project.text(one)] as const);
      const bytes = host.planMemory
        ? await host.planMemory({ path, model: name, texts }, superseded.signal)
        : await project.memory(path, name);
      if (bytes !== undefined && !superseded.signal.aborted) this.#known.set(revision, bytes);
      return bytes;
    } finally {
      for (const listener of listeners) listener.dispose();
    }
  }
}
