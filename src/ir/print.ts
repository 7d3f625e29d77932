/** @file Graphs and programs as readable text, for `--print-after` and snapshots. */
import { topological } from "./traverse.js";
import type { Axis, Expr, Extent, Program, Scan, Tensor } from "./types.js";

/** Symbol and strength of operations written between their arguments. */
const infix: { readonly [op: string]: readonly [string, number] } = {
  or: ["or", 1],
  and: ["and", 2],
  equal: ["==", 3],
  notEqual: ["!=", 3],
  less: ["<", 3],
  lessEqual: ["<=", 3],
  greater: [">", 3],
  greaterEqual: [">=", 3],
  add: ["+", 4],
  subtract: ["-", 4],
  multiply: ["*", 5],
  divide: ["/", 5],
  power: ["^", 6],
};

const shapeText = (shape: readonly Extent[]) => (shape.length ? `[${shape.join(", ")}]` : "");

/** The tensors that the roots need, one line each, then what is done with them. */
class Printer {
  readonly #names = new Map<Tensor, string>();
  readonly #scans = new Map<Scan, string>();
  readonly lines: string[] = [];

  define(roots: readonly Tensor[]): void {
    for (const tensor of topological(roots)) {
      if (this.#names.has(tensor)) continue;
      if (tensor.kind === "source") {
        this.#names.set(tensor, tensor.source.name || `${tensor.source.arena}@${tensor.source.offset}`);
        continue;
      }
      const name = `%${this.#names.size}`;
      this.#names.set(tensor, name);
      const within = tensor.scans.map((scan) => ` in ${this.#scan(scan)}`).join("");
      const label = tensor.origin.label ? `  // ${tensor.origin.label}` : "";
      this.lines.push(
        `  ${name}: ${tensor.type}${shapeText(tensor.shape)}${within} = ${this.#definition(tensor)}${label}`,
      );
    }
  }
  name(tensor: Tensor): string {
    return this.#names.get(tensor) ?? `?${tensor.id}`;
  }
  #scan(scan: Scan): string {
    let name = this.#scans.get(scan);
    if (!name) this.#scans.set(scan, (name = `scan${this.#scans.size}`));
    return name;
  }

  #definition(tensor: Tensor): string {
    const names = new Map<Axis, string>();
    tensor.scans.forEach((scan) => names.set(scan.axis, `${this.#scan(scan)}.i`));
    switch (tensor.kind) {
      case "source":
        return "";
      case "compute":
        return `[${this.#bind(tensor.axes, names)}] ${this.#expr(tensor.body, names)}`;
      case "scatter": {
        const bound = this.#bind(tensor.axes, names);
        return `scatter [${bound}] at [${tensor.at.map((e) => this.#expr(e, names)).join(", ")}] ${this.#expr(tensor.body, names)}`;
      }
      case "reshape":
        return `reshape ${this.name(tensor.of)}`;
      case "custom":
        return `${tensor.surrogate ? "surrogate" : "gradient"} of ${this.name(tensor.value)}`;
      case "placeholder":
        return "placeholder";
      case "carried":
        return `carried ${tensor.index}`;
      case "result": {
        const { scan } = tensor;
        if (tensor.output === "carry") {
          const { init, next } = scan.carries[tensor.index]!;
          return `${this.#scan(scan)} (${scan.axis.extent} times) carry ${tensor.index}: ${this.name(init)} <- ${this.name(next)}`;
        }
        const { value, at, position } = scan.rows[tensor.index]!;
        names.set(scan.axis, `${this.#scan(scan)}.i`);
        return `${this.#scan(scan)} (${scan.axis.extent} times) row ${this.#expr(at, names)} of axis ${position}: ${this.name(value)}`;
      }
    }
  }
  #bind(axes: readonly Axis[], names: Map<Axis, string>): string {
    const letters = "ijklmnopqrstuvwabcdefgh";
    const own = new Set(names.values());
    return axes
      .map((axis) => {
        const free = [...letters].find((letter) => !own.has(letter)) ?? `x${axis.id}`;
        own.add(free);
        names.set(axis, free);
        return `${free}:${axis.extent}`;
      })
      .join(", ");
  }
  #expr(e: Expr, names: ReadonlyMap<Axis, string>, strength = 0): string {
    switch (e.kind) {
      case "const":
        return e.type === "f32" && Number.isInteger(e.value) ? `${e.value}.` : String(e.value);
      case "index":
        return names.get(e.axis) ?? `axis${e.axis.id}`;
      case "scalar":
        return e.name === "key" ? `key(${e.site})` : e.name;
      case "read": {
        const at = e.at.map((x) => this.#expr(x, names)).join(", ");
        const outside = e.outside === undefined ? "" : ` else ${e.outside}`;
        return `${this.name(e.tensor)}[${at}${outside}]`;
      }
      case "apply": {
        const known = infix[e.op.name];
        if (!known) return `${e.op.name}(${e.arguments.map((a) => this.#expr(a, names)).join(", ")})`;
        const [symbol, own] = known;
        const text = `${this.#expr(e.arguments[0]!, names, own)} ${symbol} ${this.#expr(e.arguments[1]!, names, own + 1)}`;
        return own < strength ? `(${text})` : text;
      }
      case "fold": {
        const inner = new Map(names);
        const bound = this.#bind(e.axes, inner);
        return `${e.reducer}[${bound}](${this.#expr(e.body, inner)})`;
      }
    }
  }
}

export function printTensors(roots: readonly Tensor[]): string {
  const printer = new Printer();
  printer.define(roots);
  return [...printer.lines, `  return ${roots.map((root) => printer.name(root)).join(", ")}`].join("\n");
}

export function printProgram(program: Program): string {
  const printer = new Printer();
  printer.lines.push(`program ${program.name}`);
  program.stages.forEach((stage, k) => {
    printer.lines.push(`stage ${k}`);
    printer.define(stage.map(({ value }) => value));
    for (const { target, value } of stage)
      printer.lines.push(`  ${target.arena} ${target.name}${shapeText(target.shape)} <- ${printer.name(value)}`);
  });
  return printer.lines.join("\n");
}
