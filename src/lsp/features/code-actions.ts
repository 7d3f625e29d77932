/** @file Code actions: fixes of diagnostics, refactorings of pipes, organised imports. */
import type { CodeAction } from "../protocol.js";
import type { Action, Actions } from "../actions/action.js";
import { extractLayer } from "../actions/extract-layer.js";
import { fixAll, quickFixes } from "../actions/fixes.js";
import { nameStep } from "../actions/name-step.js";
import { organiseImports } from "../actions/organise-imports.js";
import type { Context } from "../context.js";
import { workspaceEdit } from "../edits.js";
import { type Feature, onRequest } from "../feature.js";
import { isLibraryPath } from "../library-documents.js";
import { toProtocol } from "./diagnostics.js";

const all: readonly Actions[] = [quickFixes, nameStep, extractLayer, organiseImports, fixAll];

/** Whether a kind is asked for: `refactor` asks for `refactor.extract`, too. */
const isAsked = (kind: string, only: readonly string[] | undefined): boolean =>
  only === undefined || only.some((asked) => kind === asked || kind.startsWith(`${asked}.`));

function toCodeAction(context: Context, { title, kind, edits, diagnostic, isPreferred }: Action): CodeAction {
  return {
    title,
    kind,
    edit: workspaceEdit(context, edits),
    ...(diagnostic ? { diagnostics: [toProtocol(context, diagnostic)] } : {}),
    ...(isPreferred ? { isPreferred } : {}),
  };
}

export const codeActions: Feature = {
  name: "codeActions",
  capabilities: { codeActionProvider: { codeActionKinds: [...new Set(all.map(({ kind }) => kind))] } },
  handlers: [
    onRequest("textDocument/codeAction", (context, params): CodeAction[] | null => {
      const { textDocument, range } = params;
      const document = context.document(textDocument.uri);
      const index = document && context.symbols.file(document.path);
      if (!document || !index || isLibraryPath(document.path)) return null;
      const request = { context, document, index, span: document.span(range) };
      const only: unknown = params.context?.only;
      const asked = Array.isArray(only) ? only.map(String) : undefined;
      return (
        all
          .filter(({ kind }) => isAsked(kind, asked))
          // What concerns the whole file is done when asked for by its name, as on saving.
          .filter(({ kind }) => asked !== undefined || !kind.startsWith("source"))
          .flatMap(({ offer }) => offer(request))
          .map((action) => toCodeAction(context, action))
      );
    }),
  ],
};
