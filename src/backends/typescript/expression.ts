/** @file Prints kernel expressions as JavaScript, with no more parentheses than needed. */
import type { ArrayName, KernelExpr } from "../../ir/kernel.js";
import type { RunTimeScalar } from "../../ir/types.js";
import { exponential, hyperbolicTangent, logarithm, wholePower } from "./math-inline.js";

/** What expressions refer to; asking for a name marks it as used. */
export interface Context {
  /** What follows a read of an array: `!` in TypeScript, for `noUncheckedIndexedAccess`. */
  readonly present: "!" | "";
  /** Statements before the one being printed, that define the name given to `lines`: `prefix` and a number. */
  readonly before: (prefix: string, lines: (name: string) => readonly string[]) => string;
  readonly array: (name: ArrayName) => string;
  readonly scalar: (name: RunTimeScalar["name"], site: number) => string;
}
/** Truth values are JavaScript booleans in expressions, 0 or 1 in arrays and arithmetic. */
export type Kind = "number" | "boolean";

export function typeOf(expr: KernelExpr): Kind {
  return expr.type === "bool" && expr.kind !== "load" ? "boolean" : "number";
}

/** Binding strengths of JavaScript's operators. */
const strength = {
  choice: 1,
  or: 2,
  and: 3,
  bitOr: 4,
  bitAnd: 6,
  equality: 7,
  relation: 8,
  shift: 9,
  sum: 10,
  product: 11,
  prefix: 12,
  call: 14,
} as const;
interface Text {
  readonly text: string;
  readonly binds: number;
}
const call = (text: string): Text => ({ text, binds: strength.call });

export function printExpression(context: Context, expr: KernelExpr, as: Kind): string {
  return new ExpressionPrinter(context).as(expr, as).text;
}

const infix: Readonly<Record<string, readonly [string, number]>> = {
  add: ["+", strength.sum],
  subtract: ["-", strength.sum],
  multiply: ["*", strength.product],
  divide: ["/", strength.product],
  equal: ["===", strength.equality],
  notEqual: ["!==", strength.equality],
  less: ["<", strength.relation],
  lessEqual: ["<=", strength.relation],
  greater: [">", strength.relation],
  greaterEqual: [">=", strength.relation],
};
/** Exact by the ECMAScript specification, so the same on every engine. */
const exactMath: Readonly<Record<string, string>> = {
  maximum: "Math.max",
  minimum: "Math.min",
  sign: "Math.sign",
  sqrt: "Math.sqrt",
  floor: "Math.floor",
  ceil: "Math.ceil",
};
/** Operations printed as calls of our own functions (math.ts). */
const helpers: Readonly<Record<string, string>> = {
  log: "mathLog",
  log1p: "mathLog1p",
  expm1: "mathExpm1",
  sin: "mathSin",
  cos: "mathCos",
  erf: "mathErf",
  inverseErf: "mathInverseErf",
  power: "mathPower",
  round: "mathRound",
  randomBits: "mathRandomBits",
};

/** Operations written out before the statement that uses them (math-inline.ts). */
const inline: Readonly<Record<string, typeof exponential>> = {
  exp: exponential,
  log: logarithm,
  tanh: hyperbolicTangent,
};

class ExpressionPrinter {
  readonly #context: Context;
  constructor(context: Context) {
    this.#context = context;
  }

  as(expr: KernelExpr, kind: Kind): Text {
    const text = this.#print(expr);
    const is = typeOf(expr);
    if (is === kind) return text;
    if (kind === "boolean")
      return { text: `${this.#within(text, strength.equality + 1)} !== 0`, binds: strength.equality };
    if (text.text === "true" || text.text === "false") return call(text.text === "true" ? "1" : "0");
    return { text: `${this.#within(text, strength.choice + 1)} ? 1 : 0`, binds: strength.choice };
  }
  #within({ text, binds }: Text, least: number): string {
    return binds < least ? `(${text})` : text;
  }
  #number(expr: KernelExpr, least: number): string {
    return this.#within(this.as(expr, "number"), least);
  }
  #truth(expr: KernelExpr, least: number): string {
    return this.#within(this.as(expr, "boolean"), least);
  }
  #call(name: string, arguments_: readonly KernelExpr[]): Text {
    return call(`${name}(${arguments_.map((argument) => this.#number(argument, 0)).join(", ")})`);
  }

  #print(expr: KernelExpr): Text {
    switch (expr.kind) {
      case "const":
        if (expr.type === "bool") return call(expr.value !== 0 ? "true" : "false");
        return printConstant(expr.value);
      case "local":
        return call(expr.name);
      case "linear":
        return printLinear(expr);
      case "scalar":
        return call(this.#context.scalar(expr.name, expr.site));
      case "load":
        return call(`${this.#context.array(expr.array)}[${this.#number(expr.index, 0)}]${this.#context.present}`);
      case "select": {
        const kind = typeOf(expr);
        const yes = this.#within(this.as(expr.yes, kind), strength.choice + 1);
        const no = this.#within(this.as(expr.no, kind), strength.choice);
        return {
          text: `${this.#truth(expr.condition, strength.choice + 1)} ? ${yes} : ${no}`,
          binds: strength.choice,
        };
      }
      case "inside":
        return {
          text: `${this.#number(expr.value, strength.shift)} >>> 0 < ${this.#number(expr.below, strength.shift)}`,
          binds: strength.relation,
        };
      case "bound":
        if (expr.op !== "divide") return this.#call(`Math.${expr.op}`, [expr.a, expr.b]);
        return {
          text: `(${this.#number(expr.a, strength.product)} / ${this.#number(expr.b, strength.product + 1)}) | 0`,
          binds: strength.bitOr,
        };
      case "apply":
        return this.#apply(expr);
      case "splat":
      case "lanes":
      case "lane":
      case "across":
      case "sums":
        throw new Error("the TypeScript back end has no vectors");
    }
  }
  #apply(expr: KernelExpr & { kind: "apply" }): Text {
    const { name } = expr.op;
    const [a, b] = expr.arguments as [KernelExpr, KernelExpr];
    const whole = expr.type === "i32";
    switch (name) {
      case "and":
        return { text: `${this.#truth(a, strength.and)} && ${this.#truth(b, strength.and + 1)}`, binds: strength.and };
      case "or":
        return { text: `${this.#truth(a, strength.or)} || ${this.#truth(b, strength.or + 1)}`, binds: strength.or };
      case "not":
        return { text: `!${this.#truth(a, strength.prefix)}`, binds: strength.prefix };
      case "negate":
        return this.#toInt(whole, { text: `-${this.#number(a, strength.prefix + 1)}`, binds: strength.prefix });
      case "number":
      case "detach":
        return this.as(a, "number");
      case "integer":
        return this.#toInt(a.type !== "i32", this.as(a, "number"));
      case "multiply":
        if (whole) return this.#call("Math.imul", expr.arguments);
        break;
      case "floor":
      case "ceil":
      case "round":
        if (whole) return this.as(a, "number");
        break;
      case "abs":
        return this.#toInt(whole, this.#call("Math.abs", [a]));
      case "modulo":
        return this.#modulo(a, b, whole);
      case "floorDivide":
        return this.#floorDivide(a, b, whole);
      case "power":
        if (b.kind === "scalar" && b.name === "step") {
          const [base, step] = [this.#number(a, 0), this.#number(b, 0)];
          return call(this.#context.before("power", (result) => wholePower(result, base, step)));
        }
        if (b.kind === "const" && b.value === 1) return this.as(a, "number");
        if (b.kind === "const" && b.value === 2 && (a.kind === "local" || a.kind === "scalar")) {
          const factor = this.#number(a, strength.product);
          return { text: `${factor} * ${factor}`, binds: strength.product };
        }
    }
    const operator = infix[name];
    if (operator) {
      const [sign, binds] = operator;
      // Comparisons do not chain, and a - (b - c) keeps its parentheses: the right side binds tighter.
      const text = `${this.#number(a, binds)} ${sign} ${this.#number(b, binds + 1)}`;
      return this.#toInt(whole, { text, binds });
    }
    const exact = exactMath[name];
    if (exact) return this.#call(exact, expr.arguments);
    const written = inline[name];
    if (written) {
      const argument = this.#number(a, 0);
      return call(this.#context.before("exp", (result) => written(result, argument, this.#context.present)));
    }
    const helper = helpers[name];
    if (!helper) throw new Error(`the TypeScript back end does not know operation ${name}`);
    return this.#call(helper, expr.arguments);
  }
  #toInt(whole: boolean, value: Text): Text {
    return whole ? { text: `${this.#within(value, strength.bitOr)} | 0`, binds: strength.bitOr } : value;
  }
  #modulo(a: KernelExpr, b: KernelExpr, whole: boolean): Text {
    if (whole && b.kind === "const" && isPowerOfTwo(b.value))
      return { text: `${this.#number(a, strength.bitAnd)} & ${b.value - 1}`, binds: strength.bitAnd };
    const rest = this.#call("mathModulo", [a, b]);
    // By 0 it is not a number.
    return b.kind === "const" ? rest : this.#toInt(whole, rest);
  }
  #floorDivide(a: KernelExpr, b: KernelExpr, whole: boolean): Text {
    if (whole && b.kind === "const" && isPowerOfTwo(b.value))
      return { text: `${this.#number(a, strength.shift)} >> ${Math.log2(b.value)}`, binds: strength.shift };
    const quotient = `${this.#number(a, strength.product)} / ${this.#number(b, strength.product + 1)}`;
    return this.#toInt(whole, call(`Math.floor(${quotient})`));
  }
}

const isPowerOfTwo = (value: number): boolean => value > 0 && value < 2 ** 31 && (value & (value - 1)) === 0;

function printConstant(value: number): Text {
  if (value === Infinity) return call("Infinity");
  if (value === -Infinity) return { text: "-Infinity", binds: strength.prefix };
  const text = Object.is(value, -0) ? "-0" : String(value);
  return { text, binds: text.startsWith("-") ? strength.prefix : strength.call };
}

function printLinear({ constant, terms }: KernelExpr & { kind: "linear" }): Text {
  let text = "";
  for (const { name, factor } of terms) {
    const size = Math.abs(factor);
    const term = size === 1 ? name : `${name} * ${size}`;
    if (text === "") text = factor < 0 ? `-${term}` : term;
    else text += factor < 0 ? ` - ${term}` : ` + ${term}`;
  }
  if (constant !== 0) text += constant < 0 ? ` - ${-constant}` : ` + ${constant}`;
  return { text, binds: terms.length === 1 && constant === 0 ? strength.product : strength.sum };
}
