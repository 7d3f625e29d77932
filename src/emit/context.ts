/** @file What the parts of one generated module share: the language, the names given, the exports that need another name. */
import type { CompiledModel } from "../backends/model.js";
import { mathNames } from "../backends/typescript/math.js";
import { capitalized, Names, uncapitalized } from "./names.js";
import { publicNames, runtimeNames } from "./runtime-text.js";

export interface EmitOptions {
  readonly language: "ts" | "js";
  /** `f64` is for gradient checks. Default `f32`. */
  readonly precision?: "f32" | "f64";
  /** False: only the predictor. Default true. */
  readonly training?: boolean;
  /** How many threads compute in a net that trains, where `create` is not told. Default 1. */
  readonly threads?: number | undefined;
  /** Also export `<Model>Internals`: memory, programs and kernels, for gradient checks and profiles. Default false. */
  readonly internals?: boolean;
}

export class ModuleContext {
  readonly names: Names;
  readonly #exported = new Names();
  readonly #public = { value: publicNames("value"), type: publicNames("type") };
  /** `local as Name`, for names that something else in the module has. */
  readonly valueAliases: string[] = [];
  readonly typeAliases: string[] = [];
  constructor(readonly options: EmitOptions) {
    this.names = Names.ofModule();
    for (const name of [...runtimeNames(), ...mathNames]) this.names.claim(name);
  }
  get typed(): boolean {
    return this.options.language === "ts";
  }
  get floats(): "Float32Array" | "Float64Array" {
    return this.options.precision === "f64" ? "Float64Array" : "Float32Array";
  }
  /** `: type` in TypeScript, nothing in JavaScript. */
  annotation(type: string): string {
    return this.typed ? `: ${type}` : "";
  }
  /** A top-level name that users see as `wanted`; `prefix` goes before its declaration. */
  exported(wanted: string, kind: "value" | "type"): Exported {
    const local = this.names.claim(wanted);
    const seen = this.#exported.claim(wanted, this.#public[kind]);
    if (local === seen) return { name: local, seen, prefix: "export " };
    (kind === "value" ? this.valueAliases : this.typeAliases).push(`${local} as ${seen}`);
    return { name: local, seen, prefix: "" };
  }
}
export interface Exported {
  readonly name: string;
  /** The name that users see. */
  readonly seen: string;
  readonly prefix: "export " | "";
}

/** The names of one model's declarations. */
export interface ModelNames {
  readonly trains: boolean;
  readonly main: Exported;
  readonly predictor: Exported;
  readonly inputs: Exported;
  readonly targets: Exported;
  readonly data: Exported;
  readonly outputs: Exported;
  readonly metrics: Exported;
  readonly parameters: Exported;
  readonly net: Exported;
  readonly predictorNet: Exported;
  /** Training in a worker: the page's side, the worker's, and the type of the net. */
  readonly worker: Exported;
  readonly serve: Exported;
  readonly workerNet: Exported;
  /** The union of a port's labels, by port. */
  readonly labels: ReadonlyMap<string, Exported>;
  /** A module-level constant or function that is not exported. */
  readonly local: (suffix: string) => string;
}

/** Longer lists of labels are plain strings to the type checker. */
const mostLabels = 256;

/** Models have their own names before others are made of them: `Digits` and `DigitsPredictor` may be two. */
export function nameModels(context: ModuleContext, models: readonly CompiledModel[]): readonly ModelNames[] {
  const mains = models.map(({ checked }) => context.exported(checked.name, "value"));
  return models.map((model, k) => nameModel(context, model, mains[k]!));
}

function nameModel(context: ModuleContext, { checked, programs }: CompiledModel, main: Exported): ModelNames {
  const type = (suffix: string) => context.exported(checked.name + suffix, "type");
  const trains = context.options.training !== false && programs.train !== undefined;
  const fixed = {
    trains,
    main,
    predictor: context.exported(`${checked.name}Predictor`, "value"),
    inputs: type("Inputs"),
    targets: type("Targets"),
    data: type("Data"),
    outputs: type("Outputs"),
    metrics: type("Metrics"),
    parameters: type("Parameters"),
    net: type("Net"),
    predictorNet: type("PredictorNet"),
    worker: context.exported(`${checked.name}Worker`, "value"),
    serve: context.exported(`serve${checked.name}`, "value"),
    workerNet: type("WorkerNet"),
  };
  const labels = new Map<string, Exported>();
  for (const { name, element } of [...checked.inputs, ...(trains ? checked.targets : []), ...checked.outputs]) {
    if (element.kind !== "class" || !element.labels || element.labels.length > mostLabels) continue;
    labels.set(name, type(capitalized(name)));
  }
  const stem = uncapitalized(checked.name);
  return { ...fixed, labels, local: (suffix) => context.names.claim(stem + suffix) };
}
