/** @file Prints one model: its constants, its programs, and what it exports. */
import type { BatchPrograms, CompiledModel } from "../backends/model.js";
import type { Metric, Plateau, Pruning } from "../check/model.js";
import type { CompiledProgram } from "../ir/kernel.js";
import type { Exported, ModelNames, ModuleContext } from "./context.js";
import { Code, printLiteralType, printValue, type Value } from "./literal.js";
import { printInternals } from "./internals.js";
import { printMemory } from "./memory.js";
import { access, capitalized, documentation, stringLiteral } from "./names.js";
import { type ProgramPrinter, withoutTraining } from "./programs.js";
import { parameterPaths, portValue, product, shapesValue, signatureOf, tensorValue } from "./spec.js";
import { modelTypes } from "./types.js";

export interface PrintedModel {
  readonly types: readonly string[];
  /** Constants, programs, exports. */
  readonly model: string;
  /** Constants with the programs as WebAssembly. */
  readonly binaries: readonly string[];
  /** The exports as a `.d.ts` says them. */
  readonly declarations: string;
}

const code = (text: string) => new Code(text);

function constant(context: ModuleContext, name: string, type: string, value: Value): string {
  const start = `const ${name}${context.annotation(type)} = `;
  return `${start}${printValue(value, "", start.length)};`;
}

/**
 * The object that each step writes its metrics to; those with axes are views. Of a class of its own, because V8 stores numbers in
 * place only where no other object of the program has had something else under these names.
 */
function createMetrics(context: ModuleContext, type: string, metrics: readonly Metric[]): string {
  const lines = metrics.map(({ name, shape, target }) => {
    const end = target.offset + product(shape);
    const value = shape.length === 0 ? "NaN" : `metrics.subarray(${target.offset}, ${end})`;
    return `      ${field(name)} = ${value};\n`;
  });
  const result = `new Metrics()${context.typed ? ` as ${type}` : ""}`;
  const parameter = metrics.some(({ shape }) => shape.length > 0) ? "metrics" : "";
  return `(${parameter}) => {\n    class Metrics {\n${lines.join("")}    }\n    return ${result};\n  }`;
}
/** A name as a class field: quoted where it is no identifier, or one that classes treat specially. */
function field(name: string): string {
  const member = access(name);
  return member.startsWith(".") && !/^(constructor|prototype|__proto__)$/.test(name)
    ? member.slice(1)
    : `[${JSON.stringify(name)}]`;
}

function refreshMetrics(context: ModuleContext, metrics: readonly Metric[]): string {
  const lines = metrics
    .filter(({ shape }) => shape.length === 0)
    .map(({ name, target }) => `    into${access(name)} = metrics[${target.offset}]${context.typed ? "!" : ""};\n`);
  return `{\n${lines.join("")}  }`;
}

/** The least learning rate is in the programs. */
const plateauValue = ({ monitor, direction, factor, patience, minDelta, cooldown }: Plateau): Value => ({
  monitor,
  direction,
  factor,
  patience,
  minDelta,
  cooldown,
});
/** What `fit` does unless told otherwise. */
function settings({ checked }: CompiledModel): Value {
  const { batch, epochs, shuffle, validation, accumulate, stop, plateau, terminateOnNan } = checked.training;
  return {
    batch,
    epochs,
    shuffle,
    validation,
    ...(accumulate === undefined ? {} : { accumulate }),
    stop: stop && { ...stop },
    ...(plateau ? { plateau: plateauValue(plateau) } : {}),
    ...(terminateOnNan ? { terminateOnNan } : {}),
  };
}

/** What a phase does to the weights before its first step. */
function pruneCode({ sparsity, pools }: Pruning): string {
  const regions = pools.map((pool) => pool.map(({ parameters, masks, length }) => [parameters, masks, length]));
  return `(memory) => pruneSmallest(memory, ${sparsity}, ${JSON.stringify(regions)})`;
}

export function printModel(
  context: ModuleContext,
  printer: ProgramPrinter,
  model: CompiledModel,
  names: ModelNames,
): PrintedModel {
  const { checked, programs } = model;
  const { trains } = names;
  const initializeWeights = withoutTraining(programs.initialize);
  const predictorMemory = printMemory(context, names, model);
  const trainerMemory = trains ? printMemory(context, names, model, predictorMemory) : undefined;
  const { exports: wasm } = trainerMemory ?? predictorMemory;
  const functions: string[] = [];
  /** Prints the function of a program that is TypeScript on every target; gives its name. */
  const run = (suffix: string, comment: string, program: CompiledProgram | undefined): string => {
    const name = names.local(suffix);
    functions.push(printer.program(name, comment, program));
    return name;
  };
  const runBatch = (suffix: string, comment: string, of: (programs: BatchPrograms) => CompiledProgram | undefined) => {
    const name = names.local(suffix);
    const program = of(programs);
    const inBinary = program && wasm.get(program.name);
    const plain = inBinary ? model.fallback && of(model.fallback) : program;
    functions.push(printer.program(name, comment, plain, inBinary));
    return name;
  };
  const predict = runBatch("Predict", "From inputs to outputs.", (of) => of.predict);
  const initialize = run("Initialize", "Weights and buffers as they are at first.", initializeWeights);
  const reset =
    programs.reset && run("Reset", "What is kept between predictions, as it is before the first.", programs.reset);

  const shapes = names.local("Shapes");
  const spec = names.local("Model");
  const shapesConstant = `const ${shapes} = ${printValue(shapesValue(model))}${context.typed ? " as const" : ""};`;
  const constants = [
    constant(context, spec, "ModelSpec", {
      name: checked.name,
      signature: signatureOf(model),
      batch: model.batch,
      seed: checked.training.seed,
      inputs: checked.inputs.map(portValue),
      outputs: checked.outputs.map(portValue),
      weights: [...checked.parameters, ...checked.buffers].map((t) => tensorValue(t.path, t.shape, t.source)),
      paths: parameterPaths(checked.parameters.map(({ path }) => path)),
      initialize: code(initialize),
      predict: code(predict),
      ...(reset === undefined ? {} : { reset: code(reset) }),
    }),
  ];

  const training = trains ? names.local("Training") : "";
  if (trainerMemory) {
    const initializeAll =
      initializeWeights === programs.initialize
        ? initialize
        : run("InitializeTraining", "Weights, buffers and optimizer as they are at first.", programs.initialize);
    const phases = checked.phases.map(({ name, epochs, states, prune }, k) => {
      const { begin, update, serve, finish } = programs.phases[k]!;
      const suffix = name === undefined ? "" : capitalized(name);
      const comment = `Forward, loss, backward${update ? ": gradients to add up" : ", optimizer: one update"}.`;
      return {
        ...(name === undefined ? {} : { name, epochs }),
        states: states.map((t) => tensorValue(t.path, t.shape, t.source)),
        ...(prune ? { prune: code(pruneCode(prune)) } : {}),
        ...(begin ? { begin: code(run(`Begin${suffix}`, "The optimizer as it is at first.", begin)) } : {}),
        train: code(runBatch(`Train${suffix}`, comment, (of) => (k === 0 ? of.train : of.later[k - 1]))),
        ...(update
          ? { update: code(run(`Update${suffix}`, "One update from the gradients of n examples.", update)) }
          : {}),
        ...(serve
          ? { serve: code(run(`Serve${suffix}`, "What prediction reads, in place of parameters.", serve)) }
          : {}),
        finish: code(run(`Finish${suffix}`, "Metrics from totals.", finish)),
      };
    });
    const evaluate = runBatch("Evaluate", "Loss and metrics of a batch, as totals.", (of) => of.evaluate);
    const { survey, settle } = programs;
    const surveys =
      survey && settle
        ? {
            survey: code(
              runBatch("Survey", "Statistics of a batch of the training set, as totals.", (of) => of.survey),
            ),
            settle: code(run("Settle", "Buffers from the sums of those totals.", settle)),
            ...(checked.survey.largest.length > 0 && { largest: checked.survey.largest }),
          }
        : {};
    constants.push(
      constant(context, training, `TrainingSpec<${names.metrics.name}>`, {
        open: code(trainerMemory.open),
        ports: [...checked.inputs, ...checked.targets].map(portValue),
        initialize: code(initializeAll),
        phases,
        evaluate: code(evaluate),
        ...surveys,
        settings: settings(model),
        createMetrics: code(createMetrics(context, names.metrics.name, checked.metrics)),
        refreshMetrics: code(`(metrics, into) => ${refreshMetrics(context, checked.metrics)}`),
      }),
    );
  }

  const generic = (types: readonly Exported[]) =>
    context.typed ? `<${types.map(({ name }) => name).join(", ")}>` : "";
  const predictorTypes = generic([names.inputs, names.outputs, names.parameters]);
  const netTypes = generic([names.inputs, names.data, names.outputs, names.metrics, names.parameters]);
  const doc = checked.documentation ?? `The model ${checked.name}.`;
  const mainOptions = trains ? "CreateOptions" : "PredictorOptions";
  const object = ({ name, prefix }: Exported, comment: string, net: string, options: string, create: string) =>
    `${documentation(comment)}${prefix}const ${name} = {\n` +
    `  /** Sizes of one example's ports, and of the parameters. */\n  shapes: ${shapes},\n` +
    `  /** A new net, with all the memory it will use. */\n` +
    `  create: (options${context.annotation(options)} = {})${context.annotation(net)} =>\n    ${create},\n};`;
  /** A call, its arguments on lines of their own where one line is too long. */
  const call = (callee: string, args: readonly string[]) => {
    const line = `${callee}(${args.join(", ")})`;
    return line.length <= 115 ? line : `${callee}(\n${args.map((arg) => `      ${arg},\n`).join("")}    )`;
  };
  const { threads = 1 } = context.options;
  const netOptions = threads === 1 ? "options" : `{ ...options, threads: options.threads ?? ${threads} }`;
  const newPredictor = call(`createPredictor${predictorTypes}`, [spec, predictorMemory.open, "options"]);
  const exports = [
    object(
      names.main,
      doc,
      names.net.name,
      mainOptions,
      trains ? call(`createNet${netTypes}`, [spec, training, netOptions]) : newPredictor,
    ),
    object(
      names.predictor,
      `${doc}\nPredicts only: no code or memory for training.`,
      names.predictorNet.name,
      "PredictorOptions",
      newPredictor,
    ),
  ];
  const { worker, serve } = names;
  const workerDoc = `${doc}\nTrains in a worker, which calls ${serve.seen}.`;
  const serveDoc = `To be called at once in the module of a ${worker.seen}'s worker.`;
  if (trains) {
    const modelName = stringLiteral(checked.name);
    const connect = call(`connectNet${netTypes}`, [modelName, stringLiteral(serve.seen), "options"]);
    exports.push(
      `${documentation(workerDoc)}${worker.prefix}const ${worker.name} = {\n` +
        `  /** A new net in the worker. */\n` +
        `  create: (options${context.annotation("WorkerOptions")})${context.annotation(`Promise<${names.workerNet.name}>`)} =>\n    ${connect},\n};`,
      `${documentation(serveDoc)}${serve.prefix}const ${serve.name} = ()${context.annotation("void")} => serveNet(${modelName}, ${names.main.name}.create);`,
    );
  }
  if (context.options.internals) exports.push(printInternals(context, printer, model, names, wasm));

  const shapesType = printLiteralType(shapesValue(model), "  ");
  const declare = ({ name, prefix }: Exported, net: string, options: string, comment: string) =>
    `${documentation(comment)}${prefix}declare const ${name}: {\n` +
    `  /** Sizes of one example's ports, and of the parameters. */\n  readonly shapes: ${shapesType};\n` +
    `  /** A new net, with all the memory it will use. */\n  create(options?: ${options}): ${net};\n};`;
  return {
    types: modelTypes(context, model, names),
    model: [
      shapesConstant,
      ...exports,
      ...constants,
      predictorMemory.text,
      ...(trainerMemory ? [trainerMemory.text] : []),
      ...functions,
    ].join("\n\n"),
    binaries: [predictorMemory.binary, trainerMemory?.binary ?? ""].filter((text) => text !== ""),
    declarations: [
      declare(names.main, names.net.name, mainOptions, doc),
      declare(
        names.predictor,
        names.predictorNet.name,
        "PredictorOptions",
        `${doc}\nPredicts only: no code or memory for training.`,
      ),
      ...(trains
        ? [
            `${documentation(workerDoc)}${worker.prefix}declare const ${worker.name}: {\n` +
              `  /** A new net in the worker. */\n` +
              `  create(options: WorkerOptions): Promise<${names.workerNet.name}>;\n};`,
            `${documentation(serveDoc)}${serve.prefix}declare const ${serve.name}: () => void;`,
          ]
        : []),
    ].join("\n\n"),
  };
}
