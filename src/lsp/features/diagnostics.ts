/**
 * @file Diagnostics, pushed after each change and given on request: those of `netc check`, each at the file that it is about, open or not.
 */
import {
  type Diagnostic as ProtocolDiagnostic,
  DiagnosticSeverity,
  type DocumentDiagnosticReport,
} from "../protocol.js";
import type { Diagnostic, Fix, Severity } from "../../diagnostics/diagnostic.js";
import type { Context } from "../context.js";
import { type Feature, onRequest } from "../feature.js";
import { findings, findingsIn } from "../findings.js";
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

export function toProtocol(context: Context, diagnostic: Diagnostic): ProtocolDiagnostic {
  const { code, severity, message, location, help, signature, related, fix } = diagnostic;
  const data: DiagnosticData = fix ? { fix } : {};
  return {
    range: context.location(location).range,
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

/** Milliseconds after a change before diagnostics are made: changes that come at once are one. A new document has them at once. */
const patience = 10;

/** A client that asks for the diagnostics of open documents is told when to ask again; to others they are published. */
const pulls = ({ client }: Context): boolean => client.textDocument?.diagnostic !== undefined;

/** What the client knows of a file. */
interface Told {
  readonly version: number | undefined;
  readonly diagnostics: string;
  readonly isPublished: boolean;
}

function publishing(context: Context): void {
  let told: ReadonlyMap<string, Told> = new Map();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const publish = (path: string, version: number | undefined, list: ProtocolDiagnostic[]) =>
    context.send("textDocument/publishDiagnostics", {
      uri: context.documents.uriOf(path),
      diagnostics: list,
      ...(version === undefined ? {} : { version }),
    });
  const run = () => {
    const { documents } = context;
    const found = findings(context);
    const now = new Map<string, Told>();
    let isStale = false;
    for (const path of new Set([...documents.open, ...found.keys(), ...told.keys()])) {
      const isOpen = documents.isOpen(path);
      const version = isOpen ? documents.at(path)?.version : undefined;
      const list = (found.get(path) ?? []).map((one) => toProtocol(context, one));
      const diagnostics = JSON.stringify(list);
      const before = told.get(path);
      const isPublished = !isOpen || !pulls(context);
      if (isOpen || list.length > 0) now.set(path, { version, diagnostics, isPublished });
      if (isPublished) {
        if (before?.diagnostics !== diagnostics || before.version !== version || !before.isPublished)
          publish(path, version, list);
      } else if (before?.isPublished) publish(path, undefined, []);
      else isStale ||= before !== undefined && before.version === version && before.diagnostics !== diagnostics;
    }
    told = now;
    if (isStale && context.client.workspace?.diagnostics?.refreshSupport) context.ask("workspace/diagnostic/refresh");
  };
  context.onChange((change) => {
    const isNew = change.kind === "text" && !told.has(change.path);
    timer ??= setTimeout(
      () => {
        timer = undefined;
        context.guarded("diagnostics", run);
      },
      isNew ? 0 : patience,
    );
  });
}

export const diagnostics: Feature = {
  name: "diagnostics",
  capabilities: (client) =>
    client.textDocument?.diagnostic
      ? { diagnosticProvider: { identifier: "netc", interFileDependencies: true, workspaceDiagnostics: false } }
      : {},
  handlers: [
    onRequest("textDocument/diagnostic", (context, { textDocument }): DocumentDiagnosticReport => {
      const document = context.document(textDocument.uri);
      const found = document && !isLibraryPath(document.path) ? findingsIn(context, document.path) : [];
      return { kind: "full", items: found.map((one) => toProtocol(context, one)) };
    }),
  ],
  start: publishing,
};
