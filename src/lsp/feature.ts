/**
 * @file What a feature of the language server is: one file of `features/`, listed by hand in `features/index.ts`.
 *
 * A feature exports an object: its name, the capabilities that `initialize` announces for it, its handlers, and, where it acts
 * by itself, `start`. A handler is a pure function `(context, params, token) => result`; what it needs comes from the context.
 * Requests are answered one after another on the newest text. An exception becomes an error response and a line in the log;
 * wrong parameters, requests before `initialize` or after `shutdown`, and cancelled ones never reach a handler. For a document
 * that is unknown `context.document(uri)` is undefined: answer `null` or an empty list.
 */
import type {
  CancellationToken,
  ClientCapabilities,
  NotificationType,
  ProtocolConnection,
  RequestType,
  ServerCapabilities,
} from "./protocol.js";
import type { Context } from "./context.js";

export interface Feature {
  readonly name: string;
  /** As a function where they depend on what the client can do. */
  readonly capabilities: ServerCapabilities | ((client: ClientCapabilities) => ServerCapabilities);
  readonly handlers: readonly Handler[];
  /** Called once, before the first message: for features that listen to changes. */
  readonly start?: (context: Context) => void;
  /** Called once, when the client is ready for messages from the server. */
  readonly initialized?: (context: Context) => void;
}

/** Runs a handler's function if the state of the server allows it, and turns what it throws into an answer. */
export interface Guard {
  request<R>(method: string, params: unknown, token: CancellationToken, handle: (context: Context) => R): unknown;
  notification(method: string, params: unknown, handle: (context: Context) => void): void;
}
export interface Handler {
  readonly method: string;
  readonly register: (connection: ProtocolConnection, guard: Guard) => void;
}

export const onRequest = <P, R, E>(
  type: RequestType<P, R, E>,
  handle: (context: Context, params: P, token: CancellationToken) => R | Promise<R>,
): Handler => ({
  method: type.method,
  register: (connection, guard) =>
    connection.onRequest(type.method, (params: P, token: CancellationToken) =>
      guard.request(type.method, params, token, (context) => handle(context, params, token)),
    ),
});

export const onNotification = <P>(
  type: NotificationType<P>,
  handle: (context: Context, params: P) => void,
): Handler => ({
  method: type.method,
  register: (connection, guard) =>
    connection.onNotification(type.method, (params: P) =>
      guard.notification(type.method, params, (context) => handle(context, params)),
    ),
});
