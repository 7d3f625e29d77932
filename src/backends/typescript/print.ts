/** @file Prints a kernel as a top-level function on typed arrays: monomorphic, allocation-free, rounded to f32 by its stores only. */
import type { ArrayName, Kernel, KernelExpr, KernelStatement } from "../../ir/kernel.js";
import type { Origin } from "../../ir/types.js";
import { elementType, type ScalarParameter } from "../arrays.js";
import { printExpression, typeOf } from "./expression.js";
import type { Context } from "./expression.js";

export interface PrintOptions {
  /** TypeScript annotations; without them the text is JavaScript. */
  readonly types: boolean;
  /** What f32 arrays are declared as: f64 for gradient checks. The statements are the same. */
  readonly floats: "Float32Array" | "Float64Array";
}
export interface PrintedKernel {
  readonly text: string;
  /** Parameters after `n`, in order: the arrays, then the scalars. */
  readonly arrays: readonly ArrayName[];
  readonly scalars: readonly ScalarParameter[];
  /** What each line of the text computes, for source maps. */
  readonly origins: readonly (Origin | undefined)[];
}
interface Line {
  readonly text: string;
  readonly origin: Origin | undefined;
}

/** The parameter that stands for each array. */
const letters: Readonly<Record<ArrayName, string>> = {
  inputs: "x",
  classes: "c",
  parameters: "w",
  gradients: "g",
  states: "s",
  masks: "p",
  buffers: "b",
  totals: "t",
  sums: "h",
  outputs: "y",
  decisions: "d",
  memories: "k",
  metrics: "m",
  activations: "a",
  integers: "z",
};
const arrayOrder = Object.keys(letters) as ArrayName[];

function typedArray(array: ArrayName, floats: PrintOptions["floats"]): string {
  const type = elementType(array);
  if (type === "i32") return "Int32Array";
  return type === "f64" ? "Float64Array" : floats;
}

export function printKernel(kernel: Kernel, options: PrintOptions): PrintedKernel {
  const arrays = new Set<ArrayName>();
  const scalars = new Map<string, ScalarParameter>();
  const pending: string[] = [];
  let written = 0;
  const context: Context = {
    present: options.types ? "!" : "",
    before: (prefix, lines) => {
      const name = `${prefix}${++written}`;
      pending.push(...lines(name));
      return name;
    },
    array: (name) => {
      arrays.add(name);
      return letters[name];
    },
    scalar: (name, site) => {
      if (name === "batch") return "n";
      const key = name === "step" ? "step" : `key${site}`;
      scalars.set(key, { name, site });
      return name === "step" ? "step" : `key${[...scalars.keys()].filter((k) => k !== "step").indexOf(key)}`;
    },
  };
  const body = new StatementPrinter(context, pending, options.types).lines(kernel.body, "  ");
  const used = arrayOrder.filter((name) => arrays.has(name));
  const typed = (name: string, type: string) => (options.types ? `${name}: ${type}` : name);
  const parameters = [
    typed(body.some(({ text }) => /\bn\b/.test(text)) ? "n" : "_n", "number"),
    ...used.map((name) => typed(letters[name], typedArray(name, options.floats))),
    ...[...scalars.values()].map(({ name, site }) => typed(context.scalar(name, site), "number")),
  ];
  const result = options.types ? ": void" : "";
  const origin = kernel.origins.findLast(({ location }) => location);
  const lines: readonly Line[] = [
    { text: `function ${kernel.name}(${parameters.join(", ")})${result} {`, origin },
    ...body,
    { text: "}\n", origin },
  ];
  return {
    text: lines.map((line) => line.text).join("\n"),
    arrays: used,
    scalars: [...scalars.values()],
    origins: lines.map((line) => line.origin),
  };
}

class StatementPrinter {
  readonly #context: Context;
  /** Lines that the expressions of the current statement want before it. */
  readonly #pending: string[];
  readonly #types: boolean;
  /** Types of accumulators: a truth value is assigned as such or as a number. */
  readonly #accumulators = new Map<string, boolean>();

  constructor(context: Context, pending: string[], types: boolean) {
    this.#context = context;
    this.#pending = pending;
    this.#types = types;
  }

  lines(statements: readonly KernelStatement[], indent: string): Line[] {
    return statements.flatMap((statement) => {
      const { origin } = statement;
      const from = (text: string): Line => ({ text: `${indent}${text}`, origin });
      const block = (head: string, body: readonly KernelStatement[]) => {
        const before = this.#pending.splice(0).map(from);
        return [...before, from(`${head} {`), ...this.lines(body, `${indent}  `), from("}")];
      };
      if (statement.kind === "for") return block(this.#loopHead(statement), statement.body);
      if (statement.kind === "if")
        return block(`if (${printExpression(this.#context, statement.condition, "boolean")})`, statement.body);
      const printed = from(this.#statement(statement));
      return [...this.#pending.splice(0).map(from), printed];
    });
  }
  #number(expr: KernelExpr): string {
    return printExpression(this.#context, expr, "number");
  }
  #loopHead({ variable, from, to, step }: KernelStatement & { kind: "for" }): string {
    const advance = step === 1 ? `${variable}++` : `${variable} += ${step}`;
    return `for (let ${variable} = ${this.#number(from)}; ${variable} < ${this.#number(to)}; ${advance})`;
  }

  /** A statement without a body. */
  #statement(statement: Exclude<KernelStatement, { kind: "for" | "if" }>): string {
    switch (statement.kind) {
      case "let":
        return `const ${statement.name} = ${printExpression(this.#context, statement.value, typeOf(statement.value))};`;
      case "var": {
        const truth = statement.type === "bool";
        this.#accumulators.set(statement.name, truth);
        const annotation = this.#types ? `: ${truth ? "boolean" : "number"}` : "";
        const value = printExpression(this.#context, statement.value, truth ? "boolean" : "number");
        return `let ${statement.name}${annotation} = ${value};`;
      }
      case "assign": {
        const { name, value } = statement;
        if (
          value.kind === "apply" &&
          value.type !== "i32" &&
          (value.op.name === "add" || value.op.name === "multiply")
        ) {
          const [a, b] = value.arguments as [KernelExpr, KernelExpr];
          if (a.kind === "local" && a.name === name)
            return `${name} ${value.op.name === "add" ? "+" : "*"}= ${this.#number(b)};`;
        }
        // A maximum kept by comparison is written as the condition that it is.
        if (value.kind === "select" && value.no.kind === "local" && value.no.name === name) {
          const condition = printExpression(this.#context, value.condition, "boolean");
          return `if (${condition}) ${name} = ${this.#assigned(name, value.yes)};`;
        }
        return `${name} = ${this.#assigned(name, value)};`;
      }
      case "store": {
        const target = `${this.#context.array(statement.array)}[${this.#number(statement.index)}]`;
        return `${target}${statement.accumulate ? `${this.#context.present} +=` : " ="} ${this.#number(statement.value)};`;
      }
      case "fill": {
        const { array, from, to } = statement;
        return `${this.#context.array(array)}.fill(0, ${this.#number(from)}, ${this.#number(to)});`;
      }
    }
  }
  #assigned(name: string, value: KernelExpr): string {
    return printExpression(this.#context, value, this.#accumulators.get(name) ? "boolean" : "number");
  }
}
