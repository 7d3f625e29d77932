/** @file The types of one model: what goes in, what comes out, what it consists of. */
import type { CompiledModel } from "../backends/model.js";
import type { Metric, Port } from "../check/model.js";
import type { Exported, ModelNames, ModuleContext } from "./context.js";
import { documentation, propertyKey, stringLiteral } from "./names.js";
import { parameterPaths } from "./spec.js";

const shapeText = (shape: readonly (number | string)[]): string => `[${shape.join(", ")}]`;

/** One line per property. */
function interfaceText({ name, prefix }: Exported, doc: string, lines: readonly string[]): string {
  const body = lines.length === 0 ? " {}" : ` {\n${lines.join("")}}`;
  return `${documentation(doc)}${prefix}interface ${name}${body}`;
}

function givenType({ element, name, sequence }: Port, names: ModelNames): string {
  if (sequence) return `NetSequences<${itemType(element, names.labels.get(name)?.name)}>`;
  switch (element.kind) {
    case "f32":
    case "int":
      return "NetNumbers";
    case "bool":
      return "NetTruths";
    case "class":
      return element.labels ? `NetLabels<${names.labels.get(name)?.name ?? "string"}>` : "NetIndices";
  }
}
function itemType(element: Port["element"], labels: string | undefined): string {
  if (element.kind === "bool") return "boolean | number";
  return element.kind === "class" && element.labels ? `${labels ?? "string"} | number` : "number";
}
function resultType(context: ModuleContext, port: Port, names: ModelNames): string {
  const type = rowType(context, port, names);
  return port.sequence ? `${type}[]` : type;
}
function rowType(context: ModuleContext, { element, name }: Port, names: ModelNames): string {
  switch (element.kind) {
    case "f32":
      return context.floats;
    case "int":
      return "Int32Array";
    case "bool":
      return "boolean[]";
    case "class":
      return element.labels ? `${names.labels.get(name)?.name ?? "string"}[]` : "Int32Array";
  }
}
function describe(port: Port): string {
  const { element, shape, sequence } = port;
  const kind = { f32: "Numbers", int: "Whole numbers", bool: "Truth values", class: "Classes" }[element.kind];
  const range = element.kind === "class" && !element.labels ? ` 0 .. ${element.size - 1}` : "";
  const sizes = sequence ? ["n", `${sequence.name} <= ${shape[0]}`, ...shape.slice(1)] : ["n", ...shape];
  const of = `${kind}${range}, ${shapeText(sizes)}.`;
  return port.documentation ? `${port.documentation}\n${of}` : of;
}
function portLine(port: Port, type: string): string {
  return `${documentation(describe(port), "  ")}  readonly ${propertyKey(port.name)}: ${type};\n`;
}
function metricLine({ name, shape }: Metric): string {
  const isNumber = shape.length === 0;
  const doc = isNumber ? "" : documentation(`Row-major, ${shapeText(shape)}.`, "  ");
  return `${doc}  ${propertyKey(name)}: ${isNumber ? "number" : "Float64Array"};\n`;
}

interface Tree {
  readonly [name: string]: Tree | readonly number[];
}
function parameterTree({ checked }: CompiledModel): Tree {
  const root: Record<string, Tree | readonly number[]> = Object.create(null);
  parameterPaths(checked.parameters.map(({ path }) => path)).forEach((path, k) => {
    let node = root;
    for (const name of path.slice(0, -1)) {
      node = (node[name] ??= Object.create(null)) as Record<string, Tree | readonly number[]>;
    }
    node[path[path.length - 1]!] = checked.parameters[k]!.shape;
  });
  return root;
}
function treeLines(context: ModuleContext, tree: Tree, indent: string): string[] {
  return Object.entries(tree).map(([name, node]) => {
    const start = `${indent}readonly ${propertyKey(name)}: `;
    return Array.isArray(node)
      ? `${indent}/** ${shapeText(node)} */\n${start}${context.floats};\n`
      : `${start}{\n${treeLines(context, node as Tree, `${indent}  `).join("")}${indent}};\n`;
  });
}

/** The declarations of a model's types, in the order a reader wants them. */
export function modelTypes(context: ModuleContext, model: CompiledModel, names: ModelNames): readonly string[] {
  const { checked } = model;
  const ports = [...checked.inputs, ...checked.targets, ...checked.outputs];
  const unions = [...names.labels].map(([name, label]) => {
    const element = ports.find((port) => port.name === name)!.element;
    const members = (element.kind === "class" && element.labels ? element.labels : []).map(stringLiteral);
    const line = `${label.prefix}type ${label.name} = ${members.join(" | ")};`;
    return line.length <= 120
      ? line
      : `${label.prefix}type ${label.name} =\n${members.map((m) => `  | ${m}`).join("\n")};`;
  });
  const alias = ({ name, prefix }: Exported, type: string) => `${prefix}type ${name} = ${type};`;
  const predicting = [names.inputs, names.outputs, names.parameters].map(({ name }) => name).join(", ");
  const training = [names.inputs, names.data, names.outputs, names.metrics, names.parameters]
    .map(({ name }) => name)
    .join(", ");
  return [
    ...unions,
    interfaceText(
      names.inputs,
      "What the model predicts from.",
      checked.inputs.map((port) => portLine(port, givenType(port, names))),
    ),
    ...(names.trains
      ? [
          interfaceText(
            names.targets,
            "What the model learns to predict.",
            checked.targets.map((port) => portLine(port, givenType(port, names))),
          ),
          `/** Examples to train on: any number of them, as many in each array. */\n` +
            `${names.data.prefix}interface ${names.data.name} extends ${names.inputs.name}, ${names.targets.name} {}`,
        ]
      : []),
    interfaceText(
      names.outputs,
      "What the model predicts.",
      checked.outputs.map((port) => portLine(port, resultType(context, port, names))),
    ),
    ...(names.trains
      ? [interfaceText(names.metrics, "The loss and the metrics.", checked.metrics.map(metricLine))]
      : []),
    interfaceText(
      names.parameters,
      "Views of the net's memory, row-major.",
      treeLines(context, parameterTree(model), "  "),
    ),
    ...(names.trains ? [alias(names.net, `TrainingNet<${training}>`)] : []),
    alias(names.predictorNet, `PredictingNet<${predicting}>`),
    names.trains ? alias(names.workerNet, `WorkerNet<${training}>`) : alias(names.net, names.predictorNet.name),
  ];
}
