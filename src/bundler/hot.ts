/**
 * @file In the page, under Vite's server: models and nets that follow each edit of their `.net` file. A program holds stand-ins; when
 * a new version of the module runs, the nets behind them are made anew, with the weights of the old ones where shapes still fit.
 */

/** What is used of a generated net. */
interface Net {
  readonly parameters: object;
  save?(): Uint8Array;
  migrate?(weights: Uint8Array): object;
  fit?(data: object, options?: FitOptions): Promise<History>;
  dispose(): void;
}
interface FitOptions {
  readonly signal?: { readonly aborted: boolean; readonly paused?: unknown } | undefined;
  readonly resume?: boolean | undefined;
}
interface History {
  readonly epochs: readonly object[];
  readonly stopped: string;
}
interface Model {
  readonly shapes: { readonly parameters: Readonly<Record<string, readonly number[]>> };
  create(options?: object): Net;
}
/** `import.meta.hot`: what is in `data` outlives the versions of a module. */
interface Hot {
  readonly data: { netc?: Map<string, Followed> };
}

/** The model of that name in the newest version, whichever version gave it to the program. */
export function follow(hot: Hot | undefined, name: string, model: Model): Model {
  if (!hot) return model;
  const all = (hot.data.netc ??= new Map<string, Followed>());
  const known = all.get(name);
  if (known) known.replace(model);
  else all.set(name, new Followed(model));
  return all.get(name)!.standIn;
}

class Followed {
  #model: Model;
  /** Weak, since programs need not dispose of nets. */
  #nets: WeakRef<LiveNet>[] = [];
  readonly standIn: Model;
  constructor(model: Model) {
    this.#model = model;
    const newest = () => this.#model;
    this.standIn = {
      get shapes() {
        return newest().shapes;
      },
      create: (options = {}) => {
        const live = new LiveNet(this.#model, options);
        this.#nets.push(new WeakRef(live));
        return live.standIn;
      },
    };
  }
  replace(model: Model): void {
    const before = this.#model;
    this.#model = model;
    const live = this.#nets.flatMap((reference) => reference.deref() ?? []).filter(({ isDisposed }) => !isDisposed);
    this.#nets = live.map((net) => new WeakRef(net));
    for (const net of live) net.replace(before, model);
  }
}

class LiveNet {
  isDisposed = false;
  readonly standIn: Net;
  readonly #options: object;
  #net: Net;
  /** How many calls of `fit` the present net runs. */
  #fits = 0;
  constructor(model: Model, options: object) {
    this.#options = options;
    this.#net = model.create(options);
    const own: Partial<Net> = {
      ...(this.#net.fit && { fit: (data, fitOptions) => this.#fit(data, fitOptions ?? {}) }),
      dispose: () => {
        this.isDisposed = true;
        this.#net.dispose();
      },
    };
    // The stand-in's target holds this object, as long as a program holds the stand-in.
    this.standIn = new Proxy(own as Net, {
      get: (_, key) => (Object.hasOwn(own, key) ? Reflect.get(own, key) : Reflect.get(this.#net, key)),
      has: (_, key) => Reflect.has(this.#net, key),
    });
  }

  /** Throws what `create` throws; then the old net goes on. */
  replace(before: Model, model: Model): void {
    const old = this.#net;
    const net = this.#remade(model);
    const kept = transfer(old, net, before, model);
    console.info(`[netc] a net was made anew: ${kept}`);
    this.#net = net;
    if (this.#fits === 0) old.dispose();
    this.#fits = 0;
  }

  #remade(model: Model): Net {
    try {
      return model.create(this.#options);
    } catch {
      // The weights that it was first given need not fit any longer.
      return model.create({ ...this.#options, weights: undefined });
    }
  }

  /** Training that an edit interrupts goes on with the new net. */
  async #fit(data: object, options: FitOptions): Promise<History> {
    const { signal } = options;
    let epochs: readonly object[] = [];
    for (let resume = options.resume; ; resume = true) {
      const net = this.#net;
      const isStale = () => net !== this.#net;
      const followed = {
        get aborted() {
          return isStale() || (signal?.aborted ?? false);
        },
        get paused() {
          return signal?.paused;
        },
      };
      this.#fits++;
      try {
        const history = await net.fit!(data, { ...options, resume, signal: followed });
        epochs = [...epochs, ...history.epochs];
        if (!isStale() || signal?.aborted) return { ...history, epochs };
      } finally {
        if (isStale()) net.dispose();
        else this.#fits--;
      }
    }
  }
}

/** Weights of the old net into the new one where they fit; says how many. */
function transfer(old: Net, net: Net, before: Model, model: Model): string {
  if (old.save && net.migrate) {
    try {
      const { resumes, tensors } = net.migrate(old.save()) as Migration;
      const kept = tensors.filter(({ fate }) => fate !== "initialized").length;
      return `${kept} of ${tensors.length} tensors kept${resumes ? ", training goes on" : ""}`;
    } catch (error) {
      return `nothing kept: ${String(error)}`;
    }
  }
  const paths = Object.keys(model.shapes.parameters);
  const fitting = paths.filter(
    (path) => String(before.shapes.parameters[path]) === String(model.shapes.parameters[path]),
  );
  for (const path of fitting) viewOf(net, path)?.set(viewOf(old, path) ?? []);
  return `${fitting.length} of ${paths.length} parameters kept`;
}
interface Migration {
  readonly resumes: boolean;
  readonly tensors: readonly { readonly fate: string }[];
}

/** The parameter of a path: names between points, or all of it where another path continues it. */
function viewOf({ parameters }: Net, path: string): Float32Array | undefined {
  if (Object.hasOwn(parameters, path)) return Reflect.get(parameters, path) as Float32Array;
  const found = path
    .split(".")
    .reduce<unknown>(
      (node, name) => (typeof node === "object" && node !== null ? Reflect.get(node, name) : undefined),
      parameters,
    );
  return found instanceof Float32Array ? found : undefined;
}
