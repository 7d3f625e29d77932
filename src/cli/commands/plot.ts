/** @file `netc plot filters|reconstructions|confusion FILE --weights W`: what a trained net has learnt, as SVG. */
import type { Command } from "commander";
import type { CheckedModel, Parameter, Port } from "../../check/model.js";
import { grey, imagesSvg, type Pixels, signed } from "../../plot/images.js";
import { confusionSvg } from "../../plot/matrix.js";
import { suggest } from "../../base/suggest.js";
import type { Register } from "../command-line.js";
import { elementsOf, type Examples, first } from "../dataset.js";
import { InputFault } from "../fault.js";
import { writeAtomic } from "../../host/files.js";
import type { Net } from "../module.js";
import { whole } from "../numbers.js";
import { defaultTarget, targetFlag, targetHelp, targetOf } from "../target.js";
import type { Terminal } from "../terminal.js";
import { openTrained, type TrainedOptions, weightsOf } from "../trained.js";

interface PlotOptions extends TrainedOptions {
  readonly output: string;
  readonly of?: string;
  readonly from?: string;
  readonly count: number;
}
type Trained = Awaited<ReturnType<typeof openTrained>>;

export const plot: Register = (program, terminal) => {
  const group = program
    .command("plot")
    .description("draw what a trained net has learnt, as SVG")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  netc plot filters examples/mnist.net --weights mnist.safetensors --data mnist -o filters.svg\n" +
        "  netc plot reconstructions examples/autoencoder.net --weights code.safetensors --data digits -o pictures.svg\n" +
        "  netc plot confusion examples/iris.net --weights iris.safetensors --data iris -o confusion.svg",
    );
  const add = (name: string, description: string, draw: (trained: Trained, options: PlotOptions) => string) => {
    const command = group
      .command(name)
      .description(description)
      .argument("<file>", ".net file")
      .requiredOption("--weights <path>", "a file saved by netc train --save")
      .requiredOption("-o, --output <path>", "where to write the SVG")
      .option("--data <path>", "folder of the data files (default: the model's folder), or the one file it reads")
      .option("--model <name>", "which model of the file")
      .option(targetFlag, targetHelp, targetOf, defaultTarget)
      .action((file: string, options: PlotOptions) => run(file, options, draw, terminal));
    return command;
  };
  add("filters", "the kernels of a convolution, one picture per filter and channel", filters).option(
    "--of <path>",
    "the parameter (default: the first with three axes or four)",
  );
  withCount(add("reconstructions", "examples above what the net makes of them", reconstructions))
    .option("--from <name>", "the input (default: the first that is an image)")
    .option("--of <name>", "the output (default: the first with as many numbers)");
  add("confusion", "how often each class is taken for which, in the test data", confusion)
    .option("--from <name>", "the target (default: the first that is one class)")
    .option("--of <name>", "the output (default: the first that decides among as many classes)");
};
const withCount = (command: Command) => command.option("--count <n>", "how many examples", whole(1, 100), 12);

async function run(
  file: string,
  options: PlotOptions,
  draw: (trained: Trained, options: PlotOptions) => string,
  terminal: Terminal,
): Promise<void> {
  const trained = await openTrained(file, options, terminal);
  const svg = draw(trained, options);
  trained.net.dispose();
  if (writeAtomic(options.output, `${svg}\n`)) terminal.err(`wrote ${options.output}`);
}

/** The one that is asked for, or the first that fits. */
function choose<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  asked: string | undefined,
  fits: (item: Item) => boolean,
  what: string,
): Item {
  const found = asked === undefined ? items.find(fits) : items.find((item) => nameOf(item) === asked);
  if (found && fits(found)) return found;
  if (found) throw new InputFault(`${asked} is not ${what}`);
  if (asked === undefined) throw new InputFault(`the model has nothing that is ${what}`);
  const names = items.map(nameOf);
  const near = suggest(asked, names);
  throw new InputFault(
    `the model has no ${asked}`,
    near ? `did you mean ${near}?` : names.length > 0 ? `it has ${names.join(", ")}` : undefined,
  );
}
const nameOf = ({ name }: Port) => name;

const maxFilters = 64;
const maxChannels = 16;

function filters({ checked, net }: Trained, { of }: PlotOptions): string {
  const isKernel = ({ shape }: Parameter) => shape.length === 3 || shape.length === 4;
  const { path, shape } = choose(checked.parameters, (p) => p.path, of, isKernel, "a kernel with three axes or four");
  const values = weightsOf(net, checked).get(path)!;
  // A kernel of one dimension is a picture of steps (across) and channels (down).
  const [height, width, channels, count] = (
    shape.length === 4 ? shape : [shape[1]!, shape[0]!, 1, shape[2]!]
  ) as readonly [number, number, number, number];
  const [shown, rows] = [Math.min(count, maxFilters), Math.min(channels, maxChannels)];
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const weight = (y: number, x: number, channel: number, filter: number): number =>
    shape.length === 4
      ? values[((y * width + x) * channels + channel) * count + filter]!
      : values[(x * height + y) * count + filter]!;
  const picture = (channel: number, filter: number): Pixels => {
    const pixels = Float32Array.from({ length: height * width }, (_, k) =>
      weight(Math.floor(k / width), k % width, channel, filter),
    );
    return signed(pixels, [height, width], most);
  };
  const across = channels === 1 ? Math.min(shown, 16) : shown;
  const lines =
    channels === 1
      ? Array.from({ length: Math.ceil(shown / across) }, (_, row) => ({
          label: "",
          images: Array.from({ length: Math.min(across, shown - row * across) }, (__, k) =>
            picture(0, row * across + k),
          ),
        }))
      : Array.from({ length: rows }, (_, channel) => ({
          label: `channel ${channel}`,
          images: Array.from({ length: shown }, (__, k) => picture(channel, k)),
        }));
  const some =
    shown < count || rows < channels ? `, ${shown} of ${count} filters, ${rows} of ${channels} channels` : "";
  const note = `[${shape.join(", ")}]${some}; red above 0, blue below, full at ${most.toPrecision(2)}`;
  return imagesSvg(`${checked.name}: ${path}`, note, lines, channels === 1 ? 48 : 32);
}

/** Height, width and channels of what may be an image; numbers in a row are one where they make a square. */
function imageShape(shape: readonly number[]): readonly [number, number, number] | undefined {
  const [height = 1, width = 1, channels = 1] = shape;
  if (shape.length === 2) return [height, width, 1];
  if (shape.length === 3 && (channels === 1 || channels === 3)) return [height, width, channels];
  const side = Math.round(Math.sqrt(height));
  return shape.length === 1 && side * side === height && side > 1 ? [side, side, 1] : undefined;
}
const sizeOf = (shape: readonly number[]) => shape.reduce((size, extent) => size * extent, 1);

function reconstructions({ checked, dataset, net }: Trained, { from, of, count }: PlotOptions): string {
  const isImage = ({ element, shape }: Port) => element.kind === "f32" && imageShape(shape) !== undefined;
  const input = choose(checked.inputs, nameOf, from, isImage, "an input that is an image");
  const output = choose(
    checked.outputs,
    nameOf,
    of,
    ({ element, shape }) => element.kind === "f32" && sizeOf(shape) === sizeOf(input.shape),
    `an output of as many numbers as ${input.name}`,
  );
  const examples = dataset.test ?? dataset.train;
  const shown = Math.min(count, examples.rows);
  const shape = imageShape(input.shape)!;
  const row = (label: string, values: ArrayLike<number>) => {
    const all = Float32Array.from(values).subarray(0, shown * sizeOf(shape));
    const [low, high] = all.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
    const images = Array.from({ length: shown }, (_, k) =>
      grey(all.subarray(k * sizeOf(shape), (k + 1) * sizeOf(shape)), shape, low, high),
    );
    return { label, images };
  };
  const outputs = net.predict(first(examples, checked.inputs, shown).ports);
  const rows = [
    row(input.name, elementsOf(examples.ports[input.name]!)),
    row(output.name, outputs[output.name] as ArrayLike<number>),
  ];
  const part = dataset.test ? "test" : "training";
  return imagesSvg(
    checked.name,
    `the first ${shown} of the ${part} data, each row from its least to its largest`,
    rows,
  );
}
/** A single class, with names or numbers for them; a bool is false or true. */
function classesOf({ element, shape }: Port): readonly string[] | undefined {
  if (shape.length > 0) return undefined;
  if (element.kind === "bool") return ["false", "true"];
  if (element.kind !== "class") return undefined;
  return element.labels ?? Array.from({ length: element.size }, (_, k) => String(k));
}

function confusion({ checked, dataset, net }: Trained, { from, of }: PlotOptions): string {
  const target = choose(
    checked.targets,
    nameOf,
    from,
    (port) => classesOf(port) !== undefined,
    "a target of one class",
  );
  const labels = classesOf(target)!;
  const n = labels.length;
  const decides = (port: Port) =>
    port.element.kind === "f32"
      ? sizeOf(port.shape) === n || (n === 2 && sizeOf(port.shape) === 1)
      : classesOf(port)?.length === n;
  const output = choose(checked.outputs, nameOf, of, decides, `an output that decides among ${n} classes`);
  const examples = dataset.test ?? dataset.train;
  const decided = decisions(checked, output, net, examples, n);
  const counts = new Float64Array(n * n);
  elementsOf(examples.ports[target.name]!).forEach((truth, row) => counts[truth * n + decided[row]!]!++);
  const right = labels.reduce((sum, _, k) => sum + counts[k * n + k]!, 0);
  const part = dataset.test ? "test" : "training";
  const share = ((100 * right) / examples.rows).toFixed(1);
  return confusionSvg({ title: `${checked.name}: ${share}% of ${examples.rows} ${part} examples`, labels, counts });
}

/** The class of each row: the largest of n numbers, one of two by 1/2, or what the output says. */
function decisions({ inputs }: CheckedModel, output: Port, net: Net, examples: Examples, n: number): Int32Array {
  const values = net.predict(first(examples, inputs, examples.rows).ports)[output.name]!;
  const labels = output.element.kind === "class" ? output.element.labels : undefined;
  return Int32Array.from({ length: examples.rows }, (_, row) => {
    if (labels) return labels.indexOf(values[row] as string);
    if (output.element.kind !== "f32") return Number(values[row]);
    if (sizeOf(output.shape) === 1) return Number((values[row] as number) > 0.5);
    const scores = Array.from({ length: n }, (__, k) => values[row * n + k] as number);
    return scores.indexOf(Math.max(...scores));
  });
}
