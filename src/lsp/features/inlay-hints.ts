/** @file Inlay hints: the solved shape after each step of a pipe, and the names of what is given by position. */
import { type InlayHint, InlayHintKind } from "../protocol.js";
import type { Context } from "../context.js";
import type { Document } from "../documents.js";
import { placeFacts } from "../facts.js";
import { type Feature, onRequest } from "../feature.js";

interface Placed {
  readonly offset: number;
  readonly hint: InlayHint;
}

function shapes(context: Context, document: Document): Placed[] {
  const analysis = context.project.analyse(document.path);
  if (!analysis) return [];
  return placeFacts(document, analysis)
    .applications.filter(({ isStage, after }) => isStage && after !== "?")
    .map(({ location, after, before }) => ({
      offset: location.span.end,
      hint: {
        position: document.position(location.span.end),
        label: after,
        kind: InlayHintKind.Type,
        tooltip: `${before[0] ?? "?"} -> ${after}`,
        paddingLeft: true,
      },
    }));
}

function parameterNames(context: Context, document: Document): Placed[] {
  const { calls = [] } = context.symbols.file(document.path) ?? {};
  return calls.flatMap(({ takes, arguments: given }) => {
    // The one value of `relu(x)` needs no name.
    if (takes === "values" && given.length < 2) return [];
    return given.flatMap(({ argument, parameter }) => {
      const { value, name, span } = argument;
      if (name || !parameter || (value.kind === "name" && value.name === parameter.name.text)) return [];
      if (value.kind === "missing") return [];
      return {
        offset: span.start,
        hint: {
          position: document.position(span.start),
          label: `${parameter.name.text}:`,
          kind: InlayHintKind.Parameter,
          paddingRight: true,
        },
      };
    });
  });
}

export const inlayHints: Feature = {
  name: "inlayHints",
  capabilities: { inlayHintProvider: true },
  handlers: [
    onRequest("textDocument/inlayHint", (context, { textDocument, range }): InlayHint[] => {
      const document = context.document(textDocument.uri);
      if (!document) return [];
      const { inlayHints: wanted } = context.settings;
      const { start, end } = document.span(range);
      return [
        ...(wanted.shapes ? shapes(context, document) : []),
        ...(wanted.parameterNames ? parameterNames(context, document) : []),
      ]
        .filter(({ offset }) => start <= offset && offset <= end)
        .sort((a, b) => a.offset - b.offset)
        .map(({ hint }) => hint);
    }),
  ],
  start: (context) =>
    context.onChange(({ kind }) => {
      if (kind === "settings" && context.client.workspace?.inlayHint?.refreshSupport)
        context.ask("workspace/inlayHint/refresh");
    }),
};
