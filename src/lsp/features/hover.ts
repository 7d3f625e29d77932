/** @file Hover: what a name is, its signature with defaults, its documentation, and what it is here: shapes, parameters, operations. */
import type { Hover } from "../protocol.js";
import type { Span } from "../../base/source.js";
import type { Application } from "../../compiler/facts.js";
import type { Context } from "../context.js";
import type { Document } from "../documents.js";
import { grouped, placeFacts, type PlaceFacts } from "../facts.js";
import { type Feature, onRequest } from "../feature.js";
import { code, markdown, plainText, wordParts } from "../markdown.js";
import { type LocalName, meaningAt } from "../names.js";
import { pageOf } from "../../check/word-page.js";

const noFacts: PlaceFacts = { applications: [], names: new Map() };

/** `[784] -> [128]`, 100,480 parameters, 200,704 FLOPs. */
export function stepText({ before, after, parameters, flops, step, word }: Application): string {
  const costs = [
    ...(parameters > 0 ? [`${grouped(parameters)} parameters`] : []),
    ...(flops > 0 ? [`${grouped(flops)} FLOPs`] : []),
  ];
  const name = step !== undefined && step !== word ? `step \`${step}\`: ` : "";
  return `${name}\`${before.join(", ")} -> ${after}\`${costs.length > 0 ? `, ${costs.join(", ")}` : ""}`;
}

function local(document: Document, { names }: PlaceFacts, { name, node }: LocalName): readonly (string | undefined)[] {
  const { start, end } = node.span;
  const [firstLine = ""] = document.text.slice(start, end).split(/\r\n?|\n/);
  const { documentation } = node as { documentation?: string };
  const value = names.get(name.span.start);
  return [
    code(firstLine.trimEnd()),
    value && `\`${name.text}\` is \`${value}\``,
    documentation && plainText(documentation),
  ];
}

function hoverAt(
  context: Context,
  document: Document,
  offset: number,
): { parts: readonly (string | undefined)[]; span: Span } | undefined {
  const scope = context.project.scope(document.path);
  const meaning = scope && meaningAt(document.file, scope, offset);
  if (!meaning) return undefined;
  const { span } = meaning;
  const analysis = context.project.analyse(document.path);
  const facts = analysis ? placeFacts(document, analysis) : noFacts;
  switch (meaning.kind) {
    case "local":
      return { parts: local(document, facts, meaning.declaration), span };
    case "constant": {
      const { declaration, file } = meaning.constant;
      const text = file.source.text.slice(declaration.span.start, declaration.span.end);
      return { parts: [code(text), declaration.documentation && plainText(declaration.documentation)], span };
    }
    case "setting": {
      const setting = pageOf(meaning.word).settings.find(({ name }) => name === meaning.parameter.name.text);
      const { start, end } = meaning.parameter.span;
      const [, ...rest] = wordParts(meaning.word);
      const text = meaning.word.file.source.text.slice(start, end);
      const what = `a ${setting ? "setting" : "value"} of \`${meaning.word.name}\``;
      return { parts: [code(text), what, ...rest], span };
    }
    case "word": {
      const applied = facts.applications.find(({ location }) => location.span.start === span.start);
      const [signature, ...rest] = wordParts(meaning.word);
      return { parts: [signature, applied && stepText(applied), ...rest], span };
    }
  }
}

export const hover: Feature = {
  name: "hover",
  capabilities: { hoverProvider: true },
  handlers: [
    onRequest("textDocument/hover", (context, { textDocument, position }): Hover | null => {
      const document = context.document(textDocument.uri);
      const found = document && hoverAt(context, document, document.offset(position));
      return found ? { contents: markdown(...found.parts), range: document.range(found.span) } : null;
    }),
  ],
};
