/** @file Names and text from `.net` files made safe for generated code. */

const reservedWords = `abstract any arguments as asserts async await boolean break case catch class const continue debugger
  declare default delete do else enum eval export extends false finally for from function get global globalThis if
  implements import in infer instanceof interface is keyof let module namespace never new null number object of package
  private protected public readonly require return satisfies set static string super switch symbol this throw true try
  type typeof undefined unique unknown using var void while with yield`;
/** What generated code finds in its surroundings, as values and as types. */
const globals = `Array ArrayBuffer ArrayLike Atomics BigInt64Array BigUint64Array Blob Boolean DataView Error Float32Array
  Float64Array Infinity Int32Array JSON Map Math MessageChannel NaN Number Object Partial Promise Readonly ReadonlyArray
  ReadonlyMap Record Reflect Required Set SharedArrayBuffer String Symbol TextDecoder TextEncoder URL Uint8Array WebAssembly
  Worker globalThis performance process setImmediate`;

const plainName = /^[A-Za-z_$][\w$]*$/;

/** A string literal, also inside a script element. */
export function stringLiteral(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029<]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
/** A property's name in a type or after `{`. */
export function propertyKey(name: string): string {
  return plainName.test(name) ? name : stringLiteral(name);
}
/** A property's name in an object literal, where `__proto__` means something else. */
export function literalKey(name: string): string {
  return name === "__proto__" ? `["__proto__"]` : propertyKey(name);
}
export function access(name: string): string {
  return plainName.test(name) ? `.${name}` : `[${stringLiteral(name)}]`;
}
/** One line of a comment. */
export function commentLine(text: string): string {
  return text
    .replace(/\p{Cc}|[\u2028\u2029]/gu, " ")
    .replaceAll("*/", "*\\/")
    .trim();
}
/** A documentation comment of one or more lines. */
export function documentation(text: string, indent = ""): string {
  const lines = text.split(/\r\n|[\n\r\u2028\u2029]/).map(commentLine);
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}

export function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
export function uncapitalized(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** The names of one scope, each given once. */
export class Names {
  readonly #taken: Set<string>;
  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }
  static ofModule(): Names {
    return new Names(`${reservedWords} ${globals}`.split(/\s+/));
  }
  /** An identifier as near to `wanted` as is free, and none of `others`. */
  claim(wanted: string, others: ReadonlySet<string> = new Set()): string {
    const plain = wanted.replace(/[^\w$]/g, "_").replace(/^(?=\d|$)/, "_");
    let name = plain;
    for (let k = 2; this.#taken.has(name) || others.has(name); k++) name = `${plain}_${k}`;
    this.#taken.add(name);
    return name;
  }
}
