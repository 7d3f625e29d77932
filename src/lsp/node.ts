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
  const writer = new FrameWriter(output);
  const reader = new FrameReader(input, (code, message) => {
    const answer = { jsonrpc: "2.0", id: null, error: { code, message } };
    // A client that hears no more needs no answer.
    writer.write(answer).catch(() => {});
  });
  const onParent = (id: number) => whenGone(id, () => options.onExit(false));
  startServer(createMessageConnection(reader, writer, NullLogger), host, { onParent, ...options });
}

/** Between looks at a process, in milliseconds. */
const watch = 3000;
/** Calls when a process is there no more; one of another user is there. */
function whenGone(id: number, then: () => void): void {
  const timer = setInterval(() => {
    try {
      process.kill(id, 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") return;
      clearInterval(timer);
      then();
    }
  }, watch);
  timer.unref();
}
