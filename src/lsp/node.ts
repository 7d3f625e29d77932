/** @file The language server over the streams of a process, or of a test. */
import ril from "vscode-jsonrpc/lib/node/ril.js";
import { FrameReader, FrameWriter } from "./frames.js";
import type { LanguageHost } from "./host.js";
import { createMessageConnection, NullLogger } from "./protocol.js";
import { startServer, type ServerOptions } from "./server.js";

// What engines do differently, such as waiting, done as in Node. Of a CommonJS module some loaders take the default export itself.
((ril.default ?? ril) as typeof ril.default).install();

export function serveStreams(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  host: LanguageHost,
  options: ServerOptions,
): void {
  startServer(createMessageConnection(new FrameReader(input), new FrameWriter(output), NullLogger), host, options);
}
