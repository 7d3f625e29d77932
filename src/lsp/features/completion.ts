/** @file Completion: what may stand at the cursor, with documentation and snippets; words that take the value at hand come first. */
import { type CompletionItem, CompletionItemKind, InsertTextFormat, type TextEdit } from "../protocol.js";
import type { Builtin } from "../../check/builtin.js";
import { builtins } from "../../check/builtins/index.js";
import type { FileScope, Word, WordSet } from "../../check/scope.js";
import { signatureOf } from "../../check/word-page.js";
import type { Parameter } from "../../syntax/ast.js";
import { parametersOf } from "../words.js";
import type { Context } from "../context.js";
import { type Cursor, cursorAt, type OpenCall } from "../cursor.js";
import type { Document } from "../documents.js";
import { placeFacts } from "../facts.js";
import { type Feature, onRequest } from "../feature.js";
import { markdown, wordParts } from "../markdown.js";
import { localNames } from "../names.js";
import {
  declarationSnippets,
  entries,
  itemSnippets,
  type Snippet,
  statementSnippets,
  typeSnippets,
} from "../snippets.js";

/** An item but for what all have. */
type Offer = Omit<CompletionItem, "textEdit"> & { readonly text?: string };

const fromSnippet = ({ label, text, documentation }: Snippet): Offer => ({
  label,
  text,
  kind: CompletionItemKind.Keyword,
  documentation: markdown(documentation),
});

class Completion {
  readonly #facts;
  constructor(
    readonly context: Context,
    readonly document: Document,
    readonly scope: FileScope,
    readonly cursor: Cursor,
  ) {
    const analysis = context.project.analyse(document.path);
    this.#facts = analysis && placeFacts(document, analysis);
  }

  offers(): Offer[] {
    const { due, call } = this.cursor;
    switch (due.kind) {
      case "nothing":
        return [];
      case "declaration":
        return declarationSnippets.map(fromSnippet);
      case "item":
        return itemSnippets.map(fromSnippet);
      case "statement":
        return statementSnippets.map(fromSnippet);
      case "type":
        return typeSnippets.map(fromSnippet);
      case "entry":
        return entries[due.block]
          .filter(({ label }) => !due.given.has(label))
          .map(fromSnippet)
          .concat(due.block === "data" ? this.#ports() : []);
      case "import":
        return this.#imports(due.from);
      case "options": {
        const { type } = due.parameter;
        const options = type?.kind === "options" ? type.options : [];
        return options.map(({ text }) => ({ label: text, kind: CompletionItemKind.EnumMember }));
      }
      case "word":
        return [...this.#settings(call), ...this.#words(due.set, due.arrow, "stage")];
      case "value":
        return [
          ...this.#settings(call),
          ...(wantsBool(call?.at) ? truths : this.#values(call)),
          ...(call?.takes === "settings" ? [] : this.#words("word", undefined, "call")),
        ];
    }
  }

  /** Settings that are not given yet, by name. */
  #settings(call: OpenCall | undefined): Offer[] {
    if (!call || this.cursor.isNamed) return [];
    const { word, given } = call;
    const { settings } = parametersOf(word);
    const named = word.kind === "builtin" ? word.settings : [];
    const source = word.kind === "word" ? word.file.source.text : "";
    return [
      ...settings
        .filter(({ name }) => !given.has(name.text))
        .map(({ name, span }) => ({ label: name.text, detail: source.slice(span.start, span.end) })),
      ...named.filter((name) => !given.has(name)).map((label) => ({ label })),
    ].map((offer, position) => ({
      ...offer,
      text: `${offer.label}: $0`,
      kind: CompletionItemKind.Property,
      // In the order of the signature: what must be given is first.
      sortText: `0${String(position).padStart(3, "0")}`,
    }));
  }

  /** Names of the declaration that are declared before the cursor, and constants. */
  #values(call: OpenCall | undefined): Offer[] {
    const { declaration, name } = this.cursor;
    // Settings are constants, which names in a model are not.
    const constant = declaration?.kind === "model" && call?.takes === "settings";
    const locals = declaration && !constant ? localNames(declaration) : [];
    const before = locals.filter((local) => local.name.span.end < name.start);
    const offers = new Map<string, Offer>();
    for (const { name: local, node } of before)
      offers.set(local.text, {
        label: local.text,
        kind: CompletionItemKind.Variable,
        detail: this.#facts?.names.get(local.span.start) ?? node.kind ?? "",
        sortText: `1${local.text}`,
      });
    for (const constant of this.scope.constants.keys())
      offers.set(constant, { label: constant, kind: CompletionItemKind.Constant, sortText: `2${constant}` });
    return [...offers.values()];
  }
  #ports(): Offer[] {
    const { declaration } = this.cursor;
    const items = declaration?.kind === "model" ? declaration.items : [];
    return items.flatMap((item) =>
      item.kind === "input" || item.kind === "target"
        ? {
            label: item.name.text,
            text: `${item.name.text}: $0`,
            kind: CompletionItemKind.Field,
            sortText: `0${item.name.text}`,
          }
        : [],
    );
  }

  #words(set: WordSet, arrow: number | undefined, form: "stage" | "call"): Offer[] {
    const { call, statement } = this.cursor;
    const input = arrow === undefined ? undefined : this.#shapeBefore(arrow);
    const asked = form === "stage" && arrow === undefined ? call?.at?.type : undefined;
    const onlyFns = asked?.kind === "named" && asked.name.text === "fn";
    const names = new Set(this.scope.words(set));
    const words: (Word | Builtin)[] = [...names].flatMap((name) => this.scope.word(set, name) ?? []);
    const others = set === "word" ? [...builtins.values()].filter(({ name }) => !names.has(name)) : [];
    return [...words, ...others].flatMap((word): Offer[] => {
      const kind = word.kind === "word" ? word.declaration.word : "fn";
      // Losses and metrics are for their items; a layer is applied in a stage.
      if (kind === "loss" || kind === "metric") if (statement !== kind || arrow !== undefined) return [];
      if (kind === "layer" && (form === "call" || onlyFns)) return [];
      const fits = input === undefined || takes(word, input);
      const rank = `${fits ? 3 : 8}${kind === "layer" ? 0 : word.kind === "builtin" ? 2 : 1}`;
      return [
        {
          label: word.name,
          kind: kind === "layer" ? CompletionItemKind.Class : CompletionItemKind.Function,
          detail: signatureOf(word),
          documentation: markdown(...wordParts(word).slice(1)),
          text: form === "stage" ? stageText(word) : `${word.name}($0)`,
          sortText: `${rank}${word.name}`,
        },
      ];
    });
  }

  /** Text of the shape of the value that ends before an arrow. */
  #shapeBefore(arrow: number): string | undefined {
    const { text } = this.document;
    const before = text.slice(0, arrow).replace(/(?:\s|\bas\s+\w+|\*\s*\d+)+$/, "");
    const applied = this.#facts?.applications.findLast(({ location }) => location.span.end === before.length);
    if (applied) return applied.after;
    const name = /[A-Za-z_]\w*$/.exec(before)?.[0];
    const local = this.cursor.declaration && localNames(this.cursor.declaration);
    const declared = local?.findLast((one) => one.name.text === name && one.name.span.start < before.length);
    return declared && this.#facts?.names.get(declared.name.span.start);
  }

  #imports(from: string | undefined): Offer[] {
    if (from === undefined) return [];
    const path = this.context.host.resolve(from, this.document.path);
    return [...new Set(this.context.project.scope(path)?.names)].map((label) => ({
      label,
      kind: CompletionItemKind.Reference,
    }));
  }
}

const truths: readonly Offer[] = ["true", "false"].map((label) => ({
  label,
  kind: CompletionItemKind.Value,
  sortText: `0${label}`,
}));
const wantsBool = (parameter: Parameter | undefined): boolean =>
  parameter?.type?.kind === "named" && parameter.type.name.text === "bool";

/** A stage with a place for each setting that must be given. */
function stageText(word: Word | Builtin): string {
  const needed = parametersOf(word).settings.filter((setting) => setting.default === undefined);
  if (needed.length === 0) return word.name;
  return `${word.name}(${needed.map(({ name }, k) => `\${${k + 1}:${name.text}}`).join(", ")})`;
}

/** Whether a word's first value can have the shape: by its number of axes, numbers among them, and class or not. */
function takes(word: Word | Builtin, shape: string): boolean {
  if (word.kind === "builtin") return true;
  const type = word.declaration.values?.parameters[0]?.type;
  const isClass = shape.startsWith("class[");
  if (type?.kind === "named") {
    if (type.name.text === "class") return isClass;
    return !isClass;
  }
  if (type?.kind !== "shape") return true;
  const sizes = /\[([^[\]]*)\]$/.exec(shape)?.[1]?.split(", ").filter(Boolean);
  if (!sizes) return !/^(?:class|a )/.test(shape);
  const { axes } = type.shape;
  const fixed = axes.filter(({ kind }) => kind !== "rest");
  if (axes.length > fixed.length) return sizes.length >= fixed.length;
  return (
    sizes.length === fixed.length &&
    fixed.every((axis, k) => axis.kind !== "number" || String(axis.value) === sizes[k] || sizes[k] === "?")
  );
}

export const completion: Feature = {
  name: "completion",
  capabilities: { completionProvider: { triggerCharacters: [">", "(", ",", ":", "~", " "], resolveProvider: false } },
  handlers: [
    onRequest("textDocument/completion", (context, { textDocument, position }): CompletionItem[] => {
      const document = context.document(textDocument.uri);
      const scope = document && context.project.scope(document.path);
      if (!document || !scope) return [];
      const cursor = cursorAt(document, scope, document.offset(position));
      const range = document.range(cursor.name);
      const snippets = context.client.textDocument?.completion?.completionItem?.snippetSupport === true;
      return new Completion(context, document, scope, cursor).offers().map(({ text, ...offer }) => {
        const edit: TextEdit = { range, newText: snippets ? (text ?? offer.label) : plain(text ?? offer.label) };
        return {
          ...offer,
          textEdit: edit,
          insertTextFormat: snippets ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
        };
      });
    }),
  ],
};

/** A snippet for a client that knows none: places become their names, the last one nothing. */
const plain = (snippet: string): string => snippet.replace(/\$\{\d+:([^}]*)\}/g, "$1").replace(/\$\{?\d+\}?/g, "");
