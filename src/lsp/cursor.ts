/**
 * @file What is due at a cursor, read off the tokens before it: where one types, the tree is broken, and brackets and keywords are
 * all that is certain.
 */
import { createLexer } from "../../grammar/tokens.js";
import type { Builtin } from "../check/builtin.js";
import { wordSetOf } from "../check/recipes.js";
import type { FileScope, Word, WordSet } from "../check/scope.js";
import type { Span } from "../base/source.js";
import type { Declaration, Parameter } from "../syntax/ast.js";
import { findWord, parametersOf } from "./words.js";
import type { Document } from "./documents.js";
import { identifierAt } from "./names.js";

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A call whose parentheses are open at the cursor. */
export interface OpenCall {
  readonly word: Word | Builtin;
  readonly takes: "settings" | "values";
  /** What may be given by position. */
  readonly positional: readonly Parameter[];
  /** Names given so far, by name or position. */
  readonly given: ReadonlySet<string>;
  /** The parameter that the cursor is at, if any. */
  readonly at: Parameter | undefined;
}

export interface Cursor {
  /** The part of a name before and after the cursor. */
  readonly name: Span;
  readonly declaration: Declaration | undefined;
  /** The innermost open call. */
  readonly call: OpenCall | undefined;
  /** The keyword that begins the statement or item around the cursor. */
  readonly statement: string | undefined;
  /** Whether the value of a named argument or entry is due: no other name can begin here. */
  readonly isNamed: boolean;
  readonly due:
    | { readonly kind: "nothing" }
    | { readonly kind: "declaration" }
    | { readonly kind: "item" }
    | { readonly kind: "statement" }
    /** `key: value` of a block of the model. */
    | { readonly kind: "entry"; readonly block: "data" | "train" | "phase"; readonly given: ReadonlySet<string> }
    | { readonly kind: "import"; readonly from: string | undefined }
    | { readonly kind: "type" }
    | { readonly kind: "options"; readonly parameter: Parameter }
    /** A word of a set, in a stage applied to the value that ends before the arrow. */
    | { readonly kind: "word"; readonly set: WordSet; readonly arrow: number | undefined }
    | { readonly kind: "value" };
}

const lexed = (
  text: string,
): { readonly tokens: readonly Token[]; readonly inComment: boolean; readonly inText: boolean } => {
  const { tokens, groups } = createLexer().tokenize(text);
  const ends = (one: { startOffset: number; image: string } | undefined) => one && one.startOffset + one.image.length;
  const last = tokens.at(-1);
  return {
    tokens: tokens.map(({ image, startOffset }) => ({
      text: image,
      start: startOffset,
      end: startOffset + image.length,
    })),
    inComment: ends(groups["comments"]?.at(-1)) === text.length,
    inText: last?.tokenType.name === "UnclosedString" && ends(last) === text.length,
  };
};

const statements = new Set(["let", "use", "require", "serve", "param", "buffer", "state", "scan", "return"]);
const items = new Set(["input", "target", "output", "loss", "metric", "optimizer", "data", "train", "phase"]);
const isName = (token: Token | undefined): token is Token => token !== undefined && /^[A-Za-z_]/.test(token.text);
/** Right of these an expression goes on. */
const operators = new Set(
  "+ - * / @ ^ == != < <= > >= .. = ~ <- ( [ , : -> and or not in if then else when return for".split(" "),
);

export function cursorAt(document: Document, scope: FileScope, offset: number): Cursor {
  const { text, file } = document;
  const around = identifierAt(text, offset);
  const name = around?.span ?? { start: offset, end: offset };
  const declaration = file.declarations.findLast(({ span }) => span.start < name.start);
  const from = declaration?.span.start ?? 0;
  const { tokens, inComment, inText } = lexed(text.slice(from, name.start));
  if (inComment || inText || /\d/.test(text[name.start - 1] ?? ""))
    return { name, declaration, call: undefined, statement: undefined, isNamed: false, due: { kind: "nothing" } };
  const reader = new Reader(tokens, scope, declaration, from);
  const { call, statement } = reader;
  const isNamed = tokens.at(-1)?.text === ":";
  return { name, declaration, call, statement, isNamed, due: reader.due(text.slice(name.end)) };
}

interface Open {
  readonly bracket: string;
  /** Index of the token. */
  readonly index: number;
}

/** Reads the tokens of a declaration up to the cursor. */
class Reader {
  readonly #open: Open[] = [];
  /** Index of the keyword that begins the statement around the cursor. */
  #statement: number | undefined;
  constructor(
    readonly tokens: readonly Token[],
    readonly scope: FileScope,
    readonly declaration: Declaration | undefined,
    readonly from: number,
  ) {
    for (const [k, { text }] of tokens.entries()) {
      if (text === "(" || text === "[" || text === "{") this.#open.push({ bracket: text, index: k });
      else if (text === ")" || text === "]" || text === "}") this.#open.pop();
      const inBlock = this.#open.at(-1)?.bracket === "{";
      if (inBlock && (statements.has(text) || items.has(text)) && this.#beginsHere(k)) this.#statement = k;
    }
  }
  /** Soft keywords are names elsewhere. */
  #beginsHere(k: number): boolean {
    const before = this.tokens[k - 1]?.text;
    return before === undefined || !operators.has(before);
  }

  get statement(): string | undefined {
    return this.#statement === undefined ? undefined : this.tokens[this.#statement]!.text;
  }
  get call(): OpenCall | undefined {
    const open = this.#open.findLast(({ bracket }) => bracket !== "[");
    return open?.bracket === "(" ? this.#callAt(open.index) : undefined;
  }
  #callAt(index: number): OpenCall | undefined {
    const { tokens } = this;
    let head = index - 1;
    let second = false;
    if (tokens[head]?.text === ")") {
      // `attention(8)(` takes the values after the first.
      head = this.#matching(head) - 1;
      second = true;
    }
    const named = tokens[head];
    if (!isName(named)) return undefined;
    const set = this.#setAt(head);
    const word = findWord(this.scope, set ?? "word", named.text);
    if (!word) return undefined;
    const { settings, values } = parametersOf(word);
    const takes = set !== undefined && !second && settings.length > 0 ? "settings" : "values";
    const positional = takes === "settings" ? settings : values.slice(set === undefined ? 0 : 1);
    const given = new Set<string>();
    let position = 0;
    let at: Parameter | undefined = positional[0];
    let depth = 0;
    const all = [...settings, ...values];
    for (let k = index + 1; k <= tokens.length; k++) {
      const token = tokens[k];
      const begins = depth === 0 && (k === index + 1 || tokens[k - 1]!.text === ",");
      if (begins) {
        const name = isName(token) && tokens[k + 1]?.text === ":" ? token.text : undefined;
        at = name === undefined ? positional[position++] : all.find((one) => one.name.text === name);
        const closed = tokens.slice(k).some(({ text }) => text === ",");
        if (at && (name !== undefined || closed)) given.add(at.name.text);
      }
      if (token && "([{".includes(token.text)) depth++;
      else if (token && ")]}".includes(token.text)) depth--;
    }
    return { word, takes, positional, given, at };
  }
  #matching(close: number): number {
    let depth = 0;
    for (let k = close; k >= 0; k--) {
      const { text } = this.tokens[k]!;
      if (text === ")" || text === "]" || text === "}") depth++;
      else if ((text === "(" || text === "[" || text === "{") && --depth === 0) return k;
    }
    return 0;
  }

  /** The set of words that are due where the token at an index stands; undefined where values are. */
  #setAt(index: number): WordSet | undefined {
    const before = this.tokens[index - 1]?.text;
    const keyword = this.statement;
    if (before === "~") return "initializer";
    if (before === "regularize") return "regularizer";
    if (before === "constrain") return "constraint";
    const open = this.#open.findLast((one) => one.index < index);
    if (open?.bracket === "(") {
      const inner = this.#callAt(open.index);
      const due = before === ":" || before === "(" || before === "," ? wordSetOf(inner?.at) : undefined;
      if (due) return due;
    }
    if (keyword === "optimizer" && (before === "optimizer" || before === "->") && open?.bracket === "{")
      return "optimizer";
    if (before === "->") return "word";
    return keyword === "use" && before === "=" && open?.bracket === "{" ? "word" : undefined;
  }

  due(after: string): Cursor["due"] {
    const { tokens, declaration } = this;
    const previous = tokens.at(-1)?.text;
    const open = this.#open.at(-1);
    if (!declaration || (declaration.kind !== "import" && this.#open.length === 0 && this.#isClosed()))
      return { kind: "declaration" };
    if (declaration.kind === "import") {
      if (open) return { kind: "import", from: /^[^{}]*\}\s*from\s*"([^"\r\n]*)"/.exec(after)?.[1] };
      return {
        kind: previous === undefined || tokens.some(({ text }) => text.startsWith('"')) ? "declaration" : "nothing",
      };
    }
    const call = this.call;
    if (call?.at?.type?.kind === "options" && (previous === ":" || previous === "(" || previous === ","))
      return { kind: "options", parameter: call.at };
    const set = this.#setAt(tokens.length);
    if (set) {
      const arrow = previous === "->" ? this.from + tokens.at(-1)!.start : undefined;
      return { kind: "word", set, arrow };
    }
    if (open?.bracket === "{") {
      const block = this.#blockOf(open.index);
      if (block) {
        if (previous === ":") return { kind: "value" };
        const given = new Set(
          tokens.slice(open.index).flatMap(({ text }, k, all) => (all[k + 1]?.text === ":" ? text : [])),
        );
        return { kind: previous === "{" || previous === "," ? "entry" : "value", block, given } as Cursor["due"];
      }
      const keyword = this.statement;
      if (previous === "{" || previous === "}" || !operators.has(previous ?? "")) {
        const isNaming = statements.has(previous ?? "") || items.has(previous ?? "");
        const valued =
          previous === "loss" ||
          previous === "metric" ||
          previous === "return" ||
          previous === "require" ||
          previous === "serve";
        if (isNaming && previous === tokens.at(this.#statement ?? -1)?.text)
          return { kind: valued ? "value" : "nothing" };
        return { kind: declaration.kind === "model" && this.#open.length === 1 ? "item" : "statement" };
      }
      if ((keyword === "input" || keyword === "target") && previous === ":") return { kind: "type" };
    }
    if (previous === "." || previous === "as") return { kind: "nothing" };
    return { kind: "value" };
  }
  /** Whether the tokens so far are a whole declaration, as far as its last token tells. */
  #isClosed(): boolean {
    const last = this.tokens.at(-1)?.text;
    return last === "}" || (last !== undefined && this.tokens.some(({ text }) => text === "=") && !operators.has(last));
  }
  #blockOf(index: number): "data" | "train" | "phase" | undefined {
    const [first, second] = [this.tokens[index - 1]?.text, this.tokens[index - 2]?.text];
    if (first === "data" || first === "train") return first;
    return second === "phase" ? "phase" : undefined;
  }
}
