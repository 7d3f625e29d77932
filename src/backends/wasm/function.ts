/** @file A WebAssembly function under construction: every value gets a local of its own; `finish` shares them among values that never live together. */
import type { WasmFunction } from "./encode.js";
import { type Instruction, type InstructionName, noResult, type ValueType, valueTypeByte } from "./instructions.js";

export interface Local {
  /** Before `finish`: parameters first, then locals in the order in which they were made. */
  readonly index: number;
  readonly type: ValueType;
}

const order: readonly ValueType[] = ["i32", "i64", "f32", "f64", "v128"];

export class FunctionBuilder {
  readonly #parameters: readonly ValueType[];
  readonly #types: ValueType[];
  #code: Instruction[] = [];

  constructor(parameters: readonly ValueType[]) {
    this.#parameters = parameters;
    this.#types = [...parameters];
  }

  parameter(index: number): Local {
    return { index, type: this.#parameters[index]! };
  }
  local(type: ValueType): Local {
    this.#types.push(type);
    return { index: this.#types.length - 1, type };
  }

  emit(name: InstructionName, ...immediates: readonly (number | bigint)[]): void {
    this.#code.push({ name, immediates });
  }
  get(local: Local): void {
    this.emit("local.get", local.index);
  }
  set(local: Local): void {
    this.emit("local.set", local.index);
  }
  tee(local: Local): void {
    this.emit("local.tee", local.index);
  }
  /** What is on top of the stack, in a new local. */
  keep(type: ValueType): Local {
    const local = this.local(type);
    this.set(local);
    return local;
  }
  i32(value: number): void {
    this.emit("i32.const", value | 0);
  }

  // ---- structure
  /** A condition is on the stack. */
  if(body: () => void, otherwise?: () => void, result?: ValueType): void {
    this.emit("if", result ? valueTypeByte[result] : noResult);
    body();
    if (otherwise) {
      this.emit("else");
      otherwise();
    }
    this.emit("end");
  }
  /** Repeats while what `body` leaves on the stack is not 0. */
  loop(body: () => void): void {
    this.emit("loop", noResult);
    body();
    this.emit("br_if", 0);
    this.emit("end");
  }
  /** What `body` emits, to be placed later by `append`. */
  apart(body: () => void): readonly Instruction[] {
    const outer = this.#code;
    this.#code = [];
    body();
    const made = this.#code;
    this.#code = outer;
    return made;
  }
  append(code: readonly Instruction[]): void {
    for (const instruction of code) this.#code.push(instruction);
  }

  finish(name: string, results: readonly ValueType[] = []): WasmFunction {
    this.emit("end");
    const code = withoutCopies(this.#code);
    const count = this.#parameters.length;
    const lives = lifetimes(code, count);
    const { places, locals } = share(lives, this.#types, count);
    const renumbered = code.map((instruction) => {
      if (!isLocal(instruction)) return instruction;
      const index = Number(instruction.immediates[0]);
      return index < count ? instruction : { name: instruction.name, immediates: [places.get(index)!] };
    });
    return { name, parameters: this.#parameters, results, locals, code: renumbered };
  }
}

const isLocal = ({ name }: Instruction): boolean =>
  name === "local.get" || name === "local.set" || name === "local.tee";

/** `set x, get x` becomes `tee x`; a `tee` of what is never read again disappears. */
function withoutCopies(code: readonly Instruction[]): readonly Instruction[] {
  const out: Instruction[] = [];
  const reads = new Map<number, number>();
  for (const instruction of code) {
    const index = Number(instruction.immediates[0]);
    const last = out.at(-1);
    if (instruction.name === "local.get") {
      if (last?.name === "local.set" && Number(last.immediates[0]) === index) {
        out[out.length - 1] = { name: "local.tee", immediates: last.immediates };
        continue;
      }
      reads.set(index, (reads.get(index) ?? 0) + 1);
    }
    out.push(instruction);
  }
  const left: Instruction[] = [];
  for (const instruction of out) {
    const isUnread = isLocal(instruction) && !reads.has(Number(instruction.immediates[0]));
    if (!isUnread) left.push(instruction);
    else if (instruction.name === "local.set") {
      if (left.at(-1)?.name.endsWith(".const")) left.pop();
      else left.push({ name: "drop", immediates: [] });
    }
  }
  return left;
}

interface Life {
  readonly index: number;
  readonly first: number;
  last: number;
}
/** Positions of first and last mention; what enters a loop lives to its end. */
function lifetimes(code: readonly Instruction[], parameters: number): readonly Life[] {
  const lives = new Map<number, Life>();
  const open: { readonly start: number; readonly isLoop: boolean }[] = [];
  code.forEach((instruction, position) => {
    const { name } = instruction;
    if (isLocal(instruction)) {
      const index = Number(instruction.immediates[0]);
      if (index < parameters) return;
      const known = lives.get(index);
      if (known) known.last = position;
      else lives.set(index, { index, first: position, last: position });
    } else if (name === "block" || name === "if" || name === "loop")
      open.push({ start: position, isLoop: name === "loop" });
    else if (name === "end") {
      const closed = open.pop();
      if (!closed?.isLoop) return;
      for (const life of lives.values())
        if (life.first < closed.start && life.last > closed.start) life.last = position;
    }
  });
  return [...lives.values()];
}

/** Numbers after the parameters, grouped by type. */
function share(
  lives: readonly Life[],
  types: readonly ValueType[],
  parameters: number,
): { readonly places: ReadonlyMap<number, number>; readonly locals: readonly ValueType[] } {
  const places = new Map<number, number>();
  const locals: ValueType[] = [];
  for (const type of order) {
    /** Where the last life in each place ends. */
    const ends: number[] = [];
    const base = parameters + locals.length;
    for (const { index, first, last } of lives) {
      if (types[index] !== type) continue;
      let place = ends.findIndex((end) => end < first);
      if (place < 0) place = ends.length;
      ends[place] = last;
      places.set(index, base + place);
    }
    locals.push(...ends.map(() => type));
  }
  return { places, locals };
}
