/** @file The language server over the streams of a process, or of a test. */
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node.js";
import type { LanguageHost } from "./host.js";
import { startServer, type ServerOptions } from "./server.js";

export function serveStreams(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  host: LanguageHost,
  options: ServerOptions,
): void {
  startServer(createProtocolConnection(new StreamMessageReader(input), new StreamMessageWriter(output)), host, options);
}
