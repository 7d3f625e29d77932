/**
 * @file The protocol by one door: its types, of which nothing is left at run time, the numbers that it gives to kinds of things, and JSON-RPC.
 *
 * A message is named by its method, and its types follow from that. The package's own objects of messages, some 300, would take a tenth
 * of the time in which the server starts.
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
export {
  CodeActionKind,
  CompletionItemKind,
  DiagnosticSeverity,
  DocumentHighlightKind,
  FoldingRangeKind,
  InlayHintKind,
  InsertTextFormat,
  MarkupKind,
  SymbolKind,
} from "vscode-languageserver-types";

export const FileChangeType = { Changed: 2 } as const satisfies Partial<typeof protocol.FileChangeType>;
export const LSPErrorCodes = { RequestCancelled: -32800, RequestFailed: -32803 } as const satisfies Partial<
  typeof protocol.LSPErrorCodes
>;
export const TextDocumentSyncKind = { Incremental: 2 } as const satisfies Partial<typeof protocol.TextDocumentSyncKind>;
export const MessageType = { Error: 1 } as const satisfies Partial<typeof protocol.MessageType>;

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
  MessageOf<M> extends protocol.RequestType<infer P, infer _R, infer _E>
    ? P
    : MessageOf<M> extends protocol.NotificationType<infer P>
      ? P
      : never;
export type ResultOf<M> = MessageOf<M> extends protocol.RequestType<infer _P, infer R, infer _E> ? R : never;
