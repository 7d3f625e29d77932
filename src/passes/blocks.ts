/**
 * @file Open loops of a kernel under construction. A value is named in the outermost block in which its operands are known, so
 * invariants leave loops by birth; the same operation on the same operands gets the same name (value numbering).
 */
import { add, and, multiply } from "../ops/index.js";
import type { KernelExpr, KernelStatement, LaneType } from "../ir/kernel.js";
import type { Origin, ScalarOp } from "../ir/types.js";
import { affine, int, lane, lanes, linear, local, plus, variable } from "./affine.js";
import type { Affine, Term } from "./affine.js";
import { partsOf } from "./tidy.js";

export interface Interval {
  readonly min: number;
  readonly max: number;
}
interface Block {
  readonly statements: KernelStatement[];
  readonly known: Map<string, KernelExpr>;
  /** Conditions `0 <= affine < extent` that loop bounds guarantee here. */
  readonly facts: Set<string>;
  /** Times that the block runs in one call at the declared batch. */
  readonly runs: number;
}
interface Local {
  readonly depth: number;
  readonly range: Interval;
}

const anything: Interval = { min: -Infinity, max: Infinity };
/** Of loop variables: none of the back end's names for arrays; deeper ones are numbered, as no other name that begins so is. */
const letters = "ijklqruvef";
const widthOf = (type: LaneType): number => (type.endsWith("x4") ? lanes : 1);
const isAtom = (value: KernelExpr): boolean =>
  value.kind === "const" ||
  value.kind === "local" ||
  value.kind === "scalar" ||
  (value.kind === "splat" && value.value.kind === "const");
const float = (type: LaneType): boolean => type === "f32" || type === "f64" || type === "f32x4";

export class Blocks {
  flops = 0;
  /** Of the statements made at present. */
  #origin: Origin | undefined;
  #blocks: Block[];
  readonly #locals = new Map<string, Local>();
  #count = 0;
  /** Nothing is named above this block: what came before may have been overwritten. */
  #floor = 0;

  constructor(batch: number) {
    this.#blocks = [{ statements: [], known: new Map(), facts: new Set(), runs: 1 }];
    this.#locals.set(lane, { depth: 0, range: { min: 0, max: lanes - 1 } });
    this.#locals.set("n", { depth: 0, range: { min: 1, max: batch } });
  }

  get depth(): number {
    return this.#blocks.length - 1;
  }
  get statements(): readonly KernelStatement[] {
    return this.#blocks[0]!.statements;
  }
  #top(): Block {
    return this.#blocks[this.#blocks.length - 1]!;
  }
  #add(block: Block, statement: KernelStatement): void {
    block.statements.push(this.#origin ? { ...statement, origin: this.#origin } : statement);
  }
  /** What `body` makes comes from a step. */
  from<T>(origin: Origin | undefined, body: () => T): T {
    const outer = this.#origin;
    this.#origin = origin?.location ? origin : outer;
    const made = body();
    this.#origin = outer;
    return made;
  }

  // ---- structure
  /** A region whose values are shared with nothing before it, in the innermost open block. */
  apart(body: () => void): void {
    const outer = this.#floor;
    const top = this.#top();
    this.#blocks.push({ statements: top.statements, known: new Map(), facts: new Set(top.facts), runs: top.runs });
    this.#floor = this.depth;
    body();
    this.#floor = outer;
    this.#blocks.pop();
  }
  /** Runs `body` with the block at `depth` innermost: what it makes is in place before the deeper loops, which are still open. */
  at(depth: number, body: () => void): void {
    const deeper = this.#blocks.splice(depth + 1);
    body();
    this.#blocks.push(...deeper);
  }
  /** A loop; `trips` is how often it runs at most. */
  loop(
    from: KernelExpr,
    to: KernelExpr,
    step: number,
    range: Interval,
    trips: number,
    body: (name: string) => void,
    threads: { readonly split?: true; readonly meets?: true } = {},
  ): void {
    const depth = this.depth + 1;
    const name = letters[depth - 1] ?? `i${depth}`;
    const shadowed = this.#locals.get(name);
    const top = this.#top();
    const block: Block = { statements: [], known: new Map(), facts: new Set(), runs: top.runs * trips };
    this.#locals.set(name, { depth, range });
    this.#blocks.push(block);
    body(name);
    this.#blocks.pop();
    if (shadowed) this.#locals.set(name, shadowed);
    if (block.statements.length > 0)
      this.#add(top, {
        kind: "for",
        ...threads,
        variable: name,
        from,
        to,
        step,
        body: block.statements,
      });
  }
  /** Statements that run only if the condition holds. */
  when(condition: KernelExpr, body: () => void): void {
    const top = this.#top();
    const block: Block = { statements: [], known: new Map(), facts: new Set(), runs: top.runs };
    this.#blocks.push(block);
    body();
    this.#blocks.pop();
    this.#add(top, { kind: "if", condition, body: block.statements });
  }
  push(statement: KernelStatement): void {
    if (statement.kind === "store" && statement.accumulate)
      this.flops += this.#top().runs * widthOf(statement.value.type);
    this.#add(this.#top(), statement);
  }

  // ---- facts
  learn(fact: string): void {
    this.#top().facts.add(fact);
  }
  knows(fact: string): boolean {
    return this.#blocks.some((block) => block.facts.has(fact));
  }
  rangeOf(a: Affine): Interval {
    let min = a.constant;
    let max = a.constant;
    for (const { name, factor } of a.terms) {
      const range = this.#locals.get(name)?.range ?? anything;
      min += factor * (factor > 0 ? range.min : range.max);
      max += factor * (factor > 0 ? range.max : range.min);
    }
    return { min, max };
  }

  // ---- values
  #depthOfName(name: string): number {
    const known = this.#locals.get(name);
    if (!known) throw new Error(`kernel: local ${name} is not open`);
    return Math.max(known.depth, this.#floor);
  }
  depthOfTerms(terms: readonly Term[]): number {
    let depth = this.#floor;
    for (const { name } of terms) depth = Math.max(depth, this.#depthOfName(name));
    return depth;
  }
  depthOf(expr: KernelExpr): number {
    if (expr.kind === "local") return this.#depthOfName(expr.name);
    if (expr.kind === "linear") return this.depthOfTerms(expr.terms);
    return partsOf(expr).reduce((depth, part) => Math.max(depth, this.depthOf(part)), this.#floor);
  }
  recall(key: string, depth: number): KernelExpr | undefined {
    return this.#blocks[depth]?.known.get(key);
  }
  remember(key: string, depth: number, value: KernelExpr): void {
    this.#blocks[depth]?.known.set(key, value);
  }

  /** The expression under a name; atoms are their own names. */
  name(value: KernelExpr, prefix = "v", range: Interval = anything): KernelExpr {
    if (isAtom(value)) return value;
    const depth = this.depthOf(value);
    const key = keyOf(value);
    const block = this.#blocks[depth]!;
    const known = block.known.get(key);
    if (known) return known;
    const name = `${prefix}${++this.#count}`;
    this.#locals.set(name, { depth, range });
    this.#add(block, { kind: "let", name, value });
    if (value.kind === "apply" && float(value.type)) this.flops += block.runs * widthOf(value.type);
    const atom: KernelExpr = { kind: "local", type: value.type, name };
    block.known.set(key, atom);
    return atom;
  }
  apply(op: ScalarOp, type: LaneType, ...arguments_: readonly KernelExpr[]): KernelExpr {
    return this.name({ kind: "apply", type, op, arguments: arguments_ });
  }
  both(a: KernelExpr | undefined, b: KernelExpr): KernelExpr {
    return a === undefined ? b : this.apply(and, "bool", a, b);
  }
  /** A new accumulator in the innermost block. */
  accumulator(type: LaneType, value: KernelExpr): KernelExpr {
    const name = `s${++this.#count}`;
    this.#locals.set(name, { depth: this.depth, range: anything });
    this.#add(this.#top(), { kind: "var", name, type, value });
    return { kind: "local", type, name };
  }
  assign(target: KernelExpr, value: KernelExpr): void {
    if (target.kind !== "local") throw new Error("kernel: only a local can be assigned");
    this.push({ kind: "assign", name: target.name, value });
  }
  /** `target += value` or `target *= value`, kept as one expression. */
  accumulate(target: KernelExpr, op: typeof add | typeof multiply, value: KernelExpr): void {
    this.flops += this.#top().runs * widthOf(target.type);
    this.assign(target, { kind: "apply", type: target.type, op, arguments: [target, value] });
  }

  // ---- addresses
  atom(a: Affine): KernelExpr {
    const value = linear(a);
    return value.kind === "linear" ? this.name(value, "p", this.rangeOf(a)) : value;
  }
  /**
   * `base + a` as an index expression: the part known in each enclosing block is added up there, and accesses that differ by
   * a constant share one name.
   */
  address(a: Affine, base: number): KernelExpr {
    const levels = new Map<number, Term[]>();
    for (const term of a.terms) {
      const depth = this.#depthOfName(term.name);
      const known = levels.get(depth);
      if (known) known.push(term);
      else levels.set(depth, [term]);
    }
    let sum = affine(base);
    for (const depth of [...levels.keys()].sort((x, y) => x - y)) {
      sum = plus(sum, affine(0, levels.get(depth)!));
      const single = sum.terms.length === 1 && sum.terms[0]!.factor === 1;
      if (!single) sum = this.#shared(sum);
    }
    return linear(affine(sum.constant + a.constant, sum.terms));
  }
  #shared(a: Affine): Affine {
    const atom = this.atom(a);
    return atom.kind === "local" ? variable(atom.name) : a;
  }

  // ---- bounds
  bound(op: "min" | "max" | "divide", a: KernelExpr, b: KernelExpr): KernelExpr {
    if (a.kind === "const" && b.kind === "const") {
      const value = op === "divide" ? Math.trunc(a.value / b.value) : Math[op](a.value, b.value);
      return int(value);
    }
    if (op === "divide" && b.kind === "const" && b.value === 1) return a;
    return this.name({ kind: "bound", type: "i32", op, a, b }, "p");
  }
  batch(): KernelExpr {
    return local("n");
  }
}

const keyOf = (value: KernelExpr): string => {
  switch (value.kind) {
    case "const":
      return `${value.type}${Object.is(value.value, -0) ? "-0" : value.value}`;
    case "local":
      return value.name;
    case "linear":
      return affine(value.constant, value.terms).key;
    case "scalar":
      return `${value.name}${value.site}`;
    case "load":
      return `${value.array}.${value.type}[${keyOf(value.index)}]`;
    case "apply":
      return `${value.op.name}.${value.type}(${value.arguments.map(keyOf).join()})`;
    case "select":
      return `${keyOf(value.condition)}?${keyOf(value.yes)}:${keyOf(value.no)}`;
    case "inside":
      return `inside(${keyOf(value.value)},${keyOf(value.below)})`;
    case "bound":
      return `${value.op}(${keyOf(value.a)},${keyOf(value.b)})`;
    case "splat":
      return `splat(${keyOf(value.value)})`;
    case "lanes":
    case "sums":
      return `${value.kind}(${value.values.map(keyOf).join()})`;
    case "lane":
      return `${keyOf(value.value)}.${value.lane}`;
    case "across":
      return `across.${value.op}(${keyOf(value.value)})`;
  }
};
