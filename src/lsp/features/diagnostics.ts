/** @file Diagnostics, pushed after each change and given on request: those of `netc check`. */
import {
  type Diagnostic as ProtocolDiagnostic,
  DiagnosticSeverity,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  DocumentDiagnosticRequest,
  PublishDiagnosticsNotification,
} from "../protocol.js";
import type { Analysis } from "../../compiler/analysis.js";
import type { Diagnostic, Fix, Severity } from "../../diagnostics/diagnostic.js";
import type { Context } from "../context.js";
import type { Document } from "../documents.js";
import { type Feature, onRequest } from "../feature.js";
import { isLibraryPath } from "../library-documents.js";

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  hint: DiagnosticSeverity.Hint,
} as const satisfies Record<Severity, DiagnosticSeverity>;

/** What a diagnostic carries for code actions: its fix, with offsets into the document's text. */
export interface DiagnosticData {
  readonly fix?: Fix;
}

export function toProtocol(context: Context, document: Document, diagnostic: Diagnostic): ProtocolDiagnostic {
  const { code, severity, message, location, help, signature, related, fix } = diagnostic;
  const data: DiagnosticData = fix ? { fix } : {};
  return {
    range: document.range(location.span),
    severity: severities[severity],
    code,
    source: "netc",
    message: [message, signature && `signature: ${signature}`, help && `help: ${help}`].filter(Boolean).join("\n"),
    relatedInformation: (related ?? []).map((place) => ({
      location: context.location(place.location),
      message: place.message,
    })),
    data,
  };
}

export function diagnosticsOf(context: Context, document: Document): ProtocolDiagnostic[] {
  if (isLibraryPath(document.path)) return [];
  const found = context.project.analyse(document.path)?.diagnostics ?? [];
  return found
    .filter(({ severity }) => severity === "error" || context.settings.lints)
    .map((diagnostic) => toProtocol(context, document, diagnostic));
}

/** Milliseconds after a change before diagnostics are made: changes that come at once are one. A new document has them at once. */
const patience = 10;

/** A client that asks for diagnostics is told when to ask again; to others they are published. */
const pulls = ({ client }: Context): boolean => client.textDocument?.diagnostic !== undefined;

function publishing(context: Context): void {
  /** By path, what the client was told last. */
  const told = new Map<string, { readonly analysis: Analysis | undefined; readonly version: number | undefined }>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const publish = (uri: string, version: number | undefined, list: ProtocolDiagnostic[]) =>
    context.send(PublishDiagnosticsNotification.type, {
      uri,
      diagnostics: list,
      ...(version === undefined ? {} : { version }),
    });
  const publishAll = () => {
    for (const path of context.documents.open) {
      const document = context.documents.at(path);
      if (!document) continue;
      const analysis = context.project.analyse(path);
      const before = told.get(path);
      if (before?.analysis === analysis && before?.version === document.version) continue;
      told.set(path, { analysis, version: document.version });
      publish(document.uri, document.version, diagnosticsOf(context, document));
    }
  };
  /** Whether an open file other than the changed one looks different now: then the client must ask again. */
  const refresh = () => {
    let others = false;
    for (const path of context.documents.open) {
      const analysis = context.project.analyse(path);
      const version = context.documents.at(path)?.version;
      const before = told.get(path);
      others ||= before !== undefined && before.analysis !== analysis && before.version === version;
      told.set(path, { analysis, version });
    }
    if (others && context.client.workspace?.diagnostics?.refreshSupport) context.ask("workspace/diagnostic/refresh");
  };
  const run = () => {
    timer = undefined;
    context.guarded("diagnostics", pulls(context) ? refresh : publishAll);
  };
  context.onChange((change) => {
    if (change.kind === "settings") told.clear();
    // A closed document has no diagnostics; the last ones must not stay.
    if (change.kind === "text" && !context.documents.isOpen(change.path) && told.delete(change.path) && !pulls(context))
      publish(context.documents.uriOf(change.path), undefined, []);
    const isNew = change.kind === "text" && !told.has(change.path);
    timer ??= setTimeout(run, isNew ? 0 : patience);
  });
}

export const diagnostics: Feature = {
  name: "diagnostics",
  capabilities: (client) =>
    client.textDocument?.diagnostic
      ? { diagnosticProvider: { identifier: "netc", interFileDependencies: true, workspaceDiagnostics: false } }
      : {},
  handlers: [
    onRequest(DocumentDiagnosticRequest.type, (context, { textDocument }): DocumentDiagnosticReport => {
      const document = context.document(textDocument.uri);
      return { kind: DocumentDiagnosticReportKind.Full, items: document ? diagnosticsOf(context, document) : [] };
    }),
  ],
  start: publishing,
};
