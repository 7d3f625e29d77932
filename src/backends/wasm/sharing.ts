/**
 * @file Threads inside a kernel: iterations of shared loops are cut among them, what else writes memory runs on the first, and a
 * barrier stands between writes and what may read them.
 */
import type { Kernel, KernelExpr, KernelStatement } from "../../ir/kernel.js";
import { operandsOf, partsOf } from "../../passes/tidy.js";
import { globals, type Helper } from "./context.js";
import type { WasmFunction } from "./encode.js";
import { FunctionBuilder, type Local } from "./function.js";

const isCut = (statement: KernelStatement): boolean => statement.kind === "for" && statement.split === true;
/** A shared loop, or loops and conditions around one, which all threads run whole. */
const isSplit = (statement: KernelStatement): boolean =>
  isCut(statement) || ("body" in statement && statement.body.some(isSplit));
/** All threads run it, each its share; other kernels run on the first thread only. */
export const isShared = ({ body }: Kernel): boolean => body.some(isSplit);
const meets = (statement: KernelStatement): boolean => statement.kind === "for" && statement.meets === true;
const writesOutsideSplit = (statement: KernelStatement): boolean =>
  isSplit(statement)
    ? !isCut(statement) && "body" in statement && statement.body.some(writesOutsideSplit)
    : writes(statement);

const writes = (statement: KernelStatement): boolean =>
  statement.kind === "store" || statement.kind === "fill" || ("body" in statement && statement.body.some(writes));
const loads = (expr: KernelExpr): boolean => expr.kind === "load" || partsOf(expr).some(loads);
const reads = (statement: KernelStatement): boolean =>
  operandsOf(statement).some(loads) || ("body" in statement && statement.body.some(reads));
const assigns = (statement: KernelStatement, names: ReadonlySet<string>): boolean =>
  (statement.kind === "assign" && names.has(statement.name)) ||
  ("body" in statement && statement.body.some((inner) => assigns(inner, names)));

/** Sees the statements at the top of a shared kernel, and those of loops in which threads meet, in order. */
export class Sharing {
  readonly #builder: FunctionBuilder;
  readonly #barrier: () => void;
  readonly #accumulators = new Set<string>();
  /** Who wrote memory since the last barrier. */
  #writers: "nobody" | "first" | "all" = "nobody";

  constructor(builder: FunctionBuilder, barrier: () => void) {
    this.#builder = builder;
    this.#barrier = barrier;
  }

  statement(statement: KernelStatement, emit: () => void): void {
    if (statement.kind === "var") this.#accumulators.add(statement.name);
    if (isSplit(statement) && meets(statement)) {
      this.#meetIfWritten();
      emit();
      return this.#meetIfWritten();
    }
    if (isSplit(statement)) {
      if (writesOutsideSplit(statement)) throw new Error("kernel: a loop around a shared one writes");
      // Where it writes, a thread behind may still be reading: memory is used again.
      this.#meetIfWritten();
      this.#writers = "all";
      return emit();
    }
    if (!writes(statement)) {
      if (this.#writers !== "nobody" && reads(statement)) this.#meet();
      return emit();
    }
    if (assigns(statement, this.#accumulators))
      throw new Error("kernel: a statement beside a shared loop stores and assigns");
    if (this.#writers === "all") this.#meet();
    this.#writers = "first";
    onFirst(this.#builder, emit);
  }
  /** At the end of an iteration: the next one reads what this one wrote. */
  iterated(): void {
    this.#meetIfWritten();
  }
  #meetIfWritten(): void {
    if (this.#writers !== "nobody") this.#meet();
  }
  #meet(): void {
    this.#barrier();
    this.#writers = "nobody";
  }
}

export function onFirst(builder: FunctionBuilder, body: () => void): void {
  builder.emit("global.get", globals.part);
  builder.emit("i32.eqz");
  builder.if(body);
}

/** What is cut: iterations `start`, `start + step`, .. below `end`. */
export interface Cut {
  readonly start: number | Local;
  readonly end: number | Local;
  readonly step: number;
}

/**
 * This thread's share of a loop, as bounds in locals: thread `part` has the iterations trips * part / parts (rounded down) up to
 * the next part's.
 */
export function cut(builder: FunctionBuilder, helper: Helper, { start, end, step }: Cut): { from: Local; to: Local } {
  const push = (bound: number | Local) => (typeof bound === "number" ? builder.i32(bound) : builder.get(bound));
  const isZero = start === 0;
  const isFixed = typeof start === "number" && typeof end === "number";
  let trips: number | Local;
  if (isFixed) trips = Math.max(0, Math.ceil((end - start) / step));
  else if (isZero && step === 1) trips = end;
  else {
    push(end);
    if (!isZero) {
      push(start);
      builder.emit("i32.sub");
    }
    if (step !== 1) {
      builder.i32(step - 1);
      builder.emit("i32.add");
      builder.i32(step);
      builder.emit("i32.div_s");
    }
    trips = builder.keep("i32");
  }
  const boundary = (next: number): Local => {
    push(trips);
    builder.i32(next);
    builder.emit("call", helper("share", shareFunction));
    if (step !== 1) {
      builder.i32(step);
      builder.emit("i32.mul");
    }
    if (!isZero) {
      push(start);
      builder.emit("i32.add");
    }
    return builder.keep("i32");
  };
  const [from, to] = [boundary(0), boundary(1)];
  const isWhole = step === 1 || (isFixed && (end - start) % step === 0);
  if (!isWhole) {
    builder.get(to);
    push(end);
    builder.get(to);
    push(end);
    builder.emit("i32.lt_s");
    builder.emit("select");
    builder.set(to);
  }
  return { from, to };
}
/** (trips, next): with k = part + next, trips * k / parts as trips / parts * k + trips % parts * k / parts, which does not overflow. */
function shareFunction(): WasmFunction {
  const builder = new FunctionBuilder(["i32", "i32"]);
  const [trips, next] = [builder.parameter(0), builder.parameter(1)];
  const times = (op: "i32.div_s" | "i32.rem_s") => {
    builder.get(trips);
    builder.emit("global.get", globals.parts);
    builder.emit(op);
    builder.get(next);
    builder.emit("i32.mul");
  };
  builder.emit("global.get", globals.part);
  builder.get(next);
  builder.emit("i32.add");
  builder.set(next);
  times("i32.div_s");
  times("i32.rem_s");
  builder.emit("global.get", globals.parts);
  builder.emit("i32.div_s");
  builder.emit("i32.add");
  return builder.finish("share", ["i32"]);
}
