/** @file Elaborates a model: ports, body and objectives for training, evaluation and prediction, then its optimizers. */
import { Graph } from "../ir/graph.js";
import type { Axis, Source, Store, Tensor } from "../ir/types.js";
import type { ModelDeclaration, ModelItem, ObjectiveItem, OptimizerItem } from "../syntax/ast.js";
import { augmentations, augmented } from "./augment.js";
import { Context, type Mode, type Run, type Sink } from "./context.js";
import { dataRules } from "./diagnostics/data.js";
import { modelRules } from "./diagnostics/model.js";
import { nameRules } from "./diagnostics/names.js";
import { Frame } from "./frame.js";
import { Padding } from "./items.js";
import { language } from "./language.js";
import type { CheckedModel, Forward, Monitor, Phase, Port, Slot } from "./model.js";
import { Objectives, placeMetrics, TotalTable } from "./objectives.js";
import { gradientPlaces, type Group, groupParameters, memoryOrder } from "./groups.js";
import { elaborateOptimizers } from "./optimizers.js";
import { demandIndependence, makeOutput, type Output } from "./outputs.js";
import { groupsIn, type PhaseSettings, phaseSettings } from "./phases.js";
import { addOptimizer, removeOptimizer } from "./mending.js";
import { masksIn, placeMasks, prunedIn, pruningOf } from "./pruning.js";
import { makePort, portType, type ReadText } from "./ports.js";
import { Registry } from "./registry.js";
import { type FileScope, Scope } from "./scope.js";
import { dataSettings } from "./data-settings.js";
import { trainingSettings } from "./settings.js";
import { Steps } from "./steps.js";
import { materialise } from "./tensors.js";
import type { Trace } from "./trace.js";
import { errorValue, number, type TensorValue } from "./values.js";

interface ModelInput {
  readonly declaration: ModelDeclaration;
  readonly file: FileScope;
  readonly sink: Sink;
  readonly readText: ReadText;
  readonly batch: number | undefined;
  /** Filled with what the elaboration for training sees. */
  readonly trace?: Trace | undefined;
}

/** The model; also with errors, as far as it goes: only a model without errors may be lowered. */
export function elaborateModel(input: ModelInput): CheckedModel {
  const first = new Elaboration(input, undefined);
  const order = first.order();
  // Groups of parameters must lie side by side: if they do not as met, once more with their places decided.
  const met = [...first.registry.parameters.values()];
  if (order.every((entry, k) => entry === met[k])) return first.finish();
  const offsets = new Map<string, number>();
  let offset = 0;
  for (const { path, shape } of order) {
    offsets.set(path, offset);
    offset += shape.reduce((a, b) => a * b, 1);
  }
  return new Elaboration(input, offsets).finish();
}

interface Elaborated {
  readonly c: Context;
  readonly forward: Forward;
  readonly outputs: readonly Output[];
  readonly objectives: Objectives;
  readonly steps: Steps;
}

class Elaboration {
  readonly registry: Registry;
  readonly #graph = new Graph();
  readonly #batchAxis: Axis = this.#graph.axis("batch");
  readonly #padding = new Padding(this.#graph, this.#batchAxis);
  readonly #top: Context;
  readonly #inputs: Port[] = [];
  readonly #targets: Port[] = [];
  readonly #ports = new Map<string, TensorValue | undefined>();
  readonly #table: TotalTable;
  readonly #outputSources = new Map<string, Source>();
  readonly #training;
  readonly #data;
  readonly #augmentations;
  readonly #train: Elaborated;
  readonly #evaluate: Elaborated;
  readonly #predict: Elaborated;

  constructor(
    readonly input: ModelInput,
    offsets: ReadonlyMap<string, number> | undefined,
  ) {
    const { declaration } = input;
    this.registry = new Registry(new Frame(""), offsets);
    this.#table = new TotalTable(this.registry);
    const settings = this.#context("train", 1, undefined);
    this.#training = trainingSettings(settings, this.#block("train"), input.batch);
    const batch = this.#room || 1;
    this.#top = this.#context("train", batch, undefined);
    for (const item of declaration.items) if (item.kind === "input" || item.kind === "target") this.#port(item);
    const data = this.#block("data");
    this.#data = dataSettings(settings, data, [...this.#ports.keys()]);
    this.#augmentations = augmentations(
      settings,
      data,
      this.#inputs.map(({ name }) => name),
    );
    this.#train = this.#elaborate("train", batch);
    const again = this.#train.c.run.readsTraining;
    this.#evaluate = again ? this.#elaborate("evaluate", batch) : withoutTraining(this.#train);
    this.#predict = again ? this.#elaborate("predict", batch) : withoutObjectives(this.#train);
    demandIndependence(this.#top, this.#inputs, this.#targets, this.#predict.outputs);
  }

  #context(mode: Mode, batch: number, onStep: Run["onStep"]): Context {
    const { file, sink } = this.input;
    const scope = new Scope(undefined);
    const run: Run = {
      graph: this.#graph,
      language,
      sink,
      registry: this.registry,
      mode,
      batch,
      batchAxis: this.#batchAxis,
      scanAxes: this.#scanAxes,
      padding: this.#padding,
      bounds: this.#bounds,
      readsTraining: false,
      draws: new Map(),
      regularized: new Set(),
      regularization: undefined,
      buffers: new Map(),
      total: undefined,
      survey: undefined,
      kept: [],
      budget: { applications: 0, depth: 0, exhausted: false },
      recursive: new Set(),
      constants: new Map(),
      top: { scope: new Scope(undefined), caller: undefined, indices: [] },
      onStep,
      trace: onStep && mode === "train" ? this.input.trace : undefined,
    };
    return new Context({
      run,
      scope,
      file,
      frame: this.registry.root,
      indices: [],
      iterations: [],
      row: undefined,
      caller: undefined,
      scan: undefined,
      perExample: true,
      drawPath: undefined,
      flat: undefined,
      gradients: undefined,
      step: "",
      wordSet: "word",
    });
  }
  readonly #scanAxes: Run["scanAxes"] = new Set();
  readonly #bounds: Run["bounds"] = new Map();

  /** The largest number of examples in one call; 0: as many as the data will have. */
  get #room(): number {
    const { batch } = this.#training;
    return this.input.batch ?? (batch === "all" ? 0 : batch);
  }
  /** The one block of a kind. */
  #block(kind: "train" | "data"): (ModelItem & { kind: "data" | "train" | "phase" }) | undefined {
    const blocks = this.input.declaration.items.filter(
      (item): item is ModelItem & { kind: "data" | "train" | "phase" } => item.kind === kind,
    );
    const [, second] = blocks;
    if (second) {
      const location = this.input.file.location(second.span);
      this.#reportAt(location.span, kind);
    }
    return blocks[0];
  }
  #reportAt(span: { start: number; end: number }, what: string): void {
    this.#context("train", 1, undefined).report(modelRules.twice, span, { what: `\`${what}\`` });
  }

  #port(item: ModelItem & { kind: "input" | "target" }): void {
    const c = this.#top;
    const name = item.name.text;
    if (this.#ports.has(name)) {
      c.report(nameRules.duplicateName, item.name.span, { name });
      return;
    }
    const type = portType(c, name, item.type, this.input.readText);
    const made = type && makePort(c, item, type);
    this.#ports.set(name, made?.value);
    if (made) (item.kind === "input" ? this.#inputs : this.#targets).push(made.port);
  }

  #elaborate(mode: Mode, batch: number): Elaborated {
    const { declaration } = this.input;
    const steps = new Steps();
    const c = this.#context(mode, batch, (step) => steps.add(step));
    const objectiveItems = declaration.items.filter(
      (item): item is ObjectiveItem => item.kind === "loss" || item.kind === "metric",
    );
    const hasPhases = this.#phaseItems().length > 0;
    const hasObjectives = mode !== "predict" && objectiveItems.length > 0;
    const objectives = new Objectives(c, this.#table, objectiveItems, hasPhases, hasObjectives);
    const outputs: Output[] = [];
    const declared = new Set<string>();
    for (const item of declaration.items) {
      switch (item.kind) {
        case "input":
        case "target": {
          const port = this.#ports.get(item.name.text);
          const augmentation = item.kind === "input" && this.#augmentations.get(item.name.text);
          const value = port && augmentation ? augmented(c, port, augmentation) : port;
          c.scope.bind(item.name.text, value ?? errorValue, c.location(item.name.span));
          // The dimension's name is a size, for `scan i in t`.
          const dimension = port && port.axes[0]?.label;
          if (dimension && !c.scope.find(dimension.name))
            c.scope.bind(dimension.name, number(port.axes[0]!.size, dimension));
          break;
        }
        case "output": {
          const value = c.evaluate(item.value);
          const name = item.name.text;
          if (declared.has(name) || this.#ports.has(name)) c.report(nameRules.duplicateName, item.name.span, { name });
          declared.add(name);
          c.scope.bind(name, value, c.location(item.name.span));
          const output = makeOutput(c, item, value, this.#outputSources);
          if (output) outputs.push(output);
          break;
        }
        case "loss":
          if (mode !== "predict") objectives.loss(item);
          break;
        case "metric":
          if (mode !== "predict") objectives.metric(item);
          break;
        case "phase":
        case "optimizer":
        case "data":
        case "train":
          break;
        default:
          language.execute(c, [item]);
      }
    }
    if (declaration.items.length > 0 && outputs.length === 0 && declared.size === 0 && objectiveItems.length === 0)
      c.report(modelRules.noModel, declaration.name.span, { name: declaration.name.text });
    const regularization = mode === "predict" ? undefined : this.#regularization(c);
    const loss = mode === "predict" ? undefined : objectives.finishLoss(regularization);
    const forward: Forward = {
      loss,
      regularization,
      outputs: outputs.map(({ value }) => value),
      buffers: mode === "train" ? this.#bufferStores(c) : [],
      totals: objectives.totals,
    };
    return { c, forward, outputs, objectives, steps };
  }

  #regularization(c: Context): Tensor | undefined {
    const { regularization } = c.run;
    return regularization?.kind === "tensor" ? materialise(c, regularization, undefined).tensor : undefined;
  }
  #bufferStores(c: Context): Store[] {
    return [...c.run.buffers].flatMap(([path, value]): Store[] => {
      const entry = this.registry.buffers.get(path);
      return entry ? [{ target: entry.source, value: materialise(c, value, undefined).tensor }] : [];
    });
  }

  #optimizerItems(): readonly OptimizerItem[] {
    return this.input.declaration.items.filter((item) => item.kind === "optimizer");
  }
  #phaseItems() {
    return this.input.declaration.items.filter(
      (item): item is ModelItem & { kind: "data" | "train" | "phase" } => item.kind === "phase",
    );
  }
  #groups() {
    const items = this.#optimizerItems();
    return items.length === 0 ? [] : groupParameters(this.#train.c, items, [...this.registry.parameters.values()]);
  }
  /** The parameters as they should lie in memory. */
  order() {
    return memoryOrder(this.#groups() ?? [], [...this.registry.parameters.values()], prunedIn(this.#phaseSettings()));
  }

  #phaseSettings(): readonly PhaseSettings[] {
    const { c, objectives } = this.#train;
    const names = objectives.losses.map(({ name }) => name);
    return phaseSettings(c, this.#phaseItems(), names, [...this.registry.parameters.values()], this.#training.epochs);
  }

  finish(): CheckedModel {
    const { declaration, file } = this.input;
    const { c } = this.#train;
    const groups = this.#groups() ?? [];
    const hasLoss = declaration.items.some((item) => item.kind === "loss");
    const name = declaration.name.text;
    const [optimizer] = this.#optimizerItems();
    const trainable = [...this.registry.parameters.values()].some((p) => p.trainable);
    if (hasLoss && !optimizer && trainable)
      c.report(modelRules.noOptimizer, declaration.name.span, { model: name }, addOptimizer(c, declaration));
    if (!hasLoss && optimizer)
      c.report(modelRules.noLoss, optimizer.span, { model: name }, removeOptimizer(c, optimizer));
    const phases = this.#phases(groups);
    const { stop, plateau } = this.#training;
    const parameters = this.order();
    return {
      name: declaration.name.text,
      documentation: declaration.documentation,
      location: file.location(declaration.name.span),
      graph: this.#graph,
      batch: this.#room,
      inputs: this.#inputs,
      targets: this.#targets,
      outputs: this.#predict.outputs.map(({ port }) => port),
      parameters: parameters.flatMap(({ path, shape, source, trainable, initial, location }) =>
        initial ? [{ path, shape, source, trainable, initial, location }] : [],
      ),
      buffers: [...this.registry.buffers.values()].flatMap(({ path, shape, source, initial }): Slot[] =>
        initial ? [{ path, shape, source, initial }] : [],
      ),
      states: phases[0].states,
      survey: this.registry.survey,
      kept: this.#predict.c.run.kept,
      forward: { train: this.#train.forward, evaluate: this.#evaluate.forward, predict: this.#predict.forward },
      update: phases[0].update,
      metrics: phases[0].metrics,
      phases,
      steps: this.#train.steps.described(c, [...this.registry.parameters.keys()]),
      training: {
        ...this.#training,
        stop: stop && this.#directed(stop, phases[0]),
        plateau: plateau && this.#directed(plateau, phases[0]),
      },
      data: this.#data,
    };
  }

  /** What is monitored must be there; which way is better follows from what it is. */
  #directed<M extends Monitor>(monitor: M, { metrics }: Phase): M {
    const names = metrics.map(({ name }) => name);
    const train = this.#block("train");
    if (train && !names.includes(monitor.monitor)) {
      const expected = `one of ${names.join(", ")}`;
      this.#top.report(dataRules.badEntry, train.span, { key: "monitor", expected, actual: monitor.monitor });
    }
    const losses = ["loss", ...this.#train.objectives.losses.map(({ name }) => name)];
    return { ...monitor, direction: monitor.direction ?? (losses.includes(monitor.monitor) ? "min" : "max") };
  }
  #phases(groups: readonly Group[]): readonly [Phase, ...Phase[]] {
    const { objectives, forward } = this.#evaluate;
    const { losses } = this.#train.objectives;
    const { c } = this.#train;
    const targets = placeMetrics(this.registry, [
      ...(forward.loss ? [{ name: "loss", shape: [], result: objectives.lossMetric(objectives.losses) }] : []),
      ...objectives.results,
    ]);
    const { epochs } = this.#training;
    const all = this.#phaseSettings();
    const masks = placeMasks(this.registry, groups, all);
    const phase = (settings: PhaseSettings | undefined, k: number): Phase => {
      const { name, only, minimize, prune } = settings ?? {};
      const own = groupsIn(groups, only).filter((group) => group.parameters.length > 0);
      const trained = own.flatMap((group) => group.parameters);
      const places = gradientPlaces(forward.loss ? trained : []);
      const chosen = <Loss extends { readonly name: string | undefined }>(all: readonly Loss[]): readonly Loss[] =>
        all.filter((loss) => !minimize || (loss.name !== undefined && minimize.includes(loss.name)));
      const loss = minimize ? this.#train.objectives.lossOf(chosen(losses)) : this.#train.forward.loss;
      const result = minimize && objectives.lossMetric(chosen(objectives.losses));
      return {
        name,
        epochs: settings?.epochs ?? epochs,
        loss,
        trained: [...places].map(([{ path, source }, offset]) => ({
          path,
          source,
          gradient: { ...source, arena: "gradients", offset },
        })),
        ...(places.size > 0
          ? elaborateOptimizers(c, own, places, masksIn(all.slice(0, k + 1), masks), this.#training.plateau)
          : { update: [], states: [], served: [] }),
        prune: pruningOf(prune, masks),
        metrics: result ? targets.map((metric, at) => (at === 0 ? { ...metric, result } : metric)) : targets,
      };
    };
    const [first, ...rest] = all;
    return first ? [phase(first, 0), ...rest.map((one, at) => phase(one, at + 1))] : [phase(undefined, 0)];
  }
}
/** A model that never asks for `training` is the same in all three functions, but for what each of them stores. */
function withoutTraining(train: Elaborated): Elaborated {
  return { ...train, forward: { ...train.forward, buffers: [] } };
}
function withoutObjectives(train: Elaborated): Elaborated {
  const { outputs } = train.forward;
  return { ...train, forward: { loss: undefined, regularization: undefined, outputs, buffers: [], totals: [] } };
}
