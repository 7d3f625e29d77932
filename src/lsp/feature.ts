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
  MessageConnection,
  NotificationMethod,
  ParamsOf,
  RequestMethod,
  ResultOf,
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
  readonly register: (connection: MessageConnection, guard: Guard) => void;
}

export const onRequest = <M extends RequestMethod>(
  method: M,
  handle: (context: Context, params: ParamsOf<M>, token: CancellationToken) => ResultOf<M> | Promise<ResultOf<M>>,
): Handler => ({
  method,
  register: (connection, guard) =>
    connection.onRequest(method, (params: ParamsOf<M>, token: CancellationToken) =>
      guard.request(method, params, token, (context) => handle(context, params, token)),
    ),
});

export const onNotification = <M extends NotificationMethod>(
  method: M,
  handle: (context: Context, params: ParamsOf<M>) => void,
): Handler => ({
  method,
  register: (connection, guard) =>
    connection.onNotification(method, (params: ParamsOf<M>) =>
      guard.notification(method, params, (context) => handle(context, params)),
    ),
});
