/** @file Prints one model: its constants, its programs, and what it exports. */
import type { CompiledModel } from "../backends/model.js";
import type { Exported, ModelNames, ModuleContext } from "./context.js";
import { printLiteralType, printValue, type Value } from "./literal.js";
import { printInternals } from "./internals.js";
import { printMemory } from "./memory.js";
import { documentation, stringLiteral } from "./names.js";
import { ProgramFunctions, type ProgramPrinter, withoutTraining } from "./programs.js";
import { parameterPaths, portValue, shapesValue, signatureOf, tensorValue } from "./spec.js";
import { trainingValue } from "./training.js";
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

function constant(context: ModuleContext, name: string, type: string, value: Value): string {
  const start = `const ${name}${context.annotation(type)} = `;
  return `${start}${printValue(value, "", start.length)};`;
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
  const functions = new ProgramFunctions(printer, model, names, wasm);
  const predict = functions.batch("Predict", "From inputs to outputs.", (of) => of.predict);
  const initialize = functions.plain("Initialize", "Weights and buffers as they are at first.", initializeWeights);
  const kept = "What is kept between predictions, as it is before the first.";
  const reset = programs.reset && functions.plain("Reset", kept, programs.reset);

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
      initialize,
      predict,
      ...(reset && { reset }),
    }),
  ];

  const training = trains ? names.local("Training") : "";
  if (trainerMemory) {
    const comment = "Weights, buffers and optimizer as they are at first.";
    const initializeAll =
      initializeWeights === programs.initialize
        ? initialize
        : functions.plain("InitializeTraining", comment, programs.initialize);
    const metrics = names.metrics.name;
    constants.push(
      constant(
        context,
        training,
        `TrainingSpec<${metrics}>`,
        trainingValue(context, functions, trainerMemory.open, initializeAll, metrics),
      ),
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
      ...functions.texts,
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
