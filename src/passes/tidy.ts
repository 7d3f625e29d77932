/** @file Removes names that nobody uses, and puts values used once where they are used, so that kernels read like formulas. */
import type { ArrayName, KernelExpr, KernelStatement } from "../ir/kernel.js";
import type { Origin } from "../ir/types.js";

/** Larger expressions keep their names. */
const longest = 12;

export function tidy(statements: readonly KernelStatement[]): readonly KernelStatement[] {
  const uses = new Map<string, number>();
  const live = withoutDead(statements, uses);
  return new Inliner(uses).list(live);
}

function eachName(expr: KernelExpr, visit: (name: string) => void): void {
  switch (expr.kind) {
    case "local":
      return visit(expr.name);
    case "linear":
      for (const { name } of expr.terms) visit(name);
      return;
    default:
      for (const part of partsOf(expr)) eachName(part, visit);
  }
}
export function partsOf(expr: KernelExpr): readonly KernelExpr[] {
  switch (expr.kind) {
    case "const":
    case "local":
    case "linear":
    case "scalar":
      return [];
    case "load":
      return [expr.index];
    case "apply":
      return expr.arguments;
    case "select":
      return [expr.condition, expr.yes, expr.no];
    case "inside":
      return [expr.value, expr.below];
    case "bound":
      return [expr.a, expr.b];
    case "splat":
    case "lane":
    case "across":
      return [expr.value];
    case "lanes":
    case "sums":
      return expr.values;
  }
}
function withParts(expr: KernelExpr, parts: readonly KernelExpr[]): KernelExpr {
  switch (expr.kind) {
    case "const":
    case "local":
    case "linear":
    case "scalar":
      return expr;
    case "load":
      return { ...expr, index: parts[0]! };
    case "apply":
      return { ...expr, arguments: parts };
    case "select":
      return { ...expr, condition: parts[0]!, yes: parts[1]!, no: parts[2]! };
    case "inside":
      return { ...expr, value: parts[0]!, below: parts[1]! };
    case "bound":
      return { ...expr, a: parts[0]!, b: parts[1]! };
    case "splat":
    case "lane":
    case "across":
      return { ...expr, value: parts[0]! };
    case "lanes":
    case "sums":
      return { ...expr, values: parts };
  }
}
export function operandsOf(statement: KernelStatement): readonly KernelExpr[] {
  switch (statement.kind) {
    case "for":
    case "fill":
      return [statement.from, statement.to];
    case "let":
    case "var":
    case "assign":
      return [statement.value];
    case "store":
      return [statement.index, statement.value];
    case "if":
      return [statement.condition];
  }
}

/** From the last statement to the first: a name without later uses is dropped. Counts the uses of the others. */
function withoutDead(statements: readonly KernelStatement[], uses: Map<string, number>): readonly KernelStatement[] {
  const kept: KernelStatement[] = [];
  const count = (name: string) => uses.set(name, (uses.get(name) ?? 0) + 1);
  for (let k = statements.length - 1; k >= 0; k--) {
    const statement = statements[k]!;
    if (statement.kind === "let" && !uses.has(statement.name)) continue;
    if (statement.kind === "for") kept.push({ ...statement, body: withoutDead(statement.body, uses) });
    else if (statement.kind === "if") kept.push({ ...statement, body: withoutDead(statement.body, uses) });
    else kept.push(statement);
    for (const operand of operandsOf(statement)) eachName(operand, count);
  }
  return kept.reverse();
}

interface Pending {
  readonly name: string;
  readonly origin: Origin | undefined;
  readonly value: KernelExpr;
  readonly size: number;
  readonly arrays: ReadonlySet<ArrayName>;
  readonly names: ReadonlySet<string>;
}

class Inliner {
  readonly #uses: ReadonlyMap<string, number>;
  #out: KernelStatement[] = [];
  #pending = new Map<string, Pending>();

  constructor(uses: ReadonlyMap<string, number>) {
    this.#uses = uses;
  }

  list(statements: readonly KernelStatement[]): readonly KernelStatement[] {
    const outer = { out: this.#out, pending: this.#pending };
    this.#out = [];
    this.#pending = new Map();
    for (const statement of statements) this.#statement(statement);
    this.#flush(() => true);
    const done = this.#out;
    this.#out = outer.out;
    this.#pending = outer.pending;
    return done;
  }

  #statement(statement: KernelStatement): void {
    switch (statement.kind) {
      case "let": {
        const value = this.#fill(statement.value);
        const size = sizeOf(value);
        if (this.#uses.get(statement.name) !== 1 || size > longest) {
          this.#out.push({ ...statement, value });
          return;
        }
        const arrays = new Set<ArrayName>();
        const names = new Set<string>();
        arraysIn(value, arrays);
        eachName(value, (name) => names.add(name));
        const { name, origin } = statement;
        this.#pending.set(name, { name, origin, value, size, arrays, names });
        return;
      }
      case "var":
        this.#out.push({ ...statement, value: this.#fill(statement.value) });
        return;
      case "assign": {
        const value = this.#fill(statement.value);
        this.#flush(({ names }) => names.has(statement.name));
        this.#out.push({ ...statement, value });
        return;
      }
      case "store": {
        const index = this.#fill(statement.index);
        const value = this.#fill(statement.value);
        this.#flush(({ arrays }) => arrays.has(statement.array));
        this.#out.push({ ...statement, index, value });
        return;
      }
      case "fill": {
        const from = this.#fill(statement.from);
        const to = this.#fill(statement.to);
        this.#flush(({ arrays }) => arrays.has(statement.array));
        this.#out.push({ ...statement, from, to });
        return;
      }
      case "for": {
        const from = this.#fill(statement.from);
        this.#flush(() => true);
        this.#out.push({ ...statement, from, body: this.list(statement.body) });
        return;
      }
      case "if": {
        const condition = this.#fill(statement.condition);
        this.#flush(() => true);
        this.#out.push({ ...statement, condition, body: this.list(statement.body) });
      }
    }
  }

  /** The expression with waiting values in the places of their names. */
  #fill(expr: KernelExpr): KernelExpr {
    if (expr.kind === "local") {
      const waiting = this.#pending.get(expr.name);
      if (!waiting) return expr;
      this.#pending.delete(expr.name);
      return waiting.value;
    }
    if (expr.kind === "linear") return this.#fillLinear(expr);
    const parts = partsOf(expr);
    return parts.length === 0
      ? expr
      : withParts(
          expr,
          parts.map((part) => this.#fill(part)),
        );
  }
  #fillLinear(expr: KernelExpr & { kind: "linear" }): KernelExpr {
    let constant = expr.constant;
    let changed = false;
    const terms = expr.terms.flatMap((term) => {
      const waiting = this.#pending.get(term.name);
      if (waiting?.value.kind !== "linear" || term.factor !== 1) return [term];
      this.#pending.delete(term.name);
      changed = true;
      constant += waiting.value.constant;
      return waiting.value.terms;
    });
    for (const { name } of terms) {
      const waiting = this.#pending.get(name);
      if (waiting) this.#flush((other) => other === waiting);
    }
    return changed ? { ...expr, constant, terms } : expr;
  }

  /** Gives waiting values their names after all. */
  #flush(which: (pending: Pending) => boolean): void {
    const chosen = [...this.#pending.values()].filter(which);
    for (const pending of chosen) {
      this.#pending.delete(pending.name);
      const { name, value, origin } = pending;
      this.#out.push({ kind: "let", name, value, origin });
    }
  }
}

function sizeOf(expr: KernelExpr): number {
  return partsOf(expr).reduce((sum, part) => sum + sizeOf(part), 1);
}
function arraysIn(expr: KernelExpr, into: Set<ArrayName>): void {
  if (expr.kind === "load") into.add(expr.array);
  for (const part of partsOf(expr)) arraysIn(part, into);
}
