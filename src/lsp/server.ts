/** @file The language server over a connection: its life from `initialize` to `exit`, and what guards every handler. */
import {
  type CancellationToken,
  type ClientCapabilities,
  ErrorCodes,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  type MessageConnection,
  ResponseError,
  type ServerCapabilities,
} from "./protocol.js";
import { settingsFrom } from "./configuration.js";
import { Context } from "./context.js";
import type { Feature, Guard } from "./feature.js";
import { features } from "./features/index.js";
import type { LanguageHost } from "./host.js";
import { wrongParameters } from "./parameters.js";

export interface ServerOptions {
  readonly version: string;
  /** At the client's `exit`; `clean` if it asked for `shutdown` before. */
  readonly onExit: (clean: boolean) => void;
  /** At `initialize`, with the client's process: without it the server is to end. */
  readonly onParent?: (processId: number) => void;
}

/** Serves one client until it says `exit`. The connection must not listen yet. */
export function startServer(connection: MessageConnection, host: LanguageHost, options: ServerOptions): void {
  let context: Context | undefined;
  let isShutDown = false;

  const refusal = (): ResponseError<void> | undefined => {
    if (isShutDown) return new ResponseError(ErrorCodes.InvalidRequest, "the server is shut down");
    return context ? undefined : new ResponseError(ErrorCodes.ServerNotInitialized, "`initialize` comes first");
  };
  const defect = (method: string, error: unknown): ResponseError<void> => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    context?.log(`${method}: a defect in netc, please report it with the file that shows it\n${text}`);
    return new ResponseError(ErrorCodes.InternalError, `${method}: ${error instanceof Error ? error.message : text}`);
  };
  const guard: Guard = {
    async request(method, params, token: CancellationToken, handle) {
      const refused = refusal();
      if (refused || !context) return refused;
      const wrong = wrongParameters(method, params);
      if (wrong) return new ResponseError(ErrorCodes.InvalidParams, `${method}: ${wrong}`);
      const cancelled = () => new ResponseError<void>(LSPErrorCodes.RequestCancelled, "cancelled");
      if (token.isCancellationRequested) return cancelled();
      try {
        const result = await handle(context);
        return token.isCancellationRequested ? cancelled() : result;
      } catch (error) {
        return error instanceof ResponseError ? error : defect(method, error);
      }
    },
    notification(method, params, handle) {
      if (!context || isShutDown) return;
      const wrong = wrongParameters(method, params);
      if (wrong) return context.log(`${method}: ${wrong}`);
      try {
        handle(context);
      } catch (error) {
        defect(method, error);
      }
    },
  };

  connection.onRequest("initialize", (params: InitializeParams): InitializeResult | ResponseError<void> => {
    if (context || isShutDown) return new ResponseError(ErrorCodes.InvalidRequest, "initialized already");
    const { capabilities, workspaceFolders, rootUri, initializationOptions, processId } = params ?? {};
    if (typeof processId === "number") options.onParent?.(processId);
    const client = typeof capabilities === "object" && capabilities !== null ? capabilities : {};
    context = new Context(host, client, connection);
    context.settings = settingsFrom(initializationOptions);
    const folders = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
    context.changeFolders(folders, []);
    for (const { start } of features) start?.(context);
    return { capabilities: capabilitiesOf(features, client), serverInfo: { name: "netc", version: options.version } };
  });
  connection.onNotification("initialized", (params: unknown) =>
    guard.notification("initialized", params, (running) => {
      for (const { initialized } of features) initialized?.(running);
    }),
  );
  connection.onRequest("shutdown", () => {
    const refused = refusal();
    isShutDown ||= context !== undefined;
    return refused ?? null;
  });
  connection.onNotification("exit", () => {
    const clean = isShutDown;
    isShutDown = true;
    options.onExit(clean);
  });
  connection.onRequest(
    (method) => refusal() ?? new ResponseError(ErrorCodes.MethodNotFound, `the server knows no method ${method}`),
  );
  connection.onError(([error]) => context?.log(`connection: ${error.message}`));
  for (const { handlers } of features) for (const handler of handlers) handler.register(connection, guard);
  connection.listen();
}

/** What `initialize` announces: what each feature does, merged. */
export function capabilitiesOf(list: readonly Feature[], client: ClientCapabilities): ServerCapabilities {
  const parts = list.map(({ capabilities }) =>
    typeof capabilities === "function" ? capabilities(client) : capabilities,
  );
  const workspace = Object.assign({}, ...parts.map((part) => part.workspace)) as ServerCapabilities["workspace"];
  return Object.assign({}, ...parts, { workspace }) as ServerCapabilities;
}
