/**
 * @file The protocol by one door: its types, of which nothing is left at run time, the numbers that it gives to kinds of things, and JSON-RPC.
 *
 * A message is named by its method, and its types follow from that: to load the package's own objects of messages takes 25 ms, for which
 * an editor would wait.
 */
import type * as protocol from "vscode-languageserver-protocol";

export type * from "vscode-languageserver-protocol";
export {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  type DataCallback,
  ErrorCodes,
  type Message,
  type MessageConnection,
  NullLogger,
  ResponseError,
} from "vscode-jsonrpc/lib/common/api.js";
// The numbers and words that the server uses; `satisfies` holds them to the package's.
export const CodeActionKind = {
  QuickFix: "quickfix",
  RefactorExtract: "refactor.extract",
  RefactorRewrite: "refactor.rewrite",
  SourceFixAll: "source.fixAll",
  SourceOrganizeImports: "source.organizeImports",
} as const satisfies Partial<typeof protocol.CodeActionKind>;
export const CompletionItemKind = {
  Function: 3,
  Field: 5,
  Variable: 6,
  Class: 7,
  Property: 10,
  Value: 12,
  Keyword: 14,
  Reference: 18,
  EnumMember: 20,
  Constant: 21,
} as const satisfies Partial<typeof protocol.CompletionItemKind>;
export type DiagnosticSeverity = protocol.DiagnosticSeverity;
export const DiagnosticSeverity = { Error: 1, Warning: 2, Hint: 4 } as const satisfies Partial<
  typeof protocol.DiagnosticSeverity
>;
export const DocumentHighlightKind = { Read: 2, Write: 3 } as const satisfies Partial<
  typeof protocol.DocumentHighlightKind
>;
export const FileChangeType = { Changed: 2 } as const satisfies Partial<typeof protocol.FileChangeType>;
export const InlayHintKind = { Type: 1, Parameter: 2 } as const satisfies Partial<typeof protocol.InlayHintKind>;
export const InsertTextFormat = { PlainText: 1, Snippet: 2 } as const satisfies Partial<
  typeof protocol.InsertTextFormat
>;
export const LSPErrorCodes = { RequestCancelled: -32800, RequestFailed: -32803 } as const satisfies Partial<
  typeof protocol.LSPErrorCodes
>;
export const MessageType = { Error: 1 } as const satisfies Partial<typeof protocol.MessageType>;
export type SymbolKind = protocol.SymbolKind;
export const SymbolKind = {
  Module: 2,
  Namespace: 3,
  Class: 5,
  Property: 7,
  Field: 8,
  Function: 12,
  Variable: 13,
  Constant: 14,
  Object: 19,
  Event: 24,
} as const satisfies Partial<typeof protocol.SymbolKind>;
export const TextDocumentSyncKind = { Incremental: 2 } as const satisfies Partial<typeof protocol.TextDocumentSyncKind>;

/** Our own: the text of a document of the library, for clients to show read-only; null if the library has no such document. */
interface LibraryText {
  readonly method: "netc/libraryText";
  /** `uri`: such as `netc-library:/dense.net`. */
  readonly type: protocol.RequestType<{ readonly uri: string }, { readonly text: string } | null, void>;
}
type Messages = (typeof protocol)[keyof typeof protocol] | LibraryText;
/** The package's type of the message with a method. */
type MessageOf<M> = Extract<Messages, { readonly method: M; readonly type: unknown }>["type"];
type Methods<T> = Extract<Messages, { readonly method: string; readonly type: T }>["method"];

export type RequestMethod = Methods<protocol.RequestType<unknown, unknown, unknown>>;
export type NotificationMethod = Methods<protocol.NotificationType<unknown>>;
export type ParamsOf<M> =
  MessageOf<M> extends protocol.RequestType<infer P, unknown, unknown>
    ? P
    : MessageOf<M> extends protocol.NotificationType<infer P>
      ? P
      : never;
export type ResultOf<M> = MessageOf<M> extends protocol.RequestType<unknown, infer R, unknown> ? R : never;
