/** @file Diagnostics, pushed after each change and given on request: those of `netc check`. */
import {
  type Diagnostic as ProtocolDiagnostic,
  DiagnosticSeverity,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  DocumentDiagnosticRequest,
  PublishDiagnosticsNotification,
} from "vscode-languageserver";
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

/** Milliseconds without a further change after which diagnostics are published. */
const patience = 10;

function publishing(context: Context): void {
  const due = new Map<string, ReturnType<typeof setTimeout>>();
  const publish = (path: string) => {
    due.delete(path);
    const document = context.documents.at(path);
    const uri = document?.uri ?? context.documents.uriOf(path);
    const version = document?.version;
    void context.connection.sendNotification(PublishDiagnosticsNotification.type, {
      uri,
      diagnostics: document && version !== undefined ? diagnosticsOf(context, document) : [],
      ...(version === undefined ? {} : { version }),
    });
  };
  const schedule = (path: string) => {
    clearTimeout(due.get(path));
    due.set(
      path,
      setTimeout(() => publish(path), patience),
    );
  };
  context.onChange((change) => {
    const changed = change.kind === "text" ? change.path : undefined;
    if (changed !== undefined) schedule(changed);
    for (const path of context.documents.open)
      if (changed === undefined || context.project.analyse(path)?.dependencies.has(changed)) schedule(path);
  });
}

export const diagnostics: Feature = {
  name: "diagnostics",
  capabilities: { diagnosticProvider: { interFileDependencies: true, workspaceDiagnostics: false } },
  handlers: [
    onRequest(DocumentDiagnosticRequest.type, (context, { textDocument }): DocumentDiagnosticReport => {
      const document = context.document(textDocument.uri);
      return { kind: DocumentDiagnosticReportKind.Full, items: document ? diagnosticsOf(context, document) : [] };
    }),
  ],
  start: publishing,
};
