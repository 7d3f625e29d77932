/** @file The language server in a browser's worker: messages of the worker's global scope, or of a port. */
import { BrowserMessageReader, BrowserMessageWriter, createMessageConnection } from "vscode-jsonrpc/browser.js";
import type { LanguageHost } from "./host.js";
import { startServer, type ServerOptions } from "./server.js";

type Port = ConstructorParameters<typeof BrowserMessageReader>[0];

export function servePort(port: Port, host: LanguageHost, options: ServerOptions): void {
  startServer(createMessageConnection(new BrowserMessageReader(port), new BrowserMessageWriter(port)), host, options);
}
