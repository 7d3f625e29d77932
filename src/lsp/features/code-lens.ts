/**
 * @file Code lens above each model: parameters, operations, planned memory.
 *
 * Memory needs the memory plan, hence all later phases of the compiler, which take longer than a keystroke may: it is planned
 * when the client resolves the lens.
 */
import type { CodeLens } from "../protocol.js";
import type { Span } from "../../base/source.js";
import type { ModelFacts } from "../../compiler/facts.js";
import type { Context } from "../context.js";
import type { Document } from "../documents.js";
import { short } from "../facts.js";
import { type Feature, onRequest } from "../feature.js";
import { findingsIn } from "../findings.js";

interface LensData {
  readonly uri: string;
  readonly model: string;
}

const title = ({ size, flops }: ModelFacts): string =>
  [`${short(size)} parameters`, ...(flops > 0 ? [`${short(flops)} FLOPs per prediction`] : [])].join(" · ");

/** What is wrong with a model leaves out some of its parts, and figures of the others would mislead. */
function hasErrors(context: Context, { path, file }: Document, { location }: ModelFacts): boolean {
  const holds = (outer: Span, inner: Span) => outer.start <= inner.start && inner.end <= outer.end;
  const model = file.declarations.find(({ span }) => holds(span, location.span));
  return findingsIn(context, path).some(
    ({ severity, location: { span } }) => severity === "error" && model !== undefined && holds(model.span, span),
  );
}

const modelsOf = (context: Context, document: Document): readonly ModelFacts[] =>
  (context.project.analyse(document.path)?.models ?? []).filter(({ location }) => location.file.name === document.path);

export const codeLens: Feature = {
  name: "codeLens",
  capabilities: { codeLensProvider: { resolveProvider: true } },
  handlers: [
    onRequest("textDocument/codeLens", (context, { textDocument }): CodeLens[] => {
      const document = context.document(textDocument.uri);
      if (!document || !context.settings.codeLens) return [];
      return modelsOf(context, document).map(({ name, location }) => {
        const data: LensData = { uri: textDocument.uri, model: name };
        return { range: document.range(location.span), data };
      });
    }),
    onRequest("codeLens/resolve", async (context, lens, token): Promise<CodeLens> => {
      const { uri, model } = (lens.data ?? {}) as Partial<LensData>;
      const document = typeof uri === "string" ? context.document(uri) : undefined;
      const facts = document && modelsOf(context, document).find(({ name }) => name === model);
      if (!document || !facts) return { ...lens, command: { title: "", command: "" } };
      if (hasErrors(context, document, facts))
        return { ...lens, command: { title: "no figures while the model has errors", command: "" } };
      const memory = await context.memory.of(document.path, facts, token);
      const planned = memory === undefined ? "" : ` · ${bytes(memory)} for batch ${facts.batch}`;
      return { ...lens, command: { title: title(facts) + planned, command: "" } };
    }),
  ],
  start: (context) => {
    context.onChange(({ kind }) => {
      if (kind === "settings" && context.client.workspace?.codeLens?.refreshSupport)
        context.ask("workspace/codeLens/refresh");
    });
  },
};

function bytes(count: number): string {
  const [unit, by] = count >= 1 << 20 ? ["MiB", 1 << 20] : ["KiB", 1 << 10];
  return `${Number((count / by).toPrecision(3))} ${unit}`;
}
