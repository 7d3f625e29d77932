/**
 * @file A client of the real language server in the same process, over JSON-RPC streams, with files in memory.
 *
 * `const client = await connect({ "a.net": text })`, then `client.open("a.net", text?)`, `client.request(HoverRequest.type, { ..
 * client.at("a.net", position) })`, `client.change(..)`, `await client.published("a.net")`; `await client.stop()` at the end, which
 * fails if the server logged an error. Files are called by names without folder; their URIs are `file:///project/NAME`.
 */
import { posix } from "node:path";
import { PassThrough } from "node:stream";
import {
  type ClientCapabilities,
  createProtocolConnection,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  FileChangeType,
  InitializedNotification,
  InitializeRequest,
  type InitializeResult,
  LogMessageNotification,
  type Position,
  type ProtocolConnection,
  type ProtocolRequestType,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  type Range,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node.js";
import type { LanguageHost } from "../../src/lsp/host.js";
import { serveStreams } from "../../src/lsp/node.js";

const folder = "/project";
export const uriOf = (name: string): string => `file://${folder}/${name}`;

/** Files in memory as the server's host. */
export const memoryHost = (files: ReadonlyMap<string, string>): LanguageHost => ({
  readText: (path) => files.get(posix.relative(folder, path)),
  resolve: (specifier, from) => posix.join(posix.dirname(from), specifier),
  pathOf: (uri) => decodeURIComponent(uri.replace(/^file:\/\//, "")),
  uriOf: (path) => `file://${path}`,
  files: (under) =>
    [...files.keys()]
      .map((name) => `${folder}/${name}`)
      .filter((path) => path.endsWith(".net") && path.startsWith(under)),
});

export interface ConnectOptions {
  readonly capabilities?: ClientCapabilities;
  readonly initializationOptions?: unknown;
  /** What the host does otherwise. */
  readonly host?: Partial<LanguageHost>;
  /** Errors in the log are expected: `stop` does not fail. */
  readonly tolerant?: boolean;
}

export class Client {
  readonly log: string[] = [];
  readonly publications: PublishDiagnosticsParams[] = [];
  readonly #versions = new Map<string, number>();
  readonly #waiting: (() => void)[] = [];
  initialized!: InitializeResult;

  constructor(
    readonly connection: ProtocolConnection,
    /** What is on disk. */
    readonly files: Map<string, string>,
    readonly options: ConnectOptions,
  ) {
    connection.onNotification(LogMessageNotification.type, ({ message }) => void this.log.push(message));
    connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
      this.publications.push(params);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    connection.listen();
  }

  request<P, R, PR, E, RO>(type: ProtocolRequestType<P, R, PR, E, RO>, params: P): Promise<R> {
    return this.connection.sendRequest(type, params);
  }
  /** `textDocument` and `position` of a request. */
  at(
    name: string,
    position: Position,
  ): { readonly textDocument: { readonly uri: string }; readonly position: Position } {
    return { textDocument: { uri: uriOf(name) }, position };
  }
  in(name: string): { readonly textDocument: { readonly uri: string } } {
    return { textDocument: { uri: uriOf(name) } };
  }

  async open(name: string, text = this.files.get(name) ?? ""): Promise<void> {
    this.#versions.set(name, 1);
    const textDocument = { uri: uriOf(name), languageId: "net", version: 1, text };
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
  }
  /** Replaces a range, or the whole text. */
  async change(name: string, text: string, range?: Range): Promise<void> {
    const version = this.#versions.get(name)! + 1;
    this.#versions.set(name, version);
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri: uriOf(name), version },
      contentChanges: [range ? { range, text } : { text }],
    });
  }
  async close(name: string): Promise<void> {
    await this.connection.sendNotification(DidCloseTextDocumentNotification.type, this.in(name));
  }
  /** Changes a file on disk (undefined removes it) and tells the server. */
  async write(name: string, text: string | undefined): Promise<void> {
    const type =
      text === undefined
        ? FileChangeType.Deleted
        : this.files.has(name)
          ? FileChangeType.Changed
          : FileChangeType.Created;
    if (text === undefined) this.files.delete(name);
    else this.files.set(name, text);
    await this.connection.sendNotification(DidChangeWatchedFilesNotification.type, {
      changes: [{ uri: uriOf(name), type }],
    });
  }

  /** The diagnostics published for the current version of an open document, once they are. */
  async published(name: string): Promise<Diagnostic[]> {
    for (;;) {
      const found = this.publications.findLast(
        ({ uri, version }) => uri === uriOf(name) && version === this.#versions.get(name),
      );
      if (found) return found.diagnostics;
      await this.nextPublication();
    }
  }
  nextPublication(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async stop(): Promise<void> {
    await this.connection.sendRequest(ShutdownRequest.type);
    await this.connection.sendNotification(ExitNotification.type);
    this.connection.dispose();
    if (!this.options.tolerant && this.log.length > 0) throw new Error(`the server logged:\n${this.log.join("\n")}`);
  }
}

/** A client of a fresh server that has said `initialize` and `initialized`; the workspace folder holds all files. */
export async function connect(
  files: Readonly<Record<string, string>> = {},
  options: ConnectOptions = {},
): Promise<Client> {
  const disk = new Map(Object.entries(files));
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  serveStreams(toServer, toClient, { ...memoryHost(disk), ...options.host }, { version: "test", onExit: () => {} });
  const connection = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  const client = new Client(connection, disk, options);
  client.initialized = await connection.sendRequest(InitializeRequest.type, {
    processId: null,
    rootUri: null,
    workspaceFolders: [{ uri: `file://${folder}`, name: "project" }],
    capabilities: options.capabilities ?? {},
    initializationOptions: options.initializationOptions,
  });
  await connection.sendNotification(InitializedNotification.type, {});
  return client;
}
