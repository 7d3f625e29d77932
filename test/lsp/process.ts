/** @file A client of `netc lsp --stdio` as editors start it: a process of its own, real files. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import {
  type ClientCapabilities,
  createProtocolConnection,
  type Diagnostic,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  LogMessageNotification,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node.js";

export class ServerProcess {
  readonly log: string[] = [];
  readonly #published = new Map<string, readonly Diagnostic[]>();
  readonly #waiting: (() => void)[] = [];
  private constructor(
    readonly connection: ProtocolConnection,
    /** The exit code. */
    readonly ended: Promise<number | null>,
  ) {
    connection.onNotification(LogMessageNotification.type, ({ message }) => void this.log.push(message));
    connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics }) => {
      this.#published.set(uri, diagnostics);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    connection.listen();
  }

  static async start(capabilities: ClientCapabilities = {}): Promise<ServerProcess> {
    const child = spawn(process.execPath, ["dist/package/cli.js", "lsp", "--stdio"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const connection = createProtocolConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    const server = new ServerProcess(connection, new Promise((resolve) => child.on("exit", resolve)));
    await connection.sendRequest(InitializeRequest.type, { processId: null, rootUri: null, capabilities });
    await connection.sendNotification(InitializedNotification.type, {});
    return server;
  }

  /** Opens a file, with the text that it has on disk unless another is given; its URI. */
  async open(path: string, text = readFileSync(path, "utf8")): Promise<string> {
    const uri = pathToFileURL(path).href;
    const textDocument = { uri, languageId: "net", version: 1, text };
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
    return uri;
  }
  /** The first diagnostics of a document that was just opened. */
  async published(uri: string): Promise<readonly Diagnostic[]> {
    for (;;) {
      const found = this.#published.get(uri);
      if (found) return found;
      await new Promise<void>((wake) => this.#waiting.push(wake));
    }
  }
  /** As an editor ends a server; the exit code. Fails if the server logged an error. */
  async stop(): Promise<number | null> {
    await this.connection.sendRequest(ShutdownRequest.type);
    await this.connection.sendNotification(ExitNotification.type);
    const code = await this.ended;
    this.connection.dispose();
    if (this.log.length > 0) throw new Error(`the server logged:\n${this.log.join("\n")}`);
    return code;
  }
}
