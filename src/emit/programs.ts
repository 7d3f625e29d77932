/** @file Prints programs: each kernel under a comment that says where it comes from, and a function that calls them in order. */
import type { CompiledProgram, Kernel, KernelStatement } from "../ir/kernel.js";
import type { Origin } from "../ir/types.js";
import type { ScalarParameter } from "../backends/arrays.js";
import { printKernel, type PrintedKernel } from "../backends/typescript/print.js";
import type { BatchPrograms, CompiledModel } from "../backends/model.js";
import type { ModelNames, ModuleContext } from "./context.js";
import { Code } from "./literal.js";
import { commentLine } from "./names.js";

/** The `.net` line of an origin, as `digits.net:9: -> conv2d(32, 3)`. */
function placeOf({ location }: Origin): string | undefined {
  if (!location) return undefined;
  const { file, span } = location;
  const { line } = file.positionAt(span.start);
  const name = file.name.startsWith("library:") ? file.name : file.name.replace(/^.*[/\\]/, "");
  const text = file.line(line).trim();
  return `${name}:${line + 1}: ${text.length > 80 ? `${text.slice(0, 80)}..` : text}`;
}

const mostOrigins = 6;

function originComment({ origins }: Kernel): string {
  const labels = [...new Set(origins.map(({ label }) => label).filter((label) => label !== ""))];
  const places = [...new Set(origins.flatMap((origin) => placeOf(origin) ?? []))];
  const shown = places.slice(0, mostOrigins);
  const head = labels.length > mostOrigins ? [...labels.slice(0, mostOrigins), ".."] : labels;
  const lines = [
    ...(head.length > 0 ? [head.join(", ")] : []),
    ...shown,
    ...(places.length > shown.length ? [`.. and ${places.length - shown.length} more lines`] : []),
  ];
  return lines.map((line) => `// ${commentLine(line)}\n`).join("");
}

/** Whether any array that a kernel writes is among `arrays`. */
function writesOther(body: readonly KernelStatement[], arrays: readonly string[]): boolean {
  return body.some((statement) => {
    switch (statement.kind) {
      case "store":
      case "fill":
        return !arrays.includes(statement.array);
      case "for":
        return writesOther(statement.body, arrays);
      case "if":
        return writesOther(statement.body, arrays);
      default:
        return false;
    }
  });
}
/** `initialize` without the kernels that only prepare training. */
export function withoutTraining(program: CompiledProgram): CompiledProgram {
  const kernels = program.kernels.filter((kernel) => writesOther(kernel.body, ["states", "gradients"]));
  return kernels.length === program.kernels.length ? program : { ...program, kernels };
}

/** A program's function in the binary. */
export interface WasmExport {
  readonly name: string;
  readonly scalars: readonly ScalarParameter[];
}

export interface KernelCall {
  readonly name: string;
  readonly call: string;
}

/** `train_max_pool2d`: the program and the last step that the kernel computes. */
export function kernelName({ name }: CompiledProgram, { origins }: Kernel): string {
  return `${name}_${origins[origins.length - 1]?.label || "kernel"}`;
}

const scalarText = ({ name, site }: ScalarParameter): string =>
  name === "key" ? `drawKey(seed, ${site}, step)` : name;

/** Calls a program in the binary, where memory has one. */
export function wasmCall({ name, scalars }: WasmExport, wasm = "wasm?"): string {
  return `memory.${wasm}.enter("${name}", n, step, seed)(${["n", ...scalars.map(scalarText)].join(", ")})`;
}

/** Kernels are printed once, however many programs call them. */
export class ProgramPrinter {
  /** By their text and what they are called with. */
  readonly #printed = new Map<string, PrintedKernel & { readonly name: string }>();
  /** Text of the kernels so far. */
  readonly kernels: string[] = [];
  /** By a kernel's name: what each line of its function computes. */
  readonly origins = new Map<string, readonly (Origin | undefined)[]>();
  constructor(readonly context: ModuleContext) {}

  #print(program: CompiledProgram, kernel: Kernel): PrintedKernel & { readonly name: string } {
    const { typed, floats } = this.context;
    const printed = printKernel({ ...kernel, name: "kernel" }, { types: typed, floats });
    const key = JSON.stringify([printed.text, printed.arrays, printed.scalars]);
    const known = this.#printed.get(key);
    if (known) return known;
    const name = this.context.names.claim(kernelName(program, kernel));
    const text = printed.text.trimEnd().replace("function kernel(", `function ${name}(`);
    const named = { ...printed, text, name };
    this.#printed.set(key, named);
    this.kernels.push(originComment(kernel) + text);
    this.origins.set(name, printed.origins);
    return named;
  }

  calls(program: CompiledProgram): readonly KernelCall[] {
    return program.kernels.map((kernel) => {
      const { name, arrays, scalars } = this.#print(program, kernel);
      const inputs = ["n", ...arrays.map((array) => `memory.${array}`), ...scalars.map(scalarText)];
      return { name, call: `${name}(${inputs.join(", ")})` };
    });
  }

  /** The function `name` that runs a program: as WebAssembly where memory has that, else by its kernels. */
  program(name: string, comment: string, program: CompiledProgram | undefined, wasm?: WasmExport): string {
    const lines = program ? this.calls(program).map(({ call }) => `${call};`) : [];
    if (wasm) lines.unshift(program ? `if (memory.wasm) return ${wasmCall(wasm, "wasm")};` : `${wasmCall(wasm)};`);
    const body = lines.map((line) => `  ${line}\n`).join("");
    return `/** ${comment} */\nfunction ${name}(${this.parameters(body)})${this.context.annotation("void")} {${
      body && `\n${body}`
    }}`;
  }

  /** The parameters up to the last one that `body` uses; unused ones before it are marked by `_`. */
  parameters(body: string): string {
    const all = { memory: "Memory", n: "number", step: "number", seed: "number" };
    const names = Object.entries(all).map(([name, type]) => ({
      isUsed: new RegExp(`\\b${name}\\b`).test(body),
      name,
      type,
    }));
    while (names.length > 0 && !names[names.length - 1]!.isUsed) names.pop();
    return names
      .map(({ isUsed, name, type }) => `${isUsed ? name : `_${name}`}${this.context.annotation(type)}`)
      .join(", ");
  }
}

/** The functions that run one model's programs, printed as they are asked for. */
export class ProgramFunctions {
  readonly texts: string[] = [];
  /** `wasm`: functions of the binary, by name. */
  constructor(
    readonly printer: ProgramPrinter,
    readonly model: CompiledModel,
    readonly names: ModelNames,
    readonly wasm: ReadonlyMap<string, WasmExport>,
  ) {}
  /** Of a program that is TypeScript on every target. */
  plain(suffix: string, comment: string, program: CompiledProgram | undefined): Code {
    return this.#print(suffix, comment, program, undefined);
  }
  /** Of a program that is in the binary, where there is one. */
  batch(suffix: string, comment: string, of: (programs: BatchPrograms) => CompiledProgram | undefined): Code {
    const { fallback, programs } = this.model;
    const program = of(programs);
    const inBinary = program && this.wasm.get(program.name);
    return this.#print(suffix, comment, inBinary ? fallback && of(fallback) : program, inBinary);
  }
  #print(suffix: string, comment: string, program: CompiledProgram | undefined, wasm: WasmExport | undefined): Code {
    const name = this.names.local(suffix);
    this.texts.push(this.printer.program(name, comment, program, wasm));
    return new Code(name);
  }
}
