/** @file The outline of a file: its declarations with what they hold. */
import { SymbolKind } from "./protocol.js";
import type { SourceFile, Span } from "../base/source.js";
import type { Declaration, File, ModelItem, Name, Statement, WordDeclaration, WordKind } from "../syntax/ast.js";

export interface OutlineEntry {
  readonly name: string;
  /** As written: a type, a shape. */
  readonly detail: string;
  readonly kind: SymbolKind;
  readonly span: Span;
  /** The name, inside the span. */
  readonly selection: Span;
  readonly children: readonly OutlineEntry[];
}

export const kindOfWord = (word: WordKind): SymbolKind => (word === "layer" ? SymbolKind.Class : SymbolKind.Function);

export const outlineOf = ({ declarations, source }: File): readonly OutlineEntry[] =>
  declarations.flatMap((declaration) => declared(source, declaration));

type Named = Pick<OutlineEntry, "kind"> & {
  readonly detail?: Span | undefined;
  readonly children?: readonly OutlineEntry[];
};

function entry(
  source: SourceFile,
  { span }: { readonly span: Span },
  name: Name | undefined,
  fallback: string,
  { kind, detail, children = [] }: Named,
): OutlineEntry {
  // A name that is not yet typed may stand outside.
  const known = name && name.text !== "" && span.start <= name.span.start && name.span.end <= span.end;
  return {
    name: known ? name.text : fallback,
    detail: detail ? oneLine(source.text.slice(detail.start, detail.end)) : "",
    kind,
    span,
    selection: known ? name.span : { start: span.start, end: Math.min(span.end, span.start + fallback.length) },
    children,
  };
}
const longest = 60;
function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

function declared(source: SourceFile, node: Declaration): readonly OutlineEntry[] {
  switch (node.kind) {
    case "import":
      return [];
    case "const":
      return [entry(source, node, node.name, "const", { kind: SymbolKind.Constant, detail: node.value.span })];
    case "word":
      return [
        entry(source, node, node.name, node.word, {
          kind: kindOfWord(node.word),
          detail: signatureSpan(node),
          children: [
            ...parameters(source, node),
            ...("statements" in node.body ? all(source, node.body.statements) : []),
          ],
        }),
      ];
    case "model":
      return [entry(source, node, node.name, "model", { kind: SymbolKind.Module, children: all(source, node.items) })];
  }
}
function signatureSpan({ settings, values, result }: WordDeclaration): Span | undefined {
  const parts = [settings, values, result].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : { start: parts[0]!.span.start, end: parts.at(-1)!.span.end };
}
const parameters = (source: SourceFile, { settings }: WordDeclaration): readonly OutlineEntry[] =>
  (settings?.parameters ?? []).map((parameter) =>
    entry(source, parameter, parameter.name, "setting", {
      kind: SymbolKind.Property,
      detail: parameter.type?.span ?? parameter.default?.span,
    }),
  );

const all = (source: SourceFile, list: readonly (Statement | ModelItem)[]): readonly OutlineEntry[] =>
  list.flatMap((item) => inside(source, item));

function inside(source: SourceFile, item: Statement | ModelItem): readonly OutlineEntry[] {
  switch (item.kind) {
    case "input":
    case "target":
      return [entry(source, item, item.name, item.kind, { kind: SymbolKind.Field, detail: item.type.span })];
    case "output":
      return [entry(source, item, item.name, item.kind, { kind: SymbolKind.Property, detail: item.value.span })];
    case "loss":
    case "metric":
      return [entry(source, item, item.name, item.kind, { kind: SymbolKind.Event, detail: item.value.span })];
    case "let": {
      const names = item.target.kind === "name" ? [item.target.name] : item.target.names;
      return names.map((name) =>
        entry(source, item, name, "let", { kind: SymbolKind.Variable, detail: item.value.span }),
      );
    }
    case "use":
      return [entry(source, item, item.name, "use", { kind: SymbolKind.Object, detail: item.value.span })];
    case "param":
    case "buffer":
    case "state":
      return [entry(source, item, item.name, item.kind, { kind: SymbolKind.Field, detail: item.shape?.span })];
    case "scan":
      return [
        entry(source, item, item.index, "scan", {
          kind: SymbolKind.Namespace,
          detail: item.range.span,
          children: all(source, item.body.statements),
        }),
      ];
    case "optimizer":
      return [entry(source, item, undefined, "optimizer", { kind: SymbolKind.Event, detail: item.value.span })];
    case "data":
    case "train":
    case "phase":
      return [entry(source, item, item.name, item.kind, { kind: SymbolKind.Namespace })];
    case "return":
    case "require":
    case "serve":
    case "assign":
      return [];
  }
}
