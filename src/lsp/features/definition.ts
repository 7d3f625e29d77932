/** @file Go to definition: where a name is declared, in other files and in the library's text too; an import's file. */
import type { Location } from "../protocol.js";
import type { Context } from "../context.js";
import { type SymbolsAt, symbolsAt, declarationOf } from "../symbols-at.js";
import { type Feature, onRequest } from "../feature.js";
import { meant } from "../symbols/entity.js";

function definitionsAt(context: Context, cursor: SymbolsAt): Location[] {
  const { document, offset, occurrences } = cursor;
  const imported = document.file.declarations.find(
    (declaration) =>
      declaration.kind === "import" && declaration.from.span.start <= offset && offset <= declaration.from.span.end,
  );
  if (imported?.kind === "import") {
    const parsed = context.project.parse(context.host.resolve(imported.from.value, document.path));
    return parsed ? [context.location({ file: parsed.file.source, span: { start: 0, end: 0 } })] : [];
  }
  return occurrences
    .flatMap(({ entity }) => {
      const targets = meant(entity);
      return targets.length > 0 ? targets : [entity];
    })
    .flatMap((entity) => declarationOf(context, entity) ?? []);
}

export const definition: Feature = {
  name: "definition",
  capabilities: { definitionProvider: true },
  handlers: [
    onRequest("textDocument/definition", (context, params) => {
      const cursor = symbolsAt(context, params);
      return cursor ? definitionsAt(context, cursor) : null;
    }),
  ],
};
