/** @file Prints what tools see of a model: memory, programs and kernels, for gradient checks and profiles. */
import type { CompiledModel } from "../backends/model.js";
import type { CompiledProgram } from "../ir/kernel.js";
import type { ModelNames, ModuleContext } from "./context.js";
import { kernelExport } from "./memory.js";
import { kernelName, type ProgramPrinter, type WasmExport, wasmCall } from "./programs.js";

/** `wasm`: functions of the binary, by name. */
export function printInternals(
  context: ModuleContext,
  printer: ProgramPrinter,
  { programs }: CompiledModel,
  names: ModelNames,
  wasm: ReadonlyMap<string, WasmExport>,
): string {
  const row = (name: string, flops: number, call: string) =>
    `    { name: "${name}", flops: ${flops}, run: (${printer.parameters(call)})${context.annotation("void")} => ${call} },\n`;
  const rows = (program: CompiledProgram) =>
    wasm.has(program.name)
      ? program.kernels.map((kernel, k) =>
          row(kernelName(program, kernel), kernel.flops, wasmCall(wasm.get(kernelExport(program, k))!)),
        )
      : printer.calls(program).map(({ name, call }, k) => row(name, program.kernels[k]!.flops, call));
  const { predictOne: _, later, phases, ...own } = programs;
  const others = [
    ...later,
    ...phases.slice(1).map(({ finish }) => finish),
    ...phases.flatMap(({ begin, update, serve }) => [begin, update, serve]),
  ];
  const used = names.trains
    ? [...Object.values(own), ...others]
    : [programs.initialize, programs.predict, programs.reset];
  const lines = used.flatMap((program: CompiledProgram | undefined) =>
    program ? [`  ${program.name}: [\n${rows(program).join("")}  ],\n`] : [],
  );
  const { name, prefix } = context.exported(`${names.main.name}Internals`, "value");
  return (
    `/** For tools: the inside of a net, and the kernels of each program in order. */\n` +
    `${prefix}const ${name} = {\n  open: openNet,\n${lines.join("")}};`
  );
}
