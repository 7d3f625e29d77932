/** @file Names in words that no model of the file applies: looked up without expanding, as shapes are not known. */
import { suggest } from "../base/suggest.js";
import type { Span } from "../base/source.js";
import { diagnose } from "../diagnostics/diagnostic.js";
import type {
  Block,
  Call,
  Expression,
  Group,
  Shape,
  Statement,
  TypeExpression,
  WordDeclaration,
} from "../syntax/ast.js";
import { builtins } from "./builtins/index.js";
import type { Sink } from "./context.js";
import { nameRules } from "./diagnostics/names.js";
import { givenNames } from "./given.js";
import { type FileScope, wordSets } from "./scope.js";
import { meantBy } from "./synonyms.js";

/** Reports names that nothing in a word, its file or the library declares. */
export function checkUnapplied(word: WordDeclaration, file: FileScope, sink: Sink): void {
  new Names(file, sink).word(word);
}

class Names {
  readonly #known = new Set<string>();
  constructor(
    readonly file: FileScope,
    readonly sink: Sink,
  ) {}

  word({ settings, values, result, body, gradients }: WordDeclaration): void {
    for (const group of [settings, values]) this.#group(group);
    for (let r = result; r; r = r.kind === "if" ? r.otherwise : undefined) if (r.kind === "shape") this.#binds(r.shape);
    if ("statements" in body) this.#block(body);
    else this.#value(body);
    this.#known.add("dout").add("out");
    for (const { value } of gradients) this.#value(value);
  }
  #group(group: Group | undefined): void {
    for (const { name, type, default: value } of group?.parameters ?? []) {
      if (type) this.#type(type);
      if (value) this.#argument(value);
      this.#known.add(name.text);
    }
  }
  #type(type: TypeExpression): void {
    if (type.kind === "options") for (const option of type.options) this.#known.add(option.text);
    else for (const shape of type.kind === "shape" ? [type.shape] : type.shapes) this.#binds(shape);
  }
  /** Sizes of a signature are names from there on. */
  #binds(shape: Shape): void {
    const names = (e: Expression): void => {
      if (e.kind === "name") this.#known.add(e.name);
      else if (e.kind === "binary") [e.left, e.right].forEach(names);
    };
    for (const axis of shape.axes) if (axis.kind !== "rest" && axis.kind !== "from") names(axis);
  }

  #block({ statements }: Block): void {
    for (const statement of statements) this.#statement(statement);
  }
  #statement(statement: Statement): void {
    switch (statement.kind) {
      case "let": {
        const { target, value } = statement;
        if (target.kind === "names") {
          this.#value(value);
          for (const { text } of target.names) this.#known.add(text);
          break;
        }
        const indices = (target.indices ?? []).flatMap((item) => (item.kind === "index" ? [item] : []));
        for (const { range } of indices) if (range) this.#value(range);
        this.#within(
          indices.map((item) => item.value),
          value,
        );
        this.#known.add(target.name.text);
        break;
      }
      case "use":
        this.#argument(statement.value);
        this.#known.add(statement.name.text);
        break;
      case "param":
      case "buffer":
      case "state": {
        const start =
          statement.kind === "param"
            ? statement.initializer
            : statement.kind === "buffer"
              ? statement.initial.value
              : statement.value;
        const indices = statement.kind === "param" ? (statement.indices ?? []) : [];
        this.#within(
          indices.flatMap((item) => (item.kind === "index" ? [item.value] : [])),
          start,
        );
        this.#known.add(statement.name.text);
        break;
      }
      case "scan":
        this.#value(statement.range);
        for (const { name, value } of statement.carried) {
          this.#value(value);
          this.#known.add(name.text);
        }
        this.#known.add(statement.index.text);
        this.#block(statement.body);
        break;
      case "require":
        this.#value(statement.condition);
        break;
      default:
        this.#value(statement.value);
    }
  }
  /** A body with the plain names among subscripts as indices. */
  #within(subscripts: readonly Expression[], body: Expression): void {
    const before = new Set(this.#known);
    const bind = (e: Expression): void => {
      if (e.kind === "name") this.#known.add(e.name);
      else if (e.kind === "binary") [e.left, e.right].forEach(bind);
    };
    subscripts.forEach(bind);
    this.#argument(body);
    for (const name of this.#known) if (!before.has(name)) this.#known.delete(name);
  }

  /** Where a word or an option may stand as well as a value. */
  #argument(e: Expression): void {
    if (e.kind !== "name") this.#value(e);
  }
  #call({ callee, arguments: given }: Call): void {
    if (callee.kind === "subscript" && callee.value.kind === "name") {
      this.#called(callee.value.name, callee.value.span);
      const indices = callee.subscripts.flatMap((item) => (item.kind === "index" ? [item.value] : []));
      for (const { value } of given) this.#within(indices, value);
      return;
    }
    if (callee.kind === "name") this.#called(callee.name, callee.span);
    else this.#value(callee);
    for (const { value } of given) this.#argument(value);
  }
  #value(e: Expression): void {
    switch (e.kind) {
      case "name":
        return this.#named(e.name, e.span);
      case "list":
        for (const item of e.items) if (item.kind !== "ellipsis") this.#value(item);
        return;
      case "unary":
        return this.#value(e.operand);
      case "binary":
        this.#value(e.left);
        return this.#value(e.right);
      case "if":
        for (const part of [e.condition, e.then, e.otherwise]) this.#argument(part);
        return;
      case "call":
        return this.#call(e);
      case "subscript":
        this.#value(e.value);
        for (const item of e.subscripts) if (item.kind === "index") this.#value(item.value);
        return;
      case "member":
        return this.#value(e.value);
      case "pipe":
        this.#value(e.value);
        for (const { word, as } of e.stages) {
          if (word.kind === "name") this.#called(word.name, word.span);
          else this.#argument(word);
          if (as) this.#known.add(as.text);
        }
        return;
      case "number":
      case "string":
      case "missing":
    }
  }

  #isWord(name: string): boolean {
    return builtins.has(name) || wordSets.some((set) => this.file.word(set, name) !== undefined);
  }
  #named(name: string, span: Span): void {
    if (this.#known.has(name) || givenNames.has(name) || this.file.constants.has(name)) return;
    // That a word stands where a value is due is told when it is expanded.
    if (this.#isWord(name)) return;
    const suggestion = suggest(name, new Set([...this.#known, ...givenNames, ...this.file.constants.keys()]));
    this.sink.add(diagnose(nameRules.unknownName, this.file.location(span), { name, suggestion }));
  }
  #called(name: string, span: Span): void {
    if (this.#known.has(name) || this.#isWord(name)) return;
    const words = new Set([...this.file.words("word"), ...builtins.keys()]);
    const parameters = { name, kind: "word", ...meantBy(name, words, true) };
    this.sink.add(diagnose(nameRules.unknownWord, this.file.location(span), parameters));
  }
}
