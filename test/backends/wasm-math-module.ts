/** @file A WebAssembly module that exports the numerical functions in one lane, in four, and in f64. */
import { doubleFunctions, laneFunctions } from "../../src/backends/wasm/math.js";
import { encodeBody, list, preamble, section, sectionId, text, unsigned } from "../../src/backends/wasm/encode.js";
import { FunctionBuilder } from "../../src/backends/wasm/function.js";
import { type ValueType, valueTypeByte } from "../../src/backends/wasm/instructions.js";
import { DoubleCode, operand, ScalarCode, VectorCode } from "../../src/backends/wasm/straight-line.js";
import type { WasmFunction } from "../../src/backends/wasm/encode.js";

interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => {
    readonly exports: Readonly<Record<string, (...values: number[]) => number>>;
  };
}
const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: Engine };

export interface WasmMath {
  arity(name: string): number;
  single(name: string, row: readonly number[]): number;
  /** Four rows, one per lane. */
  lanes(name: string, rows: readonly (readonly number[])[]): readonly number[];
  double(name: string, row: readonly number[]): number;
}

const arities: Readonly<Record<string, number>> = { power: 2, modulo: 2, floorDivide: 2, randomBits: 3 };
const arity = (name: string): number => arities[name] ?? 1;
const each = <Item>(count: number, make: (k: number) => Item): readonly Item[] =>
  Array.from({ length: count }, (_, k) => make(k));

function scalarFunction(name: string, type: "f32" | "i32" | "f64"): WasmFunction {
  const builder = new FunctionBuilder(each(arity(name), () => type));
  const inputs = each(arity(name), (k) => operand(builder.parameter(k)));
  const code = type === "f64" ? new DoubleCode(builder) : new ScalarCode(builder);
  const result =
    code instanceof DoubleCode ? doubleFunctions[name]!(code, ...inputs) : laneFunctions[name]!(code, ...inputs);
  code.push(result);
  return builder.finish(`${type === "f64" ? "double" : "single"}_${name}`, [type]);
}

/** Parameters: four lanes of each argument. Result: lane `lane`. */
function laneFunction(name: string, type: "f32" | "i32", lane: number): WasmFunction {
  const builder = new FunctionBuilder(each(4 * arity(name), () => type));
  const inputs = each(arity(name), (k) => {
    builder.get(builder.parameter(4 * k));
    builder.emit(`${type}x4.splat`);
    for (const next of [1, 2, 3]) {
      builder.get(builder.parameter(4 * k + next));
      builder.emit(`${type}x4.replace_lane`, next);
    }
    return operand(builder.keep("v128"));
  });
  const code = new VectorCode(builder);
  code.push(laneFunctions[name]!(code, ...inputs));
  builder.emit(`${type}x4.extract_lane`, lane);
  return builder.finish(`lane${lane}_${name}`, [type]);
}

function assemble(functions: readonly WasmFunction[]): Uint8Array {
  const bytesOf = (types: readonly ValueType[]) => list(types.map((type) => [valueTypeByte[type]]));
  const bodies = functions.map(encodeBody);
  const types = functions.map(({ parameters, results }) => [0x60, ...bytesOf(parameters), ...bytesOf(results)]);
  return Uint8Array.from([
    ...preamble,
    ...section(sectionId.type, list(types)),
    ...section(sectionId.function, list(functions.map((_, k) => unsigned(k)))),
    ...section(sectionId.export, list(functions.map(({ name }, k) => [...text(name), 0, ...unsigned(k)]))),
    ...section(sectionId.code, list(bodies)),
  ]);
}

export function wasmMath(): WasmMath {
  const functions = Object.keys(laneFunctions).flatMap((name) => {
    const type = name === "randomBits" ? "i32" : "f32";
    return [scalarFunction(name, type), ...each(4, (lane) => laneFunction(name, type, lane))];
  });
  const doubles = Object.keys(doubleFunctions).map((name) => scalarFunction(name, "f64"));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble([...functions, ...doubles])));
  return {
    arity,
    single: (name, row) => exports[`single_${name}`]!(...row),
    lanes: (name, rows) => {
      const values = each(arity(name), (k) => rows.map((row) => row[k]!)).flat();
      return each(4, (lane) => exports[`lane${lane}_${name}`]!(...values));
    },
    double: (name, row) => exports[`double_${name}`]!(...row),
  };
}
