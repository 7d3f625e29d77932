/** @file Programs as one WebAssembly module over one memory. */
import { type ArrayName, cacheLine, type CompiledProgram } from "../../ir/kernel.js";
import type { ScalarParameter } from "../arrays.js";
import { barrierFunction, barrierSize } from "./barrier.js";
import type { Helper, WasmLayout } from "./context.js";
import {
  encodeBody,
  functionNames,
  joined,
  list,
  preamble,
  section,
  sectionId,
  text,
  unsigned,
  type WasmFunction,
} from "./encode.js";
import { finiteFunction } from "./finite.js";
import { FunctionBuilder } from "./function.js";
import { valueTypeByte } from "./instructions.js";
import { lowerKernel } from "./lower.js";
import { relaxable } from "./relaxed.js";
import { elementSize } from "./plan.js";
import { onFirst } from "./sharing.js";
import { printFunction } from "./wat.js";

export interface NamedProgram {
  readonly name: string;
  readonly program: CompiledProgram;
  /** The same for one example alone. */
  readonly single?: CompiledProgram | undefined;
}
export interface WasmModule {
  readonly bytes: Uint8Array;
  /** Per program: scalars after `n`, in order, as the exported function takes them: `step` f64, `key` i32. */
  readonly scalars: ReadonlyMap<string, readonly ScalarParameter[]>;
  /**
   * With `relaxed`: indices in `bytes` where a multiplication of vectors can be overwritten by `nop`s together with, at the next, its
   * addition by `relaxed_madd`.
   */
  readonly relaxable: readonly number[];
  /** Index in `bytes` of the imported memory's limits flag: 1 (not shared) can be patched to 3 (shared). */
  readonly memoryFlags: number;
}

const page = 65536;
/** Any memory that is large enough will do. */
const mostPages = 65536;

/** Places arrays of the given element counts, with room around them for vectors that reach a little beyond. */
export function layoutMemory(lengths: Readonly<Partial<Record<ArrayName, number>>>): WasmLayout {
  const bases: Partial<Record<ArrayName, number>> = {};
  const barrier = cacheLine;
  let end = barrier + barrierSize;
  for (const [name, length] of Object.entries(lengths) as [ArrayName, number][]) {
    bases[name] = end;
    end = Math.ceil((end + length * elementSize(name)) / cacheLine) * cacheLine;
  }
  return { bases, barrier, bytes: end + cacheLine };
}

interface Encoded {
  /** For profilers and stack traces. */
  readonly name: string;
  readonly code: WasmFunction;
  readonly body: Uint8Array;
}
interface Functions {
  readonly list: readonly Encoded[];
  /** Names and indices. */
  readonly exports: readonly { readonly name: string; readonly index: number }[];
  readonly scalars: ReadonlyMap<string, readonly ScalarParameter[]>;
}
interface Callee {
  readonly index: number;
  readonly scalars: readonly ScalarParameter[];
  readonly isShared: boolean;
}

function makeFunctions(programs: readonly NamedProgram[], layout: WasmLayout, checks: boolean): Functions {
  const functions: Encoded[] = [];
  const define = (code: WasmFunction, { body = encodeBody(code), name = code.name } = {}) =>
    functions.push({ name, code, body }) - 1;
  const helpers = new Map<string, number>();
  const helper: Helper = (name, make) => {
    const known = helpers.get(name);
    if (known !== undefined) return known;
    const index = define(make());
    helpers.set(name, index);
    return index;
  };
  const barrier = () => helper("barrier", () => barrierFunction(layout.barrier));
  const known = new Map<string, number>();
  // A character per byte, different ones for different bytes.
  const textOf = new TextDecoder("latin1");
  const lower = ({ kernels }: CompiledProgram): readonly Callee[] =>
    kernels.map((kernel) => {
      const { code, scalars, isShared } = lowerKernel(kernel, layout, helper, barrier);
      const body = encodeBody(code);
      const key = `${code.parameters.join()}:${textOf.decode(body)}`;
      let index = known.get(key);
      const name = `${kernel.name} ${kernel.origins.at(-1)?.label ?? ""}`.trim();
      if (index === undefined) known.set(key, (index = define(code, { body, name })));
      return { index, scalars, isShared };
    });
  const lowered = programs.map(({ name, program, single }) => ({
    name,
    kernels: lower(program),
    single: single && lower(single),
  }));
  const scalars = new Map<string, readonly ScalarParameter[]>();
  const exported = lowered.map(({ name, kernels, single = [] }) => {
    const all = [...kernels, ...single].flatMap((k) => k.scalars);
    const own = [...new Map(all.map((scalar) => [keyOf(scalar), scalar])).values()];
    scalars.set(name, own);
    return { name, index: define(programFunction(name, kernels, single, own, barrier)) };
  });
  if (checks) exported.push({ name: "finite", index: define(finiteFunction()) });
  return { list: functions, exports: exported, scalars };
}
const keyOf = ({ name, site }: ScalarParameter): string => `${name}${site}`;

/** Calls kernels in order, those of `single` for one example; threads meet wherever the work passes from one to all or from all to one. */
function programFunction(
  name: string,
  kernels: readonly Callee[],
  single: readonly Callee[],
  scalars: readonly ScalarParameter[],
  barrier: () => number,
): WasmFunction {
  const types = scalars.map((scalar) => (scalar.name === "step" ? ("f64" as const) : ("i32" as const)));
  const builder = new FunctionBuilder(["i32", ...types]);
  const places = new Map(scalars.map((scalar, k) => [keyOf(scalar), k + 1]));
  const meet = () => builder.emit("call", barrier());
  const call = ({ index, scalars }: Callee) => {
    builder.get(builder.parameter(0));
    for (const scalar of scalars) builder.get(builder.parameter(places.get(keyOf(scalar))!));
    builder.emit("call", index);
  };
  const run = (list: readonly Callee[]) => {
    // The next command may not be given before all have read this one.
    if (!list.some(({ isShared }) => isShared)) meet();
    for (let k = 0; k < list.length;) {
      if (k > 0) meet();
      if (list[k]!.isShared) {
        call(list[k++]!);
        if (k === list.length) meet();
        continue;
      }
      const alone: Callee[] = [];
      while (k < list.length && !list[k]!.isShared) alone.push(list[k++]!);
      onFirst(builder, () => alone.forEach(call));
    }
  };
  if (single.length > 0) {
    builder.get(builder.parameter(0));
    builder.i32(1);
    builder.emit("i32.eq");
    builder.if(() => {
      run(single);
      builder.emit("return");
    });
  }
  run(kernels);
  return builder.finish(name);
}

/**
 * Imports memory `m.memory`, and immutable i32 globals `m.part`, `m.parts`: the number of this instance's thread and of all, and
 * `m.sleeps`: 0 where the thread may not sleep while it waits (a page's own).
 * Exports one function per program: `name(n, ...scalars)`; every thread calls it, and it returns when all have done their share;
 * with `checks` also `finite` of finite.ts.
 */
export function assembleWasm(
  programs: readonly NamedProgram[],
  layout: WasmLayout,
  { relaxed = false, checks = false }: { readonly relaxed?: boolean; readonly checks?: boolean } = {},
): WasmModule {
  const made = makeFunctions(programs, layout, checks);
  const relaxables = relaxed ? made.list.map(({ name, code }) => ({ name, ...relaxable(code) })) : [];
  const functions = relaxed ? { ...made, list: relaxables } : made;
  const types: number[][] = [];
  const typeIndex = new Map<string, number>();
  const typeOf = ({ parameters, results }: WasmFunction): number => {
    const bytes = [
      0x60,
      ...list(parameters.map((type) => [valueTypeByte[type]])),
      ...list(results.map((type) => [valueTypeByte[type]])),
    ];
    const key = bytes.join();
    let index = typeIndex.get(key);
    if (index === undefined) typeIndex.set(key, (index = types.push(bytes) - 1));
    return index;
  };
  const declarations = functions.list.map(({ code }) => unsigned(typeOf(code)));
  const pages = unsigned(Math.ceil(layout.bytes / page));
  const memory = [...text("m"), ...text("memory"), 0x02];
  const global = (name: string) => [...text("m"), ...text(name), 0x03, valueTypeByte.i32, 0x00];
  const imports = list([
    [...memory, 1, ...pages, ...unsigned(mostPages)],
    global("part"),
    global("parts"),
    global("sleeps"),
  ]);
  const importSection = section(sectionId.import, imports);
  const head = joined([preamble, section(sectionId.type, list(types))]);
  const names = functionNames(functions.list.map(({ name }) => name));
  const bytes = joined([
    head,
    importSection,
    section(sectionId.function, list(declarations)),
    section(sectionId.export, list(functions.exports.map(({ name, index }) => [...text(name), 0, ...unsigned(index)]))),
    section(sectionId.code, list(functions.list.map(({ body }) => body))),
    names,
  ]);
  let end = bytes.length - names.length - functions.list.reduce((sum, { body }) => sum + body.length, 0);
  const places = relaxables.flatMap(({ body, places }) => {
    const start = end;
    end += body.length;
    return places.map((place) => start + place);
  });
  return {
    bytes,
    relaxable: places,
    scalars: functions.scalars,
    // After the section's head, the number of imports, and the memory's name and kind.
    memoryFlags: head.length + importSection.length - imports.length + 1 + memory.length,
  };
}

/** The module as text, in the order of the binary. */
export function printWat(programs: readonly NamedProgram[], layout: WasmLayout, checks = false): string {
  const { list: functions, exports: exported } = makeFunctions(programs, layout, checks);
  const pages = Math.ceil(layout.bytes / page);
  const names = functions.map(({ code }, k) =>
    exported.some(({ index }) => index === k) ? `program_${code.name}` : code.name,
  );
  const head = [
    `(import "m" "memory" (memory ${pages} ${mostPages}))`,
    '(import "m" "part" (global i32))',
    '(import "m" "parts" (global i32))',
    '(import "m" "sleeps" (global i32))',
    ...exported.map(({ name, index }) => `(export "${name}" (func $${names[index]}))`),
  ];
  const texts = functions.map(({ code }, k) => printFunction({ ...code, name: names[k]! }, names));
  return `(module\n${[...head, ...texts].join("\n").replace(/^(?=.)/gm, "  ")})\n`;
}
